"""Proofs that a polynomial is positive for every admissible value of its atoms.

Sound, not complete: a failed proof says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call, Factor, Strength
from lrlint.symbolic.numeric import Coefficient, TooComplex, exact, ratio, tidy
from lrlint.symbolic.terms import ONE, Monomial, Terms

#: The budget of one proof: each relaxed sum costs `ATTEMPT`, each expanded product 1.
MAX_WORK = 12_000
ATTEMPT = 250


def proves(terms: Terms, *, strict: bool) -> bool:
    """Whether the sum is provably > 0 (``strict``) or >= 0 for all admissible values."""
    try:
        return _proves(_without_constants(terms), strict, [MAX_WORK])
    except TooComplex:
        return False


def bound_of(terms: Terms) -> Coefficient | None:
    """Return a lower bound of the sum over all admissible values, if one is easily found."""
    try:
        simpler: Terms = {}
        for monomial, coefficient in _without_constants(terms).items():
            if all(exponent > 0 for _, exponent in monomial):
                simpler[monomial] = coefficient
            elif coefficient > 0:
                if not _is_nonnegative(monomial):
                    return None  # otherwise at least 0
            else:
                worst = _at_bounds(monomial)
                if worst is None:
                    return None
                simpler = poly.add(simpler, {ONE: coefficient * worst})
        expanded = _shift(simpler, [MAX_WORK])
    except TooComplex:
        return None
    if expanded is None or any(c < 0 for monomial, c in expanded.items() if monomial):
        return None
    return expanded.get(ONE, 0)


def bound_of_call(call: Call) -> Coefficient | None:
    """Return the lower bound of an opaque factor, from those of its arguments."""
    if call.kind == "inverse":
        return None
    bounds = [bound_of(dict(arg.terms)) for arg in call.args]
    known = [bound for bound in bounds if bound is not None]
    if call.kind == "max":
        return max(known, default=None)
    if len(known) < len(bounds):
        return None
    match call.kind:
        case "min":
            return min(known)
        case "floor":
            return math.floor(known[0])
        case "ceil":
            least = math.ceil(known[0])
            return 1 if least == 0 and proves(dict(call.args[0].terms), strict=True) else least
        case "round":
            return round(known[0])
        case _:
            return math.trunc(known[0])


def _without_constants(terms: Terms) -> Terms:
    result = terms
    for factor in set(poly.factors(terms)):
        if (
            isinstance(factor, Atom)
            and factor.strength is Strength.CONSTANT
            and factor.value  # 0 may be in a denominator
        ):
            value = exact(factor.value)
            replaced: Terms = {}
            for monomial, coefficient in result.items():
                exponent = poly.exponent_of(monomial, factor)
                rest = poly.times(monomial, frozenset({(factor, exponent)}), -1)
                number = tidy(exact(Fraction(value) ** exponent * coefficient))
                replaced = poly.add(replaced, {rest: number})
            result = replaced
    return result


def _proves(terms: Terms, strict: bool, budget: list[int]) -> bool:
    budget[0] -= ATTEMPT + 4 * len(terms)
    if budget[0] < 0:
        return False
    if _evidently(terms, strict, budget):
        return True
    calls = {factor for factor in poly.factors(terms) if isinstance(factor, Call)}
    for call in sorted(calls, key=lambda c: (-c.depth, c.order)):
        for cases in _relaxations(terms, call):
            if all(_proves(case, strict, budget) for case in cases):
                return True
            if budget[0] < 0:
                return False
    return False


def _evidently(terms: Terms, strict: bool, budget: list[int]) -> bool:
    """Whether no coefficient is negative once every factor is written as its bound plus x >= 0."""
    number, monomial = poly.denominator(terms)
    if any(factor.bound is None or factor.bound <= 0 for factor, _ in monomial):
        return False
    if monomial:
        terms = poly.shifted(terms, number, monomial)
    degrees = [poly.degree(one) for one in terms]
    highest = max(degrees, default=0)
    if any(c < 0 for c, n in zip(terms.values(), degrees, strict=True) if n == highest):
        return False  # nothing that is expanded adds to a term of the highest degree
    expanded = _shift(terms, budget)
    if expanded is None or any(c < 0 for c in expanded.values()):
        return False
    return not strict or ONE in expanded


def _shift(terms: Terms, budget: list[int]) -> Terms | None:
    result: Terms = {}
    for monomial, coefficient in terms.items():
        product: Terms = {ONE: coefficient}
        for factor, exponent in monomial:
            bound = factor.bound
            if bound is None:
                return None
            budget[0] -= exponent * len(product)
            if budget[0] < 0:
                return None
            expansion: Terms = {}
            for k in range(exponent + 1) if bound else [exponent]:
                power = frozenset({(factor, k)}) if k else ONE
                expansion[power] = math.comb(exponent, k) * bound ** (exponent - k)
            product = poly.multiply(product, expansion)
        result = poly.add(result, product)
    return result


def _is_nonnegative(monomial: Monomial) -> bool:
    return all(
        factor.bound is not None and (factor.bound > 0 or (factor.bound == 0 and exponent > 0))
        for factor, exponent in monomial
    )


def _at_bounds(monomial: Monomial) -> Coefficient | None:
    """Return the greatest value of a product of inverses."""
    product: Coefficient = 1
    for factor, exponent in monomial:
        if exponent > 0 or factor.bound is None or factor.bound <= 0:
            return None
        product = product * exact(Fraction(factor.bound) ** exponent)
    return product


def _relaxations(terms: Terms, call: Call) -> Iterator[list[Terms]]:
    """Yield lists of sums without ``call``: proving all sums of one list proves ``terms``."""
    args = [dict(arg.terms) for arg in call.args]
    if call.kind == "inverse":
        if proves(args[0], strict=True):
            yield [_cleared(terms, call)]
        return
    if call.kind in ("min", "max"):
        low, high = (None, args) if call.kind == "min" else (args, None)
        for arg in args:
            relaxed = _one_sided(terms, call, arg if low else None, arg if high else None)
            if relaxed is not None:
                yield [relaxed]
        cases = [poly.replaced(terms, call, arg) for arg in args]
        whole = [case for case in cases if case is not None]
        if len(whole) == len(cases):
            yield whole
        return
    from lrlint.symbolic.functions import whole_ratio

    gap: Terms = {ONE: 1}
    denominator = whole_ratio(args[0])
    if denominator is not None:  # k // d >= k / d - (d - 1) / d
        step = {ONE: ratio(1, denominator[0])}
        gap = poly.add(gap, poly.shifted(step, 1, denominator[1], -1), -1)
    half: Terms = {ONE: Fraction(1, 2)}
    distances: dict[str, tuple[Terms, Terms]] = {
        "floor": (gap, {}),
        "ceil": ({}, gap),
        "round": (half, half),
        "trunc": (gap, gap),
    }
    down, up = distances[call.kind]
    relaxed = _one_sided(terms, call, poly.add(args[0], down, -1), poly.add(args[0], up))
    if relaxed is not None:
        yield [relaxed]


def _one_sided(terms: Terms, call: Factor, low: Terms | None, high: Terms | None) -> Terms | None:
    """Replace ``call`` by its lower bound in added terms, its upper bound in subtracted ones."""
    result: Terms = {}
    for monomial, coefficient in terms.items():
        exponent = poly.exponent_of(monomial, call)
        if exponent == 0:
            result = poly.add(result, {monomial: coefficient})
            continue
        rest = poly.times(monomial, frozenset({(call, exponent)}), -1)
        by = low if coefficient > 0 else high
        if exponent != 1 or by is None or not _is_nonnegative(rest):
            return None
        result = poly.add(result, poly.multiply({rest: coefficient}, by))
    return result


def _cleared(terms: Terms, inverse: Call) -> Terms:
    """Multiply ``terms`` by the positive sum that ``inverse`` divides by."""
    content = dict(inverse.args[0].terms)
    highest = max(poly.exponent_of(monomial, inverse) for monomial in terms)
    result: Terms = {}
    for monomial, coefficient in terms.items():
        exponent = poly.exponent_of(monomial, inverse)
        rest = poly.times(monomial, frozenset({(inverse, exponent)}), -1)
        factor = poly.power(content, highest - exponent)
        result = poly.add(result, poly.multiply({rest: coefficient}, factor))
    return result
