"""The LRs of warm-ups of pytorch_warmup."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

SCRIPT = """
from contextlib import nullcontext
import pytorch_warmup
import torch
optimizer = torch.optim.Adam(net.parameters(), lr=1.0, betas=(0.9, 0.5))
decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
gentle = pytorch_warmup.{warmup}
for round in range(4):
    optimizer.step()
    {step}
"""
INSIDE = "with gentle.dampening():\n        decay.step()"


def curves(warmup: str, step: str) -> list[list[float] | None]:
    text = SCRIPT.format(warmup=warmup, step=step)
    found = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert len(found) == 2
    predictions = [one.prediction for one in found]
    return [None if one.unresolved or not one.lr else one.lr[0] for one in predictions]


@pytest.mark.parametrize(
    ("warmup", "step", "lrs"),
    [
        ("LinearWarmup(optimizer, 2)", INSIDE, [0.5, 0.5, 0.25, 0.125]),
        (
            "LinearWarmup(optimizer, warmup_period=2)",
            "with gentle.dampening(): pass",
            [0.5, 1, 1, 1],
        ),
        ("UntunedLinearWarmup(optimizer)", INSIDE, [0.25, 0.25, 0.1875, 0.125]),
        (
            "ExponentialWarmup(optimizer, 1)",
            INSIDE,
            [(1 - exp(-t)) * 0.5 ** (t - 1) for t in (1, 2, 3, 4)],
        ),
        # What steps before is undone, since the LRs are given back.
        (
            "LinearWarmup(optimizer, 1)",
            "decay.step()\n    with gentle.dampening(): pass",
            [1, 1, 1, 1],
        ),
    ],
)
def test_the_lrs_under_a_warmup(warmup: str, step: str, lrs: list[float]) -> None:
    for curve in curves(warmup, step):
        assert curve == pytest.approx(lrs)


@pytest.mark.parametrize(
    "step",
    [
        "with gentle.dampening() if net.warm else nullcontext():\n        decay.step()",
        "decay.step()\n    gentle.dampen()",
    ],
)
def test_what_is_not_followed_is_open(step: str) -> None:
    assert curves("LinearWarmup(optimizer, 3)", step) == [None, None]
