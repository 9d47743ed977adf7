"""Entry points: the script itself, then its functions and classes that it does not call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import libcst as cst

from lrlint.analysis.code.survey import Part
from lrlint.analysis.interpreter import branches, calls, escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.budget import TOO_LARGE, give_up
from lrlint.analysis.interpreter.definitions import bind_builtin_names, lookup
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import lookup_order
from lrlint.analysis.interpreter.outcomes import GOES_ON, BudgetExceeded, Outcome
from lrlint.analysis.interpreter.unseen_calls import called_unseen
from lrlint.analysis.model.conditions import Flag
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.records import OptimizerValue, Owner, SchedulerValue
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
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
    Scope,
    Store,
)
from lrlint.analysis.model.words import HELD


def traces(machine: Machine) -> list[Block]:
    """Interpret a module from all its entry points; return a trace for each training in it."""
    bind_builtin_names(machine, machine.scope, main=True)
    blocks = [machine.trace]
    called: set[cst.CSTNode | Instance] = set()
    try:
        machine.run_block(machine.unit.tree.body)
        called = set(machine.called)
        stepped = _stepped(machine.trace)
        for entry_point in _entry_points(machine):
            block = _interpret(machine, entry_point)
            if not block:
                continue
            if _continues(block, machine.trace):
                if not _stepped(block):
                    with machine.guard(_is_called(machine, entry_point), entry_point.node):
                        machine.block.extend(block)
                elif stepped.isdisjoint(_stepped(block)):
                    machine.trace.extend(block)
            else:
                blocks.append(block)
            if machine.spent > machine.limits.nodes:
                raise BudgetExceeded
    except BudgetExceeded:
        machine.note(None, TOO_LARGE)
        for block in blocks:
            give_up(block, TOO_LARGE)
    _escape_uncalled(machine, blocks, called or machine.called)
    return blocks


def _built(block: Block) -> Iterator[Owner]:
    """Yield the optimizers and schedulers that a trace builds."""
    for located in walk(block):
        match located.event:
            case BuildScheduler(scheduler=record) | BuildOptimizer(optimizer=record):
                yield record


def _stepped(block: Block) -> set[Owner]:
    """Return the optimizers and schedulers that a trace steps."""
    stepped: set[Owner] = set()
    for located in walk(block):
        match located.event:
            case SchedulerStep(scheduler=record) | OptimizerStep(optimizer=record):
                stepped.add(record)
    return stepped


def _escape_uncalled(
    machine: Machine, blocks: list[Block], called: set[cst.CSTNode | Instance]
) -> None:
    """Let everything escape that is stepped by functions which the script only passes on.

    They are handlers: other code calls them.
    """
    stepped = set[Owner]().union(*map(_stepped, blocks))
    for value in machine.passed:
        match value:
            case FunctionValue(node=node) if node not in called:
                escapes.escape(value, "stepped by a function that may be called elsewhere")
            case Method(receiver=SchedulerValue(record=record) | OptimizerValue(record=record)):
                if record not in stepped:
                    escapes.escape(value, "passed as a method")


def _continues(block: Block, earlier: Block) -> bool:
    """Whether a trace steps or reads what an earlier one has built."""
    schedulers = [
        located.event.scheduler
        for located in walk(earlier)
        if isinstance(located.event, BuildScheduler)
    ]
    optimizers = [scheduler.optimizer for scheduler in schedulers]
    for located in walk(block):
        match located.event:
            case SchedulerStep(scheduler=record) | SchedulerCall(scheduler=record):
                if record in schedulers:
                    return True
            case OptimizerStep(optimizer=optimizer):
                if optimizer in optimizers:
                    return True
    return False


# -- finding entry points ---------------------------------------------------------------------


def _entry_points(machine: Machine) -> Iterator[FunctionValue | ClassValue]:
    """Yield the functions and classes that may build or step something and were not called.

    Those that no other code names come first, because they call the others.
    """
    values = [
        value
        for value in map(_undecorated, machine.scope.store.data.values())
        if isinstance(value, (FunctionValue, ClassValue)) and value.scope.unit is machine.unit
    ]
    _import_relevant(machine, values)
    named = machine.unit.survey.module.called
    values.sort(key=lambda value: _name(value) in named)
    relevant = relevant_names(machine.scope)
    for value in values:
        if (
            isinstance(value, FunctionValue)
            and value.node not in machine.called
            and _name(value) in relevant
        ):
            yield value
    for value in values:
        if isinstance(value, ClassValue) and _part(value).relevant:
            yield value
    for group, command in machine.commands:
        if (
            group in machine.called
            and command.node not in machine.called
            and command.scope.unit is not machine.unit
        ):
            yield command


def _import_relevant(machine: Machine, values: Iterable[FunctionValue | ClassValue]) -> None:
    """Import what some functions call, if it may build something, which makes them relevant."""
    called = frozenset[str]().union(*(_part(value).called for value in values))
    for name in sorted(called):
        lazy = machine.scope.store.data.get(name)
        if (
            isinstance(lazy, LazyImport)
            and lazy.name is not None
            and machine.project.may_build(lazy.importer, lazy.module, lazy.level, lazy.name)
        ):
            lookup(machine, name)


def relevant_names(
    *scopes: Scope, also: Callable[[FunctionValue | ClassValue], bool] = lambda value: False
) -> set[object]:
    """Return the names of all functions and classes that build or step something.

    They may do so themselves, or through others that they call. ``also`` says which others count.
    """
    values = [
        (name, value)
        for scope in scopes
        for name, value in [(k, _undecorated(v)) for k, v in scope.store.data.items()]
        if isinstance(value, (FunctionValue, ClassValue))
    ]
    parts = [(name, _part(value)) for name, value in values]
    relevant = {name for name, part in parts if part.relevant}
    relevant |= {name for name, value in values if name not in relevant and also(value)}
    while callers := {name for name, part in parts if part.called & relevant} - relevant:
        relevant |= callers
    return relevant


def _undecorated(value: AnyValue) -> AnyValue:
    return value.wraps or value if isinstance(value, FunctionValue) else value


def _part(value: FunctionValue | ClassValue) -> Part:
    return value.scope.unit.survey.part(value.node)


def _name(value: FunctionValue | ClassValue) -> str:
    return "" if isinstance(value.node, cst.Lambda) else value.node.name.value


# -- interpreting them ------------------------------------------------------------------------


def _interpret(machine: Machine, entry_point: FunctionValue | ClassValue) -> Block:
    """Return the trace of a function or class that is called with unknown arguments."""
    trace: Block = []
    outer, machine.block = machine.block, trace
    machine.root = trace
    try:
        with machine.calling(None):
            if isinstance(entry_point, ClassValue):
                _interpret_class(machine, entry_point)
            else:
                _call(machine, entry_point, entry_point.scope, _name(entry_point))
    except BudgetExceeded:
        pass
    finally:
        machine.block, machine.root = outer, machine.trace
    return trace


def _call(machine: Machine, function: FunctionValue, scope: Scope, name: str) -> None:
    """Call a function with unknown arguments, as code out of sight does; its result escapes."""
    registered = any(
        isinstance(value, FunctionValue) and value.node is function.node for value in machine.passed
    )
    with (
        called_unseen(machine, function, registered=registered),
        machine.elsewhere(scope.unit, scope),
    ):
        result = machine.call_function(function, Arguments(open=True))
    escapes.escape(result, f"returned by {name}()")


def _interpret_class(machine: Machine, cls: ClassValue) -> None:
    """Construct an object of a class, then call the methods that were not called yet.

    Where the script has an object of a subclass, its own methods take the place of the class's.
    """
    objects = [one for one in machine.instances if one.cls and cls in lookup_order(one.cls)]
    existing = next((one for one in objects if one.cls is cls), objects[0] if objects else None)
    methods = [
        value
        for value in map(_undecorated, cls.scope.store.data.values())
        if isinstance(value, FunctionValue)
        and value.node not in machine.called
        and not (existing is not None and _is_overridden(machine, existing, value))
    ]
    if not any(_part(method).relevant for method in methods):
        return
    instance = existing
    if instance is None:
        kind = machine.library.kind_of_class(cls)
        instance = Instance(cls, Store(), path="self", open=True, kind=kind)
        machine.instances.append(instance)
        with machine.elsewhere(cls.scope.unit, cls.scope):
            calls.initialise(machine, instance, Arguments(open=True), cls.node)
    driven = machine.library.drive(machine, instance)
    # Those that no other method calls come first, because they call the others.
    called_here = _part(cls).called
    methods.sort(key=lambda method: _name(method) in called_here)
    relevant = relevant_names(cls.scope, machine.scope)
    if existing is None:
        for method in methods:
            if _resumes(method) and not _part(method).called & relevant:
                _perhaps_call(machine, instance, method)
    for method in methods:
        if method.node in machine.called or _name(method) not in relevant:
            continue
        bound = machine.find_method(instance, _name(method))
        if isinstance(bound, FunctionValue):
            _call(machine, bound, cls.scope, f"{cls.name}.{_name(method)}")
    if existing is None and not driven:
        escapes.escape(instance, f"{HELD}{cls.name}")
    elif instance.kind is LibraryKind.TRAINER:
        # A Trainer steps what methods build that it, and nothing in view, calls.
        for record in _built(machine.block):
            record.escapes = record.escapes or f"{HELD}{cls.name}"


def _is_overridden(machine: Machine, instance: Instance, method: FunctionValue) -> bool:
    own = machine.find_method(instance, _name(method))
    own = None if own is None else _undecorated(own)
    return isinstance(own, FunctionValue) and own.node is not method.node


def _resumes(method: FunctionValue) -> bool:
    """Whether a method loads a checkpoint, as code out of sight asks for before the training."""
    return "load_state_dict" in _part(method).called


def _is_called(machine: Machine, function: FunctionValue | ClassValue) -> Flag:
    """Return the condition that code out of sight calls a function; by default it does not."""
    key = machine.fresh_key()
    return Flag(Question(Asks.TRUTH, key), f"{_name(function)}() is called", default=False)


def _perhaps_call(machine: Machine, instance: Instance, method: FunctionValue) -> None:
    """Call a method as the user may want it: by default, no checkpoint is there to be loaded."""
    name = _name(method)
    bound = machine.find_method(instance, name)
    if not isinstance(bound, FunctionValue) or method.node in machine.called:
        return
    asked = _is_called(machine, method)

    def then() -> Outcome:
        _call(machine, bound, method.scope, name)
        return GOES_ON

    with machine.elsewhere(method.scope.unit, method.scope):
        branches.fork(machine, asked, method.node, then, lambda: GOES_ON)
