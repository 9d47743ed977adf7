"""Conditions: negated, joined, and what they lean to."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.computed import Counter
from lrlint.analysis.model.condition_queries import (
    equality,
    indicators,
    is_loop_atom,
    subjects,
    text_of,
)
from lrlint.analysis.model.conditions import (
    All,
    Any,
    Condition,
    Divisible,
    Flag,
    Not,
    Relation,
    all_of,
    any_of,
    conjoin,
    flatten,
    natures,
    negate,
)
from lrlint.analysis.model.questions import Asks, Identity, Nature, Question
from lrlint.symbolic import Atom, Expr, Strength


def flag(name: str, default: bool | None = None, nature: Nature = Nature.FLAG) -> Flag:
    return Flag(Question(Asks.TRUTH, name), name, default, nature)


def equals(subject: str, value: str) -> Flag:
    return Flag(Question(Asks.EQUALS, subject, value), f"{subject} == {value!r}")


A, B, C = map(flag, "abc")
YES, NO = flag("yes", True), flag("no", False)
INDEX = Expr.atom(Atom("i", key=Counter(0), lower=0))
N = Expr.atom(Atom("n", strength=Strength.DEFAULT, value=10))
LATE = Relation(">", INDEX, N)


@pytest.mark.parametrize(
    ("condition", "opposite"),
    [
        (A, Not(A)),
        (Not(A), A),
        (LATE, Relation("<=", INDEX, N)),
        (All((A, B)), Any((Not(A), Not(B)))),
        (Any((A, Not(B))), All((Not(A), B))),
    ],
)
def test_the_opposite(condition: Condition, opposite: Condition) -> None:
    assert negate(condition) == opposite
    assert negate(negate(condition)) == condition


@pytest.mark.parametrize(
    ("condition", "lean"),
    [
        (A, None),
        (YES, True),
        (Not(YES), False),
        (All((YES, YES)), True),
        (All((A, NO)), False),
        (All((A, YES)), None),
        (Any((A, YES)), True),
        (Any((NO, NO)), False),
        (Any((A, NO)), None),
        (Relation(">", N, Expr.const(5)), True),
        (LATE, None),
        (Divisible(N, Expr.const(5), Expr.const(0)), True),
        (Divisible(N, Expr.const(3), Expr.const(0)), False),
        (Divisible(INDEX, Expr.const(1), Expr.const(0)), True),
        (Divisible(INDEX, Expr.const(4), Expr.const(0)), None),
        (Divisible(N, Expr.const(0), Expr.const(0)), None),
    ],
)
def test_what_a_condition_leans_to(condition: Condition, lean: bool | None) -> None:
    assert condition.lean is lean


def test_constants_decide_a_relation() -> None:
    assert Relation("<", Expr.const(3), Expr.const(5)).decided() is True
    assert Relation(">=", N, N + 1).decided() is False
    assert Relation("<", N, Expr.const(50)).decided() is None


def test_joining_is_flat_and_without_repetitions() -> None:
    assert all_of(A, all_of(B, A)) == All((A, B))
    assert any_of(A, any_of(B, A)) == Any((A, B))
    assert all_of(A) is A
    assert all_of(A, A) == any_of(A, A) == A
    assert conjoin([]) is None
    assert conjoin([A, B]) == All((A, B))
    assert flatten(All((A, All((B, C))))) == (A, B, C)
    assert flatten(Any((A, B))) == (Any((A, B)),)


def test_a_condition_that_is_too_large_becomes_a_flag() -> None:
    large = all_of(*(flag(str(n), True) for n in range(25)))
    assert isinstance(large, Flag)
    assert (large.text, large.lean, large.nature) == ("several conditions", True, Nature.FLAG)
    metric = any_of(*(flag(str(n), nature=Nature.METRIC) for n in range(25)))
    assert natures(metric) == {Nature.METRIC}
    assert isinstance(all_of(*(flag(str(n)) for n in range(24))), All)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (LATE, "i > n"),
        (Divisible(INDEX + 1, Expr.const(4), Expr.const(0)), "(i + 1) % 4 == 0"),
        (Relation("<", INDEX, N, "i < n - 0"), "i < n - 0"),
        (Not(A), "not (a)"),
        (All((A, Any((B, C)))), "a and (b or c)"),
    ],
)
def test_the_text_of_a_condition(condition: Condition, text: str) -> None:
    assert text_of(condition) == text


def test_equality_is_by_meaning() -> None:
    assert Relation("<", INDEX, N, "one text") == Relation("<", INDEX, N, "another")
    assert flag("a", True) == flag("a", False)
    assert A != B
    assert All((A, B)) != Any((A, B))
    assert len({A, flag("a"), B}) == 2


def test_an_object_is_equal_to_itself_only() -> None:
    first, second = [1], [1]
    assert Identity(first) == Identity(first)
    assert hash(Identity(first)) == hash(Identity(first))
    assert Identity(first) != Identity(second)
    assert Identity(first) != first


def test_questions_of_equality() -> None:
    assert equality(equals("sched", "cosine")) == Question(Asks.EQUALS, "sched", "cosine")
    assert equality(A) is None
    assert equality(LATE) is None


def test_what_conditions_are_about() -> None:
    assert subjects(equals("sched", "cosine")) == subjects(equals("sched", "step")) == {"sched"}
    assert subjects(All((A, Not(B)))) == {A.key, B.key}
    assert subjects(LATE) == subjects(negate(LATE)) == {(INDEX, N)}


def test_the_natures_of_the_parts() -> None:
    metric, rank = flag("m", nature=Nature.METRIC), flag("r", nature=Nature.RANK)
    assert natures(All((metric, Not(rank)))) == {Nature.METRIC, Nature.RANK}
    assert natures(Divisible(INDEX, N, N)) == {Nature.FLAG}


@pytest.mark.parametrize("make", [lambda x: Relation(">", x, N), lambda x: Divisible(x, N, N)])
@pytest.mark.parametrize("wrap", [lambda c: c, negate, lambda c: All((A, c)), lambda c: Any((c,))])
def test_atoms_are_found_and_replaced(make: object, wrap: object) -> None:
    (i,) = INDEX.atoms()
    condition = wrap(make(INDEX))
    assert i in set(condition.atoms())
    assert condition.subs({i: Expr.const(7)}) == wrap(make(Expr.const(7)))


def test_atoms_of_loops_and_indicators() -> None:
    (i,), (n,) = INDEX.atoms(), N.atoms()
    assert is_loop_atom(i)
    assert not is_loop_atom(n)
    indicator = Atom("[late]", key=LATE, lower=0)
    assert indicators(N + Expr.atom(indicator)) == [indicator]
    assert indicators(N + INDEX) == []
