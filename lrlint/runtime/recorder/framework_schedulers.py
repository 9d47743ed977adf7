"""Schedulers of other libraries, which torch's classes know nothing of.

Nothing is imported: what a training has loaded is found among the modules of the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Kind:
    """The schedulers of one module."""

    module: str
    classes: tuple[str, ...]
    """Their base classes; those that derive from them count, too."""
    steps: tuple[str, ...]
    """The methods that advance them."""


_KINDS = (
    _Kind("timm.scheduler.scheduler", ("Scheduler",), ("step", "step_update")),
    _Kind("ignite.handlers.param_scheduler", ("ParamScheduler",), ("__call__",)),
    _Kind(
        "deepspeed.runtime.lr_schedules",
        ("WarmupLR", "WarmupDecayLR", "WarmupCosineLR", "OneCycle", "LRRangeTest"),
        ("step",),
    ),
    _Kind("transformers.optimization", ("GreedyLR",), ("step",)),
)


def loaded_classes() -> Iterator[tuple[type, tuple[str, ...]]]:
    """Yield the classes that the process has loaded, each with the methods that advance it."""
    for kind in _KINDS:
        module = sys.modules.get(kind.module)
        bases: list[Any] = [getattr(module, name, None) for name in kind.classes]
        for base in bases:
            if isinstance(base, type):
                for cls in _with_subclasses(base):
                    yield cls, kind.steps


def loaded_trainer() -> type | None:
    """Return the Trainer of transformers, where the process has loaded it."""
    trainer = getattr(sys.modules.get("transformers.trainer"), "Trainer", None)
    return trainer if isinstance(trainer, type) else None


def _with_subclasses(base: type) -> list[type]:
    found = [base]
    for cls in found:  # which grows
        found += type.__subclasses__(cls)
    return found


def is_foreign(scheduler: object) -> bool:
    """Whether it is a scheduler of one of these libraries."""
    return any(
        cls.__module__ == kind.module and cls.__name__ in kind.classes
        for cls in type(scheduler).__mro__
        for kind in _KINDS
    )


def writes_lr(scheduler: Any) -> bool:
    """Whether it sets the LR: timm's and ignite's may set another entry of the param groups."""
    for name in ("param_group_field", "param_name"):
        field = getattr(scheduler, name, "lr")
        if isinstance(field, str) and field != "lr":
            return False
    return hasattr(scheduler, "optimizer") and advanced(scheduler) is scheduler


def advanced(scheduler: Any) -> Any:
    """Return the scheduler that a step advances: that of torch, where ignite calls one."""
    of_ignite = hasattr(scheduler, "param_name")
    return getattr(scheduler, "lr_scheduler", scheduler) if of_ignite else scheduler


def parts_of(scheduler: Any) -> tuple[Any, ...]:
    """Return the schedulers that it is composed of: torch's, or ignite's one after the other."""
    if not is_foreign(scheduler):
        return tuple(getattr(scheduler, "_schedulers", ()))
    return tuple(_leaves(getattr(scheduler, "schedulers", ())))


def _leaves(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        if is_foreign(part):
            yield advanced(part)
        else:  # ignite's list of schedulers, one for each param group
            yield from _leaves(getattr(part, "schedulers", ()))


def does_nothing(scheduler: Any, method: str) -> bool:
    """Whether a call is without effect: timm's act on epochs or on updates, as they were built."""
    in_epochs = getattr(scheduler, "t_in_epochs", None)
    if in_epochs is None or method not in ("step", "step_update"):
        return False
    return bool(in_epochs) != (method == "step")
