"""Escapes: optimizers and schedulers that code out of the analyser's sight may step."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import (
    GroupsValue,
    OptimizerValue,
    Owner,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import (
    Block,
    LRWrite,
    OptimizerStep,
    SchedulerStep,
    has_break,
    walk,
)
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Scope,
    Stream,
)
from lrlint.symbolic import Expr

_DEEPEST = 6
"""Containers within containers that are searched."""
_EMPTY = (Const, Expr, External, Opaque)
"""Most values by far; they contain no others."""


def escape(value: AnyValue, why: str) -> None:
    """Note on each optimizer and scheduler that a value contains why others may step it."""
    _escape(value, why, 0, set())


def escape_named(scope: Scope, node: cst.CSTNode, why: str) -> None:
    """Note that a piece of code may step each optimizer and scheduler that it names."""
    for name in sorted(names_in(node)):
        if (value := scope.find(name)) is not None:
            escape(value, why)


def leave_open(record: Owner, why: str, *, paced: bool = False) -> None:
    """Note that it is not known how often an optimizer or scheduler steps, and why.

    ``paced``: it is known in which loop.
    """
    record.escapes = record.escapes or why
    record.miscounted = True
    if isinstance(record, SchedulerRecord) and not paced:
        record.paced = False


def leave_value_open(value: AnyValue, why: str) -> None:
    """Leave open how often the optimizers and schedulers step that a value is or contains."""
    for record in steppable(value):
        leave_open(record, why)


def steppable(value: AnyValue) -> Iterator[Owner]:
    """Yield the optimizers and schedulers that a value is or contains."""
    for inner in (*alternatives(value), *_contents(value)):
        if isinstance(inner, (OptimizerValue, SchedulerValue)):
            yield inner.record
        elif inner is not value and isinstance(inner, (Choice, ListValue, DictValue)):
            yield from steppable(inner)


def leave_block_open(block: Block, why: str) -> None:
    """Leave open how often everything steps that a part of a trace steps."""
    for record in stepped_in(block):
        leave_open(record, why)


def leave_exit_open(block: Block, begun: int, exit_begun: int) -> None:
    """Leave open what the end of a ``try`` or ``with`` steps where a ``break`` leaves the body.

    It runs on that way out, too, where nothing follows it.
    """
    if has_break(block[begun:exit_begun]):
        leave_block_open(block[exit_begun:], "stepped on the way out of a loop")


def stepped_in(block: Block) -> Iterator[Owner]:
    """Yield each optimizer and scheduler that a part of a trace steps, or whose LR it writes."""
    for located in walk(block):
        match located.event:
            case SchedulerStep(scheduler=record) | OptimizerStep(optimizer=record):
                yield record
            case LRWrite(optimizer=record):
                yield record


def leave_function_open(function: FunctionValue, why: str) -> None:
    """Leave open how often everything steps that a function of the project may step."""
    waiting, seen = [function], {function.node}
    while waiting:
        for value in _stepped_by(waiting.pop()):
            for inner in alternatives(value):
                if isinstance(inner, (OptimizerValue, SchedulerValue)):
                    leave_open(inner.record, why)
                elif isinstance(inner, FunctionValue) and inner.node not in seen:
                    seen.add(inner.node)
                    waiting.append(inner)


def _escape(value: AnyValue, why: str, depth: int, seen: set[int]) -> None:
    if isinstance(value, _EMPTY):
        return
    # Objects refer to each other in circles.
    if depth > _DEEPEST or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, (OptimizerValue, SchedulerValue, GroupsValue)):
        value.record.escapes = value.record.escapes or why
    elif isinstance(value, FunctionValue):
        leave_function_open(value, why)
    elif isinstance(value, Instance) and value.kind is LibraryKind.PARSER:
        value.open = True  # other code may add options
    for inner in _contents(value):
        _escape(inner, why, depth + 1, seen)


def _contents(value: AnyValue) -> Iterator[AnyValue]:
    """Yield what code that receives a value can reach through it."""
    match value:
        case ListValue(items=list() as items) | Stream(items=list() as items):
            yield from items
        case ListValue(element=element) if element is not None:
            yield element
        case DictValue(store=store):
            yield from list(store.data.values())
        case Instance(store=store):
            # Code that receives an object rarely calls its stored functions.
            members = list(store.data.values())
            yield from (member for member in members if not isinstance(member, FunctionValue))
        case Choice():
            yield from alternatives(value)
        case FunctionValue(receiver=receiver):
            if receiver is not None:
                yield receiver
            yield from _stepped_by(value)
        case Method(receiver=receiver, name="step"):
            yield receiver
        case Partial(function=function, positional=positional, keywords=keywords):
            yield from (function, *positional, *keywords.values())


def _stepped_by(function: FunctionValue) -> Iterator[AnyValue]:
    """Yield what a function may step: the functions that it calls.

    If it calls something named ``step``, what it uses from outside may be stepped, too.
    """
    unit = function.scope.unit
    called = unit.survey.part(function.node).called
    for name in called:
        value = function.scope.find(name)
        if isinstance(value, FunctionValue):
            yield value
    if "step" not in called:
        return
    body = unit.body_of(function.node)
    names = frozenset[str]() if body is None else names_in(body)
    for name in names:
        value = function.scope.find(name)
        if isinstance(value, Instance):
            members = value.store.data
            yield from (members[member] for member in names if member in members)
        elif value is not None and not isinstance(value, FunctionValue):
            yield value
