"""Idioms of public training scripts: ``predict`` gives the LR that their optimizer uses."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load

HEAD = """
import argparse
import sys
import numpy as np
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR
layer = torch.nn.Linear(3, 1)
"""


def predicted(text: str) -> Prediction:
    (schedule,) = forecast(load(Path("train.py"), data=(HEAD + text).encode())).schedules
    return schedule.prediction


STOPPER = """
class Patience:
    def __init__(self, most):
        self.most, self.waited, self.lowest, self.over = most, 0, None, False

    def update(self, loss):
        if self.lowest is None:
            self.lowest = loss
        elif loss > self.lowest:
            self.waited += 1
            if self.waited >= self.most:
                self.over = True
        else:
            self.lowest = loss
            self.waited = 0

optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
{build}
patience = Patience(3)
for epoch in range(6):
    optimizer.step()
    patience.update(evaluate(layer))
    if patience.over:
        break
    {decay}
"""


@pytest.mark.parametrize(
    ("build", "decay"),
    [
        ("decay = CosineAnnealingLR(optimizer, 6)", "decay.step()"),
        (
            "",
            "for g in optimizer.param_groups:\n"
            "        g['lr'] = 0.1 * (1 + math.cos(math.pi * (epoch + 1) / 6))",
        ),
    ],
)
def test_epochs_without_progress_end_no_plan(build: str, decay: str) -> None:
    prediction = predicted("import math\n" + STOPPER.format(build=build, decay=decay))
    assert prediction.unresolved == []
    (rates,) = prediction.lr or []
    assert rates == pytest.approx([0.1 * (1 + math.cos(math.pi * epoch / 6)) for epoch in range(6)])


def test_patience_that_decides_an_lr_stays_open() -> None:
    text = STOPPER.format(build="", decay="").replace(
        "self.over = True", "optimizer.param_groups[0]['lr'] = 0.01"
    )
    assert predicted(text + "    optimizer.param_groups[0]['lr'] *= 0.9").unresolved


def test_log_linear_decay_of_a_named_group() -> None:
    prediction = predicted("""
class Options:
    def __init__(self, parser):
        section = parser.add_argument_group("training")
        for name, value in vars(self).items():
            section.add_argument("--" + name, default=value, type=type(value))

    def taken(self, args):
        kept = Kept()
        for name, value in vars(args).items():
            if name in vars(self):
                setattr(kept, name, value)
        return kept

class Kept:
    pass

class Training(Options):
    def __init__(self, parser):
        self.rounds = 20
        self.start, self.end = 1e-3, 1e-5
        self.slow_start, self.slow_rounds, self.span = 0.5, 8, 16
        self.color = 2e-3
        self.a, self.b, self.c, self.d, self.e, self.f = 1, 2, 3, 4, 5, 6
        super().__init__(parser)

def log_linear(start, end, slow, slow_rounds, span):
    def at(round):
        if round < 0 or (start == 0.0 and end == 0.0):
            return 0.0
        if slow_rounds > 0:
            share = slow + (1 - slow) * np.sin(0.5 * np.pi * np.clip(round / slow_rounds, 0, 1))
        else:
            share = 1.0
        t = np.clip(round / span, 0, 1)
        return share * np.exp(np.log(start) * (1 - t) + np.log(end) * t)
    return at

parser = argparse.ArgumentParser()
training = Training(parser)
parser.add_argument("--name", default=None)
given = training.taken(parser.parse_args(sys.argv[1:]))
optimizer = torch.optim.Adam(
    [
        {"params": [layer.weight], "lr": given.start, "name": "points"},
        {"params": [layer.bias], "lr": given.color, "name": "colors"},
    ],
    lr=0.0,
)
rate = log_linear(given.start, given.end, given.slow_start, given.slow_rounds, given.span)
for round in range(1, given.rounds + 1):
    for group in optimizer.param_groups:
        if group["name"] == "points":
            group["lr"] = rate(round)
    optimizer.step()
