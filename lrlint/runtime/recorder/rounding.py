"""How far the LRs of a run may be from the expected ones before that is a departure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Rounding:
    """The error of an LR that rounding alone explains."""

    dtype: str
    relative: float
    """As a share of the expected LR."""
    to_highest: float
    """As a share of the highest LR of the schedule."""
    drift: float = 0.0
    """As a share of the expected LR, for each step that a recursion has rounded."""
    drift_to_highest: float = 0.0
    absolute: float = 0.0
    """The distance of the smallest numbers of the dtype."""
    epsilon: float = 0.0
    """The relative distance of neighbouring numbers; 0 where the recursion is followed exactly."""

    def allows(self, error: float, expected: float, highest: float, step: int) -> bool:
        """Whether an error is within it; False for NaN."""
        share = self.relative + self.drift * step
        of_highest = max(self.to_highest, self.drift_to_highest * step)
        return error <= share * abs(expected) + of_highest * highest + self.absolute


EXACT = Rounding("float", relative=1e-9, to_highest=1e-11)
"""For LRs that are Python floats: the recursion is followed in the same arithmetic."""


def rounding_of_numbers(lrs: Iterable[object]) -> Rounding:
    """Return the rounding of LRs that are not tensors: numpy's narrow types round as tensors do."""
    names = [str(getattr(lr, "dtype", "")) for lr in lrs]
    dtypes = [
        dtype for name in names if isinstance(dtype := getattr(torch, name, None), torch.dtype)
    ]
    narrow = [dtype for dtype in dtypes if dtype.is_floating_point and dtype != torch.float64]
    return rounding_of(min(narrow, key=lambda dtype: dtype.itemsize)) if narrow else EXACT


def rounding_of(dtype: torch.dtype) -> Rounding:
    """Return the rounding of LR tensors.

    Each step of a float32 recursion may be off by half the distance of two neighbours, all of them
    to the same side, and by 2e-8 of the highest LR where it subtracts a minimum. A 16-bit LR may
    never move again, which is a finding and not a tolerance.
    """
    name = str(dtype).removeprefix("torch.")
    if not dtype.is_floating_point:  # a whole number, exact in itself
        return Rounding(name, EXACT.relative, EXACT.to_highest)
    info = torch.finfo(dtype)
    if info.bits == 64:
        return Rounding(name, EXACT.relative, EXACT.to_highest)
    narrow = info.bits < 32
    return Rounding(
        name,
        relative=max(1e-5, info.eps),
        to_highest=1e-5,
        drift=0.0 if narrow else info.eps / 2,
        drift_to_highest=0.0 if narrow else 2e-8,
        absolute=info.smallest_normal * info.eps,
        epsilon=info.eps,
    )
