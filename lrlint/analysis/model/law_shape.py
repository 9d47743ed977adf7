"""What a law says of its length: where a cosine is at its minimum, a line at 0, a branch changes.

A law is the LR as a number of the counters of loops. All results are in values of its counter: the
number of the iteration of one loop, or of nested loops that it counts through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lrlint.analysis.model.computed import WITHIN, Computed, Derived, all_atoms, varies
from lrlint.analysis.model.conditions import All, Condition, Not, Relation, negate
from lrlint.analysis.model.conditions import Any as AnyOf
from lrlint.symbolic import (
    Atom,
    Expr,
    NotRepresentable,
    Strength,
    TooComplex,
    ceil,
    cleared,
    compare,
    floor,
    unbounded,
    unguarded,
)
from lrlint.symbolic.atoms import Call

Counters = Sequence[tuple[Atom, Expr | None]]
"""The indices of nested loops and how often each runs, the outermost first."""

_UNREPRESENTABLE = (NotRepresentable, TooComplex, ZeroDivisionError)
_PI = Expr.const(math.pi)


@dataclass(frozen=True)
class End:
    """Where a decay ends."""

    at: Expr
    start: Expr
    """Where it begins: at an angle of 0; 0 for a line."""
    cosine: bool
    place: Any
    """Where it is computed, if that is known."""
    clamped: bool = False
    """Whether the law stays at its end: ``max(0, 1 - t / T)``."""
    floored: bool = False
    """Whether it ends above 0, as ``(1 - t / T) * (1 - floor) + floor`` does."""


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
    seen = {atom for key in _keys(law) for atom in key.atoms()} | set(law.atoms())
    used = [item for item in counters if item[0] in seen]
    if not used:
        return None
    begin = counters.index(used[0])
    return used if used == list(counters[begin : begin + len(used)]) else None


def divides(law: Expr) -> bool:
    """Whether a law has the whole part of a quotient that varies: ``epoch // 30``."""
    numbers = [
        law,
        *(part for key in _keys(law) if isinstance(key, Computed) for part in key.parts),
    ]
    factors = [factor for number in numbers for monomial in number.terms for factor, _ in monomial]
    return any(
        isinstance(factor, Call)
        and factor.kind in ("floor", "ceil")
        and any(map(varies, factor.args))
        for factor in factors
    ) or any(isinstance(key, Computed) and key.function == "//" for key in _keys(law))


def ends(law: Expr, counters: Counters) -> Iterator[End]:
    """Yield the ends of the cosines, lines and polynomials of a law.

    A table that the counter may run out of has none: there the training ends with an exception.
    """
    if any(isinstance(key, Computed) and key.function == WITHIN for key in _keys(law)):
        return
    for key in _keys(law):
        if not isinstance(key, Computed):
            continue
        try:
            if key.function == "cos":
                end = _of(_of_cosine, key.parts[0], counters, key.place)
            elif key.function == "**" and key.parts[1].value != 0:
                end = _of(_of_line, key.parts[0], counters, key.place)
            elif key.function == "exp":
                end = _of_bound(key.parts[0], counters, key.place)
            else:
                end = None
        except _UNREPRESENTABLE:
            end = None
        if end is not None:
            yield replace(end, at=unguarded(end.at))
    for number, clamped in _sides(law):
        angle = _angle(number)
        try:
            if angle is None:
                end = _of(_of_line, number, counters, None)
            else:
                end = _of(_of_quarter, angle, counters, None)
        except _UNREPRESENTABLE:
            end = None
        if end is not None:
            yield replace(end, at=unguarded(end.at), clamped=clamped or end.clamped)


def _of(
    shape: Callable[[Expr, Counters, Any], End | None], number: Expr, counters: Counters, place: Any
) -> End | None:
    """Return where a number ends, with bounds on what it counts or without.

    ``1 - min(t, T) / T`` stays at its end; ``1 - max(0, t - s) / T`` begins to fall at ``s``.
    """
    end = shape(number, counters, place)
    if end is not None:
        return end
    free, bounds = unbounded(number, [index for index, _ in counters])
    end = shape(free, counters, place) if bounds and len(counters) == 1 else None
    if end is None:
        return None
    there = {index: end.at for index, _ in counters}
    stays = False
    for bound in bounds:
        beyond = bound.number.subs(there) - bound.limit
        if compare(beyond, Expr.const(0)).equal:
            stays = True
        elif bound.kind != "max" or not _is_above_zero(beyond):
            return None
    return replace(end, clamped=True) if stays else end


