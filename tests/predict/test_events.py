"""The steps that a table shows of a curve."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from lrlint.predict.events import key_steps


def steps(*lr: float) -> dict[int, str]:
    return {step + 1: what for step, what in key_steps(lr, len(lr)).items()}


def test_drops() -> None:
    assert steps(1, 1, 0.1, 0.1, 0.05, 0.05) == {
        1: "first step",
        3: "drop, × 0.1",
        5: "drop, × 0.5",
        6: "last step",
    }


def test_many_drops_are_counted() -> None:
    found = steps(*(2.0**-i for i in range(8) for _ in range(3)))
    assert [*found.values()] == [
        "first step",
        *["drop, × 0.5"] * 3,
        "drop, × 0.5, and 3 more",
        "lowest",
        "last step",
    ]


def test_a_cosine_in_stairs_has_no_drops() -> None:
    lr = [(1 + math.cos(math.pi * epoch / 20)) / 2 for epoch in range(20) for _ in range(5)]
    assert steps(*lr) == {1: "first step", 96: "lowest", 100: "last step"}


def test_warmup_and_restart() -> None:
    assert steps(0, 0.5, 0.5, 1, 0.8, 0.6, 0.4, 1, 0.8) == {
        1: "first step",
        4: "end of the warm-up",
        8: "restart",
        9: "last step",
    }


def test_a_cosine_that_goes_on_past_its_end_has_no_restarts() -> None:
    lr = [0.001 + (1 + math.cos(math.pi * step / 10)) / 2 for step in range(45)]
    assert steps(*lr) == {1: "first step", 11: "lowest", 45: "last step"}


def test_a_part_of_a_training() -> None:
    assert key_steps([0.1, 0.1], 50) == {0: "first step", 1: "last step shown"}
    assert key_steps([0.1], 1) == {0: "first step"}


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=30))
def test_any_curve_has_few_steps(lr: list[float]) -> None:
    found = key_steps(lr, len(lr))
    assert found[0] == "first step"
    assert [*found] == sorted(found)
    assert len(found) <= 13
