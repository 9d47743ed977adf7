"""What rules ask of a schedule that the script writes into the param groups itself.

Its law is a function of a counter. Where the script's own numbers are known, so is the LR at each
value of the counter; then the curve decides, and not the form of the law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lrlint.facts import (
    HANDWRITTEN,
    HANDWRITTEN_LINE,
    Cadence,
    DecayEnd,
    Horizon,
    LoopKind,
    Place,
    Schedule,
    Threshold,
)
from lrlint.judgement.exclusions import (
    EXERCISE,
    MOVED,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
    WRITES,
)
from lrlint.judgement.horizon_units import COINCIDENCE
from lrlint.judgement.length import WITH_THE_DEFAULTS, Length, against, is_exercise
from lrlint.judgement.rates import lr_text
from lrlint.symbolic import Expr, NotRepresentable, Number, TooComplex, Unit, compare

MOST_STEPS = 20_000
"""Steps whose LRs are compared one by one."""
POINTS = 1000
"""About as many are compared where there are more steps than that."""
FEWEST_STEPS = 5
"""Fewer are a trial run."""
_LOW = 0.05
"""The share of the highest LR below which nobody sees how far a decay went on."""
_ROUNDING = 1e-6
"""How far from a whole number the end of a decay is computed, at most: ``1 / (pi / 50 / pi)``."""
_LOST = 1e-9
"""The share of the first LR at which a training has come to a halt."""


def unit_of(schedule: Schedule) -> str:
    """Return what the law counts."""
    loop = schedule.law.counter
    if loop is None:
        return "step"
    return {LoopKind.EPOCH: "epoch", LoopKind.BATCH: "step"}.get(loop.kind, "step")


def is_judged(schedule: Schedule, *, anew: bool = False) -> bool:
    """Whether it is a training's own schedule, whose law can be read.

    ``anew`` asks for those whose counter starts over, too.
    """
    if schedule.law.passes is not None and not (anew and schedule.law.passes.value != 1):
        return False
    optimizer = schedule.optimizer
    return (
        optimizer is not None
        and not is_exercise(schedule)
        and schedule.law.steps is not None
        and (is_written(schedule) or schedule.per is not Cadence.ONCE)
        and _rules_alone(schedule)
    )


_OWN_EXCLUSIONS = (*PLAIN_STEPS, EXERCISE, MOVED, REBUILT, WRITES, *STEPPED_WRONGLY)


def is_written(schedule: Schedule) -> bool:
    """Whether the script writes the LR itself, and no scheduler does."""
    return schedule.scheduler == HANDWRITTEN


def _rules_alone(schedule: Schedule) -> bool:
    """Whether the law of a scheduler class of the script is all that decides the LR in use."""
    return is_written(schedule) or (
        schedule.parent is None
        and schedule.stepping.escapes is None
        and not schedule.surroundings.competitors
        and not any(row.case(schedule) for row in _OWN_EXCLUSIONS)
    )


def source(schedule: Schedule) -> tuple[str, Place]:
    """Return a note that says where the schedule comes from."""
    text = "the LR is written here" if is_written(schedule) else "scheduler built here"
    return text, schedule.place


def step_count(schedule: Schedule) -> int | None:
    """Return how many values the counter takes with the script's defaults."""
    steps = schedule.law.steps
    value = None if steps is None else steps.value
    return value if isinstance(value, int) and value > 0 else None


def lr_at(schedule: Schedule, position: Number | None) -> float | None:
    """Return the LR at a value of the counter; None where it is unknown, or Python would raise."""
    at = schedule.law.at
    if at is None or position is None or position < -_ROUNDING:
        return None
    whole = round(position)
    if abs(position - whole) > _ROUNDING:
        return None
    try:
        return at(whole)
    except (ArithmeticError, ValueError, LookupError):
        return None


def curve(schedule: Schedule) -> list[float] | None:
    """Return the LR at each value of the counter, where they are few enough to look at."""
    steps = step_count(schedule)
    return None if steps is None or steps > MOST_STEPS else lrs_at(schedule, range(steps))


def lrs_at(schedule: Schedule, points: Sequence[int]) -> list[float] | None:
    """Return the LRs at some values of the counter; None where one is not known."""
    lrs = [lr for point in points if (lr := lr_at(schedule, point)) is not None]
    return lrs if len(lrs) == len(points) else None


def known_versions(schedule: Schedule) -> list[Schedule]:
    """Return the schedule, or those for some values of its numbers where these are not known."""
    if step_count(schedule) is not None:
        return [schedule]
    return [replace(schedule, law=law) for law in schedule.law.samples]


