"""Axis ``cadence`` and ``step-form``, continued."""

from __future__ import annotations

from .cadence import STEP, Cadence, all_batches, counts, plain_only, simple
from .draft import Draft, option
from .text import Lines, block

BY_CLASS = "isinstance(scheduler, OneCycleLR)"


@option("cadence", 0.6, when=simple)
def by_class_batch(draft: Draft) -> Cadence:
    """The class decides: OneCycleLR steps per batch, the others per epoch. It is OneCycleLR."""
    counts(draft, "batch", all_batches(draft), exact=True)
    draft.needs.add("one-cycle")
    return Cadence(
        after=block(f"if {BY_CLASS}:", [STEP]),
        tail=block(f"if not {BY_CLASS}:", [STEP]),
    )


@option("cadence", 0.6, when=simple)
def by_class_epoch(draft: Draft) -> Cadence:
    """The same, and it is another."""
    cadence = by_class_batch(draft)
    counts(draft, "epoch", draft.epochs, exact=True)
    draft.needs.discard("one-cycle")
    draft.needs.add("not-one-cycle")
    return cadence


@option("cadence", 0.6, when=lambda d: simple(d) and not d.marked("config", "literals"))
def interval_name(draft: Draft) -> Cadence:
    """``args.interval == "batch"``."""
    unit = draft.pick(["batch", "epoch"])
    choice = draft.setting("interval", unit)
    counts(draft, unit, all_batches(draft) if unit == "batch" else draft.epochs, exact=True)
    return Cadence(
        after=block(f'if {choice} == "batch":', [STEP]),
        tail=block(f'if {choice} == "epoch":', [STEP]),
    )


@option("cadence", 0.5, when=simple)
def warmup_then_batches(draft: Draft) -> Cadence:
    """Nothing in the first epochs, then once per batch."""
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("epoch")
    guard = draft.pick(["EPOCH >= 1", "EPOCH > 0", "not EPOCH < 1"])
    return Cadence(after=block(f"if {guard}:", [STEP]))


@option("cadence", 0.4, when=simple)
def not_last_epoch(draft: Draft) -> Cadence:
    """``if epoch != epochs - 1: scheduler.step()``."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    return Cadence(tail=block(f"if EPOCH != {draft.epochs_text} - 1:", [STEP]))


@option("cadence", 0.4, when=simple)
def skipping(draft: Draft) -> Cadence:
    """``continue`` before the call in the first epochs."""
    counts(draft, "epoch", draft.epochs)
    draft.needs |= {"epoch", "continue"}
    stop = draft.number("hold_epochs", draft.pick([1, 2]))
    return Cadence(tail=[*block(f"if EPOCH < {stop}:", ["continue"]), STEP])


@option("cadence", 0.4, when=simple)
def every_k_epochs_setting(draft: Draft) -> Cadence:
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    every = draft.number("step_every", draft.pick([2, 3]), configured=0.8)
    return Cadence(tail=block(f"if EPOCH % {every} == {every} - 1:", [STEP]))


@option("cadence", 0.4, when=simple)
def inner_repeats(draft: Draft) -> Cadence:
    """``for _ in range(2): scheduler.step()`` at the end of an epoch."""
    counts(draft, "epoch", 2 * draft.epochs)
    return Cadence(tail=block("for _ in range(2):", [STEP]))


# -- how the call is written ---------------------------------------------------------------------


@option("step-form", 0.5, when=plain_only)
def state_dictionary(draft: Draft) -> Lines:
    """The scheduler travels in a dict."""
    draft.needs.add("state-dictionary")
    return ['state["scheduler"].step()']


@option("step-form", 0.4, when=plain_only)
def dictionary_values(draft: Draft) -> Lines:
    draft.needs.add("scheduler-dictionary")
    return block("for item in schedulers.values():", ["item.step()"])


@option("step-form", 0.4, when=plain_only)
def bound_method(draft: Draft) -> Lines:
    """``advance = scheduler.step``."""
    draft.needs.add("bound-step")
    return ["advance()"]


@option("step-form", 0.4, when=plain_only)
def has_attribute(draft: Draft) -> Lines:
    return block('if hasattr(scheduler, "step"):', [STEP])


@option("step-form", 0.4, when=plain_only)
def try_step(draft: Draft) -> Lines:
    """A defence against nothing."""
    return [*block("try:", [STEP]), *block("except AttributeError:", ["pass"])]
