"""DeepSpeed: its engine steps the optimizer and the scheduler in ``engine.step()``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

import libcst as cst

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import optimizers, paths, schedulers
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.library.settings_files import loaded
from lrlint.analysis.model.condition_queries import depends_on_loop
from lrlint.analysis.model.conditions import Condition, Divisible
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
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.formulas.deepspeed import LIBRARY
from lrlint.symbolic import Expr

_OPTIMIZER, _SCHEDULER, _EVERY = "optimizer", "lr_scheduler", "how many steps make an update"
_LEFT_EARLY = re.compile(r"\b(?:break|continue)\b")
_OPTIMIZERS = ("Adam", "AdamW", "Adagrad", "Lion", "SGD")


@models("deepspeed.initialize")
def _initialize(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the engine, its optimizer, a loader, and its scheduler."""
    config = _config(machine, arguments)
    optimizer: AnyValue = arguments.get(2, "optimizer") or NONE
    if optimizer == NONE and config is not None:
        optimizer = _configured_optimizer(machine, config, arguments, node)
    if not isinstance(optimizer, OptimizerValue):
        optimizer = OptimizerValue(machine.adopt(Opaque("optimizer")))
    scheduler: AnyValue = arguments.get(5, "lr_scheduler") or NONE
    if isinstance(scheduler, FunctionValue):
        scheduler = machine.call(scheduler, Arguments([optimizer]), node)
    if scheduler == NONE:
        scheduler = _configured(machine, config, optimizer, node)
    every = None if config is None else _every(config)
    store: dict[object, AnyValue] = {
        _OPTIMIZER: optimizer,
        _SCHEDULER: scheduler,
        _EVERY: every or Opaque(),
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
    """Return the scheduler that the configuration asks for."""
    if config is not None and "scheduler" not in config.store.data:
        return NONE
    name, params = _section(config, "scheduler")
    if name is None:
        return Opaque("lr_scheduler")
    law = LAWS.get(f"{LIBRARY}{name}")
    if law is not None and params is not None:
        with suppress(TypeError):
            bound = law.bind((), dict(params))
            place = machine.here(node)
            return schedulers.build(machine, law, optimizer, bound, {}, place)
    return schedulers.build_unknown(machine, name, optimizer, node, Arguments(), derived=True)


def _configured_optimizer(
    machine: Machine, config: DictValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    name, options = _section(config, "optimizer")
    if name not in _OPTIMIZERS or options is None:
        return Opaque()
    keywords = {key: value for key, value in options.items() if key in ("lr", "betas")}
    params = arguments.get(3, "model_parameters")
    place = arguments.place(3, "model_parameters")
    places: dict[int | str, SyntaxPlace] = {} if place is None else {0: place}
    given = Arguments([ListValue([Opaque()]) if params is None else params], keywords, places)
    return optimizers.build(machine, name, given, node)


def _section(
    config: DictValue | None, name: str
) -> tuple[str | None, Mapping[str, AnyValue] | None]:
    """Return the type and the parameters of a section; None for what is not known."""
    section = None if config is None else config.store.data.get(name)
    data = section.store.data if isinstance(section, DictValue) else {}
    kind, params = data.get("type"), data.get("params")
    given = None
    if params is None or (isinstance(params, DictValue) and params.complete):
        entries = {} if params is None else params.store.data
        given = {str(key): value for key, value in entries.items()}
    return (str(kind.value) if isinstance(kind, Const) else None), given


def _every(config: DictValue) -> Expr | None:
    """Return how many calls of ``engine.step()`` make an update; None if that is not known."""
    data = config.store.data
    every = data.get("gradient_accumulation_steps")
    if every is None and not {"train_batch_size", "train_micro_batch_size_per_gpu"} <= data.keys():
        return Expr.const(1)
    return every if isinstance(every, Expr) else None


@models_method(LibraryKind.DEEPSPEED_ENGINE, "step")
def _step(machine: Machine, engine: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Step the optimizer and then the scheduler, once gradients are accumulated."""
    every = engine.store.data[_EVERY]
    due = _due(machine, every) if isinstance(every, Expr) else None
    if isinstance(every, Expr) and every.value == 1:
        _update(machine, engine, node)
    elif due is not None:
        with machine.guard(due, node):
            _update(machine, engine, node)
    else:
        for value in _update(machine, engine, node):
            why = "stepped by DeepSpeed's engine at every update"
            escapes.leave_open(value.record, why, paced=True)
    return NONE


def _due(machine: Machine, every: Expr) -> Condition | None:
    """Return when a step is an update: the engine counts on from one epoch to the next.

    None where it is not known which step it is.
    """
    loops = [repeat.loop for repeat in machine.loops]
    cut = any(_LEFT_EARLY.search(loop.place.text) for loop in loops[1:])
    if not loops or cut or any(map(depends_on_loop, machine.guards)):
        return None
    done = Expr.const(0)
    for loop in loops:
        if loop.trips is None and loop is not loops[0]:
            return None
        done = done * (loop.trips or Expr.const(1)) + Expr.atom(loop.index)
    return Divisible(done + 1, every, Expr.const(0), "an update is due")


def _update(
    machine: Machine, engine: Instance, node: cst.Call
) -> list[OptimizerValue | SchedulerValue]:
    optimizer, scheduler = (engine.store.data[key] for key in (_OPTIMIZER, _SCHEDULER))
    where = machine.where(node)
    stepped: list[OptimizerValue | SchedulerValue] = []
    if isinstance(optimizer, OptimizerValue):
        machine.emit(OptimizerStep(*where, optimizer.record))
        stepped.append(optimizer)
    if isinstance(scheduler, SchedulerValue):
        machine.emit(SchedulerStep(*where, scheduler.record, None))
        stepped.append(scheduler)
    return stepped
