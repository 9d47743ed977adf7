"""Conditions and numbers as plain Python functions of the indices of loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lrlint.analysis.model.conditions import (
    OPERATORS,
    All,
    Any,
    Condition,
    Divisible,
    Not,
    Relation,
    indicators,
    text_of,
)
from lrlint.symbolic import Atom, Expr, Strength, compile_expr


class NotComputable(ValueError):
    """A condition depends on more than known numbers and loop indices; the text names it."""


def compile_condition(condition: Condition, arguments: Sequence[Atom]) -> Callable[..., bool]:
    """Return a function of the loop indices ``arguments`` that evaluates the condition.

    A flag has the value that it leans to. Raises :class:`NotComputable` where something is unknown.
    """
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
    lean = condition.lean
    if lean is None:
        raise NotComputable(text_of(condition))
    fixed: bool = lean
    return lambda *at: fixed


def compile_number(number: Expr, arguments: Sequence[Atom]) -> Callable[..., int | float]:
    """Return a function of the loop indices ``arguments`` that evaluates the number.

    Raises :class:`NotComputable` where it depends on anything else that is unknown.
    """
    known = number.resolve(Strength.DEFAULT)
    conditional = [atom for atom in indicators(known) if atom not in arguments]
    missing = sorted(
        atom.name for atom in known.atoms() if atom not in arguments and atom not in conditional
    )
    if missing:
        raise NotComputable(missing[0])
    if not conditional:
        return compile_expr(known, arguments)
    inners = []
    for atom in conditional:
        assert isinstance(atom.key, Condition)
        inners.append(compile_condition(atom.key, arguments))
    compute = compile_expr(known, [*arguments, *conditional])
    return lambda *at: compute(*at, *(int(inner(*at)) for inner in inners))
