"""What is judged by itself, and what is open although it could be counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.linter.engine import Stdin, lint
from lrlint.linter.settings import Settings

HEAD = """
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, MultiStepLR, OneCycleLR, StepLR
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(320, 1)), batch_size=16)
net = torch.nn.Linear(1, 1)
optimizer = SGD(net.parameters(), lr=0.2)
"""


def findings(script: str, *, pedantic: bool = False) -> dict[str, Diagnostic]:
    source = Stdin((HEAD + script).encode(), Path("s.py"))
    report = lint(["-"], Settings(pedantic=pedantic), stdin=source)
    assert report.problems == ()
    return {one.code: one for one in report.diagnostics}


def loops(scheduler: str, *, epochs: int, batch: str = "", epoch: str = "", over: str = "") -> str:
    return f"""
scheduler = {scheduler}
for epoch in range({epochs}):
    for i, data in enumerate({over or "loader"}):
        net(data).mean().backward()
        optimizer.step()
        {batch or "pass"}
    {epoch or "pass"}
"""


STEP = "scheduler.step()"

# -- LR301 beside other findings


@pytest.mark.parametrize(
    ("length", "epochs", "where", "other", "severity", "says"),
    [
        (40, 40, "batch", "LR101", Severity.WARNING, "of 800 steps run below"),
        (60, 30, "epoch", "LR201", Severity.ADVICE, "at 53 %"),
        (50, 50, "nowhere", "LR103", Severity.ADVICE, "would run"),
        (600, 30, "epoch", "LR102", Severity.ADVICE, "would run"),
    ],
)
def test_a_default_minimum_is_judged_by_itself(
    length: int, epochs: int, where: str, other: str, severity: Severity, says: str
) -> None:
    steps = {} if where == "nowhere" else {where: STEP}
    script = loops(f"CosineAnnealingLR(optimizer, {length})", epochs=epochs, **steps)
    found = findings(script, pedantic=True)
    assert other in found
    assert found["LR301"].severity is severity
    assert says in found["LR301"].message


def test_a_cosine_without_a_low_step_is_advice() -> None:
    script = loops("CosineAnnealingLR(optimizer, 4)", epochs=4, epoch=STEP)
    assert "LR301" not in findings(script)
    assert "runs at 15 %" in findings(script, pedantic=True)["LR301"].message


# -- a literal T_max that is stepped per batch


def test_both_readings_of_a_literal_length() -> None:
    found = findings(loops("CosineAnnealingLR(optimizer, 9, 1e-3)", epochs=12, batch=STEP))
    message = found["LR201"].message
    assert "len(loader)=20 times per epoch" in message
    assert "counts steps, it should be 240" in message
    assert "counts epochs, step() belongs after the batch loop and T_max should be 12" in message


# -- loops over literals


@pytest.mark.parametrize("over", ["[4, 5, 6]", "((1, 2), (3, 4))", "zip([1.0, 2.0], [3.0, 4.0])"])
def test_a_loop_over_numbers_is_a_batch_loop(over: str) -> None:
    script = loops("CosineAnnealingLR(optimizer, 25, 1e-3)", epochs=25, batch=STEP, over=over)
    assert findings(script).keys() == {"LR101"}


# -- counters that run on through the epochs


COUNTED = """
scheduler = CosineAnnealingLR(optimizer, {length}, eta_min=1e-3)
done = 0
for epoch in range(24):
    for data in loader:
        net(data).mean().backward()
        done += 1
        if done % {every} == 0:
            {update}
            scheduler.step()
