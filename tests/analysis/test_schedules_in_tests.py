"""Schedules that tests build: their lengths are made up, but misuse is still reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import lint

SCRIPT = """
import torch

def train(model, loader, epochs, step):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step, gamma=2)
    for epoch in range(epochs):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        print(scheduler.get_lr())
"""
CALL = """
def test_train(model):
    train(model, [], 5, 30)
"""


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("train.py", ["LR205", "LR308", "LR405"]),
        ("test_train.py", ["LR405"]),
        ("train_test.py", ["LR205", "LR308", "LR405"]),
        ("tests/helpers.py", ["LR405"]),
        ("latest/train.py", ["LR205", "LR308", "LR405"]),
        ("tests/project/train.py", ["LR205", "LR308", "LR405"]),
    ],
)
def test_lengths_are_not_judged_in_tests(name: str, codes: list[str], tmp_path: Path) -> None:
    script = tmp_path / name
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(SCRIPT + CALL)
    found = lint([script]).diagnostics
    assert sorted(one.code for one in found) == codes


def test_lengths_are_not_judged_where_a_test_calls_its_subject(tmp_path: Path) -> None:
    (tmp_path / "training.py").write_text(SCRIPT)
    test = tmp_path / "test_training.py"
    test.write_text(f"from training import train  # optimizer and scheduler\n{CALL}")
    assert [one.code for one in lint([test]).diagnostics] == ["LR405"]
    test.rename(tmp_path / "main.py")
    found = lint([tmp_path / "main.py"]).diagnostics
    assert sorted(one.code for one in found) == ["LR205", "LR308", "LR405"]