def caveat(schedule: Schedule) -> str:
    """Return what a message adds where an option of the script may change its numbers."""
    return "" if schedule.law.settled else WITH_THE_DEFAULTS


# -- the end of the decay (LR201, LR204) ----------------------------------------------------------


@dataclass(frozen=True)
class Mismatch:
    """A decay that ends elsewhere than the training."""

    decay: DecayEnd
    length: Length
    last: float | None
    """The LR of the last step."""
    warmup: Expr | None
    """The steps before it, which its length leaves out of account."""
    in_other_unit: bool = False
    """Whether it counts epochs where the law counts batches, or the other way round.

    How many batches an epoch has is not known then; one of a single batch is an exercise.
    """

    @property
    def certain(self) -> bool:
        """Whether they differ on every run of the script."""
        return self.length.as_planned if self.in_other_unit else self.length.certain

    @property
    def caveat(self) -> str:
        """What a message says where the numbers are not those of every run."""
        return "" if self.in_other_unit and self.length.as_planned else self.length.caveat

    @property
    def place(self) -> Place:
        return self.decay.place or self.length.horizon.place


def mismatch(schedule: Schedule) -> Mismatch | None:
    """Return the decay of a law where it does not end with the training; None where it does."""
    law = schedule.law
    named = None if schedule.horizon is None else decay_of(law.decays)
    decay = named or _turning(schedule)
    if decay is None or law.steps is None or not is_judged(schedule, anew=True):
        return None
    length = against(schedule, _horizon(schedule, decay), decay.end, law.steps)
    warmup = _forgotten_warmup(decay, law.steps)
    if law.passes is None and length.ratio is None and _in_other_unit(schedule, decay):
        return Mismatch(decay, length, None, None, in_other_unit=True)
    if (length.fits and warmup is None) or length.comparison.unknown:
        return None
    steps = step_count(schedule)
    last = None if steps is None else lr_at(schedule, steps - 1)
    if law.passes is not None and (length.longer or warmup is not None):
        return None  # it starts over on purpose
    if length.longer and not _goes_wrong(schedule):
        return None
    if not length.longer and (_is_low(schedule, last) or _rises(schedule, decay)):
        return None
    return Mismatch(decay, length, last, warmup)


def _in_other_unit(schedule: Schedule, decay: DecayEnd) -> bool:
    """Whether a decay is as many batches long as there are epochs, or the other way round."""
    counter, stepping = schedule.law.counter, schedule.stepping
    if counter is None or stepping.epoch_loop is None:
        return False
    epochs, updates = stepping.epoch_loop.trips, stepping.optimizer_steps
    if epochs is None or updates is None or epochs.value == 1:
        return False
    planned = {LoopKind.BATCH: epochs, LoopKind.EPOCH: updates}.get(counter.kind)
    comparison = None if planned is None else compare(decay.end, planned)
    if planned is None or comparison is None or not (comparison.equal or comparison.off_by_one):
        return False
    return bool(decay.end.atoms() & planned.atoms()) or (decay.end.value or 0) > COINCIDENCE


def decay_of(decays: tuple[DecayEnd, ...], *, named_only: bool = True) -> DecayEnd | None:
    """Return the one decay of a law; a line counts where its end has a name in the script."""
    named = [
        decay
        for decay in decays
        if decay.end.is_integer and (decay.cosine or decay.end.atoms() or not named_only)
    ]
    if not named and not named_only:
        named = list(decays)  # a quotient, as `steps / micro_batches`
    cosines = [decay for decay in named if decay.cosine]
    ends = {decay.end: decay for decay in cosines or named}
    return next(iter(ends.values())) if len(ends) == 1 else None


def _turning(schedule: Schedule) -> DecayEnd | None:
    """Return a line that goes wrong after its end, which needs no name to be a mistake then."""
    decay = decay_of(schedule.law.decays, named_only=False)
    return decay if decay is not None and not decay.cosine and _turns(schedule, decay) else None


def _turns(schedule: Schedule, decay: DecayEnd) -> bool:
    """Whether an LR rises again after the end of its decay, is negative, or no real number."""
    steps, over = step_count(schedule), decay.end.value
    if steps is None or over is None or steps - 1 <= over:
        return False
    last, end = lr_at(schedule, steps - 1), lr_at(schedule, over)
    if last is None or last < 0:
        return last is not None or has_no_lr(schedule)
    low = decay.cosine or end == 0
    return low and end is not None and last > max(end * 1.01, 0)