""")
    assert prediction.unresolved == []

    def expected(round: int) -> float:
        t = min(round / 16, 1)
        share = 0.5 + 0.5 * math.sin(0.5 * math.pi * min(round / 8, 1))
        return share * math.exp(math.log(1e-3) * (1 - t) + math.log(1e-5) * t)

    moving, fixed = prediction.lr or []
    assert moving == pytest.approx([expected(n) for n in range(1, 21)])
    assert set(fixed) == {2e-3}


WARM = """
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
optimizer.add_param_group({"params": biases})
decay = LambdaLR(optimizer, lambda epoch: 1 - 0.8 * epoch / 4)
for epoch in range(4):
    for i in range(10):
        done = i + 10 * epoch
        if done <= 15:
            for k, group in enumerate(optimizer.param_groups):
                start = 0.3 if k == 1 else 0.0
                end = group["initial_lr"] * (1 - 0.8 * epoch / 4)
                group["lr"] = np.interp(done, [0, 15], [start, end])
        optimizer.step()
    decay.step()
"""


def test_warm_up_by_batches_beside_a_schedule_of_epochs() -> None:
    prediction = predicted(WARM)
    assert prediction.unresolved == []
    planned = [0.1 * (1 - 0.8 * (done // 10) / 4) for done in range(40)]
    shares = [min(done / 15, 1) for done in range(40)]
    both = list(zip(planned, shares, strict=True))
    weights, biases = prediction.lr or []
    assert weights == pytest.approx([rate * share for rate, share in both])
    assert biases == pytest.approx([0.3 + (rate - 0.3) * share for rate, share in both])


@pytest.mark.parametrize(
    "change",
    [
        "optimizer.param_groups[0]['initial_lr'] = 0.5",
        "optimizer.param_groups[0].update(initial_lr=0.5)",
    ],
)
def test_another_initial_lr_leaves_it_open(change: str) -> None:
    prediction = predicted(WARM.replace("for epoch", f"{change}\nfor epoch", 1))
    assert prediction.unresolved


def test_initial_lr_is_that_which_the_scheduler_found() -> None:
    other = WARM.replace("decay = ", "optimizer.param_groups[0]['lr'] = 0.5\ndecay = ", 1)
    prediction = predicted(other)
    assert prediction.unresolved


@pytest.mark.parametrize(
    ("at", "value"), [(0, 1.0), (1, 1.5), (2, 2.0), (3, 2.0), (4, 2.0), (5, 1.0), (9, 1.0)]
)
def test_straight_lines_between_points(at: int, value: float) -> None:
    prediction = predicted("""
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
for step in range(12):
    optimizer.param_groups[0]["lr"] = np.interp(step, [0, 2, 4, 5], [1.0, 2.0, 2.0, 1.0])
    optimizer.step()
""")
    assert prediction.lr is not None
    assert prediction.lr[0][at] == pytest.approx(value)


KEEPS = """
sizes = [{"params": layer.parameters(), "lr": 0.4}, {"params": biases, "lr": 0.05}]
optimizer = torch.optim.AdamW(sizes)
for group in optimizer.param_groups:
    group["initial_lr"] = group["lr"]

def share(t):
    return (8 - t) / 8

for t in range(8):
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * share(t)
    optimizer.step()
"""


def test_writes_are_counted_for_each_group() -> None:
    prediction = predicted(KEEPS)
    assert prediction.steps == 8
    first, second = prediction.lr or []
    assert first == pytest.approx([0.4 * (8 - t) / 8 for t in range(8)])
    assert second == pytest.approx([0.05 * (8 - t) / 8 for t in range(8)])


@pytest.mark.parametrize(
    ("rest", "test"),
    [
        ("rest = seen % 4", "rest == 3"),
        ("rest = (seen + 1) % 4", "not rest"),
        ("_, rest = divmod(seen + 1, 4)", "rest == 0"),
    ],
)
def test_the_rest_of_a_division_has_a_name(rest: str, test: str) -> None:
    text = f"""
optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
schedule = CosineAnnealingLR(optimizer, 50)
seen = 0
for batch in batches:
    {rest}
    if {test}:
        optimizer.step()
        schedule.step()
    seen += 1
"""
    (found,) = forecast(load(Path("train.py"), data=(HEAD + text).encode())).schedules
    assert str(found.schedule.steps) == "len(batches) // 4"
