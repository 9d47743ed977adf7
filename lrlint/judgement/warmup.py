"""Whether a warm-up gets to its end (LR210), and what comes after it fits (LR204)."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts import Argument, GuardKind, Horizon, Schedule
from lrlint.formulas.lengths import WARMUPS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    IGNORED_ACCUMULATION,
    MOVED,
    NO_STEPS_TAKEN,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
    STEPS_EVERY_MICRO_BATCH,
    UNKNOWN_LENGTH,
    UNKNOWN_STEPS,
    WHOLE_IGNORES_ACCUMULATION,
)
from lrlint.judgement.length import (
    WITH_THE_DEFAULTS,
    Length,
    against,
    keeps_pace,
    own_length,
    segment,
)
from lrlint.judgement.positions import wrong_position
from lrlint.judgement.stepping import iterations
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr, NotRepresentable, Strength, TooComplex, compare

# -- LinearLR and ConstantLR


def constant_factor(schedule: Schedule) -> Expr | None:
    """Return the factor that a LinearLR starts and ends with, where the two are the same."""
    start, end = schedule.argument("start_factor"), schedule.number("end_factor")
    if start is None or start.place is None or start.number is None or end != start.number:
        return None
    if schedule.parent is not None and schedule is not schedule.parent.children[0]:
        return None  # the plateau between a warm-up and a decay
    return start.number


def unfinished(schedule: Schedule) -> Length | None:
    """Return a warm-up against the fewer steps that it is given; None where it ends in time."""
    length = _against_steps(schedule)
    if length is None or not length.comparison.differs or length.fits or length.longer:
        return None
    return length


def _against_steps(schedule: Schedule) -> Length | None:
    length = own_length(schedule, at_most=True)
    if length is None or (length.steps.value is not None and length.steps.value <= 0):
        return None
    return length


def last_factor(schedule: Schedule, warmup: Length) -> float | None:
    """Return the share of the base LR in the last step of a warm-up that is cut off."""
    if schedule.scheduler == "ConstantLR":
        factor = schedule.number("factor")
        return None if factor is None or factor.value is None else float(factor.value)
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    steps, length = warmup.steps.value, warmup.length.value
    if start is None or end is None or start.value is None or end.value is None:
        return None
    if steps is None or length is None:
        return None
    return float(start.value + (end.value - start.value) * (steps - 1) / length)


WARMUP_EXCLUSIONS = (
    OPEN_ARGUMENTS,
    *PLAIN_STEPS,
    EXERCISE,
    MOVED,
    REBUILT,
    *STEPPED_WRONGLY,
)


def _undecided(schedule: Schedule) -> Length | None:
    length = _against_steps(schedule)
    return length if length is not None and length.comparison.unknown else None


def _not_known(length: Length) -> str:
    return (
        f"whether {wording.amount(length.steps)} steps are enough for a warm-up of"
        f" {wording.amount(length.length)} is not known"
    )


WARMUP_NOT_DECIDED = (UNKNOWN_LENGTH, UNKNOWN_STEPS, Exclusion(_undecided, _not_known))


# -- timm's own warm-up


def too_long_for(schedule: Schedule) -> Length | None:
    """Return the warm-up of a schedule of timm's against the fewer steps of the training."""
    warmup, horizon, steps = schedule.number("warmup_t"), schedule.horizon, schedule.steps
    if warmup is None or horizon is None or steps is None or not keeps_pace(schedule):
        return None
    if wrong_position(schedule) is not None or any(row.case(schedule) for row in _OF_TIMM):
        return None
    length = against(schedule, horizon, warmup, steps)
    if not length.comparison.differs or length.fits or length.longer:
        return None
    return length


_OF_TIMM = (OPEN_ARGUMENTS, EXERCISE, MOVED, NO_STEPS_TAKEN)


# -- what comes after a warm-up


