"""A script that is too large to be followed is left undecided, wherever that is found out."""

from __future__ import annotations

import weakref
from pathlib import Path

import pytest

from lrlint import engine
from lrlint.analysis import Project, analyse, state
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


def test_trees_are_dropped_as_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import torch\no = torch.optim.SGD(p, lr=0.1)\n"
        "s = torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=0, eta_min=0.01)\n"
        "for epoch in range(9):\n    o.step()\n    s.step()\n"
    )
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(script, encoding="utf-8")
    projects: list[weakref.ref[Project]] = []
    build = Project.__init__

    def counted(project: Project) -> None:
        projects.append(weakref.ref(project))
        build(project)

    monkeypatch.setattr(Project, "__init__", counted)
    monkeypatch.setattr(engine, "MOST_PARSED_AT_ONCE", len(script))
    report = engine.lint([tmp_path])
    assert report.problems == ()
    assert [one.code for one in report.diagnostics] == ["LR207"] * 3
    assert len(projects) == 2
    assert projects[0]() is None
