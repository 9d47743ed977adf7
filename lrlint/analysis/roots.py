"""Where interpretation starts: the script itself, then everything in it that nobody calls."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.analysis import attributes, calls, escapes
from lrlint.analysis.binding import bind_builtin_names, lookup
from lrlint.analysis.budget import TOO_LARGE, give_up
from lrlint.analysis.imports import LazyImport
from lrlint.analysis.interpreter import Interpreter
from lrlint.analysis.state import BudgetExceeded, Frame
from lrlint.analysis.survey import Part
from lrlint.analysis.trace import (
    Block,
    BuildScheduler,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
    walk,
)
from lrlint.analysis.values import (
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
from lrlint.syntax import nodes as syn


def traces(at: Interpreter) -> list[Block]:
    """Interpret a module from all its entry points; one trace each."""
    bind_builtin_names(at, at.scope, main=True)
    try:
        at.run_block(at.unit.tree.body)
    except BudgetExceeded:
        _give_up(at, [at.trace])
        _hand_over(at, [at.trace])
        return [at.trace]
    found = [at.trace]
    try:
        for root in _roots(at):
            block = _interpret(at, root)
            if not block:
                continue
            if _speaks_of(block, found[0]):
                # A function that steps what the module has built continues the module's story.
                found[0].extend(block)
            else:
                found.append(block)
            if at.spent > at.limits.nodes:
                raise BudgetExceeded
    except BudgetExceeded:
        _give_up(at, found)
    _hand_over(at, found)
    return found


def _give_up(at: Interpreter, found: list[Block]) -> None:
    at.note(None, TOO_LARGE)
    for block in found:
        give_up(block, TOO_LARGE)


def _hand_over(at: Interpreter, found: list[Block]) -> None:
    """What was handed around and never called may be a handler: it is called where none can see."""
    events = [item.event for block in found for item in walk(block)]
    stepped = {id(one.scheduler) for one in events if isinstance(one, SchedulerStep)}
    stepped |= {id(one.optimizer) for one in events if isinstance(one, OptimizerStep)}
    for value in at.handed:
        match value:
            case FunctionValue(node=node) if node not in at.called:
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


def _roots(at: Interpreter) -> Iterator[FunctionValue | ClassValue]:
    """Functions and classes of the module that are relevant and were not reached."""
    functions: list[FunctionValue] = []
    classes: list[ClassValue] = []
    for value in list(at.scope.store.data.values()):
        if isinstance(value, FunctionValue) and value.scope.unit is at.unit:
            functions.append(value)
        elif isinstance(value, ClassValue) and value.scope.unit is at.unit:
            classes.append(value)
    mentioned = at.unit.survey.module.called
    functions.sort(key=lambda item: _name(item) in mentioned)
    own: list[FunctionValue | ClassValue] = [*functions, *classes]
    for name in frozenset[str]().union(*(_part(one).called for one in own)):
        imported = at.scope.store.data.get(name)
        # Resolving it runs its module, and what that one imports in turn: only where it can matter.
        if (
            isinstance(imported, LazyImport)
            and imported.name is not None
            and at.project.may_build(
                imported.importer, imported.module, imported.level, imported.name
            )
        ):
            lookup(at, name)
    relevant = _relevant(at.scope)
    for function in functions:
        if function.node not in at.called and _name(function) in relevant:
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
    return function.node.name.value if isinstance(function.node, syn.FunctionDef) else ""


def _interpret(at: Interpreter, root: FunctionValue | ClassValue) -> Block:
    """The trace of one function or class, entered with unknown arguments."""
    trace: Block = []
    outer, at.block = at.block, trace
    at.frames.append(Frame(None, len(at.guards), len(at.loops)))
    try:
        if isinstance(root, ClassValue):
            _interpret_class(at, root)
        else:
            with at.elsewhere(root.scope.unit, root.scope):
                result = calls.call_function(at, root, calls.Arguments(open=True))
            escapes.escape(result, f"returned by {_name(root)}()")
    except BudgetExceeded:
        pass
    finally:
        at.frames.pop()
        at.block = outer
    return trace


def _interpret_class(at: Interpreter, cls: ClassValue) -> None:
    """Construct an object of a class, then call each method that nobody has called."""
    existing = next((item for item in at.instances if item.cls is cls), None)
    methods = [
        value
        for value in cls.scope.store.data.values()
        if isinstance(value, FunctionValue) and value.node not in at.called
    ]
    if not any(_part(method).relevant for method in methods):
        return
    instance = existing
    if instance is None:
        instance = Instance(cls, Store(), path="self", open=True)
        at.instances.append(instance)
        with at.elsewhere(cls.scope.unit, cls.scope):
            calls.initialise(at, instance, calls.Arguments(open=True), cls.node)
    # What other methods call is reached through them; the ones nobody names come first.
    called_here = _part(cls).called
    methods.sort(key=lambda method: _name(method) in called_here)
    relevant = _relevant(cls.scope, at.scope)
    for method in methods:
        if method.node in at.called or _name(method) not in relevant:
            continue
        bound = attributes.find_method(at, instance, _name(method))
        if isinstance(bound, FunctionValue):
            with at.elsewhere(cls.scope.unit, cls.scope):
                result: AnyValue = calls.call_function(at, bound, calls.Arguments(open=True))
            escapes.escape(result, f"returned by {cls.name}.{_name(method)}()")
    if existing is None:
        escapes.escape(instance, f"held by an object of {cls.name}")