def has_no_lr(schedule: Schedule) -> bool:
    """Whether the law of the last step is a fractional power of a negative number.

    That is a complex number in Python, and `optimizer.step()` raises an exception.
    """
    at, steps = schedule.law.at, step_count(schedule)
    if at is None or steps is None:
        return False
    try:
        at(steps - 1)
    except ArithmeticError as error:
        return type(error) is ArithmeticError
    except (ValueError, LookupError):
        pass
    return False


def _horizon(schedule: Schedule, decay: DecayEnd) -> Horizon:
    horizon, place = schedule.horizon, decay.place or schedule.place
    parameter = HANDWRITTEN_LINE if horizon is None else horizon.parameter
    return Horizon(parameter=parameter, length=decay.end, unit=decay.end.unit, place=place)


def _goes_wrong(schedule: Schedule) -> bool:
    """Whether the LR rises again after the end of its decay, or is negative."""
    known = known_versions(schedule)
    return bool(known) and all(_climbs(one, named=one is schedule) for one in known)


def _climbs(schedule: Schedule, *, named: bool) -> bool:
    """Whether the LR rises again after the end of its decay, or is negative, with these numbers.

    Without ``named``, the end of the decay need have no name: a number stands in for it.
    """
    decay = decay_of(schedule.law.decays, named_only=named) or _turning(schedule)
    return decay is not None and _turns(schedule, decay)


def _rises(schedule: Schedule, decay: DecayEnd) -> bool:
    """Whether the LR is higher at the end than at the start: it is a warm-up."""
    start, end = lr_at(schedule, decay.start.value), lr_at(schedule, decay.end.value)
    return not decay.cosine and start is not None and end is not None and start < end


def _is_low(schedule: Schedule, last: float | None) -> bool:
    """Whether the LR is nearly at its end value when the training ends."""
    steps = step_count(schedule)
    if last is None or steps is None:
        return schedule.law.at is not None and steps is not None
    points = {round(steps * share / 50) for share in range(50)}
    known = [lr for point in points if (lr := lr_at(schedule, point)) is not None]
    return last <= _LOW * max(known, default=0.0)


def _forgotten_warmup(decay: DecayEnd, steps: Expr) -> Expr | None:
    """Return the warm-up where the decay after it is as long as the whole training."""
    try:
        if decay.start.value == 0 or not compare(decay.end - decay.start, steps).equal:
            return None
    except (NotRepresentable, TooComplex):
        return None
    return decay.start


# -- branches (LR205, LR210) ----------------------------------------------------------------------


def missed_drops(schedule: Schedule) -> tuple[list[Threshold], list[Threshold]]:
    """Return the drops that lie past the end of the training, and those that do not."""
    law = schedule.law
    if law.steps is None or not is_judged(schedule) or decay_of(law.decays) is not None:
        return [], []
    missed: list[Threshold] = []
    reached: list[Threshold] = []
    for threshold in law.thresholds:
        at = threshold.at.value
        before = lr_at(schedule, at - 1) if isinstance(at, int) else None
        after = lr_at(schedule, at)
        if before is None or after is None or not 0 <= after < 0.9 * before:
            continue
        comparison = compare(threshold.at, law.steps)
        past = comparison.differs and comparison.sign == 1
        (missed if past or comparison.equal else reached).append(threshold)
    return _by_value(missed), _by_value(reached)


def _by_value(thresholds: list[Threshold]) -> list[Threshold]:
    found = {threshold.at.value: threshold for threshold in thresholds}
    return [found[value] for value in sorted(found, key=lambda value: value or 0)]


def limit_in_epochs(schedule: Schedule) -> Threshold | None:
    """Return where a branch compares a counter of batches with a number of epochs."""
    counter, epochs = schedule.law.counter, schedule.stepping.epoch_loop
    if counter is None or counter.kind is not LoopKind.BATCH or not is_judged(schedule):
        return None
    if epochs is None or epochs.trips is None or epochs.trips.value == 1:
        return None
    return next((mark for mark in schedule.law.thresholds if mark.at.unit is Unit.EPOCH), None)


# -- the LR in use (LR701) ------------------------------------------------------------------------


def lost_rate(schedule: Schedule) -> str | None:
    """Return the LR at the end where a factor of the counter has multiplied it to nothing.

    A factor that falls over the whole training is meant to be applied once, to the first LR. It is
    lost where it is applied to the last LR, and that ends at less than half of what was meant.
    """
    found = schedule.law.compounding
    if found is None or is_exercise(schedule):
        return None
    if abs(found.last) < _LOST * found.first:
        return lr_text([found.last])
    if found.meant is None or not abs(found.last) < 0.5 * found.meant:
        return None
    return f"{lr_text([found.last])}, not to {lr_text([found.meant])}"
