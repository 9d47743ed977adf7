"""Iterables: what a loop over a value visits, how often, and which element each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from lrlint.analysis.code.queries import dotted, has_own_break
from lrlint.analysis.interpreter import escapes, numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import words
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Sized,
    Stream,
)
from lrlint.source.nodes import small_statements, statements_of
from lrlint.symbolic import Expr


def iterate(machine: Machine, value: AnyValue, node: cst.CSTNode) -> Stream:
    """What a ``for`` loop over ``value`` visits."""
    match value:
        case Stream():
            return value
        case ListValue(source=Stream() as source):
            return source
        case ListValue(items=list() as items):
            return Stream(numbers.length_of(machine, value), _pick(items), items=items)
        case ListValue(element=element, length=length):
            return Stream(
                length, lambda _: element if element is not None else Opaque(measured=True)
            )
        case DictValue(complete=True, store=store):
            keys: list[AnyValue] = [
                Expr.const(key) if isinstance(key, int) else Const(key) for key in store.data
            ]
            return Stream(Expr.const(len(keys)), _pick(keys), items=keys)
        case Loader(path=path):
            return Stream(
                numbers.length_of(machine, value),
                _measured,
                text=path or source_text(machine, node),
                over_loader=True,
            )
        case Sized(path=path):
            return Stream(numbers.length_of(machine, value), _measured, text=path)
        case Const(value=str() as text):
            letters: list[AnyValue] = [Const(letter) for letter in text]
            return Stream(Expr.const(len(letters)), _pick(letters), items=letters)
        case Choice(alternatives=alternatives):
            for condition, item in alternatives:
                if condition.lean:
                    return iterate(machine, item, node)
            if alternatives and len({numbers.length_of(machine, v) for _, v in alternatives}) == 1:
                return iterate(machine, alternatives[0][1], node)
            return Stream(None, _measured, text=source_text(machine, node))
        case GroupsValue(record=record, whole=True):
            if record.unknown_groups or len(record.groups) == 1:
                return Stream(
                    None,
                    lambda _: GroupsValue(record, whole=False),
                    items=[GroupsValue(record, whole=False)],
                )
            groups: list[AnyValue] = [
                GroupsValue(record, whole=False, index=i) for i in range(len(record.groups))
            ]
            return Stream(Expr.const(len(groups)), _pick(groups), items=groups)
        case Instance() | Opaque():
            if isinstance(value, Instance):
                _give_to_iterator(machine, value)
            path = value.path or source_text(machine, node)
            if isinstance(value, Opaque) and value.path is None and path is not None:
                value.path = path
            return Stream(
                numbers.length_of(machine, value),
                _measured,
                text=path,
                over_loader=path is not None and words.is_loader(path),
            )
    return Stream(None, _measured, text=source_text(machine, node))


def _give_to_iterator(machine: Machine, value: Instance) -> None:
    """An object's ``__iter__`` may step what the object holds, between the iterations."""

    method = machine.find_method(value, "__iter__")
    if isinstance(method, FunctionValue):
        unit = method.scope.unit
        if unit.survey.part(method.node).relevant:
            escapes.escape(method, "stepped by an iterator")


def _pick(items: list[AnyValue]) -> Callable[[Expr], AnyValue]:
    def element(index: Expr) -> AnyValue:
        position = index.value
        if isinstance(position, int) and 0 <= position < len(items):
            return items[position]
        return items[0] if len(items) == 1 else Opaque(measured=True)

    return element


def _measured(_: Expr) -> AnyValue:
    return Opaque(measured=True)


def source_text(machine: Machine, node: cst.CSTNode) -> str | None:
    """How the user writes an iterable that has no name of its own."""
    return dotted(node) or (machine.unit.code(node) if isinstance(node, cst.Call) else None)


def generator_stream(machine: Machine, node: cst.FunctionDef, scope: Scope) -> AnyValue:
    """The result of calling a generator function of the project."""
    for value in scope.store.data.values():
        if not isinstance(value, Instance):
            escapes.escape(value, f"handed to the generator {node.name.value}(…)")
    path = f"{node.name.value}(…)"
    body = scope.unit.body_of(node)
    statements = () if body is None else statements_of(body)
    source = _handed_on(machine, statements, scope)
    if source is not None:
        # A wrapper that hands on each batch it is given, as `log_every(loader, …)` does.
        return Stream(source.trips, _measured, text=path, over_loader=source.over_loader)
    over_loader = any(
        isinstance(value, Loader)
        or (isinstance(value, Opaque) and value.path is not None and words.is_loader(value.path))
        for value in scope.store.data.values()
    )
    endless = any(
        isinstance(part, cst.While)
        and isinstance(part.test, cst.Name)
        and part.test.value == "True"
        for part in statements
    )
    return Stream(None, _measured, text=path, over_loader=over_loader, endless=endless)


def _handed_on(machine: Machine, statements: Sequence[cst.CSTNode], scope: Scope) -> Stream | None:
    """What the generator's only loop visits, if each of its iterations yields once."""
    outer = [part for part in statements if isinstance(part, (cst.For, cst.While))]
    if len(outer) != 1 or not isinstance(outer[0], cst.For) or has_own_break(outer[0].body):
        return None
    yields = [
        part
        for statement in statements_of(outer[0].body)
        for part in small_statements(statement)
        if isinstance(part, cst.Expr) and isinstance(part.value, cst.Yield)
    ]
    if len(yields) != 1:
        return None
    with machine.elsewhere(scope.unit, scope):
        machine.statement = outer[0]
        return iterate(machine, machine.evaluate(outer[0].iter), outer[0].iter)


def worth_unrolling(machine: Machine, items: list[AnyValue]) -> bool:
    """Whether to visit elements one by one: they are few, and each may decide something."""
    return 0 < len(items) <= machine.limits.unrolled and all(_telling(item) for item in items)


def _telling(item: AnyValue, depth: int = 0) -> bool:
    """Whether knowing this very element may decide what the body does."""
    match item:
        case OptimizerValue() | SchedulerValue() | Expr() | Instance() | GroupsValue():
            return True
        case Const(value=value):
            return value is not None
        case ListValue(items=list() as items) if depth < 2:
            return any(_telling(inner, depth + 1) for inner in items)
    return False
