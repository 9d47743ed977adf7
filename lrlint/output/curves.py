"""Learning-rate curves, and the points of a long one that are worth drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


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
