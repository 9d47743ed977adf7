"""Expressions rebuilt from other atoms or from numbers: substitution, evaluation, `value`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call, Factor, Strength, UnboundAtom
from lrlint.symbolic.expr import Expr
from lrlint.symbolic.functions import applied, rebuilt
from lrlint.symbolic.numeric import Coefficient, Number, exact
from lrlint.symbolic.terms import Terms


def substituted(e: Expr, mapping: Mapping[Atom, Expr | Number | Fraction]) -> Expr:
    """Do the work of `Expr.subs`."""
    if e.atoms().isdisjoint(mapping):
        return e
    return _rebuilt(e, lambda factor: _replaced(factor, mapping), lambda arg: arg.subs(mapping))


def resolved(e: Expr, strength: Strength) -> Expr:
    """Do the work of `Expr.resolve`."""
    known = {
        atom: Expr.const(atom.value)
        for atom in e.atoms()
        if atom.strength <= strength and atom.value is not None
    }
    if not known:
        return e

    def replacement(factor: Factor) -> Expr:
        if isinstance(factor, Atom):
            return known.get(factor) or Expr.atom(factor)
        if factor.value is not None and all(known.keys() >= arg.atoms() for arg in factor.args):
            return Expr.const(factor.value)
        return rebuilt(factor, [arg.resolve(strength) for arg in factor.args], exact=False)

    result = _rebuilt(e, replacement, lambda arg: arg.resolve(strength))
    return result.with_value(e.value)


def evaluated(e: Expr, env: Mapping[Atom, Number | Fraction]) -> Coefficient:
    """Do the work of `Expr.evaluate`; the result is an ``int`` where that is easy."""
    total: Coefficient = 0
    for monomial, coefficient in e.terms.items():
        product = coefficient
        for factor, exponent in monomial:
            if isinstance(factor, Call):
                number = applied(factor, [evaluated(arg, env) for arg in factor.args])
            elif factor in env:
                number = exact(env[factor])
            elif factor.strength is Strength.CONSTANT and factor.value is not None:
                number = exact(factor.value)
            else:
                raise UnboundAtom(factor)
            product *= number**exponent if exponent > 0 else Fraction(number) ** exponent
        total += product
    return total


def slope_and_intercept(e: Expr, atom: Atom) -> tuple[Expr, Expr] | None:
    """Do the work of `Expr.linear_in`."""
    slope: Terms = {}
    intercept: Terms = {}
    unit = frozenset({(atom, 1)})
    for monomial, coefficient in e.terms.items():
        inside = any(
            isinstance(factor, Call) and any(atom in arg.atoms() for arg in factor.args)
            for factor, _ in monomial
        )
        exponent = poly.exponent_of(monomial, atom)
        if inside or exponent not in (0, 1):
            return None
        if exponent:
            slope[poly.times(monomial, unit, -1)] = coefficient
        else:
            intercept[monomial] = coefficient
    return revalued(slope), revalued(intercept)


def as_remainder(e: Expr) -> tuple[Expr, Expr, Expr] | None:
    """Return ``(a, b, r)`` if this is ``a % b - r`` with a remainder ``r`` that b can leave."""
    quotients = [
        (monomial, factor)
        for monomial in e.terms
        for factor, exponent in monomial
        if isinstance(factor, Call) and factor.kind == "floor" and exponent == 1
    ]
    if len(quotients) != 1:
        return None
    ((monomial, floor),) = quotients
    multiple = revalued({monomial: e.terms[monomial]})
    divisor = -revalued({monomial - {(floor, 1)}: e.terms[monomial]})
    dividend = floor.args[0] * divisor
    remainder = (dividend - (e - multiple)).as_number()
    if remainder is None or not divisor.is_positive:
        return None
    size = divisor.as_number()
    if remainder != 0 and (size is None or not 0 < remainder < size):
        return None
    return dividend, divisor, Expr.const(remainder)


def cleared(e: Expr, inverse: Call) -> Expr:
    """Return a sum times the sum that ``inverse`` is one over, so that no term has that divisor."""
    unit = frozenset({(inverse, 1)})
    over = {poly.times(m, unit, -1): c for m, c in e.terms.items() if unit <= m}
    rest = {monomial: c for monomial, c in e.terms.items() if not unit <= monomial}
    return revalued(over) + revalued(rest) * inverse.args[0]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of a number that follows a counter: ``min(number, limit)``, or ``max`` of them."""

    kind: str
    number: Expr
    limit: Expr


