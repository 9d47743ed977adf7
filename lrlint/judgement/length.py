"""Whether a schedule is as long as its training.

What the rules about horizons share. Each asks first whether another rule explains the difference:
one mistake is one finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from lrlint.facts import Cadence, GuardKind, Horizon, Loop, Place, Schedule, StepArgument
from lrlint.fix import ReplaceWith
from lrlint.judgement import wording
from lrlint.judgement.ratios import always, is_negligible, ratio_by_default, typical_ratio
from lrlint.judgement.stepping import driver, iterations
from lrlint.rule import Proposal, unsafe
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Comparison,
    Expr,
    NotRepresentable,
    Strength,
    TooComplex,
    Unit,
    Verdict,
    compare,
)

WITH_THE_DEFAULTS = " (with the defaults)"
UNLESS_IT_GOES_ON = " (unless another run goes on from here)"


@dataclass(frozen=True)
class Length:
    """A horizon against the number of steps."""

    schedule: Schedule
    horizon: Horizon
    length: Expr
    steps: Expr
    comparison: Comparison
    ratio: Fraction | None
    """Steps per length."""
    exact: bool
    """Whether ``ratio`` holds whatever the user passes."""

    @property
    def fits(self) -> bool:
        """Whether the difference is nothing that anybody would see."""
        return (
            not self.comparison.differs or self.comparison.off_by_one or is_negligible(self.ratio)
        )

    @property
    def longer(self) -> bool:
        """Whether there are more steps than the horizon plans for."""
        return self.comparison.sign == 1

    @property
    def holds(self) -> bool:
        """Whether the two differ, by any amount, on every run of the script."""
        return self.comparison.certain and self.as_planned

    @property
    def as_planned(self) -> bool:
        """Whether neither a setting nor an early end decides how often it is stepped."""
        return not self._flagged and not self._may_stop and not self._may_go_on

    @property
    def certain(self) -> bool:
        """Whether they differ by this ratio on every run of the script."""
        return self.exact and self.holds

    @property
    def caveat(self) -> str:
        """What a message says where the numbers are not those of every run."""
        by_default = self.ratio is not None and not self.exact
        if not self.comparison.certain or by_default or self._flagged:
            return WITH_THE_DEFAULTS
        if self._may_go_on:
            return UNLESS_IT_GOES_ON
        return " (if the training does not stop early)" if self._may_stop else ""

    @property
    def _flagged(self) -> bool:
        """Whether a setting decides if it is stepped."""
        guards = [guard for site in self.schedule.sites for guard in site.guards]
        return any(guard.kind not in _COUNTED for guard in guards)

    @property
    def _may_stop(self) -> bool:
        """Whether a training that is too long for the schedule may end before that shows."""
        loops = [loop for site in self.schedule.sites for loop in site.loops]
        return self.longer and any(loop.may_break for loop in loops)

    @property
    def _may_go_on(self) -> bool:
        """Whether a run that is too short for the schedule may be a part of the training."""
        return self.comparison.sign == -1 and self.schedule.run.may_go_on


def early_caveat(schedule: Schedule, *, certain: bool) -> str:
    """Return what a message about too early an end says where the end is not that of every run."""
    if not certain:
        return WITH_THE_DEFAULTS
    return UNLESS_IT_GOES_ON if schedule.run.may_go_on else ""


_COUNTED = frozenset({GuardKind.EVERY_K, GuardKind.AFTER, GuardKind.BEFORE, GuardKind.SCHEDULER})


def against(schedule: Schedule, horizon: Horizon, length: Expr, steps: Expr) -> Length:
    """Compare a length with a number of steps, whatever their units."""
    comparison = compare(steps, length)
    if comparison.unknown and _is_per_epoch(schedule, length, steps):
        comparison = replace(comparison, verdict=Verdict.DIFFERENT, certain=True, sign=1)
        return Length(schedule, horizon, length, steps, comparison, None, True)
    if comparison.unknown and (by_samples := _by_samples(steps, length)) is not None:
        return Length(
            schedule, horizon, length, steps, by_samples, by_samples.ratio, by_samples.certain
        )
    if comparison.unknown and (default := ratio_by_default(steps, length)) not in (None, 1):
        assert default is not None
        sign = 1 if default > 1 else -1
        comparison = replace(comparison, verdict=Verdict.DIFFERENT, ratio=default, sign=sign)
    ratio = comparison.ratio
    exact = ratio is not None and always(ratio, steps, length)
    if not exact and comparison.certain and not is_negligible(ratio):
        typical = typical_ratio(steps, length)
        ratio, exact = (ratio, exact) if typical is None else (typical, True)
    return Length(schedule, horizon, length, steps, comparison, ratio, exact)


def _by_samples(steps: Expr, length: Expr) -> Comparison | None:
    """Compare a number of batches with a number of samples of the same data.

    Return None where that decides nothing.
    """
    same = {
        atom: atom.same_as
        for atom in steps.atoms() | length.atoms()
        if atom.same_as is not None and atom.value is None
    }
    if not same:
        return None
    try:
        steps, length = steps.subs(same), length.subs(same)
    except UNREPRESENTABLE:
        return None
    for certain in (True, False):
        ratio = typical_ratio(steps, length, with_defaults=not certain)
        if ratio is not None and is_negligible(ratio):
            return Comparison(Verdict.EQUAL, certain=certain, ratio=ratio, sign=0)
        if ratio is not None:
            sign = 1 if ratio > 1 else -1
            return Comparison(Verdict.DIFFERENT, certain=certain, ratio=ratio, sign=sign)
    return None


def _is_per_epoch(schedule: Schedule, length: Expr, steps: Expr) -> bool:
    """Whether its length is one epoch, while a setting says how many epochs step it."""
    epochs = schedule.epochs
    if epochs is None or epochs.value is not None or epochs.unit is not Unit.EPOCH:
        return False
    try:
        return length.unit is Unit.BATCH and compare(steps, length * epochs).equal
    except (TooComplex, NotRepresentable):
        return False


def keeps_pace(schedule: Schedule) -> bool:
    """Whether its counter is at the number of its steps, or at one less.

    That is so of plain steps, and of ``step(epoch)`` in a loop over the epochs that starts at 0 or
    1.
    """
    sites = driver(schedule).sites
    return bool(sites) and all(
        site.argument is StepArgument.NOTHING
        or (
            schedule.construction.positioned
            and (not site.loops or (site.offset is not None and site.offset.value in (0, 1)))
        )
        or (
            site.argument is StepArgument.EPOCH
            and len(site.loops) == 1
            and site.position is not None
            and site.position.as_number() in (0, 1)
        )
        for site in sites
    )


def most_steps(schedule: Schedule) -> Expr | None:
    """Return how often it is stepped at most; an unknown share of a loop counts as all of it."""
    total = Expr.const(0)
    for site in schedule.sites:
        times = site.count if site.count is not None else iterations(site, guarded=True)
        if times is None:
            return None
        try:
            total = total + times
        except (TooComplex, NotRepresentable):
            return None
    return total if schedule.sites else None


def segment(schedule: Schedule, *, at_most: bool = False) -> Expr | None:
    """Return how often it advances, by itself or as a part of another schedule."""
    parent = schedule.parent
    one = schedule if parent is None else parent
    steps = most_steps(one) if at_most else one.steps
    if not one.sites or one.parent is not None or one.run.continued:
        return None
    if parent is None or parent.scheduler == "ChainedScheduler":
        return steps
    milestones = parent.argument("milestones")
    marks = None if milestones is None else milestones.numbers
    if marks is None or schedule not in parent.children:
        return None
    # A class of the script that warms up itself has its warm-up before its parts.
    before = 0 if parent.scheduler == "SequentialLR" else 1
    position = parent.children.index(schedule) + before
    if len(marks) + 1 != len(parent.children) + before:
        return None
    end = marks[position] if position < len(marks) else steps
    try:
        return end if end is None or not position else end - marks[position - 1]
    except (TooComplex, NotRepresentable):
        return None


def own_length(schedule: Schedule, *, at_most: bool = False) -> Length | None:
    """Return the horizon against its own steps; None where one of the two is not known."""
    horizon, steps = schedule.horizon, segment(schedule, at_most=at_most)
    if horizon is None or horizon.length is None or steps is None:
        return None
    return against(schedule, horizon, horizon.length, steps)


def is_exercise(schedule: Schedule) -> bool:
    """Whether it is stepped only to plot or to test its curve."""
    sites = driver(schedule).sites
    if schedule.construction.in_test:
        return True  # its numbers are made up, be the training whole
    return bool(sites) and all(any(loop.dry_run for loop in site.loops) for site in sites)


def is_warmup(schedule: Schedule) -> bool:
    """Whether it is a ramp, or a step, up to the base LR."""
    if schedule.scheduler == "ConstantLR":
        factor = schedule.number("factor")
        return factor is not None and factor.value is not None and factor.value < 1
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    if schedule.scheduler != "LinearLR" or start is None or end is None:
        return False
    if start.value is None or end.value is None:
        return end.value == 1  # nothing grows beyond that
    return start.value <= end.value


def rebuilt_in(schedule: Schedule) -> Loop | None:
    """Return the epoch or batch loop that builds the scheduler, but not its optimizer."""
    one = driver(schedule)
    return next(
        (
            loop
            for loop in reversed(one.construction.loops)
            if loop.kind.trains and (loop.trips is None or loop.trips.value != 1)
        ),
        None,
    )


def unit(schedule: Schedule) -> str:
    """Return the unit of one step: ``epoch`` or ``step``."""
    return "epoch" if schedule.per is Cadence.EPOCH else "step"


def where(schedule: Schedule) -> Place:
    """Return the place of the horizon, or of the constructor where that is in another file."""
    horizon = schedule.horizon
    if horizon is None or horizon.place.span().filename != schedule.place.span().filename:
        return schedule.place
    return horizon.place


def notes(schedule: Schedule) -> tuple[tuple[str, Place | None], ...]:
    """Return the related places of a finding about the length of a schedule."""
    horizon, site = schedule.horizon, next(iter(schedule.sites), None)
    here = where(schedule)
    return (
        ("scheduler built here", None if here is schedule.place else schedule.place),
        (
            f"{'' if horizon is None else horizon.parameter} set here",
            None if horizon is None or horizon.place in (here, schedule.place) else horizon.place,
        ),
        ("stepped here", None if site is None else site.place),
        ("the loop", None if site is None or site.loop is None else site.loop.place),
    )


def resized(schedule: Schedule, length: Expr) -> Proposal | None:
    """Write another length where the horizon is written.

    None where that cannot be said there, or where nobody in view calls what steps it.
    """
    horizon = schedule.horizon
    argument = None if horizon is None else schedule.argument(horizon.parameter)
    if horizon is None or argument is None or argument.place is None:
        return None
    if any(site.called_once for site in schedule.sites):
        return None
    text = argument.place.write(length)
    if text is None and length.value is not None and length.strength is Strength.CONSTANT:
        text = wording.number(length.value)  # a name that is not known here, but its number is
    if text is None:
        return None
    return unsafe(
        f"Set {horizon.parameter} to the number of steps", (argument.place, ReplaceWith(text))
    )
