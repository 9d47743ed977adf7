"""DeepSpeed: its engine steps the optimizer and the scheduler in ``engine.step()``."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import paths, schedulers
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.library.settings_files import loaded
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import OptimizerStep, SchedulerStep
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Expr

_OPTIMIZER, _SCHEDULER, _COUNTED = "optimizer", "lr_scheduler", "whether each step is an update"


@models("deepspeed.initialize")
def _initialize(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the engine, its optimizer, a loader, and its scheduler."""
    config = _config(machine, arguments)
    optimizer: AnyValue = arguments.get(2, "optimizer") or Opaque()
    if not isinstance(optimizer, OptimizerValue):
        optimizer = OptimizerValue(machine.adopt(Opaque("optimizer")))
    scheduler: AnyValue = arguments.get(5, "lr_scheduler") or NONE
    if isinstance(scheduler, FunctionValue):
        scheduler = machine.call(scheduler, Arguments([optimizer]), node)
    if scheduler == NONE:
        scheduler = _configured(machine, config, optimizer, node)
    updates = config is not None and _updates_each_time(config)
    store: dict[object, AnyValue] = {
        _OPTIMIZER: optimizer,
        _SCHEDULER: scheduler,
        _COUNTED: Const(updates),
    }
    engine = Instance(None, Store(store), kind=LibraryKind.DEEPSPEED_ENGINE, open=True)
    return ListValue([engine, optimizer, Opaque(), scheduler], kind="tuple")


def _config(machine: Machine, arguments: Arguments) -> DictValue | None:
    given = arguments.get(10, "config") or arguments.keywords.get("config_params")
    if isinstance(given, Const) and isinstance(given.value, str):
        given = loaded(machine, paths.named(given), "json")
    return given if isinstance(given, DictValue) and given.complete else None


def _configured(
    machine: Machine, config: DictValue | None, optimizer: OptimizerValue, node: cst.Call
) -> AnyValue:
    """Return the scheduler that the configuration asks for; its law is not modelled."""
    section = None if config is None else config.store.data.get("scheduler")
    kind = section.store.data.get("type") if isinstance(section, DictValue) else None
    if not isinstance(kind, Const):
        return NONE if config is not None and section is None else Opaque("lr_scheduler")
    name = str(kind.value)
    return schedulers.build_unknown(machine, name, optimizer, node, Arguments(), derived=True)


def _updates_each_time(config: DictValue) -> bool:
    """Whether no gradients are accumulated, so that each ``engine.step()`` is an update."""
    data = config.store.data
    every = data.get("gradient_accumulation_steps")
    if every is None:
        return not {"train_batch_size", "train_micro_batch_size_per_gpu"} <= data.keys()
    return isinstance(every, Expr) and every.value == 1


@models_method(LibraryKind.DEEPSPEED_ENGINE, "step")
def _step(machine: Machine, engine: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Step the optimizer and then the scheduler."""
    optimizer, scheduler = (engine.store.data[key] for key in (_OPTIMIZER, _SCHEDULER))
    where = machine.where(node)
    stepped: list[OptimizerValue | SchedulerValue] = []
    if isinstance(optimizer, OptimizerValue):
        machine.emit(OptimizerStep(*where, optimizer.record))
        stepped.append(optimizer)
    if isinstance(scheduler, SchedulerValue):
        machine.emit(SchedulerStep(*where, scheduler.record, None))
        stepped.append(scheduler)
    if engine.store.data[_COUNTED] != Const(True):
        for value in stepped:
            why = "stepped by DeepSpeed's engine at every update"
            escapes.leave_open(value.record, why, paced=True)
    return NONE
