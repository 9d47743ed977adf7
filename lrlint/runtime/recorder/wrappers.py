"""The optimizer or scheduler inside a wrapper such as accelerate's."""

from __future__ import annotations

import sys
from types import FrameType
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


def steps_for(optimizer: Any, wrapper: Any) -> bool:
    """Whether an optimizer has the param groups of another one, which may be a wrapper of it."""
    groups = getattr(wrapper, "param_groups", None)
    return groups is not None and groups is getattr(optimizer, "param_groups", None)


def unwrapped_scheduler(scheduler: Any) -> Any:
    """Return torch's scheduler."""
    for _ in range(_DEEPEST):
        if not hasattr(scheduler, "scheduler"):
            break
        scheduler = scheduler.scheduler
    return scheduler


def is_advance_of_accelerate() -> bool:
    """Whether accelerate repeats the step under way: it advances once for each process."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_DEEPEST):
        if frame is None:
            return False
        if frame.f_globals.get("__name__") == "accelerate.scheduler":
            return bool(frame.f_locals.get("_"))  # the counter of its loop over the processes
        frame = frame.f_back
    return False
