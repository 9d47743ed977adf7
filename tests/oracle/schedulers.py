"""Axis ``scheduler``: one torch class and its arguments.

An option returns a ``Call``. Arguments keep the constructor's order, so that ``writing`` may give
them by position: the first ``Call.positional`` of them, the others always by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from .draft import Draft, option
from .horizons import horizon, mark_unit, span
from .text import literal

Arguments = list[tuple[str, str]]


@dataclass(frozen=True)
class Call:
    """A constructor call, less the optimizer."""

    name: str
    arguments: Arguments
    positional: int = 1
    """How many of the arguments a human may give by position."""


def _free(draft: Draft) -> bool:
    """Whether the cadence leaves the choice of the class open."""
    return not draft.needs & {"warm-restarts", "one-cycle"}


def _free_for_one_cycle(draft: Draft) -> bool:
    return not draft.needs & {"warm-restarts", "not-one-cycle"}


GROUP_LR = ['optimizer.param_groups[0]["lr"] * 0.01', 'optimizer.defaults["lr"] / 100']


def _eta_min(draft: Draft) -> Arguments:
    kind = draft.rng.choices(
        ["default", "zero", "small", "share", "setting", "high", "group"],
        [10, 1, 2, 1.5, 1.5, 0.6, 0.7],
    )[0]
    draft.mark("eta-min", kind)
    if kind == "group" and draft.schedule_first:
        draft.may_abstain = True  # the LR of a group that a warm-up has already written
    lr = draft.lr_text
    return {
        "default": [],
        "zero": [("eta_min", draft.pick(["0", "0.0"]))],
        "small": [("eta_min", draft.pick(["1e-6", "1e-5", "1e-8"]))],
        "share": [("eta_min", draft.pick([f"{lr} * 0.01", f"{lr} / 100", f"0.1 * {lr}"]))],
        "setting": [("eta_min", draft.setting("min_lr", draft.base_lr * 0.01))],
        "high": [("eta_min", literal(draft.base_lr * 2))],
        "group": [("eta_min", draft.pick(GROUP_LR))],
    }[kind]


def _gamma(draft: Draft, *values: float) -> Arguments:
    value = draft.pick([None, *values])
    if value is None:
        return []
    return [("gamma", draft.number("gamma", value))]


@option("scheduler", 7, when=_free)
def cosine(draft: Draft) -> Call:
    return Call("CosineAnnealingLR", [("T_max", horizon(draft).text), *_eta_min(draft)], 2)


@option("scheduler", 1.2, when=lambda d: _free(d) and d.exact and d.epochs > 0)
def cosine_zero(draft: Draft) -> Call:
    """``T_max`` comes out as 0: ZeroDivisionError at the first step."""
    draft.raises = "ZeroDivisionError"
    return Call("CosineAnnealingLR", [("T_max", f"{draft.epochs_text} // 100")])


@option("scheduler", 2.5, when=_free)
def step(draft: Draft) -> Call:
    size = draft.pick(["number", "setting", "third", "share"])
    if size == "third" and draft.epochs >= 3:
        text = f"{draft.epochs_text} // 3"
    elif size == "share" and draft.epochs >= 3:
        text = f"int({draft.epochs_text} * 0.4)"
    else:
        text = draft.number("step_size", span(draft), configured=float(size == "setting"))
    return Call("StepLR", [("step_size", text), *_gamma(draft, 0.1, 0.5, 0.9)], 2)


@option("scheduler", 2, when=_free)
def multistep(draft: Draft) -> Call:
    marks = sorted({span(draft), span(draft), span(draft)})
    if draft.chance(0.2):
        marks.append(draft.count + draft.pick([0, 1, 10]))
    if draft.chance(0.1):
        marks.append(marks[-1])
    e = draft.epochs_text
    forms = [literal(marks), literal(marks), f"({', '.join(map(str, marks))},)"]
    forms.append(draft.setting("milestones", marks))
    if draft.epochs:
        forms += [f"[{e} // 2, {e} * 3 // 4]", f"[int({e} * 0.5), int({e} * 0.75)]"]
        forms += [f"[int({e} * r) for r in (0.3, 0.6, 0.9)]", f"list(range(1, {e}, 2))"]
        forms += [f"[m * {draft.batches_text} for m in {marks}]"]
    chosen = draft.pick(forms)
    mark_unit(draft, chosen)
    return Call("MultiStepLR", [("milestones", chosen), *_gamma(draft, 0.1, 0.5)], 2)


@option("scheduler", 1.5, when=_free)
def exponential(draft: Draft) -> Call:
    return Call("ExponentialLR", [("gamma", draft.number("gamma", draft.pick([0.9, 0.95, 0.5])))])


@option("scheduler", 2, when=_free)
def linear(draft: Draft) -> Call:
    arguments: Arguments = []
    if draft.chance(0.8):
        arguments.append(("start_factor", draft.pick(["0.1", "0.01", "1.0", "1e-3", "1 / 3"])))
    if draft.chance(0.5):
        arguments.append(("end_factor", draft.pick(["0.0", "0.1", "1.0", "0.5"])))
    if draft.chance(0.8):
        arguments.append(("total_iters", horizon(draft).text))
    return Call("LinearLR", arguments, 0)


@option("scheduler", 0.8, when=_free)
def constant(draft: Draft) -> Call:
    arguments: Arguments = []
    if draft.chance(0.7):
        arguments.append(("factor", draft.pick(["0.1", "0.5", "1.0", "1 / 3"])))
    if draft.chance(0.7):
        arguments.append(("total_iters", str(span(draft))))
    return Call("ConstantLR", arguments, 0)


@option("scheduler", 1.2, when=_free)
def polynomial(draft: Draft) -> Call:
    arguments: Arguments = [("total_iters", horizon(draft).text)]
    if draft.chance(0.6):
        arguments.append(("power", draft.pick(["0.9", "2.0", "1.0", "0.5"])))
    return Call("PolynomialLR", arguments, 0)


@option("scheduler", 2, when=lambda d: "one-cycle" not in d.needs)
def warm_restarts(draft: Draft) -> Call:
    forms = [str(span(draft)), str(span(draft)), draft.setting("t_0", span(draft))]
    if draft.epochs:
        forms += [f"max(1, {draft.epochs_text} // 3)", draft.epochs_text, draft.batches_text]
    chosen = draft.pick(forms)
    mark_unit(draft, chosen)
    arguments: Arguments = [("T_0", chosen)]
    if draft.chance(0.5):
        arguments.append(("T_mult", draft.pick(["1", "2", "2", "3"])))
    return Call("CosineAnnealingWarmRestarts", [*arguments, *_eta_min(draft)], 1)


@option("scheduler", 1, when=_free)
def cyclic(draft: Draft) -> Call:
    lr = draft.lr_text
    arguments: Arguments = [("base_lr", draft.pick([f"{lr} / 10", "1e-4", f"{lr} * 0.1"]))]
    arguments.append(("max_lr", draft.pick([lr, f"{lr} * 2"])))
    if draft.groups == 2 and draft.chance(0.4):
        arguments = [("base_lr", "[1e-4, 1e-3]"), ("max_lr", "[0.01, 0.1]")]
    if draft.chance(0.8):
        arguments.append(("step_size_up", str(span(draft))))
        if draft.chance(0.3):
            arguments.append(("step_size_down", str(span(draft))))
    mode = draft.pick(["triangular", "triangular", "triangular2", "exp_range"])
    if mode != "triangular":
        arguments.append(("mode", f'"{mode}"'))
    if mode == "exp_range":
        arguments.append(("gamma", "0.95"))
    if not draft.has_momentum or draft.chance(0.4):
        arguments.append(("cycle_momentum", "False"))
    return Call("CyclicLR", arguments, 2)


def _one_cycle_peak(draft: Draft) -> str:
    lr = draft.lr_text
    if draft.groups == 2 and draft.chance(0.5):
        return draft.pick([f"[{lr} * 0.1, {lr}]", "[0.01, 0.1]"])
    return draft.pick([lr, lr, f"{lr} * 10", draft.number("max_lr", 0.1, configured=0.8)])


def _one_cycle_length(draft: Draft) -> tuple[Arguments, float]:
    """Return how long the cycle is, at least as long as the training unless ``draft.exact``."""
    e, n = draft.epochs_text, draft.batches_text
    if draft.unit == "batch" and draft.epochs and draft.chance(0.5):
        draft.mark("horizon-unit", "batch")
        return [("epochs", e), ("steps_per_epoch", n)], draft.epochs * draft.batches
    if draft.unit == "epoch" and draft.chance(0.5):
        return [("epochs", e), ("steps_per_epoch", "1")], draft.epochs
    length = horizon(draft)
    return [("total_steps", length.text)], length.value


@option("scheduler", 3.5, when=_free_for_one_cycle)
def one_cycle(draft: Draft) -> Call:
    arguments: Arguments = [("max_lr", _one_cycle_peak(draft))]
    length, value = _one_cycle_length(draft)
    if value < draft.count:
        if draft.exact:
            draft.raises = "ValueError"
        else:
            length, value = [("total_steps", str(draft.count + 2))], draft.count + 2
    arguments += length
    shares = [p for p in (0.1, 0.2, 0.25, 0.3, 0.4) if abs(p * value - 1) > 1e-6]
    if draft.chance(0.5) or abs(0.3 * value - 1) < 1e-6:
        arguments.append(("pct_start", str(draft.pick(shares))))
    if draft.chance(0.3):
        arguments.append(("anneal_strategy", draft.pick(['"linear"', '"cos"'])))
    if draft.chance(0.3):
        arguments.append(("div_factor", draft.pick(["10", "10.0", "100"])))
    if draft.chance(0.2):
        arguments.append(("final_div_factor", draft.pick(["100", "1e3"])))
    if draft.chance(0.1) and value > 8:
        arguments.append(("three_phase", "True"))
    if draft.chance(0.2):
        arguments.append(("cycle_momentum", "False"))
    return Call("OneCycleLR", arguments, 1)


@option("scheduler", 9, name="lambda", when=_free)
def lambda_lr(draft: Draft) -> Call:
    function = draft.choose("lambda")
    if draft.groups == 2 and draft.chance(0.4):
        function = f"[{function}, {draft.choose('lambda')}]"
    return Call("LambdaLR", [("lr_lambda", function)])


@option("scheduler", 0.8, when=_free)
def multiplicative(draft: Draft) -> Call:
    functions = [
        "lambda epoch: 0.95",
        "lambda t: 0.5 if t % 2 == 0 else 1.0",
        "lambda s: 1 - s / 100",
    ]
    return Call("MultiplicativeLR", [("lr_lambda", draft.pick(functions))])
