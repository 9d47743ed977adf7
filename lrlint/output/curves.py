"""Learning-rate curves, and the points of a long one that are worth drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_LARGEST = 1e300
"""Larger numbers count as infinite, since the difference of two of them may overflow."""


@dataclass(frozen=True)
class Curve:
    """The LR at optimizer steps, which count from 1."""

    label: str
    steps: Sequence[int]
    lr: Sequence[float]


def thinned(values: Sequence[float], most: int) -> list[int]:
    """Return the indices to draw: of a long curve the ends and extremes of each stretch."""
    count = len(values)
    if count <= most:
        return list(range(count))
    stride = math.ceil(count / (most // 4))
    chosen = {0, count - 1}
    for start in range(0, count, stride):
        stretch = range(start, min(start + stride, count))
        chosen |= {start, stretch[-1]}
        chosen |= {min(stretch, key=values.__getitem__), max(stretch, key=values.__getitem__)}
    return sorted(chosen)


def finite_part(curve: Curve) -> Curve:
    """Return a curve without the points that cannot be drawn."""
    points = [
        (step, rate)
        for step, rate in zip(curve.steps, curve.lr, strict=True)
        if abs(rate) < _LARGEST
    ]
    return Curve(curve.label, [step for step, _ in points], [rate for _, rate in points])


def round_distance(length: float, most: int, factors: Sequence[float] = (1, 2, 5)) -> float:
    """Return the least round number that fits into a length at most ``most`` times."""
    power = 10.0 ** math.floor(math.log10(length / most))
    for factor in factors:
        if length <= power * factor * most * (1 + 1e-9):
            return power * factor
    return 10 * power