"""


def test_a_step_that_a_running_counter_lets_through_once_per_epoch() -> None:
    script = COUNTED.format(length=24, every=20, update="optimizer.step()")
    assert findings(script) == {}


def test_micro_batches_that_a_running_counter_counts() -> None:
    script = COUNTED.format(length="24 * len(loader)", every=3, update="optimizer.step()")
    assert findings(script).keys() == {"LR206"}
    fits = COUNTED.format(length=160, every=3, update="optimizer.step()")
    assert findings(fits) == {}


def test_as_many_steps_as_one_epoch_has_batches() -> None:
    script = COUNTED.replace("range(24)", "range(4)")
    assert findings(script.format(length="len(loader)", every=4, update="optimizer.step()")) == {}


LIMITED = """
scheduler = CosineAnnealingLR(optimizer, {length}, eta_min=1e-3)
seen, limit = 0, 430
while True:
    for data in loader:
        net(data).mean().backward()
        optimizer.step()
        scheduler.step()
        seen += 1
        if seen >= limit:
            break
    if seen >= limit:
        break
"""


def test_loops_that_a_counter_ends() -> None:
    assert findings(LIMITED.format(length="limit")) == {}
    assert "limit=430 times" in findings(LIMITED.format(length=215))["LR201"].message


# -- functions that nobody in view calls


HANDLER = """
scheduler = CosineAnnealingLR(optimizer, T_max=70, eta_min=1e-3)

{decorator}
def {name}(*events):
    {body}

{call}
"""


@pytest.mark.parametrize(
    ("decorator", "call"),
    [
        ("@app.on('epoch')", ""),
        ("", "register('epoch', advance)"),
        ("", "app = {'epoch': [advance]}"),
        ("", ""),
    ],
)
def test_how_often_a_handler_runs_is_not_known(decorator: str, call: str) -> None:
    head = "from framework import app, register\n"
    body = "optimizer.step()\n    scheduler.step()"
    script = HANDLER.format(decorator=decorator, name="advance", body=body, call=call)
    assert findings(head + script) == {}


def test_no_fix_rests_on_a_function_that_is_taken_to_be_called_once() -> None:
    body = "for epoch in range(30):\n        for data in loader:\n            optimizer.step()\n"
    script = HANDLER.format(
        decorator="", name="fit", body=f"{body}        scheduler.step()", call=""
    )
    assert findings(script)["LR201"].fix is None


# -- what is meant to be so


def test_two_branches_of_one_setting_whose_value_may_be_anything() -> None:
    script = """
import json
def relaxed(value):
    return dict(value) if isinstance(value, dict) else value
setting = relaxed(json.load(open("s.json")))
active = []
if setting["law"] == "steps":
    active.append(MultiStepLR(optimizer, [10, 20], 0.3))
elif setting["law"] == "cycle":
    active.append(OneCycleLR(optimizer, 0.2, 30))
for epoch in range(30):
    for data in loader:
        optimizer.step()
    for one in active:
        one.step()
"""
    assert findings(script) == {}


def test_epochs_that_the_branch_of_the_schedule_sets() -> None:
    script = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--law", default="cosine")
parser.add_argument("--epochs", type=int, default=25)
args = parser.parse_args()
if args.law == "steps":
    scheduler = MultiStepLR(optimizer, [40, 80], gamma=0.3)
else:
    scheduler = CosineAnnealingLR(optimizer, args.epochs, eta_min=1e-3)
if args.law == "steps":
    args.epochs = 110
for epoch in range(args.epochs):
    for data in loader:
        optimizer.step()
    scheduler.step()
"""
    assert findings(script) == {}


def test_a_list_that_a_loop_fills_has_no_length() -> None:
    script = """
class Lines(torch.utils.data.Dataset):
    def __init__(self, path):
        self.lines, pending = [], []
        for line in open(path):
            if not line.strip() and len(pending) > 0:
                self.lines.append(pending)
                pending = []
            pending.append(line)
        if pending:
            self.lines.append(pending)
    def __len__(self):
        return len(self.lines)
data = DataLoader(Lines("t.txt"))
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=200)
for epoch in range(8):
    for x in data:
        optimizer.step()
        scheduler.step()
"""
    assert findings(script) == {}


def test_what_a_test_expects_to_fail() -> None:
    script = """
import pytest
def test_bounds():
    with pytest.raises(ValueError):
        OneCycleLR(optimizer, 0.2, total_steps=0)
"""
    assert findings(script) == {}
