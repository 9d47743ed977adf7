"""`Expr`: an exact Laurent polynomial, with the number Python would compute carried alongside."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, wraps

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call, Factor, Strength, Unit
from lrlint.symbolic.numeric import (
    MAX_BITS,
    Coefficient,
    NotRepresentable,
    Number,
    TooComplex,
    exact,
    plain,
    python,
    ratio,
    tidy,
)
from lrlint.symbolic.terms import ONE, Monomial, Terms

#: Twice the limit: cheap to compute, and the result is checked.
_MAX_VALUE_BITS = 2 * MAX_BITS
_NUMBERS = (int, float, Fraction)


@lru_cache(maxsize=1024)
def _exact_float(number: float) -> Coefficient:
    return exact(number)


def _of_numbers(
    operation: Callable[[Expr, Expr], Expr],
) -> Callable[[Expr, Expr | Number | Fraction], Expr]:
    """Let an operator take a plain number on the right; the other operand may know better."""

    @wraps(operation)
    def operate(a: Expr, b: Expr | Number | Fraction) -> Expr:
        if isinstance(b, Expr):
            return operation(a, b)
        return operation(a, Expr.const(b)) if isinstance(b, _NUMBERS) else NotImplemented

    return operate


def _reflected(
    operation: Callable[[Expr, Expr], Expr],
) -> Callable[[Expr, Number | Fraction], Expr]:
    """Return an operator that takes a plain number on the left."""

    def operate(b: Expr, a: Number | Fraction) -> Expr:
        return operation(Expr.const(a), b) if isinstance(a, _NUMBERS) else NotImplemented

    return operate


class Expr:
    """A number the script computes, as a sum of products of atoms with exact coefficients.

    Immutable and hashable; equality is identity of polynomials and ignores `value`. Simplifications
    rely on the atoms' lower bounds and integrality, so laws hold for admissible values only.
    """

    __slots__ = ("_hash", "_number", "_terms", "_value")

    def __init__(self, terms: Terms, value: Number | None) -> None:
        """Hold raw terms; outside this package, build with `const`, `atom` and operators."""
        self._terms = terms
        self._hash: int | None = None
        self._number: Coefficient | None = None
        if not terms:
            self._number = 0
        elif len(terms) == 1:
            self._number = terms.get(ONE)
        if value is None and self._number is not None:
            value = plain(self._number)  # the open parts have cancelled out
        self._value = value

    @staticmethod
    def const(x: Number | Fraction) -> Expr:
        """Return a plain number; a float counts by its decimal notation (0.1 is 1/10)."""
        if type(x) is int:
            known = _SMALL.get(x)
            if known is not None:
                return known
        if isinstance(x, float):
            return Expr._of_number(_exact_float(x), float(x))
        if isinstance(x, int):
            number = tidy(int(x))
            return Expr._of_number(number, int(x))
        number = tidy(x)
        return Expr._of_number(number, plain(number))

    @staticmethod
    def atom(a: Factor) -> Expr:
        """Return the expression that is one atom, or one call such as ``floor(x)``."""
        return Expr({frozenset({(a, 1)}): 1}, a.value)

    @staticmethod
    def _of_number(number: Coefficient, value: Number | None) -> Expr:
        return Expr({ONE: number} if number else {}, value)

    def with_value(self, value: Number | None) -> Expr:
        """Return the same polynomial, for which Python computes ``value``."""
        return self if value is self._value else Expr(self._terms, value)

    def __reduce__(self) -> tuple[type[Expr], tuple[object, ...]]:
        return Expr, (self._terms, self._value)

    # What it is

    @property
    def terms(self) -> Mapping[Monomial, Coefficient]:
        """The polynomial, for the modules of this package; not to be changed."""
        return self._terms

    @property
    def value(self) -> Number | None:
        """What Python computes with constants and defaults; ``None`` while an atom is open."""
        return self._value

    @property
    def number(self) -> Coefficient | None:
        """The exact number, where no atom occurs."""
        return self._number

    @property
    def is_constant(self) -> bool:
        """Whether no atom occurs at all."""
        return self._number is not None

    def as_number(self) -> Number | None:
        """Return the exact number as ``int`` or ``float`` if no atom occurs."""
        return None if self._number is None else plain(self._number)

    def atoms(self) -> frozenset[Atom]:
        """Return all named atoms, also those inside ``floor``, ``min``…"""
        found: set[Atom] = set()
        for factor in poly.factors(self._terms):
            if isinstance(factor, Atom):
                found.add(factor)
            else:
                for arg in factor.args:
                    found |= arg.atoms()
        return frozenset(found)

    @property
    def strength(self) -> Strength:
        """The strength of the least sure atom; plain numbers are constant."""
        if self._number is not None:
            return Strength.CONSTANT
        return max(atom.strength for atom in self.atoms())

    @property
    def is_integer(self) -> bool:
        """Whether it is provably whole for all admissible values."""
        return all(is_whole(monomial, c) for monomial, c in self._terms.items())

    @property
    def is_positive(self) -> bool:
        """Whether it is provably > 0 for all admissible values."""
        return self._proves(strict=True)

    @property
    def is_nonnegative(self) -> bool:
        """Whether it is provably >= 0 for all admissible values."""
        return self._proves(strict=False)

    def _proves(self, *, strict: bool) -> bool:
        if self._number is not None:
            return self._number > 0 or (not strict and self._number == 0)
        from lrlint.symbolic.bounds import proves

        return proves(self._terms, strict=strict)

    @property
    def unit(self) -> Unit | None:
        """What it counts, if all its terms agree; plain numbers do not count."""
        from lrlint.symbolic.units import unit_of

        return unit_of(self._terms)

    @property
    def depth(self) -> int:
        """How deep ``floor``, ``min``… are nested."""
        return max((f.depth for f in poly.factors(self._terms) if isinstance(f, Call)), default=0)

    @property
    def size(self) -> int:
        """The number of nodes, counted as a tree."""
        calls = sum(f.size - 1 for f in poly.factors(self._terms) if isinstance(f, Call))
        return calls + sum(1 + len(monomial) for monomial in self._terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and (self is other or self._terms == other._terms)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._terms.items()))
        return self._hash

    def __str__(self) -> str:
        from lrlint.symbolic.render import render

        return render(self._terms)

    def __repr__(self) -> str:
        return f"<Expr {self}>"

    # Arithmetic

    @_of_numbers
    def __add__(self, b: Expr) -> Expr:
        value = python(operator.add, self._value, b._value)
        if self._number is not None and b._number is not None:
            return Expr._of_number(tidy(self._number + b._number), value)
        return Expr(poly.add(self._terms, b._terms), value)

    @_of_numbers
    def __sub__(self, b: Expr) -> Expr:
        value = python(operator.sub, self._value, b._value)
        if self._number is not None and b._number is not None:
            return Expr._of_number(tidy(self._number - b._number), value)
        return Expr(poly.add(self._terms, b._terms, -1), value)

    def __neg__(self) -> Expr:
        return Expr(poly.shifted(self._terms, -1), python(operator.neg, self._value))

    def __pos__(self) -> Expr:
        return self

    @_of_numbers
    def __mul__(self, b: Expr) -> Expr:
        value = python(operator.mul, self._value, b._value)
        if b._number is not None:
            if self._number is not None:
                return Expr._of_number(tidy(self._number * b._number), value)
            return Expr(poly.shifted(self._terms, b._number), value)
        return Expr(poly.multiply(self._terms, b._terms), value)

    @_of_numbers
    def __truediv__(self, b: Expr) -> Expr:
        """Divide exactly; one over a sum is kept as an opaque factor."""
        if b._number == 0:
            raise ZeroDivisionError("division by zero")
        value = python(operator.truediv, self._value, b._value)
        return Expr(_divided(self._terms, b), value)

    @_of_numbers
    def __floordiv__(self, b: Expr) -> Expr:
        if b._number == 0:
            raise ZeroDivisionError("integer division or modulo by zero")
        value = python(operator.floordiv, self._value, b._value)
        if self._number is not None and b._number is not None and value is not None:
            return Expr.const(value)
        from lrlint.symbolic.functions import whole_part

        return whole_part(self / b, value, up=False)

    @_of_numbers
    def __mod__(self, b: Expr) -> Expr:
        """Return ``a - b * floor(a / b)``."""
        if b._number == 0:
            raise ZeroDivisionError("integer division or modulo by zero")
        value = python(operator.mod, self._value, b._value)
        if self._number is not None and b._number is not None:
            remainder = tidy(self._number % b._number)
            if value is None or math.isclose(remainder, value):
                return Expr._of_number(remainder, value)
            return Expr.const(value)  # the rounding of floats decides: 0.3 % 0.1
        return (self - b * (self // b)).with_value(value)

    @_of_numbers
    def __pow__(self, b: Expr) -> Expr:
        """Raise to an integer, or a plain number to another; else raise `NotRepresentable`."""
        exponent = b._number
        if exponent is None:
            raise NotRepresentable("** with an exponent that is not a number")
        if isinstance(exponent, int):
            return self._to_the(exponent, b._value)
        value = python(operator.pow, self._value, b._value)
        if self._number is None or value is None:
            raise NotRepresentable(f"** with the exponent {plain(exponent)}")
        return Expr.const(value)

    __radd__, __rsub__ = _reflected(operator.add), _reflected(operator.sub)
    __rmul__, __rtruediv__ = _reflected(operator.mul), _reflected(operator.truediv)
    __rfloordiv__, __rmod__ = _reflected(operator.floordiv), _reflected(operator.mod)
    __rpow__ = _reflected(operator.pow)

    def _to_the(self, n: int, exponent: Number | None) -> Expr:
        """Return the number to the power of an integer n, which is written as ``exponent``."""
        base = self._value
        if isinstance(base, int) and abs(base) > 1 and base.bit_length() * abs(n) > _MAX_VALUE_BITS:
            raise TooComplex(f"{base.bit_length()} bits to the power of {n}")
        value, number = python(operator.pow, base, exponent), self._number
        if number is not None:
            if number == 0 and n < 0:
                raise ZeroDivisionError("0 cannot be raised to a negative power")
            if number not in (0, 1, -1):
                bits = max(number.numerator.bit_length(), number.denominator.bit_length())
                # 1 bit less than it looks: 2**k has k + 1 bits
                if (bits - 1) * abs(n) > MAX_BITS:
                    raise TooComplex(f"{bits} bits to the power of {n}")
            elif number == -1:
                n %= 2
            else:
                n = min(abs(n), 1)
            return Expr._of_number(tidy(exact(Fraction(number) ** n)), value)
        if abs(n) > poly.MAX_DEGREE:
            raise TooComplex(f"an exponent of {n}")
        terms = poly.power(self._terms, abs(n))
        if n < 0:
            terms = _divided({ONE: 1}, Expr(terms, None))
        return Expr(terms, value)

    # Substitution and evaluation

    def subs(self, mapping: Mapping[Atom, Expr | Number | Fraction]) -> Expr:
        """Replace atoms, exactly; `value` is recomputed in Python's arithmetic.

        Raises `ZeroDivisionError` where a divisor becomes 0.
        """
        if self._number is not None:
            return self
        from lrlint.symbolic.rewrite import substituted

        return substituted(self, mapping)

    def resolve(self, strength: Strength) -> Expr:
        """Replace all atoms of at most that strength by their values; `value` is kept.

        A ``floor`` or ``min`` that becomes a number becomes the one that Python computes. Raises
        `ZeroDivisionError` where a divisor becomes 0.
        """
        if self._number is not None:
            return self
        from lrlint.symbolic.rewrite import resolved

        return resolved(self, strength)

    def evaluate(self, env: Mapping[Atom, Number | Fraction]) -> Fraction:
        """Return the exact number for these values; constants need not be given.

        Raises `UnboundAtom` for a missing one.
        """
        from lrlint.symbolic.rewrite import evaluated

        return Fraction(evaluated(self, env))

    def linear_in(self, atom: Atom) -> tuple[Expr, Expr] | None:
        """Return ``(slope, intercept)`` if this is ``slope * atom + intercept``, else ``None``."""
        from lrlint.symbolic.rewrite import slope_and_intercept

        return slope_and_intercept(self, atom)


def coerced(x: Expr | Number | Fraction) -> Expr:
    """Return a plain number as an expression."""
    return x if isinstance(x, Expr) else Expr.const(x)


def is_whole(monomial: Monomial, coefficient: Coefficient) -> bool:
    """Whether a term is provably an integer."""
    return isinstance(coefficient, int) and all(
        exponent > 0 and factor.is_integer for factor, exponent in monomial
    )


def _divided(a: Terms, b: Expr) -> Terms:
    divisor = b._terms
    if len(divisor) == 1:
        ((monomial, coefficient),) = divisor.items()
        result = poly.shifted(a, ratio(1, coefficient))
        for factor, exponent in monomial:
            if isinstance(factor, Call) and factor.kind == "inverse":
                result = poly.multiply(result, poly.power(factor.args[0]._terms, exponent))
            else:
                result = poly.shifted(result, 1, frozenset({(factor, exponent)}), -1)
        return result
    single = poly.quotient(a, divisor)
    if single is not None:
        return single
    number, monomial = poly.content(divisor)
    primitive = poly.shifted(poly.shifted(divisor, ratio(1, number)), 1, monomial, -1)
    from lrlint.symbolic.rewrite import revalued

    argument = revalued(primitive)
    inverse = Call("inverse", (argument,), python(operator.truediv, 1, argument._value))
    result = _divided(a, Expr({monomial: number}, None))
    return poly.shifted(result, 1, frozenset({(inverse, 1)}))


#: Interpreting a script makes the same few numbers over and over.
_SMALL = {n: Expr({ONE: n} if n else {}, n) for n in range(-1, 257)}
