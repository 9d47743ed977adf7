"""Axis ``horizon``: how long a script says its schedule is, rightly or wrongly.

An option returns a ``Horizon``: the expression and its value. ``draft.unit`` and ``draft.count``
say what the schedule really counts and how far.
"""

from __future__ import annotations

from dataclasses import dataclass

from .draft import Draft, option
from .text import block


@dataclass(frozen=True)
class Horizon:
    text: str
    value: float

    @property
    def atom(self) -> str:
        """The expression, safe to put next to an operator."""
        simple = self.text.replace(".", "").replace("_", "").isalnum()
        return (
            self.text
            if simple or self.text.startswith(("max(", "count_steps")) or self.text.endswith("]")
            else f"({self.text})"
        )


def _counts_epochs(draft: Draft) -> bool:
    return draft.skeleton != "steps"


def epochs(draft: Draft) -> Horizon:
    return Horizon(draft.epochs_text, draft.epochs)


def _per_epoch(draft: Draft) -> str:
    """Return ``len(train_loader)``, or a local variable that holds it."""
    if draft.marked("open", "loader") or draft.chance(0.75):
        return draft.batches_text
    return draft.local("steps_per_epoch", draft.batches_text)


def batches(draft: Draft) -> Horizon:
    """Return all batches of the training."""
    if not _counts_epochs(draft):
        return Horizon(draft.steps_text, draft.max_steps)
    per_epoch = _per_epoch(draft)
    e = draft.epochs_text
    text = draft.pick([f"{e} * {per_epoch}", f"{e} * {per_epoch}", f"{per_epoch} * {e}"])
    if draft.chance(0.4):
        text = draft.local(draft.pick(["total_steps", "num_training_steps", "n_iters"]), text)
    return Horizon(text, draft.epochs * draft.batches)


def updates(draft: Draft) -> Horizon:
    """Return all optimizer steps of a training that accumulates gradients."""
    k, number = draft.accumulation_text, draft.accumulation
    if not _counts_epochs(draft):
        return Horizon(f"{draft.steps_text} // {k}", draft.max_steps // number)
    e, n = draft.epochs_text, draft.batches_text
    forms = [
        (f"{e} * {n} // {k}", draft.epochs * draft.batches // number),
        (f"{e} * ({n} // {k})", draft.epochs * (draft.batches // number)),
        (f"{n} // {k} * {e}", draft.epochs * (draft.batches // number)),
        (f"int({e} * {n} / {k})", draft.epochs * draft.batches // number),
        (f"math.ceil({n} / {k}) * {e}", draft.epochs * -(-draft.batches // number)),
    ]
    text, value = draft.pick(forms)
    if draft.chance(0.4):
        text = draft.local(draft.pick(["total_updates", "total_steps"]), text)
    return Horizon(text, value)


def whole(draft: Draft) -> Horizon:
    """Return the whole training in the unit that the schedule counts."""
    return {"epoch": epochs, "batch": batches, "update": updates}[draft.unit](draft)


@option("horizon", 9)
def full(draft: Draft) -> Horizon:
    return whole(draft)


@option("horizon", 2)
def wrong_unit(draft: Draft) -> Horizon:
    """Epochs where batches are counted, and the other way round."""
    if draft.unit == "epoch":
        return batches(draft)
    if draft.unit == "update" and draft.chance(0.6):
        return batches(draft)
    return epochs(draft) if _counts_epochs(draft) else Horizon(draft.batches_text, draft.batches)


@option("horizon", 1, when=_counts_epochs)
def one_epoch(draft: Draft) -> Horizon:
    """``len(train_loader)``: a cosine for each epoch."""
    return Horizon(_per_epoch(draft), draft.batches)


@option("horizon", 1)
def half(draft: Draft) -> Horizon:
    length = whole(draft)
    if length.value < 2:
        return length
    return Horizon(f"{length.atom} // 2", length.value // 2)


@option("horizon", 1)
def double(draft: Draft) -> Horizon:
    length = whole(draft)
    return Horizon(f"{length.atom} * 2", length.value * 2)


@option("horizon", 1.5)
def less_warmup(draft: Draft) -> Horizon:
    """The whole training less a warm-up."""
    length = whole(draft)
    warmup = draft.rng.randrange(1, max(2, int(length.value) // 3 + 1))
    if length.value - warmup < 1:
        return length
    name = "warmup_epochs" if draft.unit == "epoch" else "warmup_steps"
    text = draft.number(name, warmup, configured=0.8)
    warmup = int(text) if text.isdigit() else warmup_value(draft, name, warmup)
    if length.value - warmup < 1:
        return length
    return Horizon(f"{length.text} - {text}", length.value - warmup)


def warmup_value(draft: Draft, name: str, fallback: int) -> int:
    """Return the value that a setting really has if it was asked for before."""
    value = draft.settings.get(draft.config.spelling.get(name, name), fallback)
    assert isinstance(value, int)
    return value


@option("horizon", 0.7, when=lambda d: d.unit == "batch" and _counts_epochs(d))
def computed(draft: Draft) -> Horizon:
    """A function of the script works it out."""
    name = draft.fresh("count_steps")
    body = ["return epochs * len(loader)"]
    draft.schedule_helpers.append(block(f"def {name}(epochs, loader):", body))
    loader = draft.batches_text.removeprefix("len(").removesuffix(")")
    return Horizon(f"{name}({draft.epochs_text}, {loader})", draft.epochs * draft.batches)


@option("horizon", 2.5)
def literal_number(draft: Draft) -> Horizon:
    """A number written down: right, off by one, or from another run."""
    value = max(1, draft.count + draft.pick([0, 0, 0, 1, -1, 3, 10, draft.count]))
    return Horizon(str(value), value)


@option("horizon", 1.5)
def configured(draft: Draft) -> Horizon:
    """A setting of its own: ``args.t_max``."""
    value = max(1, draft.count + draft.pick([0, 0, 0, 1, 5, -draft.count // 2]))
    name = draft.pick(["t_max", "lr_steps", "decay_steps"])
    text = draft.setting(name, value)
    return Horizon(text, warmup_value(draft, name, value))


def horizon(draft: Draft) -> Horizon:
    """Return a length for a schedule of this script; its unit becomes a feature."""
    chosen: Horizon = draft.choose("horizon")
    mark_unit(draft, chosen.text)
    return chosen


def mark_unit(draft: Draft, text: str) -> None:
    """Record what a length is written in."""
    definition = draft.derived.get(text, text)
    batches = (draft.batches_text, "steps_per_epoch", "count_steps")
    if text.isdigit():
        unit = "number"
    elif any(name in definition for name in batches):
        unit = "batch"
    elif draft.epochs_text and draft.epochs_text in definition:
        unit = "epoch"
    else:
        unit = "other"
    draft.mark("horizon-unit", unit)


def span(draft: Draft, low: int = 1) -> int:
    """Return a plain number of steps inside the training."""
    return draft.rng.randrange(low, max(low + 1, min(draft.count, 12) + 1))
