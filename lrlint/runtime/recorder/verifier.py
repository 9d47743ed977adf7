"""Compare the LR that each step used with the LR that the schedule gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any

from torch import Tensor

from lrlint.facts import BadRate, Departure
from lrlint.runtime.recorder.device_buffer import DeviceBuffer
from lrlint.runtime.recorder.likely_writers import likely_writer
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.resume_check import check_resume
from lrlint.runtime.recorder.rounding import EXACT, Rounding

_FLOATS = {float}

SIGN_OF_LIFE = 1000
"""Steps after which the LRs are passed on even where they are the same."""

StepListener = Callable[[RecordedOptimizer, int, Sequence[float]], None]
"""Gets the LRs of a step, where they are not those of the step before."""


class Verifier:
    """Takes in the LRs of every optimizer step and notes departures in the optimizer's record."""

    def __init__(self) -> None:
        self.listener: StepListener | None = None

    def step(self, optimizer: Any, record: RecordedOptimizer) -> None:
        """Take in a step that the optimizer has made with its record's pending LRs."""
        if record.loads_since_step:
            check_resume(optimizer, record)
        lrs, step = record.pending_lrs, record.steps
        if len(lrs) != len(record.expected.groups):
            record.expected.follow(optimizer.param_groups)
            record.settled = False
        record.steps += 1
        if not (record.settled and all(map(is_, lrs, record.last_lrs))):
            if {*map(type, lrs)} != _FLOATS and any(isinstance(lr, Tensor) for lr in lrs):
                self._step_of_tensors(record, step, lrs)
                return
            expected = self._expected(record, lrs)
            record.settled = expected is None or lrs == expected
            if not record.settled or lrs != record.last_lrs:
                self._compare(record, step, lrs, expected, EXACT)
                record.last_lrs = lrs
                return
        last = record.last_lrs  # the same LRs, which were compared before
        if step % record.curve.stride == 0:
            record.curve.add(step, last, last if record.schedulers else None)
        if self.listener is not None and step % SIGN_OF_LIFE == 0:
            self.listener(record, step, last)

    def drain(self, record: RecordedOptimizer) -> None:
        """Read the LRs that are still on the device."""
        if record.buffer is None:
            return
        rounding = record.buffer.rounding
        for step, lrs, expected in record.buffer.drain():
            self._compare(record, step, lrs, expected, rounding)

    def _step_of_tensors(self, record: RecordedOptimizer, step: int, lrs: list[Any]) -> None:
        if record.buffer is None or not record.buffer.fits(lrs):
            self.drain(record)
            record.buffer = DeviceBuffer(lrs)
        record.shares_tensor = record.shares_tensor or len({*map(id, lrs)}) < len(lrs)
        if record.buffer.add(step, lrs, self._expected(record, lrs)):
            self.drain(record)

    def _expected(self, record: RecordedOptimizer, lrs: Sequence[Any]) -> list[float] | None:
        """Return the LRs that the schedules have set; None while there is no schedule."""
        if not record.schedulers:
            return None
        if not record.driven:  # a warm-up by hand before the first step of the scheduler
            for group, lr in zip(record.expected.groups, lrs, strict=True):
                if not isinstance(lr, Tensor):
                    group["lr"] = lr
        return record.expected.lr

    def _compare(
        self,
        record: RecordedOptimizer,
        step: int,
        lrs: Sequence[float],
        expected: Sequence[float] | None,
        rounding: Rounding,
    ) -> None:
        if self.listener is not None:
            self.listener(record, step, lrs)
        if step % record.curve.stride == 0:
            record.curve.add(step, lrs, expected)
        if lrs == expected:
            if record.max_error is None:
                record.max_error = 0.0
            if record.highest_lr < lrs[0]:
                record.highest_lr = max(lrs)
            record.errors.clear()
        for group, lr in enumerate(lrs):
            if not 0 <= lr < math.inf and record.bad_rate is None:
                record.bad_rate = BadRate(step=step, group=group, lr=lr)
            if expected is None or lr == expected[group]:
                if record.errors:
                    record.errors.pop(group, None)
            elif not math.isnan(lr):  # which is equal to nothing, and a bad rate
                _note_error(record, step, group, lr, expected[group], rounding)


def _note_error(
    record: RecordedOptimizer,
    step: int,
    group: int,
    lr: float,
    expected: float,
    rounding: Rounding,
) -> None:
    """Note an LR that is not exactly the expected one; beyond rounding it is a departure."""
    record.highest_lr = max(record.highest_lr, abs(expected))
    error = abs(lr - expected)
    if record.highest_lr:
        record.max_error = max(record.max_error or 0.0, error / record.highest_lr)
    if record.departure is None and not rounding.allows(error, expected, record.highest_lr, step):
        growth = error - record.errors.get(group, 0.0)
        record.departure = Departure(
            step=step,
            group=group,
            used=lr,
            expected=expected,
            writer=likely_writer(record, group, growth, rounding),
        )
    record.errors[group] = error
