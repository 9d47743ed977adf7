"""Axis ``step-form``: how the call ``scheduler.step()`` is written."""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block

STEP = "scheduler.step()"


def plain_only(draft: Draft) -> bool:
    return draft.skeleton != "gan"


@option("step-form", 10)
def plain(draft: Draft) -> Lines:
    return [STEP]


@option("step-form", 1, when=plain_only)
def not_none(draft: Draft) -> Lines:
    return block(draft.pick(["if scheduler is not None:", "if scheduler:"]), [STEP])


@option("step-form", 0.5, when=plain_only)
def short_circuit(draft: Draft) -> Lines:
    return ["scheduler and scheduler.step()"]


@option("step-form", 0.7, when=plain_only)
def plateau_or_not(draft: Draft) -> Lines:
    draft.needs.add("plateau")
    return [
        *block("if isinstance(scheduler, ReduceLROnPlateau):", ["scheduler.step(loss.item())"]),
        *block("else:", [STEP]),
    ]


@option("step-form", 0.6, when=plain_only)
def list_of_schedulers(draft: Draft) -> Lines:
    draft.needs.add("scheduler-list")
    return block("for s in schedulers:", ["s.step()"])


@option("step-form", 0.5, when=plain_only)
def helper_function(draft: Draft) -> Lines:
    """A small function steps the scheduler and reports the LR."""
    body = ["scheduler.step()", 'return optimizer.param_groups[0]["lr"]']
    draft.helpers.append(block("def update_learning_rate(scheduler, optimizer):", body))
    return ["new_lr = update_learning_rate(scheduler, optimizer)"]


@option("step-form", 0.5, when=plain_only)
def state_dictionary(draft: Draft) -> Lines:
    """The scheduler is passed in a dict."""
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
    """A guard against an error that cannot occur."""
    return [*block("try:", [STEP]), *block("except AttributeError:", ["pass"])]
