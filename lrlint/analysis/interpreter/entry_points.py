"""Where interpretation starts: the script itself, then everything in it that nobody calls."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lrlint.analysis.code.survey import Part
from lrlint.analysis.interpreter import arguments, calls, escapes
from lrlint.analysis.interpreter.budget import TOO_LARGE, give_up
from lrlint.analysis.interpreter.definitions import bind_builtin_names, lookup
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.analysis.interpreter.outcomes import BudgetExceeded, Frame
from lrlint.analysis.model.trace import (
    Block,
    BuildScheduler,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
    walk,
)
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    FunctionValue,
    Instance,
    Method,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Store,
)


def traces(machine: Interpreter) -> list[Block]:
    """Interpret a module from all its entry points; one trace each."""
    bind_builtin_names(machine, machine.scope, main=True)
    try:
        machine.run_block(machine.unit.tree.body)
    except BudgetExceeded:
        _give_up(machine, [machine.trace])
        _hand_over(machine, [machine.trace])
        return [machine.trace]
    found = [machine.trace]
    try:
        for root in _roots(machine):
            block = _interpret(machine, root)
            if not block:
                continue
            if _speaks_of(block, found[0]):
                # A function that steps what the module has built continues the module's story.
                found[0].extend(block)
            else:
                found.append(block)
            if machine.spent > machine.limits.nodes:
                raise BudgetExceeded
    except BudgetExceeded:
        _give_up(machine, found)
    _hand_over(machine, found)
    return found


def _give_up(machine: Interpreter, found: list[Block]) -> None:
    machine.note(None, TOO_LARGE)
    for block in found:
        give_up(block, TOO_LARGE)


def _hand_over(machine: Interpreter, found: list[Block]) -> None:
    """What was handed around and never called may be a handler: it is called where none can see."""
    events = [item.event for block in found for item in walk(block)]
    stepped = {id(one.scheduler) for one in events if isinstance(one, SchedulerStep)}
    stepped |= {id(one.optimizer) for one in events if isinstance(one, OptimizerStep)}
    for value in machine.passed:
        match value:
            case FunctionValue(node=node) if node not in machine.called:
                escapes.escape(value, "stepped by a function that may be called elsewhere")
            case Method(receiver=SchedulerValue(record=record) | OptimizerValue(record=record)):
                if id(record) not in stepped:
                    escapes.escape(value, "handed away as a function")


def _speaks_of(block: Block, other: Block) -> bool:
    """Whether a trace steps or reads what another one has built."""
    built = {
        id(item.event.scheduler) for item in walk(other) if isinstance(item.event, BuildScheduler)
    }
    optimizers = {
        id(item.event.scheduler.optimizer)
        for item in walk(other)
        if isinstance(item.event, BuildScheduler)
    }
    for item in walk(block):
        match item.event:
            case SchedulerStep(scheduler=record) | SchedulerCall(scheduler=record):
                if id(record) in built:
                    return True
            case OptimizerStep(optimizer=optimizer):
                if id(optimizer) in optimizers:
                    return True
    return False


def _roots(machine: Interpreter) -> Iterator[FunctionValue | ClassValue]:
    """Functions and classes of the module that are relevant and were not reached."""
    functions: list[FunctionValue] = []
    classes: list[ClassValue] = []
    for value in list(machine.scope.store.data.values()):
        if isinstance(value, FunctionValue) and value.scope.unit is machine.unit:
            functions.append(value)
        elif isinstance(value, ClassValue) and value.scope.unit is machine.unit:
            classes.append(value)
    mentioned = machine.unit.survey.module.called
    functions.sort(key=lambda item: _name(item) in mentioned)
    own: list[FunctionValue | ClassValue] = [*functions, *classes]
    for name in frozenset[str]().union(*(_part(one).called for one in own)):
        imported = machine.scope.store.data.get(name)
        # Resolving it runs its module, and what that one imports in turn: only where it can matter.
        if (
            isinstance(imported, LazyImport)
            and imported.name is not None
            and machine.project.may_build(
                imported.importer, imported.module, imported.level, imported.name
            )
        ):
            lookup(machine, name)
    relevant = _relevant(machine.scope)
    for function in functions:
        if function.node not in machine.called and _name(function) in relevant:
            yield function
    for cls in classes:
        if _part(cls).relevant and cls.name not in mentioned:
            yield cls
    for cls in classes:
        if _part(cls).relevant and cls.name in mentioned:
            yield cls


def _relevant(*scopes: Scope) -> set[object]:
    """The names, imported ones too, of what builds or steps something, or calls what does."""
    parts = [
        (name, _part(value))
        for scope in scopes
        for name, value in list(scope.store.data.items())
        if isinstance(value, (FunctionValue, ClassValue))
    ]
    found = {name for name, part in parts if part.relevant}
    while callers := {name for name, part in parts if part.called & found} - found:
        found |= callers
    return found


def _part(of: FunctionValue | ClassValue) -> Part:
    return of.scope.unit.survey.part(of.node)


def _name(function: FunctionValue) -> str:
    return function.node.name.value if isinstance(function.node, cst.FunctionDef) else ""


def _interpret(machine: Interpreter, root: FunctionValue | ClassValue) -> Block:
    """The trace of one function or class, entered with unknown arguments."""
    trace: Block = []
    outer, machine.block = machine.block, trace
    machine.frames.append(Frame(None, len(machine.guards), len(machine.loops)))
    try:
        if isinstance(root, ClassValue):
            _interpret_class(machine, root)
        else:
            with machine.elsewhere(root.scope.unit, root.scope):
                result = machine.call_function(root, arguments.Arguments(open=True))
            escapes.escape(result, f"returned by {_name(root)}()")
    except BudgetExceeded:
        pass
    finally:
        machine.frames.pop()
        machine.block = outer
    return trace


def _interpret_class(machine: Interpreter, cls: ClassValue) -> None:
    """Construct an object of a class, then call each method that nobody has called."""
    existing = next((item for item in machine.instances if item.cls is cls), None)
    methods = [
        value
        for value in cls.scope.store.data.values()
        if isinstance(value, FunctionValue) and value.node not in machine.called
    ]
    if not any(_part(method).relevant for method in methods):
        return
    instance = existing
    if instance is None:
        instance = Instance(cls, Store(), path="self", open=True)
        machine.instances.append(instance)
        with machine.elsewhere(cls.scope.unit, cls.scope):
            calls.initialise(machine, instance, arguments.Arguments(open=True), cls.node)
    # What other methods call is reached through them; the ones nobody names come first.
    called_here = _part(cls).called
    methods.sort(key=lambda method: _name(method) in called_here)
    relevant = _relevant(cls.scope, machine.scope)
    for method in methods:
        if method.node in machine.called or _name(method) not in relevant:
            continue
        bound = machine.find_method(instance, _name(method))
        if isinstance(bound, FunctionValue):
            with machine.elsewhere(cls.scope.unit, cls.scope):
                result: AnyValue = machine.call_function(bound, arguments.Arguments(open=True))
            escapes.escape(result, f"returned by {cls.name}.{_name(method)}()")
    if existing is None:
        escapes.escape(instance, f"held by an object of {cls.name}")
