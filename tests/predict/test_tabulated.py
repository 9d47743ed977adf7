"""An LR that a script tabulates in an array before the training: each step reads its element."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

np = pytest.importorskip("numpy")

TRAINING = """
import math
import numpy as np
import torch

def ramp_and_cosine(top, low, rounds, per_round, ramp=0):
    parts = []
    head = np.array([])
    if ramp > 0:
        head = np.linspace(0.0, top, ramp * per_round)
    at = np.arange(rounds * per_round - ramp * per_round)
    tail = low + (top - low) * (np.cos(np.pi * at / len(at)) + 1) / 2
    return np.concatenate((head, tail))

rounds, batches = 6, [torch.ones(2, 3)] * 4
net = torch.nn.Linear(3, 1)
sgd = torch.optim.SGD(net.parameters(), lr=1.0)
{table}
for turn in range(rounds):
    for number, batch in enumerate(batches):
        {change}
        for group in sgd.param_groups:
            group["lr"] = {value}
        sgd.step()
"""
AT = "turn * len(batches) + number"


def rates(table: str, value: str, change: str = "pass") -> list[float] | None:
    """Return the predicted LR of each step; None where it is open."""
    code = dedent(TRAINING).replace("{table}", table).replace("{value}", value)
    source = load(Path("script.py"), data=code.replace("{change}", change).encode())
    (schedule,) = forecast(source).schedules
    lr = schedule.prediction.lr
    assert (lr is None) == bool(schedule.prediction.unresolved)
    return None if lr is None else lr[0]


@pytest.mark.parametrize(
    "table",
    [
        "ramp_and_cosine(0.4, 0.01, rounds, len(batches), ramp=2)",
        "ramp_and_cosine(0.4, 0.01, rounds, len(batches))",
        "0.3 * 0.9 ** np.arange(24)",
        "np.linspace(0.2, 0.1, 24)",
        "np.append(np.linspace(0, 1, 4), np.exp(-np.arange(20) / 7))",
        "np.array([0.1 * (1 - step / 24) ** 0.9 for step in range(24)])",
        "[0.1 * math.cos(step / 24) for step in range(24)]",
        "np.hstack([np.linspace(0, 1, 12), np.array([1 / (1 + i) for i in np.arange(12)])])",
        "np.linspace(0.2, 0.1, 24).copy()",
    ],
)
def test_each_step_reads_its_element(table: str) -> None:
    names: dict[str, object] = {}
    before = TRAINING[: TRAINING.index("rounds, batches")]
    exec(before + f"rounds, batches = 6, range(4)\ntable = {table}", names)
    expected = names["table"]
    assert isinstance(expected, (list, np.ndarray))
    assert rates(f"table = {table}", f"table[{AT}]") == pytest.approx(list(expected), rel=1e-9)
    last = rates(f"table = {table}", f"table[-1 - ({AT})]")
    assert last is None or last == pytest.approx(list(expected)[::-1], rel=1e-9)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("table = np.linspace(0.2, 0.1, 24); table[3] = 0.5", "pass"),
        ("table = np.linspace(0.2, 0.1, 24); table *= 2; other = table", "other *= 2"),
        ("table = np.linspace(0.2, 0.1, 24); table.sort()", "pass"),
        ("table = np.linspace(0.2, 0.1, 24).round(2)", "pass"),
        ("table = np.linspace(0.2, 0.1, 24, endpoint=False)", "pass"),
        ("table = np.arange(0, 48, 2)", "pass"),
        ("table = torch.linspace(0.2, 0.1, 24)", "pass"),  # of fewer digits
        ("table = np.linspace(0.2, 0.1, 24) * np.arange(other)", "pass"),
        ("table = np.array([read(step) for step in range(24)])", "pass"),
        ("table = [0.1 * step for step in range(24)]; table.append(0.1)", "pass"),
        ("table = [0.1 * step for step in range(24)]; table[2] = 3", "pass"),
    ],
)
def test_what_is_not_followed_is_open(table: str, change: str) -> None:
    assert rates(table, f"table[{AT}]", change) is None


def test_a_table_gives_its_elements_as_factors() -> None:
    table = (
        "table = np.interp(np.arange(25), [0, 8, 24], [0, 1, 0])\n"
        "plan = torch.optim.lr_scheduler.LambdaLR(sgd, table.__getitem__)"
    )
    code = dedent(TRAINING).replace("{table}", table).replace("{change}", "pass")
    code = code[: code.index("        for group")] + "        sgd.step()\n        plan.step()\n"
    (schedule,) = forecast(load(Path("script.py"), data=code.encode())).schedules
    assert schedule.prediction.lr == [
        pytest.approx(list(np.interp(range(24), [0, 8, 24], [0, 1, 0])))
    ]
