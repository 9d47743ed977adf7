"""ignite: its Engine is the training loop, and calls what is registered for its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import libcst as cst

from lrlint.analysis.interpreter import branches, checkpoints, escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.checkpoints import load_state
from lrlint.analysis.interpreter.iteration import iterate
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.interpreter.outcomes import GOES_ON, Outcome
from lrlint.analysis.library.registry import models, models_method, qualified
from lrlint.analysis.model.conditions import Condition, Divisible, Flag, conjoin, flatten
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Identity, Question
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import (
    LoopRecord,
    OptimizerStep,
    SchedulerStep,
)
from lrlint.analysis.model.value_queries import library_name
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
    Value,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Cadence, Driver
from lrlint.symbolic import Expr, Strength

_ENGINE: Final = ("ignite.engine", "ignite.engine.engine")
_SUPERVISED: Final = ("ignite.engine", "ignite.engine.utils")
_HANDLERS: Final = ("ignite.handlers", "ignite.handlers.checkpoint")
_EPOCH: Final = ("EPOCH_STARTED", "EPOCH_COMPLETED")
_ITERATION: Final = ("ITERATION_STARTED", "ITERATION_COMPLETED")
_REPEATED: Final = (*_EPOCH, *_ITERATION)
_EVENTS: Final = ("STARTED", *_REPEATED, "COMPLETED")
_EVENT_ENUMS: Final = ("ignite.engine.Events", "ignite.engine.events.Events")


@dataclass(eq=False, slots=True)
class _Every(Value):
    """An event that counts only now and then: ``Events.EPOCH_COMPLETED(every=5)``."""

    event: str
    every: Expr


@dataclass(eq=False, slots=True)
class _Handler(Value):
    """What an engine calls at an event."""

    event: str
    every: Expr
    """It is called at one of so many such events."""
    condition: Condition | None
    """The conditions under which it is registered."""
    function: AnyValue
    given: list[AnyValue]
    """The arguments that it is registered with."""
    where: tuple[SyntaxPlace, tuple[SyntaxPlace, ...]]


@models(*qualified(_ENGINE, "Engine"))
def _engine(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _engine_of(arguments.get(0, "process_function") or Opaque())


@models(*qualified(_EVENT_ENUMS, *_REPEATED))
def _filtered_event(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an event that counts every so many times; unknown where something else picks them."""
    every = arguments.keywords.get("every")
    number = None if every is None else to_number(machine, every)
    name = None if not isinstance(node.func, cst.Attribute) else node.func.attr.value
    alone = arguments.keywords.keys() == {"every"} and not arguments.positional
    if number is None or name not in _REPEATED or not alone or arguments.open:
        return Opaque()
    return _Every(name, number)


