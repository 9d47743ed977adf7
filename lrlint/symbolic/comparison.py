"""`compare`: are two quantities equal, whatever the user passes?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Strength
from lrlint.symbolic.expr import Expr
from lrlint.symbolic.numeric import Number, TooComplex
from lrlint.symbolic.terms import ONE

#: Floats that differ by less than this, relative to the greater one, are the same number.
TOLERANCE = Fraction(1, 10**9)


class Verdict(Enum):
    """What is known about the equality of two expressions."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Comparison:
    """The outcome of `compare`.

    ``certain``: the verdict holds for all admissible values of everything that is not constant;
    otherwise it holds with the script's defaults. ``ratio`` is ``a / b`` where that is a number,
    ``sign`` that of ``a - b``, ``off_by_one`` whether they differ by exactly 1; these three may
    rest on the defaults too.
    """

    verdict: Verdict
    certain: bool = False
    ratio: Fraction | None = None
    difference: Expr | None = None
    off_by_one: bool = False
    sign: int | None = None

    @property
    def equal(self) -> bool:
        """Whether the verdict is `Verdict.EQUAL`."""
        return self.verdict is Verdict.EQUAL

    @property
    def differs(self) -> bool:
        """Whether the verdict is `Verdict.DIFFERENT`."""
        return self.verdict is Verdict.DIFFERENT

    @property
    def unknown(self) -> bool:
        """Whether the verdict is `Verdict.UNKNOWN`."""
        return self.verdict is Verdict.UNKNOWN


def certain_sign(a: Expr, b: Expr) -> int | None:
    """Return the sign of ``a - b`` if it is the same for all admissible values; never raises.

    It is that of a certain `compare`, in a third of the time.
    """
    try:
        a, b = a.resolve(Strength.CONSTANT), b.resolve(Strength.CONSTANT)
        if a.is_constant and b.is_constant and a.value is not None and b.value is not None:
            return _of_numbers(a.value, b.value, None, certain=True).sign
        return _proven_sign(a - b)
    except (TooComplex, ZeroDivisionError):
        return None


def compare(a: Expr, b: Expr) -> Comparison:
    """Compare two quantities; never raises.

    A ``certain`` verdict is never contradicted by admissible values: any integers (numbers, where
    the atom is not an integer) from the atoms' lower bounds up, defaults overridden or not.
    """
    try:
        a, b = a.resolve(Strength.CONSTANT), b.resolve(Strength.CONSTANT)
        difference: Expr | None = a - b
    except (TooComplex, ZeroDivisionError):
        difference = None
    if a.is_constant and b.is_constant and a.value is not None and b.value is not None:
        return _of_numbers(a.value, b.value, difference, certain=True)
    sign = None if difference is None else _proven_sign(difference)
    known: Comparison | None = None
    if a.value is not None and b.value is not None:
        known = _of_numbers(a.value, b.value, difference, certain=False)
    if sign is None or difference is None:
        return known or Comparison(
            Verdict.UNKNOWN, ratio=_constant_ratio(a, b), difference=difference
        )
    by_one = difference.number is not None and abs(difference.number) == 1
    return Comparison(
        Verdict.DIFFERENT if sign else Verdict.EQUAL,
        certain=True,
        ratio=_constant_ratio(a, b) or (known.ratio if known else None),
        difference=difference,
        off_by_one=by_one or (sign != 0 and known is not None and known.off_by_one),
        sign=sign,
    )


def _proven_sign(difference: Expr) -> int | None:
    if difference.number is not None:
        return (difference.number > 0) - (difference.number < 0)
    leading = poly.leading_signs(difference.terms)
    if -1 not in leading and difference.is_positive:
        return 1
    return -1 if 1 not in leading and (-difference).is_positive else None


def _constant_ratio(a: Expr, b: Expr) -> Fraction | None:
    if not b.terms:
        return None
    if not a.terms:
        return Fraction(0)
    try:
        quotient = poly.quotient(dict(a.terms), dict(b.terms))
    except TooComplex:
        return None
    if quotient is None or set(quotient) != {ONE}:
        return None
    return Fraction(quotient[ONE])


def _of_numbers(a: Number, b: Number, difference: Expr | None, *, certain: bool) -> Comparison:
    exact_a, exact_b = Fraction(a), Fraction(b)
    gap = exact_a - exact_b
    rounds = isinstance(a, float) or isinstance(b, float)
    if rounds and abs(gap) <= TOLERANCE * max(abs(exact_a), abs(exact_b)):
        gap = Fraction(0)
    ratio = (exact_a / exact_b if gap else Fraction(1)) if exact_b else None
    return Comparison(
        Verdict.DIFFERENT if gap else Verdict.EQUAL,
        certain=certain,
        ratio=ratio,
        difference=difference,
        off_by_one=abs(gap) == 1,
        sign=(gap > 0) - (gap < 0),
    )