def _of_bound(number: Expr, counters: Counters, place: Any) -> End | None:
    """Return where the only bound of a number is reached: ``exp(a + b * min(1, t / T))``."""
    _, bounds = unbounded(number, [index for index, _ in counters])
    ends = {
        at
        for bound in bounds
        if bound.kind == "min"
        and (at := threshold(Relation(">=", bound.number, bound.limit), counters)) is not None
    }
    (at,) = ends if len(ends) == 1 else (None,)
    return None if at is None else End(at, Expr.const(0), cosine=False, place=place, clamped=True)


def _is_above_zero(number: Expr) -> bool:
    return number.is_positive or (number.value is not None and number.value > 0)


def _of_cosine(angle: Expr, counters: Counters, place: Any) -> End | None:
    """Return where a cosine is at its minimum: ``1 + cos(pi * t / T)``."""
    span = _span(angle, counters, _PI)
    return None if span is None else End(span[0] + span[1], span[0], cosine=True, place=place)


def _of_quarter(angle: Expr, counters: Counters, place: Any) -> End | None:
    """Return where a cosine falls to 0, ``cos(pi / 2 * t / T)``, or nearly: ``7 / 16 * pi``."""
    span = _span(angle, counters, _PI / 2)
    if span is not None:
        return End(span[0] + span[1], span[0], cosine=False, place=place)
    line = line_in(angle, counters)
    divisor = None if line is None else _divisor(line[0])
    if line is None or divisor is None:
        return None
    turns = (line[0] * divisor / _PI).value
    if turns is None or not 0.25 < turns < 0.5:
        return None
    start = zero_of(*line)
    return End(start + divisor, start, cosine=False, place=place, floored=True)


def _span(angle: Expr, counters: Counters, last: Expr) -> tuple[Expr, Expr] | None:
    """Return where an angle is 0, and how far it is from there to the last one."""
    fractions = {
        atom: Expr.const(atom.value)
        for atom in angle.atoms()
        if isinstance(atom.value, float) and atom.strength is Strength.CONSTANT
    }  # such as a number of cycles; they count no steps
    line = line_in(angle.subs(fractions), counters)
    if line is None:
        return None
    slope, offset = (part / last for part in line)
    if any(number.atoms() & {index for index, _ in counters} for number in (slope, offset)):
        return None
    if _numerator(slope) != 1:
        return None  # `cos(7 / 16 * pi * t / T)` is meant to end elsewhere
    return zero_of(slope, offset), 1 / slope


def _angle(number: Expr) -> Expr | None:
    """Return the angle of a number that is a multiple of a cosine."""
    if len(number.terms) != 1:
        return None
    for factor, exponent in next(iter(number.terms)):
        if exponent != 1 or not isinstance(factor, Atom):
            continue
        key = factor.key
        if isinstance(key, Computed) and key.function == "cos":
            return None if varies(number / Expr.atom(factor)) else key.parts[0]
    return None


def zero_of(slope: Expr, offset: Expr) -> Expr:
    """Return where a line is 0; what its slope is divided by is multiplied out of both numbers."""
    divisors = {
        factor
        for monomial in slope.terms
        for factor, exponent in monomial
        if isinstance(factor, Call) and factor.kind == "inverse" and exponent == 1
    }
    for divisor in sorted(divisors, key=str):
        if all((divisor, 1) in monomial for monomial in slope.terms):
            slope, offset = cleared(slope, divisor), cleared(offset, divisor)
    return -offset / slope


def _numerator(slope: Expr) -> Fraction | int | None:
    """Return the number above the line of ``1 / T``, ``1 / (T - w)``; None where there are more.

    A cosine of ``pi * t / (2 * T)`` ends after T, not after twice that.
    """
    length = 1 / slope
    value = length.number
    if value is not None:
        return 1 if Fraction(value).denominator == 1 else None
    if len(length.terms) == 0:
        return None
    coefficients = [Fraction(coefficient) for coefficient in length.terms.values()]
    if any(coefficient.denominator != 1 for coefficient in coefficients):
        return None
    return None if math.gcd(*map(int, coefficients)) in (2, 3, 4) else 1


