"""`int`, `round`, `min`, `sum` and ``math``."""

from __future__ import annotations

import pytest

from .scripts import UNKNOWN, value_of


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("int(3.7)", 3),
        ("int(-3.7)", -3),
        ("int('12')", 12),
        ("float('0.5')", 0.5),
        ("float('ten')", UNKNOWN),
        ("round(2.5)", 2),
        ("round(0.123, 2)", 0.12),
        ("min(3, 1, 2)", 1),
        ("max([3, 1, 2])", 3),
        ("sum([1, 2, 3])", 6),
        ("sum(loader)", UNKNOWN),
        ("abs(-2)", 2),
        ("pow(2, 5)", 32),
        ("math.floor(-1.5)", -2),
        ("math.ceil(1.2)", 2),
        ("np.ceil(7 / 2)", 4),
        ("math.sqrt(16)", 4.0),
        ("math.sqrt(-1)", UNKNOWN),
        ("math.log10(1000)", 3.0),
        ("math.cos(0)", 1.0),
        ("math.exp(epochs)", "exp(epochs)"),
        ("bisect_right([30, 60], 30)", 1),
        ("bisect_right([30, 60], 0)", 0),
        ("bisect_right([30, len(data)], 40)", UNKNOWN),
    ],
)
def test_value(code: str, result: object) -> None:
    assert (
        value_of(code, "import math\nfrom bisect import bisect_right\nimport numpy as np") == result
    )


def test_rounding_keeps_open_numbers() -> None:
    assert value_of("math.ceil(len(data) / 32)", "import math") == "ceil(len(data) / 32)"