@models(*qualified(_SUPERVISED, "create_supervised_trainer"))
def _supervised_trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an engine whose function steps the optimizer once."""
    optimizer = arguments.get(1, "optimizer")
    if not isinstance(optimizer, OptimizerValue) or arguments.open or not _is_plain(arguments):
        return unknown_call(machine, External(_SUPERVISED[0]), arguments, node)
    return _engine_of(optimizer)


def _is_plain(arguments: Arguments) -> bool:
    """Whether every iteration is an update: no accumulation, and no scaler that skips one."""
    return not {"gradient_accumulation_steps", "scaler", "amp_mode"} & arguments.keywords.keys()


def _engine_of(process: AnyValue) -> Instance:
    state = Instance(None, Store(), kind=LibraryKind.NAMESPACE, open=True, path="engine.state")
    handlers = ListValue([])
    data: dict[object, AnyValue] = {"state": state, _PROCESS: process, _REGISTERED: handlers}
    return Instance(None, Store(data), kind=LibraryKind.IGNITE_ENGINE, open=True)


_PROCESS: Final = "the function of an iteration"
"""A function of the script, or the optimizer that each iteration steps."""
_REGISTERED: Final = "what is registered for events"


@models(*qualified(_HANDLERS, "ModelCheckpoint", "Checkpoint"))
def _checkpoint(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    saved = arguments.get(0, "to_save")
    data: dict[object, AnyValue] = {"to_save": saved} if isinstance(saved, DictValue) else {}
    return Instance(None, Store(data), kind=LibraryKind.IGNITE_CHECKPOINT, open=True)


@models(*qualified(_HANDLERS, "Checkpoint.load_objects", "ModelCheckpoint.load_objects"))
def _load_objects(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    loaded = arguments.get(0, "to_load")
    for value in loaded.store.data.values() if isinstance(loaded, DictValue) else ():
        match value:
            case OptimizerValue(record=owner) | SchedulerValue(record=owner):
                load_state(machine, owner, node)
            case Instance(kind=LibraryKind.IGNITE_ENGINE, store=store):
                state = store.data["state"]
                assert isinstance(state, Instance)
                first = machine.named_number("engine.state.epoch", None, Strength.OPEN)
                machine.write(state.store, "epoch", first)
    return NONE


@models_method(LibraryKind.IGNITE_ENGINE, "add_event_handler")
def _add(machine: Machine, engine: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    handler = arguments.get(1, "handler") or Opaque()
    event = arguments.get(0, "event_name")
    register(machine, engine, event, handler, arguments.positional[2:], node)
    return NONE


def register(
    machine: Machine,
    engine: Instance,
    event: AnyValue | None,
    handler: AnyValue,
    given: list[AnyValue],
    node: cst.CSTNode,
) -> None:
    """Note what an engine calls at an event, with which arguments; what is open escapes."""
    every = event.every if isinstance(event, _Every) else Expr.const(1)
    name = event.event if isinstance(event, _Every) else _name_of(event)
    known = (
        isinstance(handler, FunctionValue)
        or (isinstance(handler, Instance) and handler.kind is LibraryKind.IGNITE_CHECKPOINT)
        or (isinstance(handler, SchedulerValue) and handler.record.handler is not None)
    )
    registered = engine.store.data[_REGISTERED]
    if name not in _EVENTS or not known or machine.loops or not isinstance(registered, ListValue):
        for value in (handler, *given):
            escapes.escape(value, "passed to an engine of ignite")
        return
    if isinstance(handler, FunctionValue):
        machine.passed.append(handler)  # the engine may be run out of sight
    assert registered.items is not None
    registered.items.append(
        _Handler(name, every, conjoin(machine.guards), handler, given, machine.where(node))
    )


def _name_of(event: AnyValue | None) -> str | None:
    name = library_name(event)
    if name is None and isinstance(event, Opaque):
        name = event.path
    return None if name is None else name.rsplit(".", 1)[-1]


@models_method(LibraryKind.IGNITE_ENGINE, "run")
def _run(machine: Machine, engine: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Run the loops of ``trainer.run(data, max_epochs=None, epoch_length=None)``."""
    given = arguments.get(1, "max_epochs")
    epochs = Expr.const(1) if given is None else to_number(machine, given)
    data = arguments.get(0, "data") or Opaque()
    stream = iterate(machine, data, node.args[0].value if node.args else node)
    length = arguments.get(2, "epoch_length")
    _fire(machine, engine, "STARTED", node)
    state = engine.store.data["state"]
    start = state.store.data.get("epoch") if isinstance(state, Instance) else None
    first = None if start is None else to_number(machine, start)
    epoch = LoopRecord(
        index=machine.index_atom("epoch"),
        trips=epochs if epochs is None or first is None else epochs - first,
        place=machine.here(node),
        over="max_epochs",
        target="epoch",
        first=first,
    )
    batch = LoopRecord(
        index=machine.index_atom("batch"),
        trips=stream.trips if length is None else to_number(machine, length),
        place=machine.here(node),
        over=stream.text,
        over_loader=True,
        target="batch",
    )
    epochs_begun = Expr.atom(epoch.index) + (first or 0) + 1
    per_epoch = None if batch.trips is None else batch.trips * (epochs_begun - 1)
    updates = None if per_epoch is None else per_epoch + Expr.atom(batch.index) + 1
    with repeating(machine, epoch, node):
        _fire(machine, engine, "EPOCH_STARTED", node, epochs_begun)
        with repeating(machine, batch, node):
            _fire(machine, engine, "ITERATION_STARTED", node, updates)
            process = engine.store.data[_PROCESS]
            if isinstance(process, OptimizerValue):
                machine.emit(OptimizerStep(*machine.where(node), process.record))
            else:
                machine.call(process, Arguments([engine, Opaque(measured=True)]), node)
            _fire(machine, engine, "ITERATION_COMPLETED", node, updates)
        _fire(machine, engine, "EPOCH_COMPLETED", node, epochs_begun)
    _fire(machine, engine, "COMPLETED", node)
    return state


def _fire(
    machine: Machine, engine: Instance, event: str, node: cst.Call, count: Expr | None = None
) -> None:
    """Call what is registered for the ``count``-th event of a name, each under its conditions."""
    registered = engine.store.data[_REGISTERED]
    for handler in registered.items or () if isinstance(registered, ListValue) else ():
        if not isinstance(handler, _Handler) or handler.event != event:
            continue

        def then(handler: _Handler = handler) -> Outcome:
            _call(machine, engine, handler, node)
            return GOES_ON

        condition = _due(handler, count)
        known = True if condition is None else machine.assumed(condition)
        if known:
            then()
        elif known is None and condition is not None:
            branches.fork(machine, condition, node, then, lambda: GOES_ON)


def _due(handler: _Handler, count: Expr | None) -> Condition | None:
    """Return the condition under which an event calls a handler; None where it always does."""
    parts = list(flatten(handler.condition)) if handler.condition is not None else []
    text = f"{handler.event} of every {handler.every}"
    if handler.every != Expr.const(1) and count is None:
        parts.append(Flag(Question(Asks.UNKNOWN, Identity(handler)), text))
    elif handler.every != Expr.const(1) and count is not None:
        parts.append(Divisible(count, handler.every, Expr.const(0), text))
    return conjoin(parts)


def _call(machine: Machine, engine: Instance, handler: _Handler, node: cst.Call) -> None:
    function = handler.function
    if isinstance(function, Instance):
        saved = handler.given or function.store.data.values()
        checkpoints.note_save(machine, "save", saved, handler.where)
    elif isinstance(function, SchedulerValue):
        machine.emit(SchedulerStep(*handler.where, function.record, None))
        function.record.driver = Driver(
            name="ignite.Engine",
            per=Cadence.BATCH if handler.event in _ITERATION else Cadence.EPOCH,
            words=f"Events.{handler.event}",
            place=handler.where[0],
        )
    elif isinstance(function, FunctionValue):
        # A handler may leave out the engine, where it takes no arguments.
        parameters = function.node.params.params
        bound = 1 if function.receiver is not None else 0
        given = [engine, *handler.given] if len(parameters) > bound else handler.given
        machine.call(function, Arguments(given), node)
