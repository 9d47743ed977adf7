"""Comparing the LR that a step used with the LR that its schedules make it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any

from lrlint.facts import BadRate, Departure
from lrlint.runtime import lawful, writers
from lrlint.runtime import shadow as shadows
from lrlint.runtime.records import OptimizerRecord
from lrlint.runtime.ring import EXACT, Ring, Rounding

_CARRY_ON = frozenset({"ExponentialLR", "MultiplicativeLR"})
"""Where every step is the last one times a factor, the LR is right whatever the counter says."""

_FLOATS = {float}
OPTIMIZER_LOADED = "optimizer.load_state_dict()"
SCHEDULER_LOADED = "scheduler.load_state_dict()"

SIGN_OF_LIFE = 1000
"""Steps after which the LRs are told even where they are the same."""

Row = Callable[[OptimizerRecord, int, Sequence[float]], None]
"""What is told of the LRs of a step, where they are not those of the step before."""


class Verifier:
    """Takes in the LRs of every optimizer step; departures are left in the optimizer's record."""

    def __init__(self, tensor: type, row: Row | None = None) -> None:
        self._tensor = tensor
        self.row = row

    def step(self, optimizer: Any, record: OptimizerRecord) -> None:
        """The optimizer has made a step with the LRs that are pending in its record."""
        if record.resumed:
            self._check_resume(optimizer, record)
        lrs, step = record.pending, record.steps
        if len(lrs) != len(record.shadow.groups):
            record.shadow.follow(optimizer.param_groups)
            record.settled = False
        record.steps += 1
        if not (record.settled and all(map(is_, lrs, record.last))):
            if {*map(type, lrs)} != _FLOATS and any(isinstance(lr, self._tensor) for lr in lrs):
                self._step_of_tensors(record, step, lrs)
                return
            expected = self._expected(record, lrs)
            record.settled = expected is None or lrs == expected
            if not record.settled or lrs != record.last:
                self._compare(record, step, lrs, expected, EXACT)
                record.last = lrs
                return
        last = record.last  # as this one, and it was looked at
        if step % record.curve.stride == 0:
            record.curve.add(step, last, last if record.schedules else None)
        if self.row is not None and step % SIGN_OF_LIFE == 0:
            self.row(record, step, last)

    def drain(self, record: OptimizerRecord) -> None:
        """Read the LRs that are still on the device."""
        if record.ring is None:
            return
        rounding = record.ring.rounding
        for step, lr, expected in record.ring.drain():
            self._compare(record, step, lr, expected, rounding)

    def _step_of_tensors(self, record: OptimizerRecord, step: int, lrs: list[Any]) -> None:
        if record.ring is None or not record.ring.fits(lrs):
            self.drain(record)
            record.ring = Ring(lrs)
        record.shared = record.shared or len({*map(id, lrs)}) < len(lrs)
        if record.ring.add(step, lrs, self._expected(record, lrs)):
            self.drain(record)

    def _expected(self, record: OptimizerRecord, lrs: Sequence[Any]) -> list[float] | None:
        """The LRs that the schedules have set; None while there are none to speak of."""
        if not record.schedules:
            return None
        if not record.driven:  # a warm-up by hand before the first step of the scheduler
            for group, lr in zip(record.shadow.groups, lrs, strict=True):
                if not isinstance(lr, self._tensor):
                    group["lr"] = lr
        return record.shadow.lr

    def _compare(
        self,
        record: OptimizerRecord,
        step: int,
        lrs: Sequence[float],
        expected: Sequence[float] | None,
        rounding: Rounding,
    ) -> None:
        if self.row is not None:
            self.row(record, step, lrs)
        if step % record.curve.stride == 0:
            record.curve.add(step, lrs, expected)
        if lrs == expected:
            if record.max_error is None:
                record.max_error = 0.0
            if record.highest < lrs[0]:
                record.highest = max(lrs)
            record.errors.clear()
        for group, lr in enumerate(lrs):
            if not 0 <= lr < math.inf and record.bad is None:
                record.bad = BadRate(step=step, group=group, lr=lr)
            if expected is None or lr == (want := expected[group]):
                if record.errors:
                    record.errors.pop(group, None)
                continue
            if math.isnan(lr):
                continue  # which is equal to nothing, and found above
            record.highest = max(record.highest, abs(want))
            error = abs(lr - want)
            if record.highest:
                record.max_error = max(record.max_error or 0.0, error / record.highest)
            if record.departure is None and not rounding.allows(error, want, record.highest, step):
                grown = error - record.errors.get(group, 0.0)
                writer = writers.likely(record, group, grown, rounding)
                record.departure = Departure(
                    step=step, group=group, used=lr, expected=want, writer=writer
                )
            record.errors[group] = error

    def _check_resume(self, optimizer: Any, record: OptimizerRecord) -> None:
        """Whether the LR is where the schedule is, at the first step after a state was loaded."""
        loaded, record.resumed = record.resumed, []
        drivers = [one for one in record.schedules if one.parent is None]
        if len(drivers) != 1 or record.departure is not None:
            return
        (schedule,) = drivers
        scheduler = schedule.ref()
        if scheduler is None or (schedule.name in _CARRY_ON and OPTIMIZER_LOADED in loaded):
            return
        groups = optimizer.param_groups
        base = [shadows.number(group.get("initial_lr", group["lr"])) for group in groups]
        expected = lawful.closed_form(schedule, scheduler, base) or ()
        used = [shadows.number(lr) for lr in record.pending]
        for group, (lr, want) in enumerate(zip(used, expected, strict=False)):
            if not math.isclose(lr, want, rel_tol=1e-3, abs_tol=1e-6 * max(map(abs, base))):
                record.departure = Departure(
                    step=record.steps,
                    group=group,
                    used=lr,
                    expected=want,
                    writer=writers.of_a_resume(loaded),
                    resumed=True,
                )
                return
        if lawful.counts_from_zero(schedule, scheduler):
            schedule.starts_over = record.continued
