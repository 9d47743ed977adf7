"""Numbers: exact ones, those that Python computes, and the limits of both."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

Number: TypeAlias = int | float
#: A coefficient: an ``int`` wherever it is integral, because ``Fraction`` is ~20x slower.
Coefficient: TypeAlias = int | Fraction

MAX_BITS = 4096
"""Bits of a coefficient, its numerator and denominator together."""
_HUGE = 1 << MAX_BITS


class TooComplex(ValueError):
    """The expression has outgrown the limits that keep a hostile script from hanging the linter."""


class NotRepresentable(ValueError):
    """The operation has no exact symbolic result, such as ``x ** 0.5`` or ``2 ** x``."""


UNREPRESENTABLE = (NotRepresentable, TooComplex, ZeroDivisionError)
"""What arithmetic on expressions raises where it has no result."""


def exact(number: Number | Fraction) -> Coefficient:
    """Return the number that a person means by a literal: 0.1 is 1/10. Raises for nan and inf."""
    if isinstance(number, int):
        return int(number)
    if isinstance(number, Fraction):
        return number.numerator if number.denominator == 1 else number
    if not math.isfinite(number):
        raise ValueError(f"{number} has no exact value")
    if number.is_integer() and abs(number) < 2**53:
        return int(number)
    fraction = Fraction(repr(float(number)))
    return fraction.numerator if fraction.denominator == 1 else fraction


def plain(number: Coefficient) -> Number | None:
    """Return the Python number nearest to an exact one; ``None`` beyond the range of floats."""
    if isinstance(number, int):
        return number
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return None


def tidy(number: Coefficient) -> Coefficient:
    """Return the number, as an ``int`` if it is integral; `TooComplex` above the size limit."""
    if isinstance(number, int):
        if number.bit_length() > MAX_BITS:
            raise TooComplex(f"a number of {number.bit_length()} bits")
        return number
    if number.denominator == 1:
        return tidy(number.numerator)
    if number.numerator.bit_length() + number.denominator.bit_length() > MAX_BITS:
        raise TooComplex("a fraction of too many bits")
    return number


def ratio(a: Coefficient, b: Coefficient) -> Coefficient:
    """Return ``a / b``, exactly."""
    if b == 1:
        return a
    return tidy(Fraction(a) / b)


def python(operation: Callable[..., Any], *operands: Number | None) -> Number | None:
    """Compute as Python does; ``None`` if an operand is open or Python would raise or overflow."""
    for operand in operands:
        if operand is None:
            return None
    try:
        result = operation(*operands)
    except (ArithmeticError, ValueError):
        return None
    if isinstance(result, int):
        if -_HUGE < result < _HUGE:
            return result
        raise TooComplex(f"a number of {result.bit_length()} bits")
    if isinstance(result, float):
        return result if math.isfinite(result) else None
    return None  # (-8) ** (1 / 3) is complex
