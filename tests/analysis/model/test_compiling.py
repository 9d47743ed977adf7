"""Conditions and numbers as functions of loop indices."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
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
from lrlint.analysis.model.questions import Asks, Question
from lrlint.symbolic import Atom, Expr, Strength

ATOM = Atom("i", key=Counter(0), lower=0)
INDEX = Expr.atom(ATOM)
DEFAULT = Expr.atom(Atom("n", strength=Strength.DEFAULT, value=3))
OPEN = Expr.atom(Atom("m"))
EVERY = Divisible(INDEX + 1, Expr.const(2), Expr.const(0))
LATE = Relation(">=", INDEX, DEFAULT)


def flag(default: bool | None) -> Flag:
    return Flag(Question(Asks.TRUTH, "f"), "args.flag", default)


@pytest.mark.parametrize(
    ("condition", "holds_at"),
    [
        (EVERY, [1, 3, 5]),
        (LATE, [3, 4, 5]),
        (negate(LATE), [0, 1, 2]),
        (all_of(EVERY, LATE), [3, 5]),
        (any_of(EVERY, LATE), [1, 3, 4, 5]),
        (all_of(LATE, flag(True)), [3, 4, 5]),
        (all_of(LATE, flag(False)), []),
    ],
)
def test_where_a_condition_holds(condition: Condition, holds_at: list[int]) -> None:
    holds = compile_condition(condition, [ATOM])
    assert [i for i in range(6) if holds(i)] == holds_at


def test_a_number_with_an_indicator() -> None:
    indicator = Expr.atom(Atom("[every]", key=EVERY, lower=0))
    compute = compile_number(INDEX * 10 + indicator + DEFAULT, [ATOM])
    assert [compute(i) for i in range(4)] == [3, 14, 23, 34]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(NotComputable, match=r"^m$"):
        compile_condition(Relation(">", INDEX, OPEN), [ATOM])
    with pytest.raises(NotComputable, match=r"args\.flag"):
        compile_condition(flag(None), [ATOM])
