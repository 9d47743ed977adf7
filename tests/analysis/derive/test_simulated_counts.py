"""Counts without a closed form: those of the training that ``predict`` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load
from lrlint.symbolic import Strength

from .scripts import schedule, text

BEFORE = """
import torch
from torch.optim.lr_scheduler import StepLR
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = StepLR(optimizer, 30)
batches = [torch.randn(8, 2) for _ in range(6)]
"""

ENDED_BY_A_FLAG = """
updates, finished = 0, False
while not finished:
    for batch in batches:
        optimizer.step()
        scheduler.step()
        updates += 1
        if updates == 20:
            finished = True
            break
"""
PER_VALIDATION = """
updates = 0
for turn in range(5):
    for batch in batches:
        optimizer.step()
        updates += 1
        if updates % 4 == 0 and turn > 0:
            scheduler.step()
"""
TWO_TESTS = """
for turn in range(9):
    for at, batch in enumerate(batches):
        if at >= 2 + turn:
            break
        optimizer.step()
        scheduler.step()
"""


@pytest.mark.parametrize(
    ("training", "steps", "updates"),
    [(ENDED_BY_A_FLAG, 20, 20), (PER_VALIDATION, 6, 30), (TWO_TESTS, 44, 44)],
)
def test_check_counts_what_predict_counts(training: str, steps: int, updates: int) -> None:
    facts = schedule(training, BEFORE)
    assert facts.steps is not None
    assert facts.stepping.optimizer_steps is not None
    assert (facts.steps.value, facts.stepping.optimizer_steps.value) == (steps, updates)
    source = load(Path("train.py"), data=(BEFORE + training).encode())
    prediction = forecast(source).schedules[0].prediction
    assert (prediction.steps, prediction.optimizer_steps) == (steps, updates)


def test_a_count_by_defaults_is_no_constant() -> None:
    before = f"""
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--turns", type=int, default=5)
args = parser.parse_args()
{BEFORE}"""
    steps = schedule(PER_VALIDATION.replace("range(5)", "range(args.turns)"), before).steps
    assert steps is not None
    assert (steps.value, steps.strength) == (6, Strength.DEFAULT)
    constant = schedule(PER_VALIDATION, BEFORE).steps
    assert constant is not None
    assert constant.strength is Strength.CONSTANT


@pytest.mark.parametrize(
    "training",
    [
        # no number says when it ends
        "while True:\n    optimizer.step()\n    if bad():\n        break\n    scheduler.step()",
        # too long to be run
        "at = 0\nwhile at != 10**12:\n    optimizer.step()\n    at += 1\n    if at % 7 == 1:\n"
        "        continue\n    if at > 10**11: break\n    scheduler.step()",
    ],
)
def test_what_has_no_end_is_not_counted(training: str) -> None:
    assert text(schedule(training, BEFORE).steps) is None
