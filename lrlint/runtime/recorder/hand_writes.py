"""LRs that the script writes beside a scheduler that goes on from what it finds.

Such a write is not lost: the schedule continues from it, and it is expected to. Only where the
script writes the LR throughout the training does the schedule have no effect.
"""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts import Departure

_MOST = 0.75
"""The share of a scheduler's steps with a write between them from which it has no effect."""
_SAME = 1e-6
"""Factors whose relative difference is smaller are the same but for rounding."""


@dataclass
class HandWrites:
    """The writes to the LR of one optimizer, beside its only scheduler."""

    first: Departure
    """The first of them."""
    between: int = 0
    """The steps of the scheduler after which the LR was written."""
    last_step: int = -1
    """How often the scheduler had stepped before the last write."""
    factors: tuple[float, float] = (float("inf"), float("-inf"))
    """The least and the greatest factor by which a write changed the LR."""

    def note(self, steps: int, used: float, expected: float) -> None:
        """Count a write after a number of the scheduler's steps."""
        if steps != self.last_step:
            self.between, self.last_step = self.between + 1, steps
        factor = used / expected if expected else float("inf")
        self.factors = min(self.factors[0], factor), max(self.factors[1], factor)

    def departure(self, steps: int) -> Departure | None:
        """Return the first write, if writes have taken the place of the scheduler's ``steps``.

        Those that always change the LR by the same factor keep the schedule's shape.
        """
        least, greatest = self.factors
        constant = greatest - least <= _SAME * abs(greatest)
        often = self.between > 1 and self.between >= _MOST * steps
        return self.first if often and not constant else None
