"""What the function of a `LambdaLR` says: its factor, an LR by mistake, the end of its cosine."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import SchedulerRecord, SchedulerValue

from .scripts import events, get, plain, run

SETUP = """
import math
import numpy as np
import torch
base_lr = 0.01
optimizer = torch.optim.SGD(params, lr={lr})
"""


def record_of(function: str, before: str = "", lr: str = "base_lr") -> SchedulerRecord:
    """Return the record of a `LambdaLR` with a function."""
    script = f"{SETUP.format(lr=lr)}{before}\n"
    script += f"scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, {function})\n"
    value = get(run(script), "scheduler")
    assert isinstance(value, SchedulerValue)
    return value.record


@pytest.mark.parametrize(
    ("function", "factor"),
    [
        ("lambda step: 0.5", 0.5),
        ("lambda step: min(1, (step + 1) / 10)", 0.1),
        ("lambda step: 0.9 ** step", 1),
        ("[lambda step: 0.25, lambda step: 1]", 0.25),
        ("lambda step: unknown(step)", None),
        ("function_of_another_module", None),
    ],
)
def test_the_first_factor(function: str, factor: float | None) -> None:
    first = record_of(function).first_factor
    assert (None if first is None else plain(first)) == factor


def test_asking_for_the_first_factor_does_nothing() -> None:
    script = f"""{SETUP.format(lr=0.1)}
seen = {{}}
def rate(step):
    seen["step"] = 1
    optimizer.step()
    return 0.5
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
"""
    machine = run(script)
    scheduler = get(machine, "scheduler")
    assert isinstance(scheduler, SchedulerValue)
    assert scheduler.record.first_factor is not None
    assert plain(get(machine, "seen")) == {}
    assert [type(event).__name__ for event in events(machine)] == [
        "BuildOptimizer",
        "BuildScheduler",
    ]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("lambda step: base_lr * 0.9 ** step", "base_lr * 0.9 ** step"),
        ("lambda step: max(base_lr * 0.5, 0)", "max(base_lr * 0.5, 0)"),
        (
            "lambda step: base_lr if step < 5 else base_lr / 10",
            "base_lr if step < 5 else base_lr / 10",
        ),
        ("lambda step: 0.01 * 0.9 ** step", "0.01 * 0.9 ** step"),
        ("lambda step: 0.9 ** step", None),
        ("lambda step: 0.9 ** step / base_lr * base_lr", None),
        ("lambda step: other_lr / base_lr", None),
        ("[lambda step: 1, lambda step: base_lr]", None),
    ],
)
def test_a_function_that_returns_an_lr(function: str, text: str | None) -> None:
    lr = "0.01" if function.startswith("lambda step: 0.01") else "base_lr"
    place = record_of(function, lr=lr).absolute_lr
    assert (None if place is None else place.text) == text


def test_local_names_of_a_function_are_followed() -> None:
    before = (
        "def rate(step):\n    scale = 0.9 ** step\n    value = base_lr * scale\n    return value\n"
    )
    place = record_of("rate", before).absolute_lr
    assert place is not None
    assert place.text == "value"


@pytest.mark.parametrize(
    ("function", "end"),
    [
        ("lambda t: 0.5 * (1 + math.cos(math.pi * t / epochs))", "epochs"),
        ("lambda t: 0.5 * (1 + np.cos(np.pi * t / (epochs - 1)))", "epochs - 1"),
        ("lambda t: (1 + math.cos(3.14159 * t / epochs)) / 2", "epochs"),
        ("lambda t: 0.5 * (1 + math.cos(math.pi * (t + 5) / epochs))", "epochs - 5"),
        ("lambda t: math.cos(math.pi * t / epochs)", None),  # ends at 0, halfway
        ("lambda t: math.cos(7 / 16 * math.pi * t / epochs)", "epochs"),
        ("lambda t: 1 + math.cos(2 * math.pi * t / epochs)", None),  # comes back
        ("lambda t: 1 + math.cos(math.pi * min(1, t / epochs))", "epochs"),  # stays there
        ("lambda t: 1 + math.cos(math.pi * min(0.5, t / epochs))", None),  # ends halfway
        ("lambda t: 1 + math.cos(a * t) + math.cos(b * t)", None),
        ("lambda t: 1 + math.cos(math.pi * loss)", None),
        ("lambda t: 1 + math.cos(math.pi * (t - 5) / (epochs - 5))", "epochs"),
        ("lambda t: 1 - t / epochs", "epochs"),  # a line
        ("lambda t: 1 - max(0, t - 5) / epochs", "epochs + 5"),
        ("lambda t: 1 - max(0.1, t / epochs)", "epochs"),
        ("lambda t: 1 - max(2, t / epochs)", None),  # never 0: its start is beyond its end
    ],
)
def test_the_end_of_a_decay(function: str, end: str | None) -> None:
    decay = record_of(function, "epochs = args.epochs").decay
    text = None if end is None else end.replace("epochs", "args.epochs")
    assert (None if decay is None else str(decay.at)) == text


def test_the_decay_of_a_function_and_of_a_method() -> None:
    before = """
class Rate:
    def __init__(self, length):
        self.length = length

    def __call__(self, step):
        share = step / self.length
        return 0.5 * (1 + math.cos(math.pi * share))

    def rate(self, step):
        return self(step)

def rate(step):
    share = step / args.epochs
    angle = math.cos(math.pi * share)
    return 0.5 * (1 + angle)
"""
    decay = record_of("rate", before).decay
    assert decay is not None
    assert decay.cosine
    assert str(decay.at) == "args.epochs"
    method = record_of("Rate(args.epochs).__call__", before).decay
    assert method is not None
    assert str(method.at) == "args.epochs"
