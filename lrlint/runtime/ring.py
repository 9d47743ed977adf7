"""LRs that live in tensors: copied on their device, read in bulk, never waited for step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ROWS = 4096
"""Optimizer steps between two readings."""


@dataclass(frozen=True)
class Rounding:
    """How far an LR may be from the expected one: what rounding alone explains."""

    dtype: str
    relative: float
    """To the expected LR."""
    to_highest: float
    """To the highest LR of the schedule."""
    drift: float = 0.0
    """To the expected LR, for each step that a recursion has rounded."""
    drift_to_highest: float = 0.0
    absolute: float = 0.0
    """The distance of the smallest numbers of the dtype."""
    epsilon: float = 0.0
    """The relative distance of neighbouring numbers; 0 where the recursion is followed exactly."""

    def allows(self, error: float, expected: float, highest: float, step: int) -> bool:
        """Whether an error is within it; False for one that is no number."""
        share = self.relative + self.drift * step
        of_highest = max(self.to_highest, self.drift_to_highest * step)
        return error <= share * abs(expected) + of_highest * highest + self.absolute


_ON_DEVICE: list[float] = []
"""Stands for expected LRs that are in a ring's buffer."""

EXACT = Rounding("float", relative=1e-9, to_highest=1e-11)
"""LRs that are Python floats: the recursion is followed in the same arithmetic."""


def rounding_of(dtype: Any) -> Rounding:
    """That of LR tensors.

    Each step of a float32 recursion may be off by half the distance of two neighbours, all of them
    to the same side, and by 2e-8 of the highest LR where it subtracts a minimum. One of
    16 bits may stand still for ever, which is a finding and no tolerance.
    """
    import torch

    info = torch.finfo(dtype)
    name = str(dtype).removeprefix("torch.")
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


class Tally:
    """A count of what only the device knows: read when the recording is."""

    def __init__(self) -> None:
        self._sum: Any = None

    def add(self, flag: Any) -> None:
        """Count ``flag``, a tensor that is 0 or 1."""
        if self._sum is None or self._sum.device != flag.device:
            flag = flag + self.take()  # a copy, which is ours to add to
            self._sum = flag
        else:
            self._sum.add_(flag)

    def take(self) -> int:
        """The count since the last time; waits for the device."""
        found = 0 if self._sum is None else int(self._sum)
        self._sum = None
        return found


class Ring:
    """A buffer on the device of an optimizer's LRs, a row for each step.

    Only group LRs that are tensors pass through it; all groups are copied so that a row is whole.
    """

    def __init__(self, lrs: list[Any]) -> None:
        import torch

        tensor = next(lr for lr in lrs if isinstance(lr, torch.Tensor))
        self._copy = torch._foreach_copy_
        self._tensor = torch.Tensor
        self._device, self._width = tensor.device, len(lrs)
        self.rounding = rounding_of(tensor.dtype)
        self._buffer = torch.empty(ROWS, len(lrs), dtype=tensor.dtype, device=tensor.device)
        self._views = _views(self._buffer)
        self._wanted: Any = None
        self._wanted_views: list[list[Any]] = []
        self._pending: list[tuple[int, list[float] | None]] = []

    def fits(self, lrs: list[Any]) -> bool:
        """Whether the groups are still as many."""
        return len(lrs) == self._width

    def add(self, step: int, lrs: list[Any], expected: list[Any] | None) -> bool:
        """Copy the LRs of one step; True where the buffer is full and wants to be drained.

        The expected LRs are floats, or tensors where a scheduler's own writing is all there is.
        """
        index = len(self._pending)
        self._write(self._views[index], lrs)
        if expected is not None and any(isinstance(lr, self._tensor) for lr in expected):
            if self._wanted is None:
                self._wanted = self._buffer.new_empty(self._buffer.shape)
                self._wanted_views = _views(self._wanted)
            self._write(self._wanted_views[index], expected)
            expected = _ON_DEVICE
        self._pending.append((step, expected))
        return len(self._pending) == ROWS

    def _write(self, row: list[Any], lrs: list[Any]) -> None:
        if all(isinstance(lr, self._tensor) for lr in lrs):
            self._copy(row, [lr.reshape(()) for lr in lrs])
        else:
            for view, lr in zip(row, lrs, strict=True):
                view.copy_(lr.reshape(())) if isinstance(lr, self._tensor) else view.fill_(lr)

    def drain(self) -> list[tuple[int, list[float], list[float] | None]]:
        """``(step, LRs, expected LRs)`` of all steps since the last time; waits for the device."""
        rows = self._buffer[: len(self._pending)].tolist()
        wanted = rows if self._wanted is None else self._wanted[: len(self._pending)].tolist()
        found = [
            (step, lr, on_device if want is _ON_DEVICE else want)
            for (step, want), lr, on_device in zip(self._pending, rows, wanted, strict=True)
        ]
        self._pending = []
        return found


def _views(buffer: Any) -> list[list[Any]]:
    """Each element of a matrix, as a tensor without dimensions."""
    return [list(row.unbind()) for row in buffer.unbind()]
