"""How an optimizer, its schedulers and its writers are connected, for several rules."""

from __future__ import annotations

import re

from lrlint.facts import Guard, GuardKind, Schedule, StepSite, Write
from lrlint.formulas import LAWS
from lrlint.judgement.length import is_exercise, rebuilt_in
from lrlint.judgement.stepping import driver, regular_sites

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
    """Return the steps of a scheduler of a known law that drive its training."""
    if (
        schedule.scheduler not in LAWS
        or schedule.parent is not None
        or schedule.construction.rebuilt
    ):
        return ()
    if is_exercise(schedule) or rebuilt_in(schedule) is not None:
        return ()
    return tuple(site for site in regular_sites(schedule) if always(site.guards))


def always(guards: tuple[Guard, ...]) -> bool:
    """Whether the guards let a call run throughout the training, with the defaults."""
    return all(
        guard.kind in _HARMLESS or (guard.kind is GuardKind.FLAG and guard.by_default is True)
        for guard in guards
    )


def meet(one: StepSite | Write, other: StepSite | Write) -> bool:
    """Whether two things happen in the same training loop."""
    mine = {id(loop) for loop in one.loops if loop.kind.trains}
    return any(id(loop) in mine for loop in other.loops)


def which_scheduler(site: StepSite) -> Guard | None:
    """Return the condition that the scheduler is passed to: ``if needs_metric(scheduler):``.

    It tells schedulers apart, so that it is not known whether this one gets to its step there.
    """
    receiver, step, _ = site.place.text.partition(".step(")
    if not step:
        return None
    passed = re.compile(rf"(?<![\w.]){re.escape(receiver)}(?![\w.])")
    undecided = (guard for guard in site.guards if guard.by_default is None)
    return next((guard for guard in undecided if passed.search(guard.text)), None)


def only_rank(schedule: Schedule) -> Guard | None:
    """Return the condition under which one process alone steps the scheduler, and the optimizer on
    every one."""
    optimizer, sites = schedule.optimizer, regular_sites(schedule)
    if schedule.parent is not None or optimizer is None or not optimizer.sites or not sites:
        return None
    if driver(schedule).stepping.escapes is not None or is_exercise(schedule):
        return None
    guards = [_rank(site) for site in sites]
    if len({None if guard is None else guard.text for guard in guards}) != 1:
        return None
    if any(_rank(site) is not None for site in optimizer.sites):
        return None
    if any(one.kind is GuardKind.RANK for one in schedule.construction.guards):
        return None
    return guards[0]


def _rank(site: StepSite) -> Guard | None:
    return next((guard for guard in site.guards if guard.kind is GuardKind.RANK), None)
