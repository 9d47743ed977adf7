"""In how many iterations a condition holds: the closed forms agree with counting."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.compiling import compile_condition
from lrlint.analysis.model.computed import Counter
from lrlint.analysis.model.conditions import (
    Condition,
    Divisible,
    Flag,
    Relation,
    all_of,
    any_of,
    negate,
)
from lrlint.analysis.model.counting import occurrences, summed
from lrlint.analysis.model.questions import Asks, Question
from lrlint.symbolic import Atom, Expr, Strength, ceil, floor

ATOM = Atom("i", key=Counter(0), lower=0)
INDEX = Expr.atom(ATOM)
TRIPS = Expr.atom(Atom("trips"))


def number(value: int) -> Expr:
    return Expr.const(value)


def every(k: int, offset: int) -> Divisible:
    return Divisible(INDEX + offset, number(k), number(0))


CONDITIONS = [
    *(every(k, offset) for k in (1, 2, 3, 7) for offset in (0, 1, 2, 5)),
    *(Relation(op, INDEX, number(n)) for op in ("<", "<=", ">", ">=", "==", "!=") for n in (0, 4)),
    *(Relation(op, number(4), INDEX) for op in ("<", "<=", ">", ">=")),
    all_of(every(2, 0), Relation(">", INDEX, number(3))),
    any_of(every(3, 0), Relation("==", INDEX, number(4))),
    negate(every(3, 1)),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@pytest.mark.parametrize("trips", [0, 1, 5, 12])
def test_the_count_is_that_of_counting(condition: Condition, trips: int) -> None:
    holds = compile_condition(condition, [ATOM])
    count = occurrences(condition, ATOM, number(trips))
    assert count is not None
    assert count.value == sum(map(holds, range(trips)))


def test_counts_of_an_open_number_of_iterations() -> None:
    assert occurrences(every(4, 1), ATOM, TRIPS) == floor(TRIPS / 4)
    assert occurrences(every(4, 0), ATOM, TRIPS) is not None
    last = Relation("==", INDEX + 1, TRIPS)
    count = occurrences(any_of(every(4, 1), last), ATOM, TRIPS)
    assert count is not None
    assert str(count) == "ceil(trips / 4)"
    assert occurrences(all_of(every(2, 0), every(3, 0)), ATOM, TRIPS) is None


def test_a_condition_without_the_index() -> None:
    on = Flag(Question(Asks.TRUTH, "f"), "f", True)
    assert occurrences(on, ATOM, TRIPS) == TRIPS
    assert occurrences(negate(on), ATOM, TRIPS) == number(0)


def test_a_count_is_as_certain_as_the_numbers_in_it() -> None:
    warmup = Expr.atom(Atom("warmup", strength=Strength.DEFAULT, value=4))
    condition = all_of(every(2, 0), Relation("<", INDEX, warmup))
    count = occurrences(condition, ATOM, number(10))
    assert count is not None
    assert (count.value, count.strength) == (2, Strength.DEFAULT)


def test_what_a_counter_has_gained() -> None:
    indicator = Expr.atom(Atom("[every]", key=every(4, 1), lower=0))
    gained = floor(INDEX / 4) * 3 + INDEX * 2
    assert summed(indicator * 3 + 2, ATOM, {}) == gained
    assert summed(number(1), ATOM, {}) is None
    assert summed(indicator * INDEX, ATOM, {}) is None


def test_what_a_counter_has_gained_that_the_last_iteration_advances() -> None:
    last = Relation("==", INDEX, TRIPS - 1)
    indicator = Expr.atom(Atom("[sync]", key=any_of(every(4, 1), last), lower=0))
    assert summed(indicator * 2, ATOM, {}, TRIPS) == floor(INDEX / 4) * 2
    assert summed(indicator * 2, ATOM, {}, TRIPS, whole=True) == ceil(TRIPS / 4) * 2
