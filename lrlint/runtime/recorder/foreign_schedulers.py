"""Schedulers that are not torch's, found among the objects that hold the optimizer."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from torch.optim.lr_scheduler import LRScheduler


def foreign_scheduler_of(optimizer: object) -> str | None:
    """Return the class of a scheduler that holds ``optimizer`` and is not torch's.

    Walks all objects of the process (some 100 ms): to be called once, not at every step.
    """
    for owner in _owners(optimizer):
        cls = type(owner)
        steps = callable(getattr(cls, "step", None)) or callable(getattr(cls, "step_update", None))
        if steps and "sched" in cls.__name__.lower() and not issubclass(cls, LRScheduler):
            return cls.__name__
    return None


def has_foreign_warmup(optimizer: object) -> bool:
    """Whether something called a warm-up holds ``optimizer``; walks all objects, too."""
    classes = map(type, _owners(optimizer))
    return any(
        "warmup" in cls.__name__.lower() and not issubclass(cls, LRScheduler) for cls in classes
    )


def _owners(value: object) -> Iterator[Any]:
    """Yield the objects of which ``value`` is an attribute."""
    for holder in gc.get_referrers(value):
        if not isinstance(holder, dict):
            yield holder
            continue
        for owner in gc.get_referrers(holder):
            with suppress(Exception):  # a proxy may do anything when it is asked
                if owner.__dict__ is holder:
                    yield owner
