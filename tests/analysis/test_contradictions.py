"""Conditions that exclude each other are never both true."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.analysis.model.conditions import All, Any, Condition, Flag, Not, all_of, any_of, negate
from lrlint.analysis.model.contradictions import contradict, exclude
from lrlint.analysis.model.questions import Asks, Question

flags: list[Condition] = [Flag(Question(Asks.TRUTH, name), name) for name in "abc"]
A, B, C = flags

conditions = st.recursive(
    st.sampled_from([*flags, *map(negate, flags)]),
    lambda inner: (
        st.builds(all_of, inner, inner, inner)
        | st.builds(any_of, inner, inner, inner)
        | st.builds(negate, inner)
    ),
    max_leaves=8,
)


def holds(condition: Condition, world: dict[Condition, bool]) -> bool:
    match condition:
        case Not(of):
            return not holds(of, world)
        case All(parts):
            return all(holds(part, world) for part in parts)
        case Any(parts):
            return any(holds(part, world) for part in parts)
    return world[condition]


@given(conditions, conditions)
def test_what_excludes_each_other_never_holds_at_once(left: Condition, right: Condition) -> None:
    if contradict(left, right):
        worlds = [
            dict(zip(flags, values, strict=True)) for values in product((False, True), repeat=3)
        ]
        assert not any(holds(left, world) and holds(right, world) for world in worlds)


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (A, negate(A), True),
        (A, B, False),
        (all_of(A, B), negate(B), True),
        (any_of(A, B), negate(A), False),
        (any_of(A, B), all_of(negate(A), negate(B)), True),
        (any_of(A, B), all_of(negate(A), C, negate(B)), True),
        (all_of(C, any_of(A, B)), all_of(negate(A), negate(B)), True),
        (all_of(C, any_of(A, B)), all_of(negate(A), B), False),
        (any_of(all_of(A, B), C), all_of(negate(A), negate(C)), True),
        (any_of(A, B), any_of(negate(A), negate(B)), False),
    ],
)
def test_what_excludes_each_other(left: Condition, right: Condition, found: bool) -> None:
    assert contradict(left, right) is found
    assert contradict(right, left) is found


@given(st.lists(conditions, max_size=4), st.lists(conditions, max_size=4))
def test_what_excludes_is_never_true_together(
    ours: list[Condition], theirs: list[Condition]
) -> None:
    if exclude(ours, theirs):
        worlds = (
            dict(zip(flags, values, strict=True)) for values in product((True, False), repeat=3)
        )
        assert not any(all(holds(c, world) for c in [*ours, *theirs]) for world in worlds)


def test_either_or_is_excluded_by_several_conditions() -> None:
    either = any_of(negate(A), negate(B))
    assert exclude([either], [A, B])
    assert exclude([A, C, B], [either])
    assert not exclude([either], [A, C])
