"""``floor``, ``ceil``, ``min``…: simplified where that is provable, opaque factors otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call
from lrlint.symbolic.expr import Expr, coerced, is_whole
from lrlint.symbolic.numeric import Coefficient, Number, TooComplex, python, ratio
from lrlint.symbolic.numeric import exact as exact_number
from lrlint.symbolic.terms import ONE, Monomial, Terms

MAX_ARGUMENTS = 16
"""Arguments of a ``min`` or ``max``; more of them are too complex."""
MAX_COMPARED_TERMS = 48
"""Terms of all arguments, up to which each pair of them is compared."""


def floor(e: Expr | Number | Fraction) -> Expr:
    """Return ``math.floor(e)``."""
    e = coerced(e)
    return whole_part(e, python(math.floor, e.value), up=False)


def ceil(e: Expr | Number | Fraction) -> Expr:
    """Return ``math.ceil(e)``."""
    e = coerced(e)
    return whole_part(e, python(math.ceil, e.value), up=True)


def truncate(e: Expr | Number | Fraction) -> Expr:
    """Return ``int(e)``: ``floor`` or ``ceil`` where the sign of ``e`` is known."""
    return _truncate(coerced(e), exact=False)


def rounded(e: Expr | Number | Fraction) -> Expr:
    """Return ``round(e)``: the nearest integer, ties to the even one."""
    return _rounded(coerced(e), exact=False)


def minimum(*es: Expr | Number | Fraction) -> Expr:
    """Return ``min(*es)``, without the arguments that are provably not the least."""
    return _extreme("min", [coerced(e) for e in es], exact=False)


def maximum(*es: Expr | Number | Fraction) -> Expr:
    """Return ``max(*es)``, without the arguments that are provably not the greatest."""
    return _extreme("max", [coerced(e) for e in es], exact=False)


def rebuilt(call: Call, args: Sequence[Expr], *, exact: bool) -> Expr:
    """Return the same function of other arguments.

    Of plain numbers, ``exact`` rounds their exact values; otherwise the number that Python
    computes decides: ``int(0.29 * 100) == 28``.
    """
    match call.kind:
        case "floor":
            return whole_part(args[0], python(math.floor, args[0].value), up=False, exact=exact)
        case "ceil":
            return whole_part(args[0], python(math.ceil, args[0].value), up=True, exact=exact)
        case "trunc":
            return _truncate(args[0], exact=exact)
        case "round":
            return _rounded(args[0], exact=exact)
        case "inverse":
            return 1 / args[0]
        case _:
            return _extreme(call.kind, args, exact=exact)


def applied(call: Call, args: Sequence[Coefficient]) -> Coefficient:
    """Apply the function to exact numbers."""
    match call.kind:
        case "floor":
            return math.floor(args[0])
        case "ceil":
            return math.ceil(args[0])
        case "trunc":
            return math.trunc(args[0])
        case "round":
            return round(args[0])
        case "min":
            return min(args)
        case "max":
            return max(args)
        case _:
            return exact_number(1 / Fraction(args[0]))


def whole_ratio(terms: Terms) -> tuple[int, Monomial] | None:
    """Return the denominator if the terms are an integer over a provably positive integer."""
    for monomial in terms:
        for factor, exponent in monomial:
            if not factor.is_integer:
                return None
            if exponent < 0 and (factor.bound is None or factor.bound < 1):
                return None
    return poly.denominator(terms)


def whole_part(e: Expr, value: Number | None, *, up: bool, exact: bool = False) -> Expr:
    """Return ``floor(e)``, or ``ceil(e)`` when ``up``; Python computes ``value`` for it.

    In normal form, integers and signs are outside, and ``ceil`` is used for ``ceil(n / d)``
    only: ``(n + d - 1) // d``, ``-(-n // d)`` and ``ceil(n / d)`` become equal.
    """
    if e.number is not None:
        number = math.ceil(e.number) if up else math.floor(e.number)
        if not exact and value is not None:
            number = math.floor(value)
        return Expr.const(number).with_value(number if value is None else value)
    if e.is_integer:
        return e.with_value(value)
    outside: Terms = {}
    sign = 1
    rest: Terms = dict(e.terms)
    while True:
        whole = {m: c for m, c in rest.items() if is_whole(m, c)}
        if ONE in rest and ONE not in whole:
            whole[ONE] = math.floor(rest[ONE])
        rest = poly.add(rest, whole, -1)
        outside = poly.add(outside, whole, sign)
        if not rest:
            return Expr(outside, value)
        if set(rest) == {ONE}:
            return Expr(poly.add(outside, {ONE: sign} if up else {}), value)
        if poly.sorted_terms(rest)[0][1] < 0:
            rest, sign, up = poly.shifted(rest, -1), -sign, not up
            continue
        denominator = whole_ratio(rest)
        if denominator is None:
            break
        inner = _nested(rest, denominator, "ceil" if up else "floor")
        if inner is not None:
            rest = inner
            continue
        unit = poly.shifted({ONE: ratio(1, denominator[0])}, 1, denominator[1], -1)
        leftover = poly.shifted(rest, denominator[0], denominator[1]).get(ONE, 0)
        if up and leftover != 0:  # ceil(k / d) == floor((k - 1) / d) + 1
            rest, up = poly.add(rest, unit, -1), False
            outside = poly.add(outside, {ONE: sign})
            continue
        if not up and (leftover == -1 if denominator[1] else leftover == denominator[0] - 1):
            rest, up = poly.add(rest, unit), True  # floor(k / d) == ceil((k + 1) / d) - 1
            outside = poly.add(outside, {ONE: -sign})
            continue
        break
    from lrlint.symbolic.rewrite import revalued

    base = revalued(outside).value
    own = None if value is None or base is None else sign * (value - base)
    call = Call("ceil" if up else "floor", (revalued(rest),), own)
    return Expr(poly.add(outside, {frozenset({(call, 1)}): 1}, sign), value)


def _nested(rest: Terms, denominator: tuple[int, Monomial], kind: str) -> Terms | None:
    """Return ``(x + k) / d`` for ``(floor(x) + k) / d``: the floors are equal (so for ``ceil``)."""
    number, monomial = denominator
    for term, coefficient in rest.items():
        if coefficient * number != 1:
            continue
        numerator = poly.times(term, monomial)
        if len(numerator) != 1:
            continue
        ((call, exponent),) = numerator
        if isinstance(call, Call) and call.kind == kind and exponent == 1:
            without = poly.add(rest, {term: coefficient}, -1)
            inner = poly.shifted(dict(call.args[0].terms), coefficient, monomial, -1)
            return poly.add(without, inner)
    return None


def _opaque(kind: str, args: tuple[Expr, ...], value: Number | None) -> Expr:
    return Expr.atom(Call(kind, args, value))


def _truncate(e: Expr, *, exact: bool) -> Expr:
    value = python(int, e.value)
    if e.number is not None:
        return whole_part(e, value, up=e.number < 0, exact=exact)
    if e.is_integer:
        return e.with_value(value)
    if e.is_nonnegative:
        return whole_part(e, value, up=False, exact=exact)
    if (-e).is_nonnegative:
        return whole_part(e, value, up=True, exact=exact)
    return _opaque("trunc", (e,), value)


def _rounded(e: Expr, *, exact: bool) -> Expr:
    value = python(round, e.value)
    if e.number is not None:
        number = round(e.number) if exact or value is None else value
        return Expr.const(number).with_value(number if value is None else value)
    if e.is_integer:
        return e.with_value(value)
    return _opaque("round", (e,), value)


def _extreme(kind: str, es: Sequence[Expr], *, exact: bool) -> Expr:
    """Return the minimum or maximum, without the arguments that another one provably beats."""
    if not es:
        raise ValueError(f"{kind}() of no arguments")
    pick = min if kind == "min" else max
    value = python(lambda *values: pick(values), *(e.value for e in es))
    if not exact and value is not None and all(e.is_constant for e in es):
        return pick(es, key=lambda e: e.value or 0)
    candidates: dict[Expr, None] = {}
    numbers: list[Expr] = []
    for e in es:
        for arg in _same_kind(e, kind):
            if arg.is_constant:
                numbers.append(arg)
            else:
                candidates[arg] = None
    if numbers:
        candidates[pick(numbers, key=lambda e: e.number or 0)] = None
    if len(candidates) > MAX_ARGUMENTS:
        raise TooComplex(f"{kind}() of {len(candidates)} arguments")
    # Quadratically many proofs: only for sums that a person would write.
    if sum(len(e.terms) for e in candidates) > MAX_COMPARED_TERMS:
        return _opaque(kind, tuple(candidates), value)
    kept: list[Expr] = []
    for e in candidates:
        if any(_beats(other, e, kind) for other in kept):
            continue
        kept = [other for other in kept if not _beats(e, other, kind)]
        kept.append(e)
    if len(kept) == 1:
        return kept[0].with_value(value)
    return _opaque(kind, tuple(kept), value)


def _same_kind(e: Expr, kind: str) -> tuple[Expr, ...]:
    if len(e.terms) == 1:
        ((monomial, coefficient),) = e.terms.items()
        if coefficient == 1 and len(monomial) == 1:
            ((factor, exponent),) = monomial
            if not isinstance(factor, Atom) and factor.kind == kind and exponent == 1:
                return factor.args
    return (e,)


def _beats(a: Expr, b: Expr, kind: str) -> bool:
    difference = b - a if kind == "min" else a - b
    return difference.is_nonnegative
