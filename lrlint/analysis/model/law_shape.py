"""What a law counts: lines in its counter, the branches that change with it, whole quotients.

A law is the LR as a number of the counters of loops. All results are in values of its counter: the
number of the iteration of one loop, or of nested loops that it counts through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrlint.analysis.model.computed import Computed, Derived, varies
from lrlint.analysis.model.conditions import All, Condition, Not, Relation, negate
from lrlint.analysis.model.conditions import Any as AnyOf
from lrlint.symbolic import UNREPRESENTABLE, Atom, Expr, ceil, compare, floor
from lrlint.symbolic.atoms import Call

Counters = Sequence[tuple[Atom, Expr | None]]
"""The indices of nested loops and how often each runs, the outermost first."""


@dataclass(frozen=True)
class Mark:
    """Where a branch of a law is taken for the first time, or for the last."""

    at: Expr
    """The first value of the counter on the other side."""
    condition: Relation
    key: Computed | None
    """The branch, where its sides are not plain numbers."""


def line_in(number: Expr, counters: Counters) -> tuple[Expr, Expr] | None:
    """Return the slope and the offset of a number that is linear in the counter."""
    used = [item for item in counters if item[0] in number.atoms()]
    if not used:
        return None
    if used != list(counters)[len(counters) - len(used) :] and len(used) > 1:
        return None
    slope: Expr | None = None
    expected = Expr.const(1)
    rest = number
    for index, trips in reversed(used):
        line = rest.linear_in(index)
        if line is None:
            return None
        step, rest = line
        if slope is None:
            slope = step
        elif not compare(step, slope * expected).equal:
            return None
        if trips is not None:
            expected = expected * trips
        elif index is not used[0][0]:
            return None
    assert slope is not None
    return None if slope.as_number() == 0 else (slope, rest)


def counted(law: Expr | Derived, counters: Counters) -> Counters | None:
    """Return the loops whose iterations a law counts, one directly in the other.

    Where they are not the outermost, it begins anew in each pass.
    """
    seen = {atom for key in keys_of(law) for atom in key.atoms()} | set(law.atoms())
    used = [item for item in counters if item[0] in seen]
    if not used:
        return None
    begin = counters.index(used[0])
    return used if used == list(counters[begin : begin + len(used)]) else None


def divides(law: Expr) -> bool:
    """Whether a law has the whole part of a quotient that varies: ``epoch // 30``."""
    numbers = [
        law,
        *(part for key in keys_of(law) if isinstance(key, Computed) for part in key.parts),
    ]
    factors = [factor for number in numbers for monomial in number.terms for factor, _ in monomial]
    return any(
        isinstance(factor, Call)
        and factor.kind in ("floor", "ceil")
        and any(map(varies, factor.args))
        for factor in factors
    ) or any(isinstance(key, Computed) and key.function == "//" for key in keys_of(law))


def is_above_zero(number: Expr) -> bool:
    """Whether a number is positive, for certain or with the values that its atoms have."""
    return number.is_positive or (number.value is not None and number.value > 0)


def marks(law: Expr, counters: Counters) -> Iterator[Mark]:
    """Yield where the branches of a law change sides, in the order in which it asks."""
    for key in keys_of(law):
        condition = key.condition if isinstance(key, Computed) else key
        if not isinstance(condition, Condition):
            continue
        for relation in relations(condition):
            at = threshold(relation, counters)
            if at is not None:
                yield Mark(at, relation, key if isinstance(key, Computed) else None)


def conditions_of(law: Expr) -> Iterator[Condition]:
    """Yield the conditions of the branches of a law, each with its parts."""
    for key in keys_of(law):
        condition = key.condition if isinstance(key, Computed) else key
        if isinstance(condition, Condition):
            yield condition
            yield negate(condition)
            for relation in relations(condition):
                yield relation
                yield negate(relation)


def relations(condition: Condition) -> Iterator[Relation]:
    """Yield the comparisons in a condition."""
    match condition:
        case Relation():
            yield condition
        case Not(of):
            yield from relations(of)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from relations(part)


def threshold(relation: Relation, counters: Counters) -> Expr | None:
    """Return the first whole value of the counter at which a comparison has changed."""
    if relation.op not in ("<", "<=", ">", ">="):
        return None
    try:
        line = line_in(relation.left - relation.right, counters)
        if line is None:
            return None
        slope, offset = line
        rises = is_above_zero(slope)
        falls = is_above_zero(-slope)
        if rises == falls:
            return None
        at = -offset / slope
        inclusive = relation.op in ("<", ">=") if rises else relation.op in ("<=", ">")
        return ceil(at) if inclusive else floor(at) + 1
    except UNREPRESENTABLE:
        return None


def keys_of(law: Expr | Derived) -> Iterator[Derived]:
    """Yield how the atoms of a law are computed, those of a branch after the branch."""
    seen: set[Atom] = set()
    waiting = sorted(law.atoms(), key=lambda atom: atom.order, reverse=True)
    while waiting:
        atom = waiting.pop()
        if atom in seen or not isinstance(atom.key, Derived):
            continue
        seen.add(atom)
        yield atom.key
        waiting += reversed(list(atom.key.atoms()))
