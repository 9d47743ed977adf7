"""The whole curve of an LR that the script writes itself: does it fall, rise, or stay at 0?"""

from __future__ import annotations

import math

from lrlint.facts import Schedule
from lrlint.judgement.hand_written import (
    FEWEST_STEPS,
    MOST_STEPS,
    POINTS,
    curve,
    decay_of,
    is_judged,
    known_versions,
    lr_at,
    lrs_at,
    step_count,
)
from lrlint.symbolic import Expr

_GROWN = 2.0
"""A decay whose last LR is at least so many times the first one is a growth."""


_OUT_OF_REACH = 20
"""A change that comes only in a training so many times longer is not meant to come."""


def raised(schedule: Schedule) -> tuple[float, float] | None:
    """Return the LRs at the start and the end of a decay that raises the LR."""
    if not is_judged(schedule):
        return None
    found = {_ends_of_decay(known) for known in known_versions(schedule)}
    ends = found.pop() if len(found) == 1 else None
    return ends if ends is not None and ends[0] < ends[1] else None


def _ends_of_decay(schedule: Schedule) -> tuple[float, float] | None:
    """Return the LRs at the ends of a cosine that is in force from its start on."""
    decay = decay_of(schedule.law.decays)
    first, last = (None, None) if decay is None else (decay.start.value, decay.end.value)
    if decay is None or not decay.cosine or first is None or last is None:
        return None
    quarter = round(first + (last - first) / 4)
    start, later, end = (lr_at(schedule, point) for point in (first, quarter, last))
    if start is None or later is None or end is None:
        return None
    bend = (1 - math.cos(math.pi * (quarter - first) / (last - first))) / 2
    # A warm-up that lasts for longer, and is in force instead, is a straight line.
    return (
        (start, end)
        if abs(later - start - bend * (end - start)) <= 0.05 * abs(end - start)
        else None
    )


def zero_steps(schedule: Schedule) -> int:
    """Return how many values of the counter have an LR of exactly 0, where some others do not."""
    steps = step_count(schedule) if is_judged(schedule) else None
    if steps is not None and steps > MOST_STEPS:
        return _zeros_at_the_end(schedule, steps)
    lrs = curve(schedule) if steps is not None else None
    zeros = 0 if lrs is None else lrs.count(0.0)
    return 0 if lrs is None or zeros == len(lrs) else zeros


def _zeros_at_the_end(schedule: Schedule, steps: int) -> int:
    """Return how many of the last steps have an LR of 0, of too many steps to look at each."""
    last_used, end = -1, steps
    for point in (*range(0, steps, steps // POINTS), steps - 1):
        if lr_at(schedule, point) != 0:
            last_used, end = point, steps
        else:
            end = min(end, point)
    while last_used >= 0 and end - last_used > 1:
        middle = (last_used + end) // 2
        if lr_at(schedule, middle) == 0:
            end = middle
        else:
            last_used = middle
    return 0 if last_used < 0 else steps - end


def flat_lr(schedule: Schedule) -> float | None:
    """Return the LR of a law that never changes, although it counts."""
    if not is_judged(schedule):
        return None
    rates = {_only_lr(known) for known in known_versions(schedule)}
    return rates.pop() if len(rates) == 1 else None


def _only_lr(schedule: Schedule) -> float | None:
    """Return the LR of a law that has only one throughout the training."""
    law, steps = schedule.law, step_count(schedule)
    if steps is None or any(mark.at.value is None or mark.at.value > 0 for mark in law.thresholds):
        return None
    points = range(steps) if steps <= MOST_STEPS else range(0, steps, steps // POINTS)
    lrs = lrs_at(schedule, points)
    if lrs is None or len(lrs) < FEWEST_STEPS or any(lr != lrs[0] for lr in lrs):
        return None
    return lrs[0] if law.settled or (law.divides and _changes_later(schedule, steps)) else None


def _changes_later(schedule: Schedule, steps: int) -> bool:
    """Whether the LR changes soon after the training; an option may put that off for good."""
    later = {lr_at(schedule, steps * times) for times in range(_OUT_OF_REACH)} - {None}
    return len(later) > 1


def growing_decay(schedule: Schedule) -> tuple[Expr, float, float] | None:
    """Return the factor, and the first and the last LR, of a decay that only raises the LR.

    It starts at the LR of the optimizer, as a decay does and a warm-up does not.
    """
    factor, base = schedule.law.factor, next(iter(schedule.base_lrs), None)
    if factor is None or base is None or base.value is None or not is_judged(schedule):
        return None
    lrs = curve(schedule)
    if not lrs or not math.isclose(lrs[0], base.value) or lrs != sorted(lrs):
        return None
    return (factor, lrs[0], lrs[-1]) if lrs[-1] >= _GROWN * lrs[0] else None
