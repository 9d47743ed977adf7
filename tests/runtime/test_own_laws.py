"""Schedulers whose law the script writes, as a function or as a class, in a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_hand_written import run

TRAINING = """
import argparse

import torch
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=20)
parser.add_argument("--length", type=int, default=50)
opts = parser.parse_args()


class Ramp(LRScheduler):
    def __init__(self, optimizer, length):
        self.length = length
        super().__init__(optimizer)

    def get_lr(self):
        return [base * (1 - min(1, self.last_epoch / self.length)) for base in self.base_lrs]


net = torch.nn.Linear(3, 1)
solver = torch.optim.SGD(net.parameters(), lr=0.3)
schedule = {per_epoch}
for turn in range(opts.rounds):
    for batch in torch.ones(4, 2, 3):
        solver.zero_grad()
        net(batch).sum().backward()
        solver.step()
    {per_step}
    schedule.step()
"""
RAMP = "Ramp(solver, opts.length)"
WARM_UP = "LambdaLR(solver, lambda turn: min(1.0, (turn + 1) / opts.length))"


@pytest.mark.parametrize(
    ("law", "code", "fitting"), [(RAMP, "LR201", "20"), (WARM_UP, "LR210", "9")]
)
def test_a_law_that_predicts_the_run_is_judged_by_its_numbers(
    law: str, code: str, fitting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {"per_epoch": law, "training": TRAINING}
    wrong = run(tmp_path, monkeypatch, **parts)
    assert code in wrong.codes
    assert wrong.verdicts[code] == "confirmed"
    right = run(tmp_path, monkeypatch, "--length", fitting, **parts)
    assert code not in right.codes
    assert right.verdicts[code] == "refuted"


@pytest.mark.parametrize("law", [RAMP, WARM_UP])
def test_a_law_that_does_not_predict_it_refutes_nothing(
    law: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale = "solver.param_groups[0]['lr'] *= float(torch.ones(1))"
    parts = {"per_epoch": law, "per_step": scale, "training": TRAINING}
    ran = run(tmp_path, monkeypatch, "--rounds=7", **parts)
    assert set(ran.verdicts.values()) <= {"not-exercised"}


def test_a_scheduler_of_the_script_is_built_where_its_class_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (track,) = run(tmp_path, monkeypatch, per_epoch=RAMP, training=TRAINING).recording.schedules
    assert TRAINING.splitlines()[track.row - 1] == "schedule = {per_epoch}"