def after_warmup(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Return a decay against the steps that a warm-up leaves to it, and the warm-up."""
    if not _falls(schedule):
        return None
    return _in_sequence(schedule) or _after_condition(schedule)


def _falls(schedule: Schedule) -> bool:
    if schedule.scheduler != "LinearLR":
        return True
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    if start is None or end is None or start.value is None or end.value is None:
        return False
    return end.value < start.value


def _in_sequence(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Return the length of the last part of a SequentialLR against its steps, and its start."""
    parent, horizon = schedule.parent, schedule.horizon
    if parent is None or horizon is None or horizon.length is None:
        return None
    if parent.scheduler == "SequentialLR" and schedule is parent.children[0]:
        return None
    milestones = parent.argument("milestones")
    marks = None if milestones is None else milestones.numbers
    left = segment(schedule)
    if not marks or left is None:
        return None
    if left.value is not None and left.value <= 0:
        return None
    if schedule is not parent.children[-1]:
        return None  # it may be meant to be cut off
    return against(schedule, horizon, horizon.length, left), marks[-1]


def _after_condition(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Return the length after ``if epoch >= warmup:`` against the steps there, and the warm-up."""
    horizon = schedule.horizon
    if schedule.parent is not None or horizon is None or horizon.length is None:
        return None
    if len(schedule.sites) != 1 or len(schedule.sites[0].guards) != 1:
        return None
    (site,) = schedule.sites
    (guard,) = site.guards
    whole = iterations(site)
    if guard.kind is not GuardKind.AFTER or guard.amount is None or whole is None:
        return None
    return against(schedule, horizon, horizon.length, whole - guard.amount), guard.amount


def forgets_warmup(schedule: Schedule, length: Length, warmup: Expr) -> bool:
    """Whether a length takes no account of the warm-up before it."""
    if length.comparison.differs and length.fits:
        return False
    if length.comparison.differs and schedule.parent is not None:
        return not length.longer
    return _is_whole(length, warmup)


def _is_whole(length: Length, warmup: Expr) -> bool:
    """Whether the length is that of the warm-up and what it leaves together."""
    if warmup.value == 0:
        return False
    try:
        together = compare(length.length, length.steps + warmup)
    except (TooComplex, NotRepresentable):
        return False
    return together.equal and length.comparison.sign != 1


AFTER_WARMUP_EXCLUSIONS = (*WARMUP_EXCLUSIONS, WHOLE_IGNORES_ACCUMULATION)


# -- the schedules of transformers, and others of that form


@dataclass(frozen=True)
class WarmupSteps:
    """``num_warmup_steps`` against ``num_training_steps``, or against the steps of the training."""

    schedule: Schedule
    warmup: Argument
    length: Expr
    compared: Length
    caveat: str

    @property
    def never_ends(self) -> bool:
        """Whether the warm-up is longer; of ``n // 48`` steps that is open."""
        if self.compared.ratio is not None:
            return self.compared.ratio < 1 and not self.compared.comparison.off_by_one
        return (
            self.compared.comparison.differs and not self.compared.fits and not self.compared.longer
        )


def warmup_and_total(schedule: Schedule) -> tuple[str, str]:
    """Return the names of the parameters that are the steps of the warm-up and of all."""
    return WARMUPS.get(schedule.scheduler, ("num_warmup_steps", "num_training_steps"))


def takes_all(case: WarmupSteps) -> bool:
    """Whether the warm-up takes all steps of a training that is to decay after it."""
    planned = case.schedule.number(warmup_and_total(case.schedule)[1])
    return case.compared.comparison.equal and planned is not None and planned != case.length


def warmup_steps(schedule: Schedule) -> WarmupSteps | None:
    """Return the warm-up against the number that is planned; None where one is not known."""
    return _warmup_against(schedule, schedule.number(warmup_and_total(schedule)[1]))


def warmup_of_training(schedule: Schedule) -> WarmupSteps | None:
    """Return the warm-up against the steps that are taken; None where one is not known."""
    if schedule.parent is not None or any(row.case(schedule) for row in _TRAINING_EXCLUSIONS):
        return None
    return _warmup_against(schedule, schedule.steps)


def _warmup_against(schedule: Schedule, steps: Expr | None) -> WarmupSteps | None:
    name = warmup_and_total(schedule)[0]
    warmup = schedule.argument(name)
    if warmup is None or warmup.number is None or steps is None:
        return None
    horizon = schedule.horizon  # an inverse square root has no end, but its warm-up has
    if horizon is None:
        horizon = Horizon(
            parameter=name,
            length=warmup.number,
            unit=warmup.number.unit,
            place=warmup.place or schedule.place,
        )
    compared = against(schedule, horizon, warmup.number, steps)
    caveat = compared.caveat
    if compared.comparison.unknown:
        length, steps = warmup.number.resolve(Strength.DEFAULT), steps.resolve(Strength.DEFAULT)
        compared = against(schedule, horizon, length, steps)
        caveat = WITH_THE_DEFAULTS
    return WarmupSteps(schedule, warmup, warmup.number, compared, caveat)


_TRAINING_EXCLUSIONS = (
    *WARMUP_EXCLUSIONS,
    IGNORED_ACCUMULATION,
    STEPS_EVERY_MICRO_BATCH,
    NO_STEPS_TAKEN,
)


def _undecided_steps(case: WarmupSteps) -> Length | None:
    return case.compared if case.compared.comparison.unknown else None


WARMUP_STEPS_NOT_DECIDED = (Exclusion(_undecided_steps, _not_known),)
