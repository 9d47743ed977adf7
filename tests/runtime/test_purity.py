"""Which functions of a script may be called once more."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import pytest

from lrlint.runtime.recorder.purity import is_pure

WARMUP, CALLS = 10, []  # type: ignore[var-annotated]


def ramp(step: int) -> float:
    return min(1.0, (step + 1) / WARMUP)


def cosine_after_ramp(step: int) -> float:
    return ramp(step) * 0.5 * (1 + math.cos(math.pi * step / 100))


def powers(base: float, step: int) -> float:
    return base**step


def counts_its_calls(step: int) -> float:
    CALLS.append(step)
    return 1.0


def writes_a_global(step: int) -> float:
    global WARMUP
    WARMUP = step
    return 1.0


def yields(step: int) -> Any:
    yield step


def calls_what_counts(step: int) -> float:
    return counts_its_calls(step)


def closure(values: list[float]) -> Callable[[int], float]:
    return lambda step: values[min(step, len(values) - 1)]


@pytest.mark.parametrize(
    "function",
    [ramp, cosine_after_ramp, functools.partial(powers, 0.9), closure([1.0, 0.1]), lambda t: 1.0],
)
def test_arithmetic_is_pure(function: Any) -> None:
    assert is_pure(function)


@pytest.mark.parametrize(
    "function", [counts_its_calls, writes_a_global, yields, calls_what_counts, print, 3]
)
def test_what_may_have_an_effect_is_not(function: Any) -> None:
    assert not is_pure(function)
