"""Whether the LR is where the schedule is, once a checkpoint has been loaded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from lrlint.facts import Departure
from lrlint.runtime.recorder.closed_forms import closed_form, counts_from_zero
from lrlint.runtime.recorder.constructor_arguments import kept_arguments
from lrlint.runtime.recorder.likely_writers import begins_overlaid, writer_of_resume
from lrlint.runtime.recorder.lr_values import as_number, plain_number
from lrlint.runtime.recorder.purity import is_pure
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler
from lrlint.runtime.recorder.replays import leaves

OPTIMIZER_LOADED = "optimizer.load_state_dict()"
SCHEDULER_LOADED = "scheduler.load_state_dict()"
LOADED_BEFORE = "a state that was loaded before lrlint watched"

_FACTOR_OF_LAST = frozenset({"ExponentialLR", "MultiplicativeLR"})
"""Where every step is the last one times a factor, the LR is right whatever the counter says,
unless the factor itself follows it."""

_TRIED = 100
"""Values of the counter for which a function of the script is called."""


def check_resume(optimizer: Any, record: RecordedOptimizer) -> None:
    """Compare the LRs of the first step after a load with the formula, and note a departure."""
    loads, record.loads_since_step = record.loads_since_step, []
    drivers = [scheduler for scheduler in record.schedulers if scheduler.parent is None]
    if len(drivers) != 1 or record.departure is not None:
        return
    (driver,) = drivers
    scheduler = driver.ref()
    if scheduler is None:
        return
    groups = optimizer.param_groups
    bases = [as_number(group.get("initial_lr", group.get("lr"))) for group in groups]
    base_lrs = [base for base in bases if base is not None]
    if len(base_lrs) < len(groups):
        return
    if OPTIMIZER_LOADED in loads and not driver.replaced:
        driver.replaced = _replaced_lr(driver, base_lrs)
        if driver.replaced:
            base_lrs = [*driver.base_lrs]
        elif driver.name in _FACTOR_OF_LAST and not _follows_counter(driver):
            return
    used = [*map(plain_number, record.pending_lrs or ())]
    expected = closed_form(driver, scheduler, base_lrs) or []
    tolerance = 1e-6 * max(map(abs, base_lrs), default=0.0)
    group = _first_difference(used, expected, tolerance)
    if group is None:
        if counts_from_zero(driver, scheduler):
            driver.starts_over = driver.starts_over or record.resumed_at
    elif _goes_on(driver, scheduler, used, loads, base_lrs):
        return
    elif not record.overlaid and not begins_overlaid(record):
        record.departure = Departure(
            step=record.steps,
            group=group,
            used=used[group],
            expected=expected[group],
            writer=writer_of_resume(loads, driver.replaced),
            resumed=True,
        )


def lost_its_start(driver: RecordedScheduler) -> bool:
    """Whether a schedule that was built before begins at another LR than its constructor has set.

    Then the state of an optimizer that was trained has been loaded after that.
    """
    optimizer, scheduler = driver.optimizer.ref(), driver.ref()
    if scheduler is None or optimizer is None or not getattr(optimizer, "state", None):
        return False
    first = closed_form(driver, scheduler, driver.base_lrs, at=0)
    lrs = [plain_number(group.get("lr")) for group in optimizer.param_groups]
    return first is not None and _first_difference(lrs, first, 0.0) is not None


def replaced_arguments(record: RecordedScheduler) -> str:
    """Return which argument of the script the loaded state has replaced, in words, or nothing."""
    scheduler = record.ref()
    now = {} if scheduler is None else kept_arguments(scheduler)
    for name, value in now.items():
        written = record.kept.get(name, value)
        if not callable(value) and str(value) != str(written):
            return f"{name}={value} of the checkpoint in place of {name}={written}"
    return next(filter(None, map(replaced_arguments, record.children)), "")


def _replaced_lr(driver: RecordedScheduler, base_lrs: Sequence[float]) -> str:
    """Return which LR of the script the checkpoint's has replaced, in words, or nothing."""
    if driver.restored_before is not None or (driver.law and driver.law.sets_base_lr):
        return ""
    group = _first_difference(base_lrs, driver.base_lrs, 0.0)
    if group is None:
        return ""
    return f"lr={base_lrs[group]:g} of the checkpoint in place of lr={driver.base_lrs[group]:g}"


def _follows_counter(driver: RecordedScheduler) -> bool:
    """Whether the factor of a MultiplicativeLR is known to change with its counter."""
    functions = [leaf for leaf in leaves(driver.arguments) if callable(leaf)]
    if not all(map(is_pure, functions)):
        return False
    with suppress(Exception):  # what the script's own function raises
        return any(
            len({function(count) for count in range(1, _TRIED)}) > 1 for function in functions
        )
    return False


def _first_difference(
    used: Sequence[float], expected: Sequence[float], tolerance: float
) -> int | None:
    """Return the first param group whose LR is another than expected."""
    for group, (lr, other) in enumerate(zip(used, expected, strict=False)):
        same = math.isclose(lr, other, rel_tol=1e-3, abs_tol=tolerance)
        if not (same or math.isnan(lr) or math.isnan(other)):  # a group may have no LR
            return group
    return None


def _goes_on(
    driver: RecordedScheduler,
    scheduler: Any,
    used: Sequence[float],
    loads: Sequence[str],
    base_lrs: Sequence[float],
) -> bool:
    """Whether a schedule that computes each LR from the last one goes on from where it was.

    Its LR need not be that of the formula: the script may have written one before it saved.
    """
    if driver.law is None or not driver.law.chainable or driver.replaced:
        return False
    if LOADED_BEFORE in loads:
        first = closed_form(driver, scheduler, base_lrs, at=0)
        return first is None or _first_difference(used, first, 0.0) is not None
    last = [*map(plain_number, getattr(scheduler, "_last_lr", ()))]
    return SCHEDULER_LOADED in loads and last != [] and _first_difference(used, last, 0.0) is None
