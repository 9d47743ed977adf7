"""Expressions as a person writes them; equal polynomials have equal texts."""

from __future__ import annotations

from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call, Factor
from lrlint.symbolic.numeric import Coefficient, plain
from lrlint.symbolic.terms import Monomial, Terms

#: A decimal fraction is shown as such up to this many significant digits: 0.1 but x / 256.
SHORT_DIGITS = 4


def render(terms: Terms) -> str:
    """Return the text of a sum."""
    ordered = poly.sorted_terms(terms)
    if ordered and ordered[0][1] < 0:
        # "5 - x" rather than "-x + 5"
        index = next((i for i, (_, c) in enumerate(ordered) if c > 0), 0)
        ordered.insert(0, ordered.pop(index))
    text = ""
    for monomial, coefficient in ordered:
        term = _product(-coefficient if coefficient < 0 else coefficient, monomial)
        if text:
            text += (" - " if coefficient < 0 else " + ") + term
        elif coefficient < 0:
            # -(a // b) is not -a // b
            text = f"-({term})" if "//" in term and not term.startswith("(") else f"-{term}"
        else:
            text = term
    return text or "0"


def _product(coefficient: Coefficient, monomial: Monomial) -> str:
    """Return a term as text: ``2 * a / (b * c)``."""
    if not monomial:
        return number_text(coefficient)
    above: list[str] = []
    below: list[str] = []
    alone = len(monomial) == 1 and coefficient == 1
    for factor, exponent in poly.sorted_factors(monomial):
        if isinstance(factor, Call) and factor.kind == "inverse":
            below.append(_power(f"({factor.args[0]})", exponent))
        elif exponent < 0:
            below.append(_power(_factor(factor, alone=False), -exponent))
        else:
            above.append(_power(_factor(factor, alone=alone and exponent == 1), exponent))
    scale = Fraction(coefficient)
    decimal = _short_decimal(scale)
    if decimal is not None:
        above.insert(0, decimal)
    else:
        if scale.numerator != 1:
            above.insert(0, str(scale.numerator))
        if scale.denominator != 1:
            below.insert(0, str(scale.denominator))
    text = " * ".join(above) or "1"
    if not below:
        return text
    return f"{text} / {below[0]}" if len(below) == 1 else f"{text} / ({' * '.join(below)})"


def _power(text: str, exponent: int) -> str:
    return text if exponent == 1 else f"{text}**{exponent}"


def _factor(factor: Factor, *, alone: bool) -> str:
    if isinstance(factor, Atom):
        return factor.name
    text = _call(factor)
    return f"({text})" if factor.kind == "floor" and "//" in text and not alone else text


def _call(call: Call) -> str:
    if call.kind == "floor":
        return _floor(dict(call.args[0].terms))
    if call.kind in ("min", "max"):
        args = sorted((arg.is_constant, str(arg)) for arg in call.args)
        return f"{call.kind}({', '.join(text for _, text in args)})"
    name = {"trunc": "int"}.get(call.kind, call.kind)
    return f"{name}({call.args[0]})"


def _floor(terms: Terms) -> str:
    number, monomial = poly.denominator(terms)
    if number == 1 and not monomial:
        return f"floor({render(terms)})"
    if len(terms) == 1 and not monomial and _short_decimal(Fraction(*terms.values())) is not None:
        return f"int({render(terms)})"
    above = poly.shifted(terms, number, monomial)
    below = _product(number, monomial)
    left = render(above)
    if len(above) > 1 or "//" in left:
        left = f"({left})"
    bracketed = below.startswith("(") and below.find(")") == len(below) - 1
    return f"{left} // {f'({below})' if ' ' in below and not bracketed else below}"


def _short_decimal(number: Fraction) -> str | None:
    """Return the decimal text of 0.29 and 0.1; ``None`` where a division reads better."""
    rest = number.denominator
    if rest == 1 or (number.numerator == 1 and (rest < 10 or rest & (rest - 1) == 0)):
        return None
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    text = number_text(number)
    return text if len(text.replace(".", "").lstrip("0")) <= SHORT_DIGITS else None


def number_text(number: Coefficient) -> str:
    """Return a plain number: integers in full, others to at most six digits unless exact."""
    if isinstance(number, int):
        return str(number)
    value = plain(number)
    if value is None:
        return f"{number.numerator} / {number.denominator}"
    exact = repr(value)
    return exact if len(exact) <= 8 and Fraction(exact) == number else f"{value:.6g}"
