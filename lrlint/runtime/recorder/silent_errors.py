"""Where torch itself writes other LRs than the schedule's, without a warning.

Two such errors are known: a param group that is added after the scheduler was built, and one LR
tensor in several groups of a ``LambdaLR``.
"""

from __future__ import annotations

from typing import Any

from lrlint.runtime.recorder.closed_forms import closed_form
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler

_FACTOR_ONLY = frozenset({"StepLR", "MultiStepLR", "ExponentialLR", "MultiplicativeLR"})
"""Their next LR is the last times a factor: a group that comes later decays as the others do."""


def expect_own_lrs(record: RecordedScheduler, scheduler: Any) -> None:
    """Set the expected LRs to the schedule's own, where torch has written others in silence."""
    optimizer = record.optimizer
    if optimizer.departure is not None or len(optimizer.schedulers) != 1:
        return
    if optimizer.late_lrs:
        _expect_late_groups(record, scheduler)
    if record.name == "LambdaLR" and record.law is not None and _shares_tensor(optimizer):
        _expect_each_function(record, scheduler)


def _shares_tensor(optimizer: RecordedOptimizer) -> bool:
    """Whether several param groups have one and the same LR tensor."""
    real = optimizer.ref()
    if real is None:
        return False
    lrs = [group["lr"] for group in real.param_groups]
    return hasattr(lrs[0], "fill_") and len({*map(id, lrs)}) < len(lrs)


def _expect_late_groups(record: RecordedScheduler, scheduler: Any) -> None:
    """Expect the ramp's LR for a group that was added midway.

    torch gives it the next factor of a ramp that the group has not climbed.
    """
    law, optimizer = record.law, record.optimizer
    if law is None or law.name in _FACTOR_ONLY or not law.chainable:
        return
    for group, lr in optimizer.late_lrs.items():
        expected = closed_form(record, scheduler, [lr])
        if expected is None:
            return
        optimizer.expected.read()
        optimizer.expected.groups[group]["lr"] = expected[0]


def _expect_each_function(record: RecordedScheduler, scheduler: Any) -> None:
    """Expect in each group what its own function returns: call the functions once more."""
    optimizer, functions = record.optimizer, scheduler.lr_lambdas
    groups = optimizer.expected.groups
    if len({*map(id, functions)}) > 1 and len(groups) == len(record.base_lrs):
        expected = closed_form(record, scheduler, record.base_lrs)
        optimizer.expected.read()
        for group, lr in zip(groups, expected or (), strict=False):
            group["lr"] = lr