def _of_line(number: Expr, counters: Counters, place: Any) -> End | None:
    """Return where a number that falls is 0: ``1 - t / T``."""
    line = line_in(number, counters)
    if line is None:
        return None
    slope, offset = line
    at = zero_of(slope, offset)
    value = at.value
    falls = _is_above_zero(-slope)
    floored = None if at.is_integer else _floored_end(slope, offset)
    if floored is not None:
        return End(floored, Expr.const(0), cosine=False, place=place, floored=True)
    if not falls or (at.is_constant and (value is None or value <= 0)):
        return None
    return End(at, Expr.const(0), cosine=False, place=place)


_HIGHEST_FLOOR = 0.5


def _floored_end(slope: Expr, offset: Expr) -> Expr | None:
    """Return the ``T`` of ``(1 - t / T) * (1 - floor) + floor``, None where there is no floor."""
    divisor = _divisor(slope)
    if divisor is None or divisor.atoms() & offset.atoms() or not _is_above_zero(offset):
        return None
    share = 1 + slope * divisor / offset
    if share.value is None:
        # A warm-up, `f * (1 - t / T) + t / T`, rises to `1 / f` of its start: that is no share.
        plain = len(share.terms) == 1 and all(n > 0 for _, n in next(iter(share.terms)))
        return divisor if plain and _is_above_zero(share) else None
    return divisor if 0 < share.value <= _HIGHEST_FLOOR else None


def _divisor(slope: Expr) -> Expr | None:
    """Return the only number by which all of a slope is divided."""
    divisors = [
        {
            factor
            for factor, exponent in monomial
            if exponent == -1 or (isinstance(factor, Call) and factor.kind == "inverse")
        }
        for monomial in slope.terms
    ]
    shared = set.intersection(*divisors) if divisors else set()
    if len(shared) != 1:
        return None
    (divisor,) = shared
    if isinstance(divisor, Call) and divisor.kind == "inverse":
        return divisor.args[0]
    return Expr.atom(divisor)


def is_raised(law: Expr) -> bool:
    """Whether what is added to a cosine keeps the law from going below 0: ``1 + cos(x)``."""
    cosines = [
        atom
        for atom in all_atoms(law)
        if isinstance(atom.key, Computed) and atom.key.function == "cos"
    ]
    lines = [side.linear_in(atom) for side, _ in _sides(law) for atom in cosines]
    return any(
        line is not None and line[0].as_number() != 0 and not _is_above_zero(line[0] - line[1])
        for line in lines
    )


def _sides(law: Expr) -> Iterator[tuple[Expr, bool]]:
    """Yield the numbers that a law may be, and whether it is never below another one."""
    sides: list[tuple[Expr, Derived | None]] = [(law, None)]
    for key in _keys(law):
        if isinstance(key, Computed) and key.function == "if":
            sides += ((part, key) for part in key.parts)
    floored: list[Expr] = []
    for side, _ in sides:
        for factor, exponent in next(iter(side.terms)) if len(side.terms) == 1 else ():
            if isinstance(factor, Call) and factor.kind == "max" and exponent > 0:
                floored += factor.args
    inside = {key for part in floored for key in _keys(part)}
    yield from ((side, branch in inside) for side, branch in sides)
    yield from ((part, True) for part in floored)


def marks(law: Expr, counters: Counters) -> Iterator[Mark]:
    """Yield where the branches of a law change sides, in the order in which it asks."""
    for key in _keys(law):
        condition = key.condition if isinstance(key, Computed) else key
        if not isinstance(condition, Condition):
            continue
        for relation in relations(condition):
            at = threshold(relation, counters)
            if at is not None:
                yield Mark(at, relation, key if isinstance(key, Computed) else None)


def conditions_of(law: Expr) -> Iterator[Condition]:
    """Yield the conditions of the branches of a law, each with its parts."""
    for key in _keys(law):
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
        rises = _is_above_zero(slope)
        falls = _is_above_zero(-slope)
        if rises == falls:
            return None
        at = -offset / slope
        inclusive = relation.op in ("<", ">=") if rises else relation.op in ("<=", ">")
        return ceil(at) if inclusive else floor(at) + 1
    except _UNREPRESENTABLE:
        return None


def _keys(law: Expr | Derived) -> Iterator[Derived]:
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
