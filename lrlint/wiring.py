"""What several rules ask of the ways in which an optimizer, its schedulers and writers meet."""

from __future__ import annotations

from lrlint.facts import Guard, GuardKind, LoopKind, Schedule, StepSite, Write
from lrlint.formulas import LAWS
from lrlint.judgement import regular_sites
from lrlint.length import is_exercise, rebuilt_in

_TRAINING = (LoopKind.EPOCH, LoopKind.BATCH)
_HARMLESS = frozenset({GuardKind.EVERY_K, GuardKind.SCHEDULER, GuardKind.RANK})


def erases(schedule: Schedule) -> bool:
    """Whether each of its steps computes the LR from the base LR, whatever it finds."""
    law = LAWS.get(schedule.scheduler)
    if law is None:
        return False
    if schedule.scheduler == "SequentialLR":
        return bool(schedule.children) and all(erases(child) for child in schedule.children)
    if schedule.scheduler == "ChainedScheduler":
        return any(erases(child) for child in schedule.children)
    return not law.chainable


def drives(schedule: Schedule) -> tuple[StepSite, ...]:
    """The steps with which a scheduler of a known law drives a training of its own."""
    if schedule.scheduler not in LAWS or schedule.parent is not None or schedule.built_each_time:
        return ()
    if is_exercise(schedule) or rebuilt_in(schedule) is not None:
        return ()
    return tuple(site for site in regular_sites(schedule) if always(site.guards))


def always(guards: tuple[Guard, ...]) -> bool:
    """Whether what stands behind the guards runs throughout the training, with the defaults."""
    return all(
        guard.kind in _HARMLESS or (guard.kind is GuardKind.FLAG and guard.by_default is True)
        for guard in guards
    )


def meet(one: StepSite | Write, other: StepSite | Write) -> bool:
    """Whether two things happen in the same training loop."""
    mine = {id(loop) for loop in one.loops if loop.kind in _TRAINING}
    return any(id(loop) in mine for loop in other.loops)
