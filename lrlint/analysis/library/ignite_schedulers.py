"""ignite's own schedulers: handlers that write one LR for each event that they are attached to."""

from __future__ import annotations

from typing import Final

import libcst as cst

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.ignite import register
from lrlint.analysis.library.registry import Model, models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import (
    EventHandler,
    OptimizerRecord,
    OptimizerValue,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import BuildScheduler
from lrlint.analysis.model.values import NONE, AnyValue, Const, External, Instance

_MODULES: Final = (
    *("ignite.handlers", "ignite.handlers.param_scheduler"),
    *("ignite.contrib.handlers", "ignite.contrib.handlers.param_scheduler"),
)
_OF_OPTIMIZERS: Final = ("LinearCyclicalScheduler", "CosineAnnealingScheduler", "PiecewiseLinear")
_OF_SCHEDULERS: Final = ("LRScheduler", "ConcatScheduler", "create_lr_scheduler_with_warmup")
_WHEN_TOLD: Final = External("ignite.engine.Events.ITERATION_STARTED")
"""The event of ``attach()`` that names none."""


def _builds(name: str) -> Model:
    def build(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        handler = EventHandler(name, tuple(arguments.positional), dict(arguments.keywords))
        optimizer = _optimizer_of(handler, arguments)
        if arguments.open or optimizer is None or not _is_read(handler):
            return unknown_call(machine, External(name), arguments, node)
        record = SchedulerRecord(
            law=name,
            place=machine.here(node),
            optimizer=optimizer,
            arguments={},
            places={},
            open_arguments=True,
            handler=handler,
            kind=LibraryKind.IGNITE_SCHEDULER,
        )
        for given in handler.given:
            given.given_to = f"passed to {name}(…)"
        optimizer.driven = True
        machine.emit(BuildScheduler(*machine.where(node), record))
        return SchedulerValue(record)

    return build


for _name in (*_OF_OPTIMIZERS, *_OF_SCHEDULERS):
    models(*qualified(_MODULES, _name))(_builds(_name))


def _optimizer_of(handler: EventHandler, arguments: Arguments) -> OptimizerRecord | None:
    if handler.name in _OF_OPTIMIZERS:
        optimizer = arguments.get(0, "optimizer")
        return optimizer.record if isinstance(optimizer, OptimizerValue) else None
    given = list(handler.given)
    optimizers = {id(record.optimizer): record.optimizer for record in given}
    return next(iter(optimizers.values())) if len(optimizers) == 1 else None


def _is_read(handler: EventHandler) -> bool:
    """Whether it is the LR that it writes, in a way that is modelled."""
    arguments = Arguments(list(handler.positional), dict(handler.keywords))
    if handler.name in _OF_OPTIMIZERS:
        name = arguments.get(1, "param_name")
        return isinstance(name, Const) and name.value == "lr"
    legacy = arguments.get(2, "use_legacy") if handler.name == "LRScheduler" else None
    return legacy is None and "output_simulated_values" not in handler.keywords


@models_method(LibraryKind.IGNITE_SCHEDULER, "attach")
def _attach(
    machine: Machine, scheduler: SchedulerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    engine, event = arguments.get(0, "engine"), arguments.get(1, "event") or _WHEN_TOLD
    if isinstance(engine, Instance) and engine.kind is LibraryKind.IGNITE_ENGINE:
        register(machine, engine, event, scheduler, [], node)
    else:
        escapes.escape(scheduler, "passed to an engine of ignite")
    return NONE
