"""In which cycle of warm restarts a training ends (LR203)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from lrlint.facts import Cadence, Schedule, StepArgument, StepSite
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    IGNORED_ACCUMULATION,
    NO_STEPS_SEEN,
    OPEN_ARGUMENTS,
    PART,
    REBUILT,
    STEPPED_WRONGLY,
    UNKNOWN_LENGTH,
    unknown_steps,
)
from lrlint.judgement.length import Length, against
from lrlint.judgement.stepping import regular_sites
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr


@dataclass(frozen=True)
class Cycle:
    """The cycle that the training ends in, in steps, or in units of T_0."""

    start: Fraction
    length: Fraction
    end: Fraction
    """Where the training ends."""
    in_steps: bool
    certain: bool
    """Whether it ends there on every run of the script."""

    @property
    def share(self) -> Fraction:
        """How much of the cycle is over at the end of the last step."""
        return (self.end - self.start) / self.length

    @property
    def last(self) -> Fraction:
        """How much of it is over when the last step begins."""
        return self.share - (Fraction(1) / self.length if self.in_steps else 0)


def last_cycle(schedule: Schedule) -> Cycle | None:
    """Return the cycle in which the training ends; None where that is not known."""
    covered, times = _against_first(schedule), schedule.number("T_mult")
    factor = _factor(schedule)
    if covered is None or times is None or factor is None:
        return None
    first, end = covered.length.value, covered.steps.value
    if isinstance(first, int) and isinstance(end, int):
        length, position, in_steps = Fraction(first), Fraction(end), True
    elif covered.ratio is not None:
        length, position, in_steps = Fraction(1), covered.ratio, False
    else:
        return None
    if length <= 0 or position <= 0:
        return None
    start = Fraction(0)
    if factor == 1:
        start = length * (math.ceil(position / length) - 1)
    while start + length < position:
        start += length
        length *= factor
    return Cycle(start, length, position, in_steps, covered.certain and times.is_constant)


def _against_first(schedule: Schedule) -> Length | None:
    """Return the training against T_0, in the unit that the scheduler counts."""
    horizon, steps = schedule.horizon, _counted_steps(schedule)
    if horizon is None or horizon.length is None or steps is None:
        return None
    return against(schedule, horizon, horizon.length, steps)


def _factor(schedule: Schedule) -> int | None:
    """Return T_mult; None where that is not known, or makes no cycles."""
    times = schedule.number("T_mult")
    factor = None if times is None else times.value
    return factor if isinstance(factor, int) and factor >= 1 else None


def ends_well(schedule: Schedule, cycle: Cycle) -> bool:
    """Whether it ends with a cycle, or so near to its end that nobody can see the difference."""
    rest = cycle.length - (cycle.end - cycle.start)
    if rest == 0 or (cycle.in_steps and rest == 1) or not _is_high(cycle.last):
        return True
    one_more = cycle.in_steps and cycle.end - cycle.start == 1
    return one_more and schedule.per is not Cadence.EPOCH


def _is_high(share: Fraction) -> bool:
    """Whether a cosine is above 10 % of its range."""
    return (1 + math.cos(math.pi * share)) / 2 > 0.1


def _counted_steps(schedule: Schedule) -> Expr | None:
    """Return how far its counter gets, which ``step(epoch + i / n)`` sets to the epoch."""
    arguments = {site.argument for site in regular_sites(schedule)}
    if arguments == {StepArgument.NOTHING}:
        return schedule.steps
    return schedule.epochs if arguments == {StepArgument.EPOCH} else None


# -- what LR203 does not report


def _has_no_regular_steps(schedule: Schedule) -> bool:
    return not regular_sites(schedule)


def _other_argument(schedule: Schedule) -> StepSite | None:
    """Return a step that does not count like the first."""
    sites = regular_sites(schedule)
    plain = (StepArgument.NOTHING, StepArgument.EPOCH)
    kind = sites[0].argument if sites and sites[0].argument in plain else None
    return next((site for site in sites if site.argument is not kind), None)


def _unknown_count(schedule: Schedule) -> str | None:
    if _counted_steps(schedule) is not None:
        return None
    return unknown_steps(schedule) or "the number of epochs is not known"


def _has_unknown_factor(schedule: Schedule) -> bool:
    return _factor(schedule) is None


def _undecided(schedule: Schedule) -> Length | None:
    return None if last_cycle(schedule) else _against_first(schedule)


CYCLE_EXCLUSIONS = (
    PART,
    OPEN_ARGUMENTS,
    EXERCISE,
    REBUILT,
    *STEPPED_WRONGLY,
    NO_STEPS_SEEN,
    Exclusion(_has_no_regular_steps, "no step() of the training is seen"),
    Exclusion(_other_argument, lambda site: f"step({site.argument_text}) sets its position"),
    IGNORED_ACCUMULATION,
    UNKNOWN_LENGTH,
    Exclusion(_unknown_count, str),
    Exclusion(_has_unknown_factor, "T_mult is not known to be a whole number"),
    Exclusion(
        _undecided,
        lambda covered: (
            f"how many cycles of T_0 = {wording.amount(covered.length)} there are in"
            f" {wording.amount(covered.steps)} steps is not known"
        ),
    ),
)
