"""Arithmetic on raw polynomials: ``{monomial: coefficient}`` dictionaries.

A monomial is a frozenset of ``(factor, exponent)`` pairs, so that products are canonical without
sorting. Exponents are nonzero and may be negative; coefficients are nonzero. Iterating a monomial
follows the string hash seed: code that shows or rounds must sort first (`sorted_factors`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lrlint.symbolic.atoms import Call, Factor
from lrlint.symbolic.numeric import Coefficient, TooComplex, ratio, tidy

Monomial: TypeAlias = frozenset[tuple[Factor, int]]
Terms: TypeAlias = dict[Monomial, Coefficient]

ONE: Monomial = frozenset()

MAX_TERMS = 512
"""Terms of a sum; longer ones, and the next two, raise `TooComplex`."""
MAX_PRODUCTS = 20_000
"""Products of terms that a multiplication makes."""
MAX_DEGREE = 64
"""The highest exponent of a factor."""


def times(a: Monomial, b: Monomial, power: int = 1) -> Monomial:
    """Return ``a * b**power``."""
    if not b or power == 0:
        return a
    if not a and power == 1:
        return b
    exponents = dict(a)
    for factor, exponent in b:
        total = exponents.get(factor, 0) + exponent * power
        if total == 0:
            exponents.pop(factor, None)
        elif abs(total) > MAX_DEGREE:
            raise TooComplex(f"an exponent of {total}")
        else:
            exponents[factor] = total
    return frozenset(exponents.items())


def add(a: Terms, b: Terms, scale: Coefficient = 1) -> Terms:
    """Return ``a + scale * b``."""
    result = dict(a)
    for monomial, coefficient in b.items():
        total = result.get(monomial, 0) + (coefficient if scale == 1 else tidy(scale * coefficient))
        if total:
            result[monomial] = tidy(total)
        else:
            result.pop(monomial, None)
    if len(result) > MAX_TERMS:
        raise TooComplex(f"a sum of {len(result)} terms")
    return result


def multiply(a: Terms, b: Terms) -> Terms:
    """Return ``a * b``."""
    if len(a) * len(b) > MAX_PRODUCTS:
        raise TooComplex(f"a product of {len(a)} by {len(b)} terms")
    result: Terms = {}
    for monomial_a, coefficient_a in a.items():
        for monomial_b, coefficient_b in b.items():
            monomial = times(monomial_a, monomial_b)
            total = result.get(monomial, 0) + coefficient_a * coefficient_b
            if total:
                result[monomial] = tidy(total)
            else:
                result.pop(monomial, None)
    if len(result) > MAX_TERMS:
        raise TooComplex(f"a sum of {len(result)} terms")
    return result


def shifted(a: Terms, coefficient: Coefficient, monomial: Monomial = ONE, power: int = 1) -> Terms:
    """Return ``a * coefficient * monomial**power``."""
    if not coefficient:
        return {}
    return {times(m, monomial, power): tidy(c * coefficient) for m, c in a.items()}


def power(a: Terms, exponent: int) -> Terms:
    """Return ``a ** exponent`` for a small exponent >= 0."""
    result: Terms = {ONE: 1}
    for _ in range(exponent):
        result = multiply(result, a)
    return result


def replaced(a: Terms, factor: Factor, by: Terms) -> Terms | None:
    """Replace one factor of ``a``; ``None`` where the factor is in a denominator."""
    result: Terms = {}
    for monomial, coefficient in a.items():
        exponent = exponent_of(monomial, factor)
        if exponent < 0:
            return None
        rest = shifted({monomial: coefficient}, 1, frozenset({(factor, 1)}), -exponent)
        result = add(result, multiply(rest, power(by, exponent)))
    return result


def exponent_of(monomial: Monomial, factor: Factor) -> int:
    """Return the exponent of a factor in a monomial, 0 where it does not occur."""
    for other, exponent in monomial:
        if other == factor:
            return exponent
    return 0


def factors(a: Mapping[Monomial, object]) -> Iterator[Factor]:
    """Yield every factor of every monomial, with repetitions, in no particular order."""
    for monomial in a:
        for factor, _ in monomial:
            yield factor


def sorted_factors(monomial: Monomial) -> list[tuple[Factor, int]]:
    """Return the factors of a monomial in the order in which a person writes them."""
    if len(monomial) < 2:
        return list(monomial)
    return sorted(monomial, key=lambda pair: (pair[0].order, pair[1]))


def degree(monomial: Monomial) -> int:
    """Return the sum of the exponents."""
    return sum(exponent for _, exponent in monomial)


def leading_signs(a: Mapping[Monomial, Coefficient]) -> set[int]:
    """Return the signs of the terms of the highest degree, if no term has a call or a divisor.

    These terms keep their coefficients when each factor is written as its bound plus x >= 0.
    """
    highest, signs = -1, set[int]()
    for monomial, coefficient in a.items():
        total = 0
        for factor, exponent in monomial:
            if exponent < 0 or isinstance(factor, Call):
                return set()
            total += exponent
        if total > highest:
            highest, signs = total, set()
        if total == highest:
            signs.add(1 if coefficient > 0 else -1)
    return signs


def sorted_terms(a: Terms) -> list[tuple[Monomial, Coefficient]]:
    """Sort by degree, highest first, then alphabetically; the plain number is last."""
    if len(a) < 2:
        return list(a.items())
    return sorted(
        a.items(),
        key=lambda term: (
            not term[0],
            -degree(term[0]),
            [(f.order, -e) for f, e in sorted_factors(term[0])],
        ),
    )


def content(a: Terms) -> tuple[Coefficient, Monomial]:
    """Return the number and the monomial that ``a`` is divided by to be primitive.

    Primitive: coprime integer coefficients, no denominators, no common factor, and a positive
    leading coefficient.
    """
    numerators = math.gcd(*(c.numerator for c in a.values()))
    denominators = math.lcm(*(c.denominator for c in a.values()))
    leading = sorted_terms(a)[0][1]
    lowest: dict[Factor, int] = {}
    for factor in set(factors(a)):
        exponent = min(exponent_of(monomial, factor) for monomial in a)
        if exponent:
            lowest[factor] = exponent
    sign = 1 if leading > 0 else -1
    return ratio(sign * numerators, denominators), frozenset(lowest.items())


def denominator(a: Terms) -> tuple[int, Monomial]:
    """Return the least number and monomial to multiply by so that no denominators remain."""
    highest: dict[Factor, int] = {}
    for monomial in a:
        for factor, exponent in monomial:
            if exponent < 0:
                highest[factor] = max(highest.get(factor, 0), -exponent)
    number = math.lcm(*(c.denominator for c in a.values()))
    tidy(number)
    return number, frozenset(highest.items())


def quotient(a: Terms, b: Terms) -> Terms | None:
    """Return ``a / b`` if it is a single term, else ``None``."""
    if len(a) != len(b):
        return None
    anchor, anchor_coefficient = next(iter(b.items()))
    for monomial, coefficient in a.items():
        factor = times(monomial, anchor, -1)
        scale = ratio(coefficient, anchor_coefficient)
        if all(a.get(times(m, factor)) == scale * c for m, c in b.items()):
            return {factor: scale}
        if len(a) > 16:  # quadratic: long sums get the one guess that fits equal orders
            return None
    return None
