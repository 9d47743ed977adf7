"""The steps that say most about a curve: the end of its warm-up, drops, restarts, extremes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

_JUMP = 1.25
"""The least factor between two steps that is a drop, and not a slope."""
_RISE = 0.25
"""The part of its range that an LR rises by at least in one step at a restart."""
_MOST = 4
"""Events of one kind that are listed."""


def key_steps(lr: Sequence[float], total: int) -> dict[int, str]:
    """Return the indices of the steps to show, in order, and what is there.

    ``total`` is the number of steps of the whole training, of which ``lr`` may be a part.
    """
    last = len(lr) - 1
    marks = {0: "first step"}
    marks.setdefault(last, "last step" if len(lr) == total else "last step shown")
    top = _end_of_warmup(lr)
    if top:
        marks.setdefault(top, "end of the warm-up")
    for events in (_drops(lr), list(_restarts(lr))):
        for step, text in events[:_MOST]:
            marks.setdefault(step, text)
        if len(events) > _MOST:
            step, text = events[_MOST - 1]
            marks[step] = f"{text}, and {len(events) - _MOST} more"
    marks.setdefault(_first(max(lr), lr), "highest")
    marks.setdefault(_first(min(lr), lr), "lowest")
    return dict(sorted(marks.items()))


def _first(rate: float, lr: Sequence[float]) -> int:
    """Return the first step with an LR, but for rounding."""
    return next((i for i, other in enumerate(lr) if math.isclose(other, rate, rel_tol=1e-9)), 0)


def _end_of_warmup(lr: Sequence[float]) -> int:
    """Return the step at which a rise from the first step ends; 0 where there is none."""
    top = 0
    for step, (before, after) in enumerate(pairwise(lr), start=1):
        if after < before:
            break
        if after > before:
            top = step
    return top


def _drops(lr: Sequence[float]) -> list[tuple[int, str]]:
    """Return the steps at which a constant LR falls at once; a smooth decay in stairs has none."""
    falls = [
        step
        for step in range(2, len(lr))
        if lr[step - 2] == lr[step - 1] > lr[step] and lr[step] >= 0
    ]
    drops = [step for step in falls if lr[step] * _JUMP < lr[step - 1]]
    if 2 * len(drops) < len(falls):
        return []
    return [(step, f"drop, × {lr[step] / lr[step - 1]:.3g}") for step in drops]


def _restarts(lr: Sequence[float]) -> Iterator[tuple[int, str]]:
    """Yield the steps at which an LR that has fallen rises at once by a part of its range."""
    least = (max(lr) - min(lr)) * _RISE
    highest = lr[0]
    for step in range(2, len(lr)):
        before, after = lr[step - 1], lr[step]
        highest = max(highest, before)
        if before <= lr[step - 2] and before < highest and after - before > least:
            yield step, "restart"
