"""What a schedule would make of the LRs that torch has just written, where the two may differ.

A schedule that cannot be replayed is followed: what torch writes is what is expected. Two traps of
torch's own need more: param groups that came after the scheduler, and one LR tensor in several.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrlint.runtime.pure import is_pure
from lrlint.runtime.records import OptimizerRecord, ScheduleRecord
from lrlint.runtime.shadow import leaves

_FACTOR_ONLY = frozenset({"StepLR", "MultiStepLR", "ExponentialLR", "MultiplicativeLR"})
"""Their next LR is the last times a factor: a group that comes later decays as the others do."""


def correct(schedule: ScheduleRecord, scheduler: Any) -> None:
    """Set the expected LRs to the schedule's own, where torch has written others in silence."""
    record = schedule.optimizer
    if record.departure is not None or len(record.schedules) != 1:
        return
    if record.late:
        _late_groups(schedule, scheduler)
    if schedule.name == "LambdaLR" and schedule.law is not None and has_shared_tensor(record):
        _own_functions(schedule, scheduler)


def closed_form(
    schedule: ScheduleRecord, scheduler: Any, base: Sequence[float]
) -> list[float] | None:
    """The LRs at the scheduler's own counter, by its formula; None where it has none."""
    law, counter = schedule.law, _counter(scheduler)
    if law is None or counter is None or not all(map(is_pure, _functions(schedule))):
        return None
    arguments = dict(schedule.arguments)
    if schedule.children:
        arguments["schedulers"] = [(one.name, one.arguments) for one in schedule.children]
    try:
        return law.lr(counter, base, **arguments)
    except Exception:  # no closed form, or what the script's own function raises
        return None


def _functions(schedule: ScheduleRecord) -> list[Any]:
    """The functions of the script that its law calls."""
    values = [*leaves(schedule.arguments)]
    for child in schedule.children:
        values += leaves(child.arguments)
    return [one for one in values if callable(one)]


def counts_from_zero(schedule: ScheduleRecord, scheduler: Any) -> bool:
    """Whether a schedule that has a course to run is at its start, and was not put there."""
    law = schedule.law
    if law is None or law.takes_metric or law.name == "CyclicLR":  # which only ever goes round
        return False
    return not schedule.loads and schedule.steps == 0 and _counter(scheduler) == 0


def _counter(scheduler: Any) -> float | None:
    """``last_epoch``; a ChainedScheduler has none, but its parts do."""
    found: float | None = getattr(scheduler, "last_epoch", None)
    parts = getattr(scheduler, "_schedulers", ())
    return _counter(parts[0]) if found is None and parts else found


def has_shared_tensor(record: OptimizerRecord) -> bool:
    """Whether several param groups have one and the same LR tensor."""
    optimizer = record.ref()
    if optimizer is None:
        return False
    lrs = [group["lr"] for group in optimizer.param_groups]
    return hasattr(lrs[0], "fill_") and len({*map(id, lrs)}) < len(lrs)


def _late_groups(schedule: ScheduleRecord, scheduler: Any) -> None:
    """A group that joins midway is given the next factor of a ramp that it has not climbed."""
    law = schedule.law
    if law is None or law.name in _FACTOR_ONLY or not law.chainable:
        return
    for group, lr in schedule.optimizer.late.items():
        want = closed_form(schedule, scheduler, [lr])
        if want is None:
            return
        schedule.optimizer.shadow.read()
        schedule.optimizer.shadow.groups[group]["lr"] = want[0]


def _own_functions(schedule: ScheduleRecord, scheduler: Any) -> None:
    """Each group's function of its own, called once more here."""
    groups, functions = schedule.optimizer.shadow.groups, scheduler.lr_lambdas
    if len({*map(id, functions)}) > 1 and len(groups) == len(schedule.base):
        expected = closed_form(schedule, scheduler, schedule.base)
        schedule.optimizer.shadow.read()
        for group, lr in zip(groups, expected or (), strict=False):
            group["lr"] = lr
