"""LR functions of scripts: ``predict`` gives the LRs that torch uses, or says what is open."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load

pytest.importorskip("torch")

SCRIPT = """
import bisect
import functools
import math

import numpy as np
import torch
from torch.optim.lr_scheduler import LambdaLR, MultiplicativeLR

{before}

net = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(net.parameters(), lr={lr})
scheduler = {scheduler}(optimizer, {function})
for epoch in range(24):
    net(torch.ones(1)).backward()
    optimizer.step()
    scheduler.step()
"""


def predicted(
    folder: Path, function: str, before: str = "", scheduler: str = "LambdaLR", lr: str = "0.1"
) -> tuple[Prediction, str]:
    text = SCRIPT.format(function=function, before=dedent(before), scheduler=scheduler, lr=lr)
    path = folder / "train.py"
    path.write_text(text)
    (schedule,) = forecast(load(path)).schedules
    return schedule.prediction, text


def agrees(prediction: Prediction, text: str) -> None:
    from torch_lrs import used_by

    assert prediction.unresolved == [], text
    assert prediction.lr is not None
    for ours, theirs in zip(prediction.lr, used_by(text), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-18), text


@pytest.mark.parametrize(
    "function",
    [
        # tensors: each operation rounds
        "lambda t: float(1 - torch.tensor(t) / 30)",
        "lambda t: 1 - torch.tensor(t) / 30",
        "lambda t: torch.clamp(torch.tensor(1 - t / 20), min=0.3).item()",
        "lambda t: torch.tensor(1.0 - t / 12).clamp(0.1, 0.9).item()",
        "lambda t: torch.min(torch.tensor(0.3), torch.tensor((t + 1) / 20)).item()",
        "lambda t: torch.maximum(torch.tensor(1 - t / 20), torch.tensor(0.1))",
        "lambda t: (0.7 / (torch.tensor(t) + 1)).item()",
        "lambda t: (torch.tensor(t + 0.3) % 0.7).item()",
        "lambda t: (torch.tensor(1 - t / 30) ** 2).item()",
        "lambda t: 1.0 if torch.tensor(t * 0.1) < 0.7 else 0.1",
        "lambda t: min(1.0, (torch.tensor(t) + 1) / 7)",
        "lambda t: torch.where(torch.tensor(t) < 5, 1.0, 0.3).item()",
        "lambda t: torch.tensor([1.0, 0.5, 0.1])[min(t // 5, 2)].item()",
        "lambda t: torch.abs(torch.tensor(t / 12 - 1)).item()",
        # in double precision, all functions
        "lambda t: torch.cos(torch.tensor(torch.pi * t / 60, dtype=torch.float64)).item()",
        "lambda t: torch.exp(torch.tensor(-t / 5).double()).item() if t == 0 else 0.5",
        "lambda t: torch.sigmoid(torch.tensor((8.0 - t) / 3, dtype=torch.double))",
        "lambda t: torch.lerp(torch.tensor(1.0).double(), torch.tensor(0.1).double(), t / 40)",
        # numpy
        "lambda t: 0.5 * (1 + np.cos(np.pi * t / 20))",
        "lambda t: np.interp(t, [0, 5, 20], [0.1, 1.0, 0.0])",
        "lambda t: np.interp([t], [1, 5, 15], [0.1, 1.0, 0.2], left=0.7)[0]",
        "lambda t: np.clip((t + 1) / 10, a_min=0.2, a_max=0.9)",
        "lambda t: np.where(t < 5, (t + 1) / 5, 0.5).item()",
        "lambda t: 0.5 ** np.floor((1 + t) / 5)",
        "lambda t: np.min([(t + 1) ** -0.5, (t + 1) * 5 ** -1.5])",
        "lambda t: 0.5 ** np.digitize(t, [5, 10])",
        "lambda t: 0.5 ** np.sum(np.array([5, 10]) <= t)",
        "lambda t: 0.5 ** (t >= np.array([5, 10])).sum()",
        "lambda t: 0.5 ** np.searchsorted(np.array([5, 10]), t, side='right')",
        "lambda t: np.linspace(1, 0.1, 24)[t - 1]",
        "lambda t: np.round(1 - t / 41, 2)",
        # Python
        "lambda t: {0: 1.0, 5: 0.5, 10: 0.1}.get(t, 0.3)",
        "lambda t: next((v for m, v in [(5, 1.0), (10, 0.5)] if t < m), 0.1)",
        "lambda t: sum([0.1, 0.2, 0.3, 0.4][: t + 1])",
        "lambda t: (left := t / 40) * 0 + 1 - left",
        "lambda t: 0.5 ** len({m for m in (5, 10, 5) if m <= t})",
        "lambda t: functools.reduce(lambda a, b: a * b, [0.9] * t, 1.0)",
        "lambda t: 0.5 ** sum(map(lambda m: t >= m, [4, 8]))",
        "lambda t: math.prod([0.9] * t)",
    ],
)
def test_what_a_function_computes(function: str, tmp_path: Path) -> None:
    agrees(*predicted(tmp_path, function))


@pytest.mark.parametrize(
    ("before", "function"),
    [
        (
            """
            class Ramp:
                def __init__(self, top, last):
                    self.top, self.last = top, last

                @property
                def fall(self):
                    return self.last - self.top

                @staticmethod
                def up(t, top):
                    return (t + 1) / top

                def __call__(self, t):
                    return self.up(t, self.top) if t < self.top else (self.last - t) / self.fall

                def floored(self, t):
                    return max(0.25, self(t))
            """,
            function,
        )
        for function in ("Ramp(4, 30)", "Ramp(4, 30).floored", "Ramp(top=6, last=40).__call__")
    ]
    + [
        (
            """
            class Own:
                @classmethod
                def factor(cls, t):
                    return 1 / (t + 1)
            """,
            "Own.factor",
        ),
        (
            """
            def shape(t, *, top, last):
                import math as m
                if t < top:
                    return (t + 1) / top
                return 0.5 * (1 + m.cos(m.pi * (t - top) / (last - top)))
            """,
            "functools.partial(shape, top=3, last=24)",
        ),
        (
            """
            def of(name, steps):
                def cosine(t):
                    return 0.5 * (1 + math.cos(math.pi * t / steps))
                def line(t):
                    return 1 - t / (steps + 1)
                return {"cosine": cosine, "line": line}[name]
            """,
            "of('line', 24)",
        ),
        (
            """
            def drops(t):
                factor = 1.0
                for mark in (5, 10, 15):
                    if t < mark:
                        break
                    factor *= 0.5
                else:
                    factor = 0.01
                return factor
            """,
            "drops",
        ),
        ("rate = torch.tensor(0.95)", "lambda t: rate / (t + 1)"),
    ],
)
def test_what_the_script_defines(before: str, function: str, tmp_path: Path) -> None:
    agrees(*predicted(tmp_path, function, before))


@pytest.mark.parametrize(
    "function", ["lambda t: torch.tensor(0.95)", "lambda t: np.exp(-0.1)", "lambda t: 1 - t / 90"]
)
def test_factors_of_the_rate_in_use(function: str, tmp_path: Path) -> None:
    agrees(*predicted(tmp_path, function, scheduler="MultiplicativeLR"))


@pytest.mark.parametrize(
    ("scheduler", "arguments"),
    [("LambdaLR", "lambda t: 1 / (t + 1)"), ("torch.optim.lr_scheduler.StepLR", "5")],
)
def test_a_rate_that_is_a_tensor(scheduler: str, arguments: str, tmp_path: Path) -> None:
    agrees(*predicted(tmp_path, arguments, scheduler=scheduler, lr="torch.tensor(0.1)"))


@pytest.mark.parametrize(
    ("function", "before", "reason"),
    [
        ("lambda t: torch.cos(torch.tensor(t / 30)).item()", "", "torch.cos()"),
        ("lambda t: torch.tensor(0.9) ** t", "", "a power of"),
        ("lambda t: torch.tensor(1 - t / 30, device='cuda')", "", "another device"),
        ("lambda t: rate / (t + 1)", "rate = torch.tensor(0.9) * 0.3", "arithmetic with tensors"),
        ("lambda t: np.float32(1 - t / 30)", "", "numpy.float32"),
        ("lambda t: np.clip(t, 0, 1, out=None)", "", "numpy.clip"),
    ],
)
def test_what_is_left_open(function: str, before: str, reason: str, tmp_path: Path) -> None:
    prediction, _ = predicted(tmp_path, function, before)
    assert prediction.lr is None
    assert reason in prediction.unresolved[0]


def test_an_lr_written_in_single_precision_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        dedent(
            """
            import math
            import torch

            net = torch.nn.Linear(1, 1)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
            for epoch in range(9):
                for group in optimizer.param_groups:
                    angle = torch.tensor(math.pi * epoch / 9)
                    group["lr"] = 0.05 * (1 + torch.cos(angle)).item()
                optimizer.step()
            """
        )
    )
    (schedule,) = forecast(load(path)).schedules
    assert schedule.prediction.unresolved == ["the rounding of a tensor"]
