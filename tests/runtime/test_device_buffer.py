"""LRs in tensors: buffered on their device, and what their rounding allows."""

from __future__ import annotations

import pytest
import torch

from lrlint.runtime.recorder.device_buffer import ROWS, DeviceBuffer, DeviceCounter
from lrlint.runtime.recorder.rounding import rounding_of


def test_steps_come_back_with_what_was_expected() -> None:
    lrs = [torch.tensor(0.5), 0.25]
    buffer = DeviceBuffer(lrs)
    assert buffer.fits(lrs)
    assert not buffer.fits(lrs[:1])
    assert not buffer.add(7, lrs, [0.5, 0.5])
    assert not buffer.add(8, lrs, None)
    assert not buffer.add(9, lrs, [torch.tensor(1.0), 2.0])
    assert buffer.drain() == [
        (7, [0.5, 0.25], [0.5, 0.5]),
        (8, [0.5, 0.25], None),
        (9, [0.5, 0.25], [1.0, 2.0]),
    ]
    assert buffer.drain() == []


def test_it_wants_to_be_drained_when_it_is_full() -> None:
    lrs = [torch.tensor(0.5)]
    buffer = DeviceBuffer(lrs)
    full = [buffer.add(step, lrs, None) for step in range(ROWS)]
    assert full == [False] * (ROWS - 1) + [True]


def test_a_count_starts_again_once_it_is_taken() -> None:
    counter = DeviceCounter()
    for flag in (1.0, 0.0, 1.0):
        counter.add(torch.tensor(flag))
    assert (counter.take(), counter.take()) == (2, 0)


def test_what_begins_in_inference_mode_goes_on_outside() -> None:
    lrs = [torch.tensor(0.5)]
    counter = DeviceCounter()
    with torch.inference_mode():
        buffer = DeviceBuffer(lrs)
        buffer.add(0, lrs, lrs)
        counter.add(torch.tensor(1.0))
    buffer.add(1, lrs, lrs)
    counter.add(torch.tensor(1.0))
    assert buffer.drain() == [(0, [0.5], [0.5]), (1, [0.5], [0.5])]
    assert counter.take() == 2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_rounding_allows_neighbouring_numbers_and_no_nan(dtype: torch.dtype) -> None:
    rounding = rounding_of(dtype)
    lr = torch.tensor(0.1, dtype=dtype)
    neighbour = torch.nextafter(lr, torch.ones_like(lr))
    assert rounding.allows(float(neighbour - lr), float(lr), float(lr), step=1)
    assert not rounding.allows(0.05, 0.1, 0.1, step=1)
    assert not rounding.allows(float("nan"), 0.1, 0.1, step=1)
