"""LRs that live in tensors: copied on their device, read in bulk, never waited for step by step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lrlint.runtime.recorder.rounding import rounding_of

ROWS = 4096
"""Optimizer steps between two readings."""

_ON_DEVICE: list[float] = []
"""Marks a step whose expected LRs are in a buffer too."""


class DeviceCounter:
    """A count on the device, which is read when the recording is read."""

    def __init__(self) -> None:
        self._sum: Any = None

    def add(self, flag: Any) -> None:
        """Count ``flag``, a tensor that is 0 or 1."""
        if self._sum is None or self._sum.device != flag.device:
            with torch.inference_mode(False):  # a tensor of that mode takes no writes outside
                self._sum = flag + self.take()  # a copy, which is ours to add to
        else:
            self._sum.add_(flag)

    def take(self) -> int:
        """Return the count since the last time; waits for the device."""
        count = 0 if self._sum is None else int(self._sum)
        self._sum = None
        return count


class DeviceBuffer:
    """A buffer on the device of an optimizer's LRs, a row for each step.

    Only tensor LRs need it; the LRs of all groups are copied so that a row is whole.
    """

    def __init__(self, lrs: list[Any]) -> None:
        tensor = next(lr for lr in lrs if isinstance(lr, Tensor))
        self._width = len(lrs)
        self.rounding = rounding_of(tensor.dtype)
        dtype = tensor.dtype if tensor.dtype.is_floating_point else torch.float64
        with torch.inference_mode(False):  # see DeviceCounter
            self._used = torch.empty(ROWS, len(lrs), dtype=dtype, device=tensor.device)
            self._used_rows = _elements(self._used)
        self.on_cpu = tensor.device.type == "cpu"
        self._expected: Any = None
        self._expected_rows: list[list[Any]] = []
        self._steps: list[tuple[int, list[float] | None]] = []

    def fits(self, lrs: list[Any]) -> bool:
        """Whether there are still as many groups."""
        return len(lrs) == self._width

    def add(self, step: int, lrs: list[Any], expected: list[Any] | None) -> bool:
        """Copy the LRs of one step; return True where the buffer is full and must be drained.

        The expected LRs are floats, or tensors where only the scheduler's own writing is known.
        """
        index = len(self._steps)
        _write(self._used_rows[index], lrs)
        if expected is not None and any(isinstance(lr, Tensor) for lr in expected):
            if self._expected is None:
                with torch.inference_mode(False):
                    self._expected = self._used.new_empty(self._used.shape)
                    self._expected_rows = _elements(self._expected)
            _write(self._expected_rows[index], expected)
            expected = _ON_DEVICE
        self._steps.append((step, expected))
        return len(self._steps) == ROWS

    def drain(self) -> list[tuple[int, list[float], list[float] | None]]:
        """Return ``(step, LRs, expected LRs)`` of all steps since the last time.

        Waits for the device.
        """
        count = len(self._steps)
        rows = self._used[:count].tolist()
        expected_rows = rows if self._expected is None else self._expected[:count].tolist()
        drained = [
            (step, lrs, on_device if expected is _ON_DEVICE else expected)
            for (step, expected), lrs, on_device in zip(
                self._steps, rows, expected_rows, strict=True
            )
        ]
        self._steps = []
        return drained


def _write(row: list[Any], lrs: list[Any]) -> None:
    if all(isinstance(lr, Tensor) for lr in lrs):
        torch._foreach_copy_(row, [lr.detach().reshape(()) for lr in lrs])
    else:
        for element, lr in zip(row, lrs, strict=True):
            if isinstance(lr, Tensor):
                element.copy_(lr.detach().reshape(()))
            else:
                element.fill_(lr)


def _elements(buffer: Any) -> list[list[Any]]:
    """Return each element of a matrix, as a tensor without dimensions."""
    return [list(row.unbind()) for row in buffer.unbind()]
