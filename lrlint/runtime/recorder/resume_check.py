"""Whether the LR is where the schedule is, once a checkpoint has been loaded."""

from __future__ import annotations

import math
from typing import Any

from lrlint.facts import Departure
from lrlint.runtime.recorder.closed_forms import closed_form, counts_from_zero
from lrlint.runtime.recorder.likely_writers import writer_of_resume
from lrlint.runtime.recorder.records import RecordedOptimizer

OPTIMIZER_LOADED = "optimizer.load_state_dict()"
SCHEDULER_LOADED = "scheduler.load_state_dict()"

_FACTOR_OF_LAST = frozenset({"ExponentialLR", "MultiplicativeLR"})
"""Where every step is the last one times a factor, the LR is right whatever the counter says."""


def check_resume(optimizer: Any, record: RecordedOptimizer) -> None:
    """Compare the LRs of the first step after a load with the formula, and note a departure."""
    loads, record.loads_since_step = record.loads_since_step, []
    drivers = [scheduler for scheduler in record.schedulers if scheduler.parent is None]
    if len(drivers) != 1 or record.departure is not None:
        return
    (driver,) = drivers
    scheduler = driver.ref()
    if scheduler is None or (driver.name in _FACTOR_OF_LAST and OPTIMIZER_LOADED in loads):
        return
    groups = optimizer.param_groups
    base_lrs = [float(group.get("initial_lr", group["lr"])) for group in groups]
    expected_lrs = closed_form(driver, scheduler, base_lrs) or ()
    tolerance = 1e-6 * max(map(abs, base_lrs), default=0.0)
    for group, (lr, expected) in enumerate(
        zip(map(float, record.pending_lrs), expected_lrs, strict=False)
    ):
        if not math.isclose(lr, expected, rel_tol=1e-3, abs_tol=tolerance):
            record.departure = Departure(
                step=record.steps,
                group=group,
                used=lr,
                expected=expected,
                writer=writer_of_resume(loads),
                resumed=True,
            )
            return
    if counts_from_zero(driver, scheduler):
        driver.starts_over = record.resumed_at
