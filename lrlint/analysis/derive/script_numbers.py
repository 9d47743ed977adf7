"""The numbers of the script in a value, or that a function such as ``lr_lambda`` reads."""

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
"""How deep functions that call one another, or objects that hold one another, are followed."""


def number_of(value: AnyValue | None) -> Expr | None:
    """Return a value where it is a number."""
    if isinstance(value, Opaque):
        return value.number
    return value if isinstance(value, Expr) else None


def numbers_of(value: AnyValue, depth: int = 0) -> frozenset[Atom]:
    """Return the numbers in a value; for a function, those that it may read."""
    if depth > _DEEPEST:
        return frozenset()
    parts: list[AnyValue | None]
    match value:
        case Expr():
            return value.atoms()
        case Opaque(number=Expr() as number):
            return number.atoms()
        case FunctionValue(node=node, scope=scope, receiver=receiver, defaults=defaults):
            given = {parameter.name.value for parameter in node.params.params}
            body = scope.unit.body_of(node)
            names = names_in(node) if body is None else names_in(node) | names_in(body)
            parts = [scope.find(name) for name in names - given]
            parts += [receiver, *defaults.values()]
        case Partial(function=function, positional=positional, keywords=keywords):
            parts = [function, *positional, *keywords.values()]
        case ListValue(items=list() as items):
            parts = [*items]
        case Choice(alternatives=alternatives):
            parts = [item for _, item in alternatives]
        case Instance(store=Store(data=data)):
            parts = [*data.values()]
        case _:
            parts = []
    numbers = [numbers_of(part, depth + 1) for part in parts if part is not None]
    return frozenset[Atom]().union(*numbers)
