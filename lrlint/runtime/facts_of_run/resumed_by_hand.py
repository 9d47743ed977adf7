"""Trainings that go on from a checkpoint and write their LR by hand: is it that of one training?

Analysed without the options that resume it, the script predicts the LR of every step of an
uninterrupted training. Where the LR that the checkpoint has brought is that of the step before, the
earlier run has followed the prediction, and so must the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrlint.facts import Departure
from lrlint.runtime.recorder.records import RecordedOptimizer

_STARTS_OVER = "its counter starts over"
_OTHER = "what it is computed from is not restored: a base LR, a counter, or the LR in use"

_SAME = 1e-6
"""Largest difference, relative to the highest LR, between two LRs that count as the same."""


def departure_on_resume(
    record: RecordedOptimizer, whole: Sequence[Sequence[float]] | None
) -> Departure | None:
    """Return the first step of a resumed run whose LR is not that of the whole training.

    ``whole`` has the LRs of the training without interruption, one sequence per param group. None
    where the run goes on as it should, or where it is not certain with which step it begins.
    """
    loaded, used = record.begun_with, record.curve.lr
    if record.begun_at is None or not whole or not used or len(used[0]) != len(whole):
        return None
    length = len(whole[0])
    tolerance = _SAME * max(max(group) for group in whole)
    first = length - record.steps
    if not 0 < first < length or record.curve.at[-1] >= record.steps:
        return None
    starts = [
        step
        for step in range(1, length)
        if all(any(_near(group[step - 1], lr, tolerance) for lr in loaded) for group in whole)
        and all(any(_near(group[step - 1], lr, tolerance) for group in whole) for lr in loaded)
    ]
    if not starts or starts[-1] != first or starts[0] + len(starts) - 1 != first:
        return None  # the LR of the checkpoint comes elsewhere, too
    if any(_first_difference(record, whole, step, tolerance) is None for step in starts):
        return None
    found = _first_difference(record, whole, first, tolerance)
    if found is None:
        return None
    index, group = found
    step = record.curve.at[index]
    return Departure(
        step=step,
        group=group,
        used=used[index][group],
        expected=whole[group][first + step],
        writer=_STARTS_OVER if _first_difference(record, whole, 0, tolerance) is None else _OTHER,
        resumed=True,
    )


def _first_difference(
    record: RecordedOptimizer, whole: Sequence[Sequence[float]], start: int, tolerance: float
) -> tuple[int, int] | None:
    """Return the first LR of the run's curve that differs, if the run begins at a step."""
    for index, (step, lrs) in enumerate(zip(record.curve.at, record.curve.lr, strict=True)):
        for group, lr in enumerate(lrs):
            if start + step >= len(whole[group]):
                return None  # it is longer than the training: not told here
            if not _near(lr, whole[group][start + step], tolerance):
                return index, group
    return None


def _near(lr: float, other: float, tolerance: float) -> bool:
    return math.isclose(lr, other, rel_tol=0.0, abs_tol=tolerance)
