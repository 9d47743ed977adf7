"""Counting: in how many iterations of a loop a condition holds."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.analysis.model.conditions import (
    All,
    Any,
    Condition,
    Divisible,
    NotComputable,
    Relation,
    compile_condition,
)
from lrlint.symbolic import (
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


def occurrences(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    """In how many of the iterations 0 … ``trips`` - 1 of ``index`` the condition holds.

    None where that has no closed form and the numbers that would settle it are not known.
    """
    try:
        found = _closed_form(condition, index, trips)
    except (NotRepresentable, TooComplex, ZeroDivisionError):
        found = None
    return found if found is not None else _enumerated(condition, index, trips)


def _closed_form(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    match condition:
        case Divisible(value=value, by=by, remainder=remainder):
            return _divisible(value - remainder, by, index, trips)
        case Relation():
            return _relation(condition, index, trips)
        case Any(parts=parts):
            return _either(parts, index, trips)
        case All(parts=parts) if len(parts) == 1:
            return _closed_form(parts[0], index, trips)
    if not any(atom == index for atom in condition.atoms()):
        lean = condition.lean
        if lean is not None:
            return trips if lean else Expr.const(0)
    return None


def _divisible(value: Expr, by: Expr, index: Atom, trips: Expr) -> Expr | None:
    """How many of offset, offset + 1, … offset + trips - 1 are multiples of ``by``."""
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


def _relation(condition: Relation, index: Atom, trips: Expr) -> Expr | None:
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
            return _from(threshold, trips)
        case ">":
            return _from(threshold + 1, trips)
        case "<":
            return _up_to(threshold, trips)
        case "<=":
            return _up_to(threshold + 1, trips)
        case "==":
            inside = _inside(threshold, trips)
            return None if inside is None else Expr.const(int(inside))
        case "!=":
            inside = _inside(threshold, trips)
            return None if inside is None else trips - int(inside)
    return None


def _from(threshold: Expr, trips: Expr) -> Expr:
    return trips - _up_to(threshold, trips)


def _up_to(threshold: Expr, trips: Expr) -> Expr:
    comparison = compare(threshold, trips)
    if comparison.verdict is not Verdict.UNKNOWN and comparison.sign is not None:
        bounded = trips if comparison.sign >= 0 else threshold
    else:
        bounded = minimum(threshold, trips)
    return maximum(bounded, Expr.const(0))


def _inside(threshold: Expr, trips: Expr) -> bool | None:
    low, high = compare(threshold, Expr.const(0)), compare(threshold, trips)
    if low.sign is None or high.sign is None:
        return None
    return low.sign >= 0 and high.sign < 0


def _either(parts: tuple[Condition, ...], index: Atom, trips: Expr) -> Expr | None:
    """``(i + 1) % k == 0 or i + 1 == len(loader)``: every k-th and the last."""
    regular = [part for part in parts if isinstance(part, Divisible)]
    last = [
        part
        for part in parts
        if isinstance(part, Relation) and part.op in ("==", ">=") and _is_last(part, index, trips)
    ]
    if len(parts) == 2 and len(regular) == len(last) == 1:
        pieces = (regular[0].value - regular[0].remainder).linear_in(index)
        if pieces is not None and pieces[0].as_number() == 1 and pieces[1].as_number() == 1:
            return ceil(trips / regular[0].by)
    return None


def _is_last(relation: Relation, index: Atom, trips: Expr) -> bool:
    gap = relation.left - relation.right
    return gap in (Expr.atom(index) - trips + 1, trips - 1 - Expr.atom(index))


def _enumerated(condition: Condition, index: Atom, trips: Expr) -> Expr | None:
    """Count one by one, where all numbers are known."""
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
    name = f"{count}"
    return Expr.atom(
        Atom(name=name, key=("count", condition), strength=Strength.DEFAULT, value=count, lower=0)
    )


def summed(delta: Expr, index: Atom, mapping: Mapping[Atom, Expr]) -> Expr | None:
    """What a counter has gained before iteration ``index``, where each iteration adds ``delta``.

    ``delta`` may hold the indicator of a condition: ``step += 1`` under ``(i + 1) % k == 0``.
    """
    indicators = [atom for atom in delta.atoms() if isinstance(atom.key, Condition)]
    if len(indicators) != 1:
        return None
    atom = indicators[0]
    assert isinstance(atom.key, Condition)
    parts = delta.linear_in(atom)
    if parts is None:
        return None
    slope, offset = parts
    if index in slope.atoms() or index in offset.atoms():
        return None
    condition = atom.key.subs(mapping)
    try:
        count = _closed_form(condition, index, Expr.atom(index))
    except (NotRepresentable, TooComplex, ZeroDivisionError):
        return None
    if count is None:
        return None
    return slope * count + offset * Expr.atom(index)
