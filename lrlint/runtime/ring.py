"""LRs that live in tensors: copied on their device, read in bulk, never waited for step by step."""

from __future__ import annotations

from typing import Any

ROWS = 4096
"""Optimizer steps between two readings."""


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
        self._buffer = torch.empty(ROWS, len(lrs), dtype=tensor.dtype, device=tensor.device)
        self._views = [list(row.unbind()) for row in self._buffer.unbind()]
        self._pending: list[tuple[int, list[float] | None]] = []

    def fits(self, lrs: list[Any]) -> bool:
        """Whether the groups are still as many."""
        return len(lrs) == self._width

    def add(self, step: int, lrs: list[Any], expected: list[float] | None) -> bool:
        """Copy the LRs of one step; True where the buffer is full and wants to be drained."""
        row = self._views[len(self._pending)]
        if all(isinstance(lr, self._tensor) for lr in lrs):
            self._copy(row, [lr.reshape(()) for lr in lrs])
        else:
            for view, lr in zip(row, lrs, strict=True):
                view.copy_(lr.reshape(())) if isinstance(lr, self._tensor) else view.fill_(lr)
        self._pending.append((step, expected))
        return len(self._pending) == ROWS

    def drain(self) -> list[tuple[int, list[float], list[float] | None]]:
        """``(step, LRs, expected LRs)`` of all steps since the last time; waits for the device."""
        rows = self._buffer[: len(self._pending)].tolist()
        found = [(step, lr, want) for (step, want), lr in zip(self._pending, rows, strict=True)]
        self._pending = []
        return found
