"""Which of the script's numbers a value is, or a function such as ``lr_lambda`` computes with."""

from __future__ import annotations

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Partial,
    Store,
)
from lrlint.symbolic import Atom, Expr

_DEEPEST = 4
"""Functions that call one another, objects that hold one another."""


def number_of(value: AnyValue | None) -> Expr | None:
    """The value where it is a number."""
    if isinstance(value, Opaque):
        return value.number
    return value if isinstance(value, Expr) else None


def numbers_of(value: AnyValue, depth: int = 0) -> frozenset[Atom]:
    """The numbers that a function, or each of several, may read."""
    if depth > _DEEPEST:
        return frozenset()
    found: frozenset[Atom] = frozenset()
    match value:
        case Expr():
            return value.atoms()
        case Opaque(number=Expr() as number):
            return number.atoms()
        case FunctionValue(node=node, scope=scope, receiver=receiver, defaults=defaults):
            given = {one.name.value for one in node.params.params}
            body = scope.unit.body_of(node)
            names = names_in(node) if body is None else names_in(node) | names_in(body)
            parts = [scope.find(name) for name in names - given]
            parts += [receiver, *defaults.values()]
            return found.union(*(numbers_of(one, depth + 1) for one in parts if one is not None))
        case Partial(function=function, positional=positional, keywords=keywords):
            parts = [function, *positional, *keywords.values()]
        case ListValue(items=list() as items):
            parts = [*items]
        case Choice(alternatives=alternatives):
            parts = [item for _, item in alternatives]
        case Instance(store=Store(data=data)):
            parts = [*data.values()]
        case _:
            return found
    return found.union(*(numbers_of(one, depth + 1) for one in parts if one is not None))
