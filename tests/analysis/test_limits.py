"""A script that is too large to be followed is left undecided, wherever that is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis import analyse, state
from lrlint.source import load

HELPERS = (
    """
import torch

class Base:
    def fit(self, optimizer):
        self.scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
        self.scheduler.step()

numbers = [
"""
    + "\n".join(f"    {i} * {i} + {i}," for i in range(400))
    + "\n]\n"
)

SCRIPT = """
from helpers import Base

class Trainer:
    def run(self, optimizer):
        base = Base()
        base.fit(optimizer)
        self.scheduler = base.scheduler
        self.scheduler.step()
"""


@pytest.mark.parametrize("nodes", [20, 150, 700, 100_000])
def test_imports_that_are_too_large(
    nodes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrlint.analysis.interpreter.Limits", lambda: state.Limits(nodes=nodes))
    (tmp_path / "helpers.py").write_text(HELPERS)
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    analysis = analyse(load(script))
    reasons = [reason for _, reason in analysis.undecided]
    assert ("the script is too large to be followed to its end" in reasons) == (nodes < 1000)
