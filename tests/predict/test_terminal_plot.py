"""The curve in the terminal: its numbers, and lines that differ without colour."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.output.curves import Curve, round_distance
from lrlint.predict.terminal_plot import draw


def curve(*lr: float, label: str = "LR") -> Curve:
    return Curve(label, range(1, len(lr) + 1), lr)


def test_steps_are_whole_and_rates_round() -> None:
    drawn = draw([curve(*(0.03 * (1 - i / 159) for i in range(159)))], colour=False)
    rates = [float(line.split("|")[0]) for line in drawn[1:-2]]
    assert rates[0] == 0.0325
    assert rates[-1] == 0
    assert drawn[-1].split("|")[1].split() == ["0", "30", "60", "90", "120", "150", "180"]


def test_large_steps_are_short() -> None:
    at = Curve("LR", [1, 2_400_000], [0.1, 0.2])
    assert draw([at], colour=False)[-1].split("|")[1].split()[:3] == ["0", "400,000", "800,000"]
    assert "1.2M" in draw([at], colour=False)[-1]


def test_several_lines_differ_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = [curve(*[0.1] * 40, label="used"), curve(*[0.2] * 40, label="as scheduled")]
    plain = draw(lines, colour=False)
    assert plain[-2:] == ["⠤⠤ used", "⠤o⠤ as scheduled"]
    assert any("o  o  o" in line for line in plain)
    coloured = "\n".join(draw(lines, colour=True))
    assert "o  o" not in coloured
    assert len(set(re.findall("\x1b\\[3\\dm", coloured))) == 2


def test_what_is_not_finite_is_left_out() -> None:
    assert draw([curve(math.inf, math.nan)], colour=False) == []
    assert draw([curve(math.inf, 0.1, 0.1)], colour=False)


@given(st.lists(st.floats(), min_size=1, max_size=50), st.integers(1, 10**9))
def test_any_curve_can_be_drawn(lr: list[float], stride: int) -> None:
    at = Curve("LR", range(1, 1 + stride * len(lr), stride), lr)
    drawn = draw([at], colour=False)
    assert len(drawn) <= 20
    assert all(len(line) < 110 for line in drawn)


@given(st.floats(1e-12, 1e12), st.integers(1, 20))
def test_round_distance(length: float, most: int) -> None:
    distance = round_distance(length, most)
    assert distance * most >= length * (1 - 1e-6)
    assert f"{distance:.6e}"[:8] in ("1.000000", "2.000000", "5.000000")
