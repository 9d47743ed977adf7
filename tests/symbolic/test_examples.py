"""A specification by example: the quantities of training scripts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest

from lrlint.symbolic import (
    Atom,
    Expr,
    NotRepresentable,
    Strength,
    TooComplex,
    UnboundAtom,
    Unit,
    Verdict,
    as_remainder,
    ceil,
    compare,
    compile_expr,
    floor,
    maximum,
    minimum,
    rounded,
    truncate,
    unguarded,
)

EPOCHS = Atom("args.epochs", unit=Unit.EPOCH, strength=Strength.DEFAULT, value=90)
LOADER = Atom("len(train_loader)", unit=Unit.BATCH)
ACCUM = Atom("args.accum", strength=Strength.DEFAULT, value=2)
DATASET = Atom("len(dataset)", unit=Unit.SAMPLE)
BATCH = Atom("args.batch_size", unit=Unit.BATCH_SIZE)
STEPS = Atom("args.max_steps", unit=Unit.STEP)
WORLD = Atom("world_size")
FIXED = Atom("EPOCHS", unit=Unit.EPOCH, strength=Strength.CONSTANT, value=100)

epochs, loader, accum, dataset, batch, steps, world, fixed = map(
    Expr.atom, [EPOCHS, LOADER, ACCUM, DATASET, BATCH, STEPS, WORLD, FIXED]
)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (loader * epochs, "args.epochs * len(train_loader)"),
        (epochs - 5, "args.epochs - 5"),
        (5 - epochs, "5 - args.epochs"),
        (loader // 4, "len(train_loader) // 4"),
        (loader // accum * epochs, "args.epochs * (len(train_loader) // args.accum)"),
        (2 * (loader // 4) - 1, "2 * (len(train_loader) // 4) - 1"),
        (-(loader // 4) - 1, "-(len(train_loader) // 4) - 1"),
        (-(loader // 4), "-(len(train_loader) // 4)"),
        (ceil(loader / 4), "ceil(len(train_loader) / 4)"),
        (dataset // (batch * world), "len(dataset) // (args.batch_size * world_size)"),
        ((loader + 1) // 4, "(len(train_loader) + 1) // 4"),
        (minimum(10, epochs), "min(args.epochs, 10)"),
        (maximum(1, loader // accum), "max(len(train_loader) // args.accum, 1)"),
        (truncate(0.1 * epochs * loader), "int(0.1 * args.epochs * len(train_loader))"),
        (rounded(loader / 3), "round(len(train_loader) / 3)"),
        (0.1 * batch / 256, "args.batch_size / 2560"),
        (batch / 256, "args.batch_size / 256"),
        (loader / (epochs - 5), "len(train_loader) / (args.epochs - 5)"),
        (loader**2 / epochs, "len(train_loader)**2 / args.epochs"),
        (Expr.const(0.1), "0.1"),
        (Expr.const(1) / 3, "0.333333"),
        (Expr.const(0), "0"),
        (Expr.const(391), "391"),
    ],
)
def test_it_reads_as_a_person_writes(expr: Expr, text: str) -> None:
    assert str(expr) == text


@pytest.mark.parametrize(
    ("expr", "unit"),
    [
        (epochs, Unit.EPOCH),
        (epochs - 5, Unit.EPOCH),
        (epochs * loader, Unit.BATCH),
        (epochs * loader // accum, Unit.BATCH),
        (epochs * loader - 5 * loader, Unit.BATCH),
        (loader * world, Unit.BATCH),
        (epochs * loader + epochs, None),
        (epochs * (12 // accum) + epochs, None),
        (dataset / batch, Unit.BATCH),
        (ceil(dataset / batch), Unit.BATCH),
        ((dataset - 5) // batch, Unit.BATCH),
        (ceil(dataset / batch) * batch, Unit.SAMPLE),
        (minimum(epochs, 10), Unit.EPOCH),
        (minimum(epochs, loader), None),
        (truncate(0.1 * epochs * loader), Unit.BATCH),
        (steps + 1, Unit.STEP),
        (steps / loader, None),
        (epochs / fixed, None),
        (epochs + world, None),
        (Expr.const(100), None),
    ],
)
def test_it_knows_what_it_counts(expr: Expr, unit: Unit | None) -> None:
    assert expr.unit is unit


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (epochs * loader, loader * epochs),
        (epochs * loader - 5 * loader, (epochs - 5) * loader),
        (epochs * loader / loader, epochs),
        ((epochs * loader - 5 * loader) / (epochs - 5), loader),
        (ceil(loader / 4), (loader + 3) // 4),
        (ceil(loader / accum), (loader + accum - 1) // accum),
        (ceil(loader / accum), -(-loader // accum)),
        (ceil((loader + 1) / 4), loader // 4 + 1),
        (loader // 2 // 2, loader // 4),
        (dataset // batch // accum, dataset // (batch * accum)),
        (ceil(ceil(dataset / batch) / accum), ceil(dataset / (batch * accum))),
        ((loader + 8) // 4, loader // 4 + 2),
        (loader % 1, Expr.const(0)),
        (floor(epochs * loader), epochs * loader),
        (minimum(loader, loader + 1), loader),
        (maximum(loader, 1), loader),
        (minimum(minimum(epochs, loader), 10), minimum(10, loader, epochs)),
        (fixed, Expr.const(100)),
        (fixed * loader, 100 * loader),
        (0.1 * loader + 0.2 * loader, 0.3 * loader),
        (Expr.const(0.1) + 0.2, Expr.const(0.3)),
    ],
)
def test_what_is_equal_for_every_user(a: Expr, b: Expr) -> None:
    result = compare(a, b)
    assert result.equal
    assert result.certain
    assert result.sign == 0
    assert not result.off_by_one


@pytest.mark.parametrize(
    ("a", "b", "sign"),
    [
        (epochs * loader + 1, epochs * loader, 1),
        (epochs * loader, 2 * epochs * loader, -1),
        (loader // 2, loader, -1),
        (epochs * (loader // 4), epochs * loader, -1),
        (minimum(epochs, 10), Expr.const(11), -1),
        (maximum(epochs, 10), Expr.const(9), 1),
        (1 / (loader + 1), Expr.const(0), 1),
        (fixed, Expr.const(90), 1),
        (epochs + 5, epochs, 1),
        (loader % 4, Expr.const(4), -1),
    ],
)
def test_what_differs_for_every_user(a: Expr, b: Expr, sign: int) -> None:
    result = compare(a, b)
    assert result.differs
    assert result.certain
    assert result.sign == sign


def test_a_horizon_in_epochs_may_be_right_where_an_epoch_is_one_batch() -> None:
    result = compare(epochs * loader, epochs)
    assert result.unknown
    assert not result.certain
    assert str(result.difference) == "args.epochs * len(train_loader) - args.epochs"


def test_a_default_can_be_overridden_and_so_proves_nothing() -> None:
    result = compare(epochs, Expr.const(100))
    assert result.differs
    assert not result.certain
    assert result.ratio == Fraction(9, 10)
    assert result.sign == -1
    assert compare(epochs, Expr.const(90)) == compare(epochs + 0, Expr.const(90))
    assert compare(epochs, Expr.const(90)).equal


def test_off_by_one_is_told_apart() -> None:
    assert compare(epochs * loader - 1, epochs * loader).off_by_one
    assert compare(Expr.const(99), fixed).off_by_one
    assert compare(epochs, Expr.const(91)).off_by_one
    assert not compare(epochs - 2, epochs).off_by_one


def test_a_ratio_is_known_where_everything_open_cancels() -> None:
    assert compare(3 * epochs * loader, epochs * loader).ratio == 3
    assert compare(epochs * loader, epochs * loader / 4).ratio == 4
    assert compare(epochs * loader, epochs).ratio is None


def test_a_default_below_the_bound_lowers_it() -> None:
    warmup = Expr.atom(Atom("args.warmup", strength=Strength.DEFAULT, value=0))
    assert not warmup.is_positive
    assert warmup.is_nonnegative


def test_same_named_atoms_are_told_apart_by_their_key() -> None:
    a, b = Expr.atom(Atom("n", key=1)), Expr.atom(Atom("n", key=2))
    assert a != b
    assert compare(a, b).unknown


def test_value_is_what_python_computes() -> None:
    assert truncate(Expr.const(0.29) * 100).value == int(0.29 * 100) == 28
    assert (Expr.const(7) // 2).value == 3
    assert repr((Expr.const(3) / 1).value) == "3.0"
    assert (Expr.const(0.1) + 0.2).value == 0.1 + 0.2
    assert (epochs * 2).value == 180
    assert loader.value is None
    assert (epochs * loader).value is None
    assert (loader + 5 - loader).value == 5
    assert (epochs / (epochs - 90)).value is None


def test_a_rounded_constant_is_the_one_that_python_rounds_to() -> None:
    warmup = truncate(Expr.const(0.29) * 100) * loader
    assert str(warmup) == "28 * len(train_loader)"
    assert compare(truncate(0.29 * fixed), Expr.const(28)).equal


def test_setting_values_follows_python_s_rounding() -> None:
    total = Expr.atom(Atom("total"))
    (atom,) = total.atoms()
    assert truncate(0.29 * total).subs({atom: 100}).value == 28
    assert truncate(total / 49).subs({atom: 49}).value == 1
    assert (49 / (total + 0)).subs({atom: 49}).value == 1


def test_strength_is_that_of_the_least_sure_atom() -> None:
    assert Expr.const(3).strength is Strength.CONSTANT
    assert fixed.strength is Strength.CONSTANT
    assert (fixed * epochs).strength is Strength.DEFAULT
    assert (fixed + minimum(epochs, loader)).strength is Strength.OPEN


def test_resolving_takes_the_values_of_the_script() -> None:
    total = fixed * epochs * (loader // accum)
    assert total.resolve(Strength.CONSTANT) == 100 * epochs * (loader // accum)
    assert total.resolve(Strength.DEFAULT) == 9000 * (loader // 2)
    assert total.atoms() == {FIXED, EPOCHS, LOADER, ACCUM}


def test_substituting_and_evaluating() -> None:
    total = epochs * ceil(loader / accum)
    assert total.subs({LOADER: 391}).value == 90 * 196
    assert total.subs({LOADER: dataset // batch}) == epochs * ceil(dataset // batch / accum)
    assert total.evaluate({EPOCHS: 2, LOADER: 5, ACCUM: 2}) == 6
    assert (fixed + 1).evaluate({}) == 101
    with pytest.raises(UnboundAtom, match=r"len\(train_loader\)"):
        loader.evaluate({EPOCHS: 3})
    with pytest.raises(KeyError):
        compile_expr(epochs * loader, [EPOCHS])


def test_as_number_is_exact() -> None:
    assert Expr.const(3.0).as_number() == 3
    assert (Expr.const(0.1) + 0.2).as_number() == 0.3
    assert fixed.as_number() is None
    assert not fixed.is_constant
    assert (fixed - fixed + 2).is_constant


def test_linear_in() -> None:
    assert (epochs * loader + 5).linear_in(EPOCHS) == (loader, Expr.const(5))
    assert (epochs * loader // 2).linear_in(EPOCHS) is None
    assert (epochs**2).linear_in(EPOCHS) is None
    assert (1 / (epochs + 1)).linear_in(EPOCHS) is None
    assert loader.linear_in(EPOCHS) == (Expr.const(0), loader)


def test_a_compiled_index_expression_is_integer_arithmetic() -> None:
    epoch, i = Atom("epoch", lower=0), Atom("i", lower=0)
    position = compile_expr(Expr.atom(epoch) * 391 + Expr.atom(i), [epoch, i])
    assert position(10, 5) == 3915
    boundary = compile_expr((Expr.atom(i) + 1) % fixed, [i])
    assert boundary(10**30 + 99) == (10**30 + 100) % 100
    assert isinstance(boundary(3), int)


def test_numbers_on_either_side_and_other_types() -> None:
    assert 2 + loader - 1 == loader + 1
    assert 6 / Expr.const(3) == Expr.const(2)
    assert 7 // Expr.const(2) == Expr.const(3)
    assert 7 % Expr.const(4) == Expr.const(3)
    assert 2 ** Expr.const(3) == Expr.const(8)
    assert loader + Fraction(1, 2) == loader + 0.5
    with pytest.raises(TypeError):
        loader + "1"  # type: ignore[operator]


def test_powers() -> None:
    assert (loader + 1) ** 2 == loader**2 + 2 * loader + 1
    assert loader**-1 == 1 / loader
    assert (Expr.const(4) ** 0.5).value == 2.0
    assert (Expr.const(10) ** -3).as_number() == 0.001
    powers: list[Callable[[], Expr]] = [
        lambda: loader**0.5,
        lambda: 2**loader,
        lambda: Expr.const(-8) ** 0.5,
    ]
    for power in powers:
        with pytest.raises(NotRepresentable):
            power()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_numbers_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match=str(number)):
        Expr.const(number)
    with pytest.raises(ValueError, match=str(number)):
        Atom("x", value=number)


def test_dividing_by_zero_raises_as_python_does() -> None:
    divisions: list[Callable[[], Expr]] = [
        lambda: loader / 0,
        lambda: loader // 0,
        lambda: loader % 0,
    ]
    for divide in divisions:
        with pytest.raises(ZeroDivisionError):
            divide()
    with pytest.raises(ZeroDivisionError):
        (1 / loader).subs({LOADER: 0})


def _nested() -> Expr:
    e = loader
    for divisor in range(2, 100):
        e = rounded(e / divisor)
    return e


def _long_sum() -> Expr:
    e = Expr.const(0)
    for index in range(5000):
        e = e + Expr.atom(Atom(f"x{index}"))
    return e


def _fractions() -> Expr:
    e = loader
    for index in range(1, 10_000):
        e = e + Fraction(1, index)
    return e


def _doubling() -> Expr:
    e = Expr.const(3)
    for _ in range(100):
        e = e * e
    return e


@pytest.mark.parametrize(
    "build",
    [
        lambda: (loader + epochs) ** 1_000_000,
        lambda: (loader + epochs + accum + 1) ** 60,
        lambda: loader**1_000_000,
        lambda: Expr.const(10) ** 1_000_000,
        lambda: Expr.const(0.1) ** 1_000_000,
        lambda: Expr.const(10**100_000),
        lambda: minimum(*(Expr.atom(Atom(f"x{i}")) for i in range(1000))),
        _nested,
        _long_sum,
        _fractions,
        _doubling,
    ],
)
def test_hostile_sizes_are_refused_at_once(build: Callable[[], Expr]) -> None:
    start = time.perf_counter()
    with pytest.raises(TooComplex):
        build()
    assert time.perf_counter() - start < 2


def test_a_hard_comparison_gives_up_in_time() -> None:
    atoms = [Expr.atom(Atom(f"x{i}")) for i in range(8)]
    a = minimum(*(x * y // 3 for x, y in pairwise(atoms)))
    b = maximum(*(x // 7 - y for x, y in zip(atoms, atoms[2:], strict=False)))
    start = time.perf_counter()
    assert compare(a * b, b + a).verdict is Verdict.UNKNOWN
    assert time.perf_counter() - start < 2


def test_large_exponents_of_one_are_fine() -> None:
    assert Expr.const(1) ** 10**9 == Expr.const(1)
    assert Expr.const(-1) ** (10**9 + 1) == Expr.const(-1)
    assert Expr.const(0) ** 10**9 == Expr.const(0)


def test_a_minimum_of_long_sums_is_not_compared_pairwise() -> None:
    atoms = [Expr.atom(Atom(f"x{i}")) for i in range(8)]
    sums = []
    for index in range(16):
        total = Expr.const(index)
        for x in atoms:
            total = total + (x * (index + 2) // (3 + index)) * (atoms[index % 8] // 5)
        sums.append(total)
    start = time.perf_counter()
    minimum(*sums)
    assert time.perf_counter() - start < 2


SCRIPT = """
from lrlint.symbolic import Atom, Expr, ceil, maximum, minimum
a, b, c = (Expr.atom(Atom(name)) for name in "abc")
e = (a + b * c) ** 3 / (a * 7) - minimum(c, b, a - 3) * ceil(a * b / c) + maximum(a, 2 * b)
print(e, e.subs({atom: 0.1 for atom in e.atoms()}).value)
"""


def test_text_and_value_do_not_follow_the_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def test_guards_against_a_divisor_of_zero_are_taken_away() -> None:
    assert unguarded(world + maximum(steps - world, 1)) == steps
    assert unguarded(maximum(steps, 5)) == maximum(steps, 5)
    assert unguarded(maximum(accum - 2, 1)) == maximum(accum - 2, 1)


@pytest.mark.parametrize("by", [1, 3, 8])
@pytest.mark.parametrize("shift", [-2, 0, 1, 9])
@pytest.mark.parametrize("rest", [0, 2])
def test_a_remainder_is_known_again(by: int, shift: int, rest: int) -> None:
    n = Expr.atom(Atom("n", integer=True))
    found = as_remainder((n + shift) % by - rest)
    if rest >= by:
        assert found is None
        return
    if by == 1:
        return  # simplified to 0
    assert found is not None
    dividend, divisor, remainder = (
        one.subs({next(iter(n.atoms())): Expr.const(5)}) for one in found
    )
    assert (dividend % divisor).as_number() == (5 + shift) % by
    assert (divisor.as_number(), remainder.as_number()) == (by, rest)
