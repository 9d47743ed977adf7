"""What the functions of a scheduler read from outside, which the script may change later."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Partial,
    Store,
)
from lrlint.symbolic import Expr

Reads = dict[tuple[Store, str], AnyValue]
"""Values by the store and the name that they are read from."""


def reads_of(value: AnyValue | None) -> Reads:
    """Return what a function, or those in a list, read from outside, and what they call reads."""
    reads: Reads = {}
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        match current:
            case ListValue(items=list() as items):
                waiting += items
            case Partial(function=function):
                waiting.append(function)
            case FunctionValue():
                waiting += _read_by(current, reads)
            case Instance(store=store) if current is value:  # it is called itself
                reads |= {(store, str(name)): member for name, member in store.data.items()}
    return reads


def _read_by(function: FunctionValue, reads: Reads) -> list[AnyValue]:
    body = function.scope.unit.body_of(function.node)
    names = frozenset[str]() if body is None else names_in(body)
    values: list[AnyValue] = [] if function.receiver is None else [function.receiver]
    for name in names:
        scope = function.scope.with_name(name)
        if scope is not None:
            reads[scope.store, name] = scope.store.data[name]
            values.append(scope.store.data[name])
    for value in list(values):
        match value:
            case Instance(store=store):
                members = {name: store.data[name] for name in names if name in store.data}
            case DictValue(store=store):
                members = {name: item for name, item in store.data.items() if isinstance(name, str)}
            case _:
                continue
        reads.update({(store, name): member for name, member in members.items()})
        values += members.values()
    return values


def changed(machine: Machine, reads: Mapping[tuple[Store, str], AnyValue]) -> str | None:
    """Return a name that has another value now than it had when it was read."""
    for (store, name), before in reads.items():
        now = store.data.get(name)
        if now is None or isinstance(before, LazyImport) or _is_set(machine, now):
            continue
        if not _same(now, before):
            return name
    return None


def _is_set(machine: Machine, value: AnyValue) -> bool:
    """Whether a value is what the user has set: the script's default may have been read before."""
    match value:
        case Expr():
            names = [atom.name for atom in value.atoms() if value == Expr.atom(atom)]
        case Const(path=str() as path):
            names = [path]
        case _:
            names = []
    return any(machine.override(name) is not None for name in names)


def _same(now: AnyValue, before: AnyValue) -> bool:
    match now, before:
        case Expr(value=int() | float() as number), Expr():
            return number == before.value  # it may have got a name meanwhile
        case Const(), Const():
            return now.value == before.value
        case Choice(), _:
            return now == before or any(_same(inner, before) for _, inner in now.alternatives)
    return now == before
