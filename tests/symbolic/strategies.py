"""Random expressions, each paired with its exact value in plain arithmetic."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from lrlint.symbolic import (
    Atom,
    Expr,
    Strength,
    Unit,
    ceil,
    floor,
    maximum,
    minimum,
    rounded,
    truncate,
)

Env = dict[Atom, Any]

OPEN = Atom("len(loader)", unit=Unit.BATCH)
COUNT = Atom("i", lower=0)
SIGNED = Atom("shift", lower=None)
DEFAULT = Atom("args.epochs", unit=Unit.EPOCH, strength=Strength.DEFAULT, value=10)
LOW_DEFAULT = Atom("args.warmup", strength=Strength.DEFAULT, value=0)
CONSTANT = Atom("ACCUM", strength=Strength.CONSTANT, value=4)
ATLEAST = Atom("batch_size", unit=Unit.BATCH_SIZE, lower=3)
FRACTION = Atom("factor", lower=0, integer=False)
ATOMS = [OPEN, FRACTION, COUNT, SIGNED, DEFAULT, LOW_DEFAULT, CONSTANT, ATLEAST]


def value_of(atom: Atom) -> st.SearchStrategy[Any]:
    """Return the admissible values of an atom, most of them close to its bound."""
    if atom is FRACTION:
        return st.sampled_from([0, 0.25, 0.5, 0.75, 1, 1.25, 7.5])
    if atom is CONSTANT:
        return st.just(4)
    if atom.bound is None:
        return st.integers(-7, 7)
    bound = math.ceil(atom.bound)
    return st.integers(bound, bound + 3) | st.integers(bound, bound + 500)


environments: st.SearchStrategy[Env] = st.fixed_dictionaries({a: value_of(a) for a in ATOMS})


class Pair:
    """An expression and a function that computes it from an environment, step by step."""

    def __init__(self, expr: Expr, meaning: Callable[[Env], Fraction]) -> None:
        self.expr = expr
        self.meaning = meaning

    def __repr__(self) -> str:
        return f"Pair({self.expr})"


#: Binary fractions: for these Python's floats and exact numbers agree.
numbers = st.integers(-9, 9) | st.sampled_from([0.5, 0.25, 1.5, -2.75])


def leaf() -> st.SearchStrategy[Pair]:
    """Return a number or an atom."""
    constants = numbers.map(lambda c: Pair(Expr.const(c), lambda env: Fraction(c)))
    atoms = st.sampled_from(ATOMS).map(lambda a: Pair(Expr.atom(a), lambda env: Fraction(env[a])))
    return atoms | atoms | constants


def exact_in_floats(operation: Callable[..., Any], *operands: Expr) -> bool:
    """Whether floats give what exact numbers give, where all operands are plain numbers.

    Python decides between plain numbers, and ``1 // (1 / -3)`` is -4 in Python: the exact meaning
    says nothing about those, ``test_examples.py`` does.
    """
    if any(e.number is None or e.value is None for e in operands):
        return True
    exact = operation(*(Fraction(e.number) for e in operands if e.number is not None))
    return math.isclose(operation(*(e.value for e in operands)), exact)


def unary(a: Pair, name: str) -> Pair | None:
    """Return a function of one pair; ``None`` where the rounding of floats decides it."""
    functions: dict[str, tuple[Callable[[Expr], Expr], Callable[[Fraction], int]]] = {
        "floor": (floor, math.floor),
        "ceil": (ceil, math.ceil),
        "int": (truncate, math.trunc),
        "round": (rounded, round),
    }
    symbolic, exact = functions[name]
    if not exact_in_floats(exact, a.expr):
        return None
    return Pair(symbolic(a.expr), lambda env: Fraction(exact(a.meaning(env))))


def binary(a: Pair, b: Pair, name: str) -> Pair | None:
    """Return an operation on two pairs; ``None`` where it divides by zero or floats decide it."""
    x, y, f, g = a.expr, b.expr, a.meaning, b.meaning
    match name:
        case "+":
            return Pair(x + y, lambda env: f(env) + g(env))
        case "-":
            return Pair(x - y, lambda env: f(env) - g(env))
        case "*":
            return Pair(x * y, lambda env: f(env) * g(env))
        case "min":
            return Pair(minimum(x, y), lambda env: min(f(env), g(env)))
        case "max":
            return Pair(maximum(x, y), lambda env: max(f(env), g(env)))
    if y.number == 0:
        return None
    match name:
        case "/":
            return Pair(x / y, lambda env: f(env) / g(env))
    if not exact_in_floats(operator.floordiv, x, y) or not exact_in_floats(operator.mod, x, y):
        return None
    match name:
        case "//":
            return Pair(x // y, lambda env: Fraction(f(env) // g(env)))
        case _:
            return Pair(x % y, lambda env: f(env) % g(env))


def node(children: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Return an operation on smaller pairs."""
    operations = st.sampled_from(["+", "-", "*", "+", "-", "*", "/", "//", "//", "%", "min", "max"])
    two = st.builds(binary, children, children, operations)
    one = st.builds(unary, children, st.sampled_from(["floor", "ceil", "int", "round"]))
    return (two | two | one).flatmap(lambda pair: st.nothing() if pair is None else st.just(pair))


pairs: st.SearchStrategy[Pair] = st.recursive(leaf(), node, max_leaves=6)
exprs: st.SearchStrategy[Expr] = pairs.map(lambda p: p.expr)
