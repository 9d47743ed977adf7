"""Schedulers that are parameters: code that is not seen has built them."""

from __future__ import annotations

import re

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.records import (
    OptimizerRecord,
    OptimizerValue,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import BuildScheduler
from lrlint.analysis.model.values import AnyValue, Instance, Opaque

_NAME = re.compile(r"(lr_?)?(scheduler|sched)")


def given_scheduler(machine: Machine, value: Opaque) -> SchedulerValue | None:
    """Return the scheduler that a parameter is, if it has the name of one.

    It counts as built before all that the function does, for the only optimizer that is in reach.
    """
    if not value.parameter or value.path is None or _NAME.fullmatch(value.path) is None:
        return None
    optimizer = _only_optimizer(machine)
    if optimizer is None:
        return None
    stored = value.members.get(_ADOPTED)
    if isinstance(stored, SchedulerValue):
        return stored
    record = SchedulerRecord(
        law="LRScheduler",
        place=machine.here(machine.statement or machine.unit.tree),
        optimizer=optimizer,
        arguments={},
        places={},
        variable=value.path,
        escapes="built by code that was not read",
        open_arguments=True,
        given=True,
    )
    machine.root.insert(0, BuildScheduler(record.place, (), record))
    adopted = SchedulerValue(record)
    value.members[_ADOPTED] = adopted
    return adopted


_ADOPTED = "the scheduler that it is"


def _only_optimizer(machine: Machine) -> OptimizerRecord | None:
    """Return the optimizer among the local variables and the attributes of ``self``."""
    values: list[AnyValue] = []
    for value in machine.scope.store.data.values():
        values += value.store.data.values() if isinstance(value, Instance) else [value]
    found: dict[OptimizerRecord, None] = {}
    short: list[Opaque] = []
    for value in values:
        match value:
            case OptimizerValue(record=record):
                found[record] = None
            case Opaque() if (adopted := machine.adopted(value)) is not None:
                found[adopted] = None
            case Opaque(parameter=True, path="opt"):
                short.append(value)
    if not found and len(short) == 1:
        return machine.adopt(short[0])  # options have no ``step()``, without which nothing follows
    return next(iter(found)) if len(found) == 1 else None
