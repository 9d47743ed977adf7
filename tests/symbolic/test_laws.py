"""Laws of all expressions and all admissible values."""

from __future__ import annotations

import math
import operator
import pickle
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lrlint.symbolic import (
    Atom,
    Expr,
    Strength,
    Verdict,
    ceil,
    certain_sign,
    compare,
    compile_expr,
    floor,
    truncate,
)

from .strategies import ATOMS, CONSTANT, OPEN, Env, Pair, environments, exprs, numbers, pairs


def meaning(pair: Pair, env: Env) -> Fraction:
    """Return the exact number; the example is dropped where it divides by zero."""
    try:
        return pair.meaning(env)
    except ZeroDivisionError:
        assume(False)
        raise


@settings(max_examples=250)
@given(pairs, environments)
def test_simplification_keeps_the_meaning(pair: Pair, env: Env) -> None:
    expected = meaning(pair, env)
    try:
        assert pair.expr.evaluate(env) == expected
    except ZeroDivisionError:
        # a / (b / c) is a * c / b: only ever more defined, never less
        pytest.fail("divides by zero where the original does not")


@given(exprs, exprs, exprs)
def test_ring_laws(a: Expr, b: Expr, c: Expr) -> None:
    assert a + b == b + a
    assert a * b == b * a
    assert (a + b) + c == a + (b + c)
    assert (a * b) * c == a * (b * c)
    assert a * (b + c) == a * b + a * c
    assert a - a == Expr.const(0)
    assert a + 0 == a == a * 1
    assert 0 - (-a) == a
    assert hash(a + b) == hash(b + a)


@given(exprs, st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3))
def test_dividing_by_what_was_multiplied_cancels(a: Expr, atoms: list[Atom]) -> None:
    product = Expr.const(3)
    for atom in atoms:
        product = product * Expr.atom(atom)
    assert a * product / product == a
    assert a / product * product == a
    assert product / product == Expr.const(1)


@given(exprs, st.integers(0, 3))
def test_power_is_repeated_multiplication(a: Expr, n: int) -> None:
    expected = Expr.const(1)
    for _ in range(n):
        expected = expected * a
    assert a**n == expected


@settings(max_examples=150)
@given(pairs, environments, st.sets(st.sampled_from(ATOMS)))
def test_substituting_commutes_with_evaluating(pair: Pair, env: Env, some: set[Atom]) -> None:
    expected = meaning(pair, env)
    replaced = pair.expr.subs({atom: env[atom] for atom in some})
    assert replaced.atoms().isdisjoint(some)
    assert replaced.evaluate(env) == expected


@given(exprs, environments)
def test_substituting_everything_gives_python_s_number(e: Expr, env: Env) -> None:
    try:
        number = e.subs(env)
        expected = e.evaluate(env)
    except ZeroDivisionError:
        assume(False)
    assert number.number == expected
    assert number.value is not None
    if not e.depth:  # a floor may fall on the other side of an integer in floats: that is its point
        assert number.value == pytest.approx(float(expected), abs=1e-9)


@given(exprs)
def test_resolving_keeps_the_value_and_leaves_no_such_atom(e: Expr) -> None:
    for strength in (Strength.CONSTANT, Strength.DEFAULT):
        try:
            resolved = e.resolve(strength)
        except ZeroDivisionError:
            continue
        assert all(atom.strength > strength for atom in resolved.atoms())
        if e.value is not None:
            assert resolved.value == e.value


@settings(max_examples=150)
@given(pairs, environments)
def test_provable_bounds_hold(pair: Pair, env: Env) -> None:
    number = meaning(pair, env)
    assert not (pair.expr.is_positive and number <= 0)
    assert not (pair.expr.is_nonnegative and number < 0)
    if pair.expr.is_integer:
        assert number.denominator == 1


@settings(max_examples=300)
@given(pairs, pairs, environments)
def test_a_certain_comparison_is_never_contradicted(a: Pair, b: Pair, env: Env) -> None:
    x, y = meaning(a, env), meaning(b, env)
    result = compare(a.expr, b.expr)
    if result.certain:
        assert (x == y) == (result.verdict is Verdict.EQUAL)
        assert result.sign == (x > y) - (x < y)
    if result.ratio is not None and result.verdict is Verdict.UNKNOWN and y:
        assert x / y == result.ratio


@settings(max_examples=300)
@given(exprs, exprs)
def test_the_certain_sign_is_that_of_the_comparison(a: Expr, b: Expr) -> None:
    found = compare(a, b)
    assert certain_sign(a, b) == (found.sign if found.certain else None)
    assert certain_sign(a, a + 1) == -1


@settings(max_examples=150)
@given(pairs, environments, st.integers(1, 9), st.integers(-3, 3))
def test_a_close_certain_comparison_is_never_contradicted(
    a: Pair, env: Env, divisor: int, shift: int
) -> None:
    for other, number in [
        (a.expr + shift, meaning(a, env) + shift),
        ((a.expr + shift) // divisor, (meaning(a, env) + shift) // divisor),
        (ceil(a.expr / divisor), math.ceil(meaning(a, env) / divisor)),
    ]:
        result = compare(a.expr, other)
        if result.certain:
            assert result.equal == (meaning(a, env) == number)


@given(st.lists(st.tuples(st.sampled_from("+-*/"), numbers), max_size=6), numbers)
def test_value_follows_the_arithmetic_of_python(
    steps: list[tuple[str, float]], start: float
) -> None:
    operations = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
    }
    expr, number = Expr.const(start), start
    for name, operand in steps:
        if name == "/" and operand == 0:
            continue
        expr, number = operations[name](expr, operand), operations[name](number, operand)
        assert expr.value == number
        assert type(expr.value) is type(number)


@given(
    st.floats(-1e6, 1e6, allow_subnormal=False) | st.integers(-100, 100),
    st.floats(0.01, 1e3) | st.integers(1, 100),
)
def test_value_follows_python_where_floats_round(a: float, b: float) -> None:
    x, y = Expr.const(a), Expr.const(b)
    assert (x * y).value == a * b
    assert (x / y).value == a / b
    assert (x // y).value == a // b
    assert (x % y).value == a % b
    assert floor(x * y).value == math.floor(a * b)
    assert ceil(x / y).value == math.ceil(a / b)
    assert truncate(x * y).value == int(a * b)


@settings(max_examples=150)
@given(pairs, environments)
def test_a_compiled_expression_computes_the_same(pair: Pair, env: Env) -> None:
    arguments = [atom for atom in ATOMS if atom is not CONSTANT]
    expected = meaning(pair, env)
    function = compile_expr(pair.expr, arguments)
    result = function(*(env[atom] for atom in arguments))
    assert result == pytest.approx(float(expected), rel=1e-12)
    if pair.expr.is_integer:
        assert result == expected


@given(exprs, exprs)
def test_equal_expressions_read_the_same(a: Expr, b: Expr) -> None:
    assert str(a + b) == str(b + a)
    assert str(a * b) == str(b * a)
    assert repr(a) == f"<Expr {a}>"


@given(exprs)
def test_expressions_can_be_pickled(e: Expr) -> None:
    copy = pickle.loads(pickle.dumps(e))
    assert copy == e
    assert hash(copy) == hash(e)
    assert copy.value == e.value
    assert str(copy) == str(e)


@given(exprs)
def test_a_linear_expression_is_its_slope_and_intercept(e: Expr) -> None:
    parts = e.linear_in(OPEN)
    if parts is not None:
        slope, intercept = parts
        assert OPEN not in slope.atoms() | intercept.atoms()
        assert slope * Expr.atom(OPEN) + intercept == e
