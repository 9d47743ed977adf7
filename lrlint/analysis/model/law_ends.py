"""Where a decay in a law ends: a cosine at its minimum, a line or a polynomial at 0."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lrlint.analysis.model.computed import WITHIN, Computed, Derived, all_atoms, varies
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.law_shape import (
    Counters,
    is_above_zero,
    keys_of,
    line_in,
    marks,
    threshold,
)
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Atom,
    Expr,
    Strength,
    cleared,
    compare,
    unbounded,
    unguarded,
)
from lrlint.symbolic.atoms import Call

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


def ends(law: Expr, counters: Counters) -> Iterator[End]:
    """Yield the ends of the cosines, lines and polynomials of a law.

    A table that the counter may run out of has none: there the training ends with an exception.
    """
    if any(isinstance(key, Computed) and key.function == WITHIN for key in keys_of(law)):
        return
    for key in keys_of(law):
        if not isinstance(key, Computed):
            continue
        try:
            if key.function == "cos":
                end = _of(_of_cosine, key.parts[0], counters, key.place)
            elif key.function == "**" and key.parts[1].value != 0:
                end = _of(_LineFrom((Expr.const(0),)), key.parts[0], counters, key.place)
            elif key.function == "exp":
                end = _of_bound(key.parts[0], counters, key.place)
            else:
                end = None
        except UNREPRESENTABLE:
            end = None
        if end is not None:
            yield replace(end, at=unguarded(end.at))
    line = _LineFrom((Expr.const(0), *(mark.at for mark in marks(law, counters))))
    for number, clamped in _sides(law):
        angle = _angle(number)
        try:
            if angle is not None:
                end = _of(_of_quarter, angle, counters, None)
            else:
                end = _of(line, number, counters, None) or _of_root(number, counters)
                end = end or _of_corners(number, counters) or _of_square(number, counters)
        except UNREPRESENTABLE:
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
        elif bound.kind != "max" or not is_above_zero(beyond):
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


def _of_root(number: Expr, counters: Counters) -> End | None:
    """Return where a root ends that a number falls with: ``1 - sqrt((t - s) / T)``."""
    atoms = [atom for atom in number.atoms() if isinstance(atom.key, Computed) and varies(atom.key)]
    for atom in atoms if len(atoms) == 1 else ():
        key, falling = atom.key, number.linear_in(atom)
        if falling is None or not isinstance(key, Computed) or varies(falling[1]):
            return None
        inner = line_in(key.parts[0], counters) if key.function in ("sqrt", "**") else None
        power = key.parts[1].value if key.function == "**" else 0.5
        if inner is None or power is None or power <= 0 or not is_above_zero(inner[0]):
            return None
        share = 1 + falling[0] / falling[1]
        if share.value != 0 and not _is_share(share):
            return None
        start, at = zero_of(*inner), zero_of(inner[0], inner[1] - 1)
        return End(at, start, cosine=False, place=key.place, floored=share.value != 0)
    return None


def _of_corners(number: Expr, counters: Counters) -> End | None:
    """Return the last corner of straight lines between points, as ``numpy.interp`` draws them."""
    indices = [index for index, _ in counters]
    _, bounds = unbounded(number, indices)
    lines = [
        line_in(unbounded(bound.number, indices)[0] - bound.limit, counters)
        for bound in bounds
        if bound.kind == "min"
    ]
    corners = [None if line is None else zero_of(*line) for line in lines]
    known = {corner.value: corner for corner in corners if corner is not None}
    if len(corners) < 2 or None in known or len(known) < len(corners):
        return None
    last = max(value for value in known if value is not None)
    return End(known[last], Expr.const(0), cosine=False, place=None, clamped=True)


def _of_square(number: Expr, counters: Counters) -> End | None:
    """Return where the square of a line is 0: ``(1 - t / T) ** 2``."""
    index = counters[0][0]
    if len(counters) != 1 or index not in number.atoms():
        return None
    zero, *values = (number.subs({index: t}) for t in range(4))
    bend = values[1] - 2 * values[0] + zero
    if not is_above_zero(bend) or values[2] != 3 * values[1] - 3 * values[0] + zero:
        return None
    at = 1 / 2 - (values[0] - zero) / bend
    if not is_above_zero(at) or number.subs({index: at}).as_number() != 0:
        return None
    return End(at, Expr.const(0), cosine=False, place=None)


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


@dataclass(frozen=True)
class _LineFrom:
    """Where a number that falls is 0, ``1 - t / T``, or at its floor."""

    starts: Sequence[Expr]
    """Where it may begin to fall: at 0, or where a branch of the law begins."""

    def __call__(self, number: Expr, counters: Counters, place: Any) -> End | None:
        line = line_in(number, counters)
        if line is None:
            return None
        slope, offset = line
        at = zero_of(slope, offset)
        value = at.value
        falls = is_above_zero(-slope)
        floored = None if at.is_integer else _floored_end(slope, offset, self.starts)
        if floored is not None:
            return End(floored[1], floored[0], cosine=False, place=place, floored=True)
        if not falls or (at.is_constant and (value is None or value <= 0)):
            return None
        return End(at, Expr.const(0), cosine=False, place=place)


_HIGHEST_FLOOR = 0.5
"""Up to this share of the highest LR, the end of a decay is a floor."""


def _floored_end(slope: Expr, offset: Expr, starts: Sequence[Expr]) -> tuple[Expr, Expr] | None:
    """Return 0 and the ``T`` of ``(1 - t / T) * (1 - floor) + floor``; None without a floor.

    Where it falls from the end of a warm-up on, ``1 - (1 - floor) * (t - s) / (T - s)``, they are
    ``s`` and ``T``.
    """
    divisor = _divisor(slope, whole=True)
    if divisor is None:
        return None
    for start in starts:
        highest = offset + slope * start
        if divisor.atoms() & highest.atoms() or not is_above_zero(highest):
            continue
        if _is_share(1 + slope * divisor / highest):
            return start, start + divisor
    return None


def _is_share(share: Expr) -> bool:
    """Whether an LR ends at a share of the highest one, as a decay with a floor does."""
    if share.value is not None:
        return 0 < share.value <= _HIGHEST_FLOOR
    # A warm-up, `f * (1 - t / T) + t / T`, rises to `1 / f` of its start: that is no share.
    plain = len(share.terms) == 1 and all(n > 0 for _, n in next(iter(share.terms)))
    return plain and is_above_zero(share)


def _divisor(slope: Expr, *, whole: bool = False) -> Expr | None:
    """Return the only number that divides all of a slope.

    ``whole`` asks for the only integer among several: the ``T`` of ``(1 - t / T) / share``.
    """
    divisors = [
        {
            factor
            for factor, exponent in monomial
            if exponent == -1 or (isinstance(factor, Call) and factor.kind == "inverse")
        }
        for monomial in slope.terms
    ]
    shared = [*map(_divided_by, set.intersection(*divisors))] if divisors else []
    if whole and len(shared) > 1:
        shared = [divisor for divisor in shared if divisor.is_integer]
    return shared[0] if len(shared) == 1 else None


def _divided_by(factor: Atom | Call) -> Expr:
    """Return the divisor that a factor of a slope stands for."""
    if isinstance(factor, Call) and factor.kind == "inverse":
        return factor.args[0]
    return Expr({frozenset({(factor, 1)}): 1}, factor.value)


def is_raised(law: Expr) -> bool:
    """Whether what is added to a cosine keeps the law from going below 0: ``1 + cos(x)``."""
    cosines = [
        atom
        for atom in all_atoms(law)
        if isinstance(atom.key, Computed) and atom.key.function == "cos"
    ]
    lines = [side.linear_in(atom) for side, _ in _sides(law) for atom in cosines]
    return any(
        line is not None and line[0].as_number() != 0 and not is_above_zero(line[0] - line[1])
        for line in lines
    )


def _sides(law: Expr) -> Iterator[tuple[Expr, bool]]:
    """Yield the numbers that a law may be, and whether it is never below another one."""
    sides: list[tuple[Expr, Derived | None]] = [(law, None)]
    for key in keys_of(law):
        if isinstance(key, Computed) and key.function == "if":
            sides += ((part, key) for part in key.parts)
    floored: list[Expr] = []
    for side, _ in sides:
        for factor, exponent in next(iter(side.terms)) if len(side.terms) == 1 else ():
            if isinstance(factor, Call) and factor.kind == "max" and exponent > 0:
                floored += factor.args
    inside = {key for part in floored for key in keys_of(part)}
    yield from ((side, branch in inside) for side, branch in sides)
    yield from ((part, True) for part in floored)
