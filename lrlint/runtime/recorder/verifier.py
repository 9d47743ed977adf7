"""Compare the LR that each step used with the LR that the schedule gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import is_
from typing import Any

from torch import Tensor

from lrlint.facts import BadRate, Departure
from lrlint.runtime.recorder.closed_forms import moved_unseen
from lrlint.runtime.recorder.device_buffer import DeviceBuffer
from lrlint.runtime.recorder.hand_writes import HandWrites
from lrlint.runtime.recorder.likely_writers import BY_HAND, begins_overlaid, likely_writer
from lrlint.runtime.recorder.lr_values import plain_lrs, plain_number
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.resume_check import check_resume
from lrlint.runtime.recorder.rounding import EXACT, Rounding, rounding_of_numbers

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
        if lrs is None:  # without an LR there is nothing to compare
            record.steps += 1
            return
        if len(lrs) != len(record.expected.groups):
            record.expected.follow(optimizer.param_groups)
            record.settled = False
        record.steps += 1
        if not (record.settled and all(map(is_, lrs, record.last_lrs))):
            rounding = EXACT
            if {*map(type, lrs)} != _FLOATS:
                plain = plain_lrs(lrs)
                if plain is None:
                    return
                if any(isinstance(lr, Tensor) for lr in plain):
                    self._step_of_tensors(record, step, plain)
                    return
                rounding, lrs = rounding_of_numbers(lrs), plain
            expected = self._expected(record, lrs)
            if expected is not None and {*map(type, expected)} != _FLOATS:
                expected = [*map(plain_number, expected)]
            record.settled = expected is None or lrs == expected
            if not record.settled or lrs != record.last_lrs:
                self._compare(record, step, lrs, expected, rounding)
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
        full = record.buffer.add(step, lrs, self._expected(record, lrs))
        if full or (record.buffer.on_cpu and self.listener is not None):
            self.drain(record)  # a trace gets at once what costs no waiting

    def _expected(self, record: RecordedOptimizer, lrs: Sequence[Any]) -> list[float] | None:
        """Return the LRs that the schedules have set; None while there is no schedule."""
        if not record.schedulers:
            return None
        if not record.driven:  # a warm-up by hand before the first step of the scheduler
            for group, lr in zip(record.expected.groups, lrs, strict=True):
                if not isinstance(lr, Tensor) and group["lr"] != lr:
                    group["lr"] = lr
                    note_unseen_steps(record)
        return record.expected.lr

    def _compare(
        self,
        record: RecordedOptimizer,
        step: int,
        lrs: Sequence[float],
        expected: Sequence[float] | None,
        rounding: Rounding,
    ) -> None:
        """Compare the LRs of an optimizer step with those that its schedulers should have set."""
        if self.listener is not None:
            self.listener(record, step, lrs)
        if step % record.curve.stride == 0:
            record.curve.add(step, lrs, expected)
        record.zero_lrs.note(step, lrs)
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
            elif math.isnan(lr) or math.isnan(expected[group]):
                continue  # a bad rate, or a group that had no LR when the scheduler wrote them
            elif record.overlaid:
                continue
            elif rounding is EXACT and record.hand_writes is not None:
                if not note_unseen_steps(record):
                    follow_hand_write(record, group, lr, expected[group])
            else:
                _note_error(record, step, group, lr, expected[group], rounding)
        if record.overlaid and expected is not None and lrs != expected:
            record.overlaid_steps += 1


def note_unseen_steps(record: RecordedOptimizer) -> bool:
    """Note the schedulers that something unseen has stepped, and return whether there are any.

    Their laws say nothing about the LR from then on.
    """
    moved = [scheduler for scheduler in record.schedulers if moved_unseen(scheduler)]
    optimizer = record.ref()
    for scheduler in moved:
        scheduler.unseen, scheduler.replay = True, None
    if moved and optimizer is not None:
        record.expected.follow(optimizer.param_groups)
    return bool(moved)


def _note_error(
    record: RecordedOptimizer,
    step: int,
    group: int,
    lr: float,
    expected: float,
    rounding: Rounding,
) -> None:
    """Note an LR that is not exactly the expected one; beyond rounding it is a departure."""
    error, highest = abs(lr - expected), max(record.highest_lr, abs(expected))
    departs = record.departure is None and not rounding.allows(error, expected, highest, step)
    if departs and (note_unseen_steps(record) or begins_overlaid(record)):
        return
    record.highest_lr = highest
    if departs:
        growth = error - record.errors.get(group, 0.0)
        writer = likely_writer(record, group, growth, rounding)
        departure = Departure(step=step, group=group, used=lr, expected=expected, writer=writer)
        if writer == BY_HAND and rounding is EXACT and goes_on_from_writes(record):
            record.hand_writes = HandWrites(replace(departure, kept=True))
            follow_hand_write(record, group, lr, expected)
            return
        record.departure = departure
    if highest:
        record.max_error = max(record.max_error or 0.0, error / highest)
    record.errors[group] = error


def goes_on_from_writes(record: RecordedOptimizer) -> bool:
    """Whether its only scheduler computes each LR from the one that it finds."""
    drivers = [scheduler for scheduler in record.schedulers if scheduler.parent is None]
    return len(drivers) == 1 and not drivers[0].erases


def follow_hand_write(record: RecordedOptimizer, group: int, lr: float, expected: float) -> None:
    """Expect the schedule to go on from an LR that the script has written."""
    assert record.hand_writes is not None
    record.hand_writes.note(record.schedulers[-1].steps, lr, expected)
    record.expected.groups[group]["lr"] = lr
