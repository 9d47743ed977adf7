"""Conditions and numbers as plain Python functions of the indices of loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from lrlint.analysis.model.computed import FUNCTIONS, SINGLE, WITHIN, Computed
from lrlint.analysis.model.condition_queries import text_of
from lrlint.analysis.model.conditions import (
    OPERATORS,
    All,
    Any,
    Condition,
    Divisible,
    Not,
    Relation,
)
from lrlint.symbolic import Atom, Expr, Strength, compile_expr

_T = TypeVar("_T")


class NotComputable(ValueError):
    """A condition depends on more than known numbers and loop indices; the text names it."""


def compile_condition(condition: Condition, arguments: Sequence[Atom]) -> Callable[..., bool]:
    """Return a function of the loop indices ``arguments`` that evaluates the condition.

    A flag has the value that it leans to. Raises :class:`NotComputable` where something is unknown.
    """
    lean = condition.lean
    if lean is not None:
        fixed: bool = lean
        return lambda *at: fixed
    match condition:
        case Relation(op, left, right):
            compute_left, compute_right = (compile_number(n, arguments) for n in (left, right))
            compare = OPERATORS[op]
            return lambda *at: compare(compute_left(*at), compute_right(*at))
        case Divisible(value, by, remainder):
            compute_value, compute_by, compute_remainder = (
                compile_number(n, arguments) for n in (value, by, remainder)
            )
            return lambda *at: compute_value(*at) % compute_by(*at) == compute_remainder(*at)
        case Not(of):
            inner = compile_condition(of, arguments)
            return lambda *at: not inner(*at)
        case All(parts):
            inners = [compile_condition(part, arguments) for part in parts]
            return lambda *at: all(inner(*at) for inner in inners)
        case Any(parts):
            inners = [compile_condition(part, arguments) for part in parts]
            return lambda *at: any(inner(*at) for inner in inners)
    raise NotComputable(text_of(condition))


def compile_number(number: Expr, arguments: Sequence[Atom]) -> Callable[..., int | float]:
    """Return a function of the loop indices ``arguments`` that evaluates the number.

    Raises :class:`NotComputable` where it depends on anything else that is unknown.
    """
    known = number.resolve(Strength.DEFAULT)
    others = sorted(known.atoms() - set(arguments), key=lambda atom: atom.name)
    for atom in others:
        if not isinstance(atom.key, Condition | Computed):
            raise NotComputable(atom.name)
    if not others:
        return compile_expr(known, arguments)
    inners = [_compile_derived(atom, tuple(arguments)) for atom in others]
    compute = compile_expr(known, [*arguments, *others])
    return lambda *at: compute(*at, *(inner(*at) for inner in inners))


@lru_cache(maxsize=10_000)  # branches share what comes before them
def _compile_derived(atom: Atom, arguments: tuple[Atom, ...]) -> Callable[..., int | float]:
    if isinstance(atom.key, Condition):
        return _indicator(atom.key, arguments)
    assert isinstance(atom.key, Computed)
    return _compile_computed(atom.key, arguments)


def _indicator(condition: Condition, arguments: Sequence[Atom]) -> Callable[..., int]:
    holds = compile_condition(condition, arguments)
    return lambda *at: int(holds(*at))


def _compile_computed(key: Computed, arguments: Sequence[Atom]) -> Callable[..., int | float]:
    """Return a function of the loop indices that calls a function of Python's."""
    if key.function == "if":
        assert isinstance(key.condition, Condition)
        holds = compile_condition(key.condition, arguments)
        then, otherwise = (_where_reached(part, arguments) for part in key.parts)
        return lambda *at: then(*at) if holds(*at) else otherwise(*at)
    parts = [compile_number(part, arguments) for part in key.parts]
    if key.function == "item":
        index, *items = parts
        return lambda *at: _item(items, int(index(*at)))(*at)
    if key.function == WITHIN:
        return _within(*parts)
    if key.function == SINGLE:
        raise NotComputable("the rounding of a tensor")
    function = FUNCTIONS[key.function]

    def call(*at: int | float) -> int | float:
        value = function(*(part(*at) for part in parts))
        if isinstance(value, complex):
            raise ArithmeticError(f"{key.text} is not a real number")
        result: int | float = value
        return result

    return call


def _within(
    value: Callable[..., int | float],
    index: Callable[..., int | float],
    length: Callable[..., int | float],
) -> Callable[..., int | float]:
    def call(*at: int | float) -> int | float:
        _item(range(int(length(*at))), int(index(*at)))
        return value(*at)

    return call


def _item(items: Sequence[_T], index: int) -> _T:
    """Return an element of a table; past its end the script raises an exception."""
    try:
        return items[index]
    except IndexError:
        text = f"element {index} of a table that has {len(items)}"
        raise NotComputable(text) from None


def _where_reached(number: Expr, arguments: Sequence[Atom]) -> Callable[..., int | float]:
    """Return a function that evaluates one side of a branch; what it lacks matters there only.

    ``base * epoch / warmup`` is not computed where there are no warm-up epochs.
    """
    try:
        return compile_number(number, arguments)
    except (NotComputable, ZeroDivisionError) as reason:
        error = reason

        def fail(*at: int | float) -> int | float:
            raise error

        return fail
