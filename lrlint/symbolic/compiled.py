"""`compile_expr`: an expression as a Python function, for millions of evaluations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from lrlint.symbolic import terms as poly
from lrlint.symbolic.atoms import Atom, Call, Factor, Strength, UnboundAtom
from lrlint.symbolic.expr import Expr
from lrlint.symbolic.numeric import Number
from lrlint.symbolic.terms import Monomial, Terms


def compile_expr(e: Expr, arguments: Sequence[Atom]) -> Callable[..., Number]:
    """Return a function of ``arguments``, in that order; constants need not be among them.

    With integers it computes exactly and returns an ``int`` wherever all coefficients and
    divisions are inside ``floor``, ``ceil``…; a quotient is rounded once, at the end. Raises
    `UnboundAtom` for an atom that is not an argument.
    """
    names: dict[Atom, str] = {}
    for index, atom in enumerate(arguments):
        names.setdefault(atom, f"i{index}")
    for atom in e.atoms():
        if atom not in names and (atom.strength is not Strength.CONSTANT or atom.value is None):
            raise UnboundAtom(atom)
    parameters = ", ".join(f"i{index}" for index in range(len(arguments)))
    # Safe to evaluate: the text holds only names made here and numbers, nothing of the script.
    source = f"lambda {parameters}: {_value(e, names)}"
    scope = {"__builtins__": {}, "min": min, "max": max, "trunc": _trunc, "round": _round}
    function: Callable[..., Number] = eval(source, scope)
    return function


def _trunc(above: Number, below: Number) -> int:
    return math.trunc(Fraction(above) / Fraction(below))


def _round(above: Number, below: Number) -> int:
    return round(Fraction(above) / Fraction(below))


def _value(e: Expr, names: Mapping[Atom, str]) -> str:
    above, below = _ratio(e, names)
    return above if below == "1" else f"({above}) / ({below})"


def _ratio(e: Expr, names: Mapping[Atom, str]) -> tuple[str, str]:
    """Return the numerator and the denominator, each without a division in it."""
    cleared, divisors = dict(e.terms), _inverses(dict(e.terms))
    number, monomial = poly.denominator(cleared) if cleared else (1, poly.ONE)
    cleared = poly.shifted(cleared, number, monomial)
    below = [str(number)] if number != 1 else []
    below += [_power(_name(f, names), k) for f, k in poly.sorted_factors(monomial)]
    for inverse, highest in divisors.items():
        below.append(_power(f"({_value(inverse.args[0], names)})", highest))
    return _sum(cleared, divisors, names), " * ".join(below) or "1"


def _inverses(terms: Terms) -> dict[Call, int]:
    highest: dict[Call, int] = {}
    for monomial in sorted(terms, key=poly.degree):
        for factor, exponent in poly.sorted_factors(monomial):
            if isinstance(factor, Call) and factor.kind == "inverse":
                highest[factor] = max(exponent, highest.get(factor, 0))
    return highest


def _sum(terms: Terms, divisors: Mapping[Call, int], names: Mapping[Atom, str]) -> str:
    parts: list[str] = []
    for monomial, coefficient in poly.sorted_terms(terms):
        pieces = [] if coefficient == 1 else [f"({coefficient})"]
        pieces += _pieces(monomial, divisors, names)
        parts.append(" * ".join(pieces) or "1")
    return " + ".join(parts) or "0"


def _pieces(
    monomial: Monomial, divisors: Mapping[Call, int], names: Mapping[Atom, str]
) -> list[str]:
    pieces: list[str] = []
    for factor, exponent in poly.sorted_factors(monomial):
        if not (isinstance(factor, Call) and factor.kind == "inverse"):
            pieces.append(_power(_name(factor, names), exponent))
    for inverse, highest in divisors.items():
        missing = highest - poly.exponent_of(monomial, inverse)
        if missing:
            pieces.append(_power(f"({_value(inverse.args[0], names)})", missing))
    return pieces


def _power(text: str, exponent: int) -> str:
    return text if exponent == 1 else f"{text}**{exponent}"


def _name(factor: Factor, names: Mapping[Atom, str]) -> str:
    if isinstance(factor, Atom):
        if factor in names:
            return names[factor]
        assert factor.value is not None
        return f"({factor.value!r})"
    if factor.kind in ("min", "max"):
        return f"{factor.kind}({', '.join(_value(arg, names) for arg in factor.args)})"
    above, below = _ratio(factor.args[0], names)
    if factor.kind == "floor":
        return f"(({above}) // ({below}))"
    if factor.kind == "ceil":
        return f"(-(-({above}) // ({below})))"
    return f"{factor.kind}({above}, {below})"
