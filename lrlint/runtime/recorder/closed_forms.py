"""The LRs that a schedule's formula gives at the scheduler's own counter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrlint.runtime.recorder.interrupts import let_pass
from lrlint.runtime.recorder.purity import is_pure
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.runtime.recorder.replays import law_of, leaves


def closed_form(
    record: RecordedScheduler, scheduler: Any, base_lrs: Sequence[float], *, at: int | None = None
) -> list[float] | None:
    """Return the LRs at the scheduler's counter, or at another; None where there is no formula."""
    law, counter = record.law, counter_of(scheduler) if at is None else at
    if law is None or counter is None or not all(map(is_pure, _functions(record))):
        return None
    arguments = dict(record.arguments)
    if record.children:
        arguments["schedulers"] = [(child.name, child.arguments) for child in record.children]
    try:
        return law.lr(counter, base_lrs, **arguments)
    except Exception as error:  # no closed form, or what the script's own function raises
        let_pass(error)
        return None


def _functions(record: RecordedScheduler) -> list[Any]:
    """Return the functions of the script that its law calls."""
    values = [*leaves(record.arguments)]
    for child in record.children:
        values += leaves(child.arguments)
    return [value for value in values if callable(value)]


def counts_from_zero(record: RecordedScheduler, scheduler: Any) -> bool:
    """Whether a schedule is at its start, and was not set to it."""
    law = record.law
    if law is None or law.takes_metric:
        return False
    return not record.loads and record.steps == 0 and counter_of(scheduler) == 0


def moved_unseen(record: RecordedScheduler) -> bool:
    """Whether something else than a call that was seen may have stepped a scheduler.

    That is: its counter has moved, or the script has put functions in place of its methods.
    """
    scheduler = record.ref()
    if scheduler is None or record.parent is not None:
        return False
    changed = record.law is not None and law_of(scheduler) is None
    return counter_of(scheduler) != record.seen_counter or changed or "step" in vars(scheduler)


def counter_of(scheduler: Any) -> float | None:
    """Return ``last_epoch``; a ChainedScheduler has none, but its parts do."""
    counter: float | None = getattr(scheduler, "last_epoch", None)
    parts = getattr(scheduler, "_schedulers", ())
    return counter_of(parts[0]) if counter is None and parts else counter
