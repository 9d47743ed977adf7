"""The optimizer or scheduler inside a wrapper such as accelerate's."""

from __future__ import annotations

from typing import Any

_DEEPEST = 10
"""Wrappers within wrappers: one that names itself must not be followed for ever."""


def unwrapped_optimizer(optimizer: Any) -> Any:
    """Return the optimizer that really steps."""
    for _ in range(_DEEPEST):
        inner = getattr(optimizer, "optimizer", None)
        if not hasattr(inner, "param_groups"):
            break
        optimizer = inner
    return optimizer


def unwrapped_scheduler(scheduler: Any) -> Any:
    """Return torch's scheduler."""
    for _ in range(_DEEPEST):
        if not hasattr(scheduler, "scheduler"):
            break
        scheduler = scheduler.scheduler
    return scheduler