def unbounded(e: Expr, counters: Collection[Atom]) -> tuple[Expr, list[Bound]]:
    """Return a number without its bounds, ``t / T`` for ``min(1, t / T)``, and the bounds."""
    bounds: list[Bound] = []

    def follows(arg: Expr) -> bool:
        return not arg.atoms().isdisjoint(counters)

    def replacement(factor: Factor) -> Expr:
        if isinstance(factor, Call) and factor.kind in ("min", "max") and len(factor.args) == 2:
            limit, number = sorted(factor.args, key=follows)
            if follows(number) and not follows(limit):
                bounds.append(Bound(factor.kind, number, limit))
                return number
        return Expr.atom(factor)

    return _rebuilt(e, replacement, lambda arg: arg), bounds


def unguarded(e: Expr) -> Expr:
    """Return a number without guards against a divisor of 0: ``x`` for ``max(1, x)``."""

    def replacement(factor: Factor) -> Expr:
        if isinstance(factor, Call) and factor.kind == "max" and len(factor.args) == 2:
            one, number = sorted(factor.args, key=lambda arg: not arg.is_constant)
            if one.is_constant and one.value == 1 and (number.value is None or number.value >= 1):
                return number
        return Expr.atom(factor)

    return _rebuilt(e, replacement, lambda arg: arg)


def _rebuilt(e: Expr, replacement: Callable[[Factor], Expr], inner: Callable[[Expr], Expr]) -> Expr:
    """Replace every factor, with the operations that a person would write.

    A division stays one: ``49 * (1 / 49)`` is not 1 in floats.
    """
    total: Expr | None = None
    for monomial, coefficient in e.terms.items():
        product: Expr | None = None
        divisors: list[Expr] = []
        for factor, exponent in poly.sorted_factors(monomial):
            if isinstance(factor, Call) and factor.kind == "inverse":
                divisors.append(_power(inner(factor.args[0]), exponent))
            elif exponent < 0:
                divisors.append(_power(replacement(factor), -exponent))
            else:
                piece = _power(replacement(factor), exponent)
                product = piece if product is None else product * piece
        term = _scaled(product, coefficient)
        for divisor in divisors:
            term = term / divisor
        total = term if total is None else total + term
    return total if total is not None else Expr({}, 0)


def _power(base: Expr, exponent: int) -> Expr:
    return base if exponent == 1 else base**exponent


def _scaled(product: Expr | None, coefficient: Coefficient) -> Expr:
    """Return ``coefficient * product`` with the rounding that Python most likely does.

    0.29 * x rounds the literal and then the product, x / 3 rounds once: a coefficient with
    finitely many decimals is taken for a literal.
    """
    if product is None:
        return Expr.const(coefficient)
    if isinstance(coefficient, int):
        return product if coefficient == 1 else product * coefficient
    denominator = coefficient.denominator
    while denominator % 2 == 0:
        denominator //= 2
    while denominator % 5 == 0:
        denominator //= 5
    if denominator == 1:
        return product * coefficient
    return product * coefficient.numerator / coefficient.denominator


def revalued(terms: Terms) -> Expr:
    """Return the expression of raw terms, its `value` computed from those of its factors."""

    if any(factor.value is None for factor in poly.factors(terms)):
        return Expr(terms, None)
    return Expr(terms, _rebuilt(Expr(terms, None), Expr.atom, lambda arg: arg).value)


def _replaced(factor: Factor, mapping: Mapping[Atom, Expr | Number | Fraction]) -> Expr:
    if isinstance(factor, Atom):
        replacement = mapping.get(factor)
        if replacement is None:
            return Expr.atom(factor)
        return replacement if isinstance(replacement, Expr) else Expr.const(replacement)
    if all(arg.atoms().isdisjoint(mapping) for arg in factor.args):
        return Expr.atom(factor)
    return rebuilt(factor, [arg.subs(mapping) for arg in factor.args], exact=True)
