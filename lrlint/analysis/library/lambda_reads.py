"""What the functions of a scheduler read from outside, which the script may change later."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    FunctionValue,
    ListValue,
    Partial,
    Store,
)

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
    return reads


def _read_by(function: FunctionValue, reads: Reads) -> list[AnyValue]:
    body = function.scope.unit.body_of(function.node)
    values: list[AnyValue] = []
    for name in frozenset() if body is None else names_in(body):
        scope = function.scope.with_name(name)
        if scope is not None:
            value = scope.store.data[name]
            reads[scope.store, name] = value
            values.append(value)
    return values


def changed(reads: Mapping[tuple[Store, str], AnyValue]) -> str | None:
    """Return a name that has another value now than it had when it was read."""
    for (store, name), before in reads.items():
        now = store.data.get(name)
        if now is None or now == before or isinstance(before, LazyImport):
            continue
        if isinstance(now, Choice) and any(inner == before for _, inner in now.alternatives):
            continue
        return name
    return None
