"""Which milestones and lengths of a schedule its training does not reach (LR205)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrlint.facts import Argument, GuardKind, Place, Schedule
from lrlint.formulas import composer_schedules
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    BEGINS_LATER,
    EXERCISE,
    KNOWN_PACE,
    MOVED,
    OPEN_ARGUMENTS,
    REBUILT,
    STEPPED_WRONGLY,
    WHOLE_IGNORES_ACCUMULATION,
)
from lrlint.judgement.length import against, is_warmup, keeps_pace, segment
from lrlint.judgement.stepping import driver
from lrlint.judgement.warmup import unfinished
from lrlint.rule import Exclusion
from lrlint.symbolic import Comparison, Expr, compare

_PARAMETERS = {
    "LinearLR": "total_iters",
    "MultiStepLR": "milestones",
    "MultiStepLRScheduler": "decay_t",
    "PolynomialLR": "total_iters",
    "SequentialLR": "milestones",
    "StepLR": "step_size",
    "StepLRScheduler": "decay_t",
    **composer_schedules.WITH_MILESTONES,
}
WITH_MILESTONES = frozenset(_PARAMETERS)


@dataclass(frozen=True)
class Milestones:
    """The milestones of a schedule, or its one length, that the script gives."""

    parameter: str
    argument: Argument
    place: Place
    steps: Expr
    """How often it is stepped at most."""
    missed: tuple[Expr, ...]
    undecided: tuple[Expr, ...]

    @property
    def all_missed(self) -> bool:
        return self.argument.numbers is None or len(self.missed) == len(self.argument.numbers)

    @property
    def certain(self) -> bool:
        """Whether they are missed on every run of the script."""
        return all(compare(self.steps, mark).certain for mark in self.missed)


def given_milestones(schedule: Schedule) -> Argument | None:
    """Return the argument that has the milestones or the length, where the script gives it."""
    argument = schedule.argument(_PARAMETERS[schedule.scheduler])
    return None if argument is None or argument.place is None else argument


def milestones(schedule: Schedule) -> Milestones | None:
    """Return what a schedule reaches and what not; None where its turn never comes."""
    parameter, steps = _PARAMETERS[schedule.scheduler], segment(schedule, at_most=True)
    argument = given_milestones(schedule)
    if argument is None or argument.place is None or steps is None:
        return None
    if steps.value is not None and steps.value <= 0:
        return None
    positioned = schedule.construction.positioned
    if positioned and not keeps_pace(schedule):
        return None
    marks = argument.numbers or (() if argument.number is None else (argument.number,))
    compared = [(mark, compare(mark, steps)) for mark in marks]
    undecided = tuple(mark for mark, comparison in compared if comparison.unknown)
    if parameter == "total_iters":
        missed = _unfinished(schedule, steps)
    else:
        past = [(mark, comparison) for mark, comparison in compared if _is_past(comparison)]
        # timm's milestones come one epoch before those of torch.
        some_are_reached = parameter == "milestones" and len(past) < len(marks)
        if positioned or some_are_reached or trains_on(schedule):
            past = [(mark, comparison) for mark, comparison in past if not comparison.equal]
        missed = tuple(mark for mark, _ in past)
    return Milestones(parameter, argument, argument.place, steps, missed, undecided)


def _is_past(comparison: Comparison) -> bool:
    """Whether the last step, which uses the LR of ``steps - 1``, comes before the mark."""
    return comparison.equal or (comparison.differs and comparison.sign == 1)


_LEAVES_EPOCHS_OUT = (GuardKind.EVERY_K, GuardKind.BEFORE, GuardKind.OTHER)
"""Guards under which the last iterations of a loop may come without a step."""


def trains_on(schedule: Schedule) -> bool:
    """Whether training may go on after its last step, since not every epoch steps it."""
    optimizer = schedule.optimizer
    updates = () if optimizer is None else optimizer.sites
    shared = {(guard.kind, guard.text) for site in updates for guard in site.guards}
    return any(
        guard.kind in _LEAVES_EPOCHS_OUT and (guard.kind, guard.text) not in shared
        for site in driver(schedule).sites
        for guard in site.guards
    )


def _unfinished(schedule: Schedule, steps: Expr) -> tuple[Expr, ...]:
    horizon = schedule.horizon
    if horizon is None or horizon.length is None or schedule.parent is not None:
        return ()  # a part of another schedule: LR204
    length = against(schedule, horizon, horizon.length, steps)
    if not length.comparison.differs or length.fits or length.longer:
        return ()
    return (horizon.length,)


def _follower(schedule: Schedule) -> Schedule | None:
    """Return the schedule that continues this one with another part: the cut is meant."""
    whole = driver(schedule)
    return whole if whole is not schedule and schedule is not whole.children[-1] else None


def _is_in_no_loop(schedule: Schedule) -> bool:
    whole = driver(schedule)
    if whole.construction.loops or any(site.loops for site in whole.sites):
        return False
    # Of a run, the loop may be unknown where the number of calls is known.
    return not any(site.count is not None and (site.count.value or 0) > 1 for site in whole.sites)


def _stays_in_warmup(schedule: Schedule) -> bool:
    marks = milestones(schedule)
    if schedule.scheduler != "SequentialLR" or marks is None or not marks.all_missed:
        return False
    first = next(iter(schedule.children), None)
    return first is not None and is_warmup(first) and unfinished(first) is not None


_NEVER = re.compile(r"10{4,}|99{3,}")
_FAR = 100
"""A milestone that says "never" is at least so many times as far as the last step."""


def _switched_off(schedule: Schedule) -> Expr | None:
    """Return the one milestone that says "never": a round number, far past the last step."""
    marks = milestones(schedule)
    if marks is None or not marks.all_missed or len(marks.missed) != 1:
        return None
    mark, steps = marks.missed[0], marks.steps.value
    if mark.value is None or steps is None or mark.value < _FAR * steps:
        return None
    return mark if _NEVER.fullmatch(f"{mark.value:.0f}") else None


_TRIAL = 2
"""Up to so many steps, a run tries out a script."""


def _tried_out(schedule: Schedule) -> Expr | None:
    """Return the steps of a training that is too short to have a schedule."""
    steps = segment(schedule, at_most=True)
    whole = driver(schedule) is schedule
    return steps if whole and steps and steps.value is not None and steps.value <= _TRIAL else None


MILESTONE_EXCLUSIONS = (
    OPEN_ARGUMENTS,
    Exclusion(_tried_out, lambda steps: f"a training of {wording.amount(steps)} steps is a trial"),
    Exclusion(_switched_off, lambda mark: f"{wording.amount(mark)} is as good as never"),
    Exclusion(_follower, lambda whole: f"another part of the {whole.scheduler} follows it"),
    *KNOWN_PACE,
    EXERCISE,
    Exclusion(_is_in_no_loop, "the loop in which it is stepped is not seen"),
    MOVED,
    BEGINS_LATER,
    Exclusion(is_warmup, "it is a warm-up", owner="LR210"),
    Exclusion(_stays_in_warmup, "it never gets past its warm-up", owner="LR210"),
    REBUILT,
    *STEPPED_WRONGLY,
    WHOLE_IGNORES_ACCUMULATION,
)
