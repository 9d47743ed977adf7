"""What the guards in force decide, as ``contradict`` would say of each of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.analysis.model.conditions import Condition, Flag, all_of, any_of, negate
from lrlint.analysis.model.contradictions import Contradictions, contradict
from lrlint.analysis.model.guards import Known
from lrlint.analysis.model.questions import Asks, Question

A, B, C = (Flag(Question(Asks.TRUTH, name), name) for name in "abc")
COSINE, STEP = (Flag(Question(Asks.EQUALS, "sched", name), name) for name in ("cosine", "step"))


def known(*conditions: Condition) -> Known:
    guards = Known(Contradictions())
    for condition in conditions:
        guards.push(condition)
    return guards


@pytest.mark.parametrize(
    ("guards", "condition", "expected"),
    [
        ([], A, None),
        ([A], A, True),
        ([A], negate(A), False),
        ([A], B, None),
        ([all_of(A, B)], B, True),
        ([A, B], all_of(A, B), True),
        ([A], all_of(negate(A), B), False),
        ([COSINE], STEP, False),
        ([COSINE], COSINE, True),
        ([negate(COSINE)], STEP, None),
        ([any_of(A, B)], all_of(negate(A), C), None),
        ([negate(A), negate(B)], any_of(A, B), None),
        ([all_of(negate(A), negate(B))], any_of(A, all_of(A, B)), False),
    ],
)
def test_what_guards_decide(
    guards: list[Condition], condition: Condition, expected: bool | None
) -> None:
    assert known(*guards).settles(condition) is expected


def test_a_guard_counts_until_it_is_popped() -> None:
    guards = known(A, COSINE, A, any_of(B, C))
    guards.pop()
    guards.pop()
    assert guards.settles(A) is True
    assert guards.settles(STEP) is False
    guards.pop()
    assert guards.settles(STEP) is None
    guards.pop()
    assert guards.settles(A) is None


simple = st.sampled_from([A, B, C, COSINE, STEP])
conditions = st.recursive(
    simple | simple.map(negate),
    lambda inner: st.builds(all_of, inner, inner) | st.builds(any_of, inner, inner),
    max_leaves=4,
)


@given(st.lists(conditions, max_size=3), conditions)
def test_what_is_excluded_contradicts_a_guard(
    guards: list[Condition], condition: Condition
) -> None:
    if known(*guards).settles(condition) is False:
        assert contradict(all_of(condition), all_of(*guards), depth=3)
