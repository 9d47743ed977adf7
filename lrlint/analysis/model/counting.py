"""In how many iterations of a loop a condition holds."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.analysis.model.compiling import NotComputable, compile_condition
from lrlint.analysis.model.computed import is_computed
from lrlint.analysis.model.condition_queries import indicators
from lrlint.analysis.model.conditions import All, Any, Condition, Divisible, Relation
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Atom,
    Expr,
    NotRepresentable,
    Strength,
    TooComplex,
    Verdict,
    ceil,
    compare,
    floor,
    maximum,
    minimum,
)

_MOST_ENUMERATED = 200_000
"""Iterations for which a condition is evaluated one by one."""


def occurrences(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    """Return how often the condition holds while ``index`` runs from 0 to ``trips`` - 1.

    None where that has no closed form and some number in it is unknown.
    """
    try:
        count = _closed_form(condition, index, trips)
    except UNREPRESENTABLE:
        count = None
    return count if count is not None else _enumerated(condition, index, trips)


def holds_once(condition: Condition, index: Atom) -> bool:
    """Whether the condition holds for one value of ``index`` at the most: ``i == last``."""
    if not isinstance(condition, Relation) or condition.op != "==":
        return False
    try:
        line = (condition.left - condition.right).linear_in(index)
    except (NotRepresentable, TooComplex):
        return False
    return line is not None and line[0] != 0


def _closed_form(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    if any(map(is_computed, condition.atoms())):
        return None
    match condition:
        case Divisible(value=value, by=by, remainder=remainder):
            return _count_divisible(value - remainder, by, index, trips)
        case Relation():
            return _count_relation(condition, index, trips)
        case Any(parts=parts):
            return _regular_and_last(parts, index, trips)
        case All(parts=parts) if len(parts) == 1:
            return _closed_form(parts[0], index, trips)
    if not any(atom == index for atom in condition.atoms()):
        lean = condition.lean
        if lean is not None:
            return trips if lean else Expr.const(0)
    return None


def _count_divisible(value: Expr, by: Expr, index: Atom, trips: Expr) -> Expr | None:
    """Return how many of offset, offset + 1, … offset + trips - 1 are multiples of ``by``."""
    parts = value.linear_in(index)
    if parts is None or index in by.atoms():
        return None
    slope, offset = parts
    if slope.as_number() != 1:
        return None
    if offset.as_number() == 1:
        return floor(trips / by)
    if offset.as_number() == 0:
        return ceil(trips / by)
    return floor((trips - 1 + offset) / by) - floor((offset - 1) / by)


def _count_relation(condition: Relation, index: Atom, trips: Expr) -> Expr | None:
    """Return how often a comparison holds whose sides differ by ``index`` and a fixed number."""
    parts = (condition.left - condition.right).linear_in(index)
    if parts is None:
        return None
    slope, offset = parts
    if slope.as_number() == 0:
        return None
    op = condition.op
    if slope.as_number() == -1:
        slope, offset = -slope, -offset
        op = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
    if slope.as_number() != 1:
        return None
    # index op threshold
    threshold = -offset
    match op:
        case ">=":
            return trips - _below(threshold, trips)
        case ">":
            return trips - _below(threshold + 1, trips)
        case "<":
            return _below(threshold, trips)
        case "<=":
            return _below(threshold + 1, trips)
        case "==":
            reached = _is_reached(threshold, trips)
            return None if reached is None else Expr.const(int(reached))
        case "!=":
            reached = _is_reached(threshold, trips)
            return None if reached is None else trips - int(reached)
    return None


def _below(threshold: Expr, trips: Expr) -> Expr:
    """Return how many indices are smaller than the threshold."""
    comparison = compare(threshold, trips)
    if comparison.verdict is not Verdict.UNKNOWN and comparison.sign is not None:
        bounded = trips if comparison.sign >= 0 else threshold
    else:
        bounded = minimum(threshold, trips)
    return maximum(bounded, Expr.const(0))


def _is_reached(threshold: Expr, trips: Expr) -> bool | None:
    """Whether some index equals the threshold; None where that is open."""
    low, high = compare(threshold, Expr.const(0)), compare(threshold, trips)
    if low.sign is None or high.sign is None:
        return None
    return low.sign >= 0 and high.sign < 0


def _regular_and_last(parts: tuple[Condition, ...], index: Atom, trips: Expr) -> Expr | None:
    """Count ``(i + 1) % k == 0 or i + 1 == len(loader)``: every k-th iteration and the last."""
    every = every_and_last(Any(parts), index, trips)
    return None if every is None else ceil(trips / every)


def every_and_last(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    """Return k where a condition holds in every k-th iteration of a loop, and in the last."""
    if not isinstance(condition, Any) or len(condition.parts) != 2:
        return None
    regular = [part for part in condition.parts if isinstance(part, Divisible)]
    last = [
        part
        for part in condition.parts
        if isinstance(part, Relation) and part.op in ("==", ">=") and _is_last(part, index, trips)
    ]
    if len(regular) == len(last) == 1:
        pieces = (regular[0].value - regular[0].remainder).linear_in(index)
        if pieces is not None and pieces[0].as_number() == 1 and pieces[1].as_number() == 1:
            return regular[0].by
    return None


def _is_last(relation: Relation, index: Atom, trips: Expr) -> bool:
    gap = relation.left - relation.right
    return gap in (Expr.atom(index) - trips + 1, trips - 1 - Expr.atom(index))


def _enumerated(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    """Return the count by evaluating the condition in each iteration, where all is known."""
    number = trips.value
    if not isinstance(number, int) or not 0 <= number <= _MOST_ENUMERATED:
        return None
    try:
        holds = compile_condition(condition, [index])
    except NotComputable:
        return None
    count = sum(1 for i in range(number) if holds(i))
    strength = max(
        (atom.strength for atom in condition.atoms() if atom != index), default=trips.strength
    )
    strength = max(strength, trips.strength)
    if strength is Strength.CONSTANT:
        return Expr.const(count)
    key = ("count", condition)
    return Expr.atom(
        Atom(name=str(count), key=key, strength=Strength.DEFAULT, value=count, lower=0)
    )


def summed(
    delta: Expr,
    index: Atom,
    mapping: Mapping[Atom, Expr],
    trips: Expr | None = None,
    *,
    whole: bool = False,
) -> Expr | None:
    """Return what a counter has gained before iteration ``index`` if each iteration adds ``delta``.

    ``delta`` holds one indicator: ``step += 1`` under ``(i + 1) % k == 0``. None for anything else.
    With ``whole``, return what it has gained after all ``trips``.
    """
    conditional = indicators(delta)
    if len(conditional) != 1 or any(map(is_computed, delta.atoms())):
        return None
    (atom,) = conditional
    assert isinstance(atom.key, Condition)
    parts = delta.linear_in(atom)
    if parts is None:
        return None
    slope, offset = parts
    if index in slope.atoms() or index in offset.atoms():
        return None
    condition = atom.key.subs(mapping)
    until = trips if whole and trips is not None else Expr.atom(index)
    try:
        if not whole and trips is not None and isinstance(condition, Any):
            every = every_and_last(condition, index, trips)
            count = None if every is None else floor(until / every)
        else:
            count = _closed_form(condition, index, until)
    except UNREPRESENTABLE:
        return None
    if count is None:
        return None
    return slope * count + offset * until
