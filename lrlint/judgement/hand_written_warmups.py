"""Warm-ups of a schedule that the script writes itself: too long, or begun again and again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lrlint.facts import Guard, GuardKind, LoopKind, OptimizerUse, Schedule, Threshold, Write
from lrlint.judgement.hand_written import (
    FEWEST_STEPS,
    curve,
    is_judged,
    lr_at,
    mismatch,
    step_count,
)
from lrlint.symbolic import Expr, compare

_POINTS = 20
"""Steps, spread over the training, at which an LR must have risen to be called rising."""
_FARTHEST = 10_000
"""A warm-up is followed for up to so many times the length of the training."""
_NEARLY = 0.9
"""An LR at this share of its peak is taken to have reached it."""


def long_warmup(schedule: Schedule) -> Threshold | None:
    """Return where a warm-up ends that the training does not reach."""
    steps = step_count(schedule)
    if steps is None or steps < FEWEST_STEPS or not is_judged(schedule, anew=True):
        return None
    for threshold in schedule.law.thresholds:
        end = threshold.at.value
        if not isinstance(end, int) or end <= steps or schedule.law.steps is None:
            continue
        comparison = compare(threshold.at, schedule.law.steps)
        points = [0, steps // 2, steps - 1, end - 1]
        lrs = [lr for point in points if (lr := lr_at(schedule, point)) is not None]
        if len(lrs) == len(points) and all(a < b for a, b in pairwise(lrs)):
            return threshold if comparison.sign == 1 and not comparison.off_by_one else None
    peak = None if mismatch(schedule) is not None else _peak_after(schedule, steps)
    return None if peak is None else Threshold(at=Expr.const(peak), text="", place=None)


def _peak_after(schedule: Schedule, steps: int) -> int | None:
    """Return where an LR that rises through the whole training would no longer rise."""
    points = sorted({round((steps - 1) * share / _POINTS) for share in range(_POINTS + 1)})
    lrs = [lr_at(schedule, point) for point in points]
    known = [lr for lr in lrs if lr is not None]
    if len(known) < len(lrs) or not all(a < b for a, b in pairwise(known)):
        return None
    low, high = points[-1], 2 * points[-1]
    while _goes_up(schedule, low, high):
        low, high = high, 2 * high
        if high > steps * _FARTHEST:
            return None
    if _goes_up(schedule, low, high) is None:
        return None
    low = low // 2 if low > points[-1] else low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _goes_up(schedule, middle, middle + 1) else (low, middle)
    peak = lr_at(schedule, high)
    return high if peak is not None and known[-1] < _NEARLY * peak else None


def _goes_up(schedule: Schedule, position: int, later: int) -> bool | None:
    """Whether the LR is higher at a later step; None where it is not known."""
    lr, after = lr_at(schedule, position), lr_at(schedule, later)
    return None if lr is None or after is None else lr < after


def repeated_warmup(schedule: Schedule) -> int | None:
    """Return the length of a warm-up that starts over, to an LR that stays as it is."""
    if schedule.law.passes is None or schedule.law.decays or not is_judged(schedule, anew=True):
        return None
    lrs = curve(schedule)
    if lrs is None or len(lrs) < FEWEST_STEPS:
        return None
    peak = lrs.index(max(lrs))
    rises = all(a < b for a, b in pairwise(lrs[: peak + 1]))
    return peak if peak and rises and set(lrs[peak:]) == {lrs[peak]} else None


def begun_anew(optimizer: OptimizerUse) -> Iterator[tuple[Write, Guard]]:
    """Yield the LRs that rise over the first batches of each epoch: ``if i < warmup: …``."""
    for write in optimizer.writes:
        loops = [one for one in write.loops if one.kind.trains]
        if [one.kind for one in loops[-2:]] != [LoopKind.EPOCH, LoopKind.BATCH]:
            continue
        passes = loops[-2].trips
        if len(write.guards) != 1 or (passes is not None and passes.value == 1):
            continue
        (guard,) = write.guards
        if guard.kind is not GuardKind.BEFORE or guard.amount is None or write.value is None:
            continue
        if guard.loop is not None and guard.loop is not loops[-1]:
            continue  # `if epoch < warmup`, about a ramp over the batches of several epochs
        lines = map(write.value.linear_in, guard.reads - guard.amount.atoms())
        slopes = [line[0] for line in lines if line is not None]
        if any(slope.is_positive or (slope.value or 0) > 0 for slope in slopes):
            yield write, guard
