"""A script that is too large to be interpreted is left undecided, at whichever limit."""

from __future__ import annotations

import re
import weakref
from pathlib import Path
from typing import Any

import pytest

from lrlint.analysis import Project, analyse
from lrlint.analysis.interpreter import outcomes
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.contradictions import Contradictions
from lrlint.linter import engine, file_linter
from lrlint.linter.engine import lint_text
from lrlint.predict.forecast import forecast
from lrlint.source import load
from lrlint.source.syntax import syntax_tree
from lrlint.span import Location

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
    monkeypatch.setattr(
        "lrlint.analysis.interpreter.state.Limits", lambda: outcomes.Limits(nodes=nodes)
    )
    (tmp_path / "helpers.py").write_text(HELPERS)
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    analysis = analyse(load(script))
    reasons = [reason for _, reason in analysis.undecided]
    assert any("too large to be followed" in reason for reason in reasons) == (nodes < 1000)


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

    def counted(project: Project, *arguments: Any) -> None:
        projects.append(weakref.ref(project))
        build(project, *arguments)

    monkeypatch.setattr(Project, "__init__", counted)
    monkeypatch.setattr(file_linter, "MOST_PARSED_AT_ONCE", len(script))
    monkeypatch.setattr(file_linter, "_LEAST_PARSED", 0)
    report = engine.lint([tmp_path])
    assert report.problems == ()
    assert [one.code for one in report.diagnostics] == ["LR207"] * 3
    assert len(projects) == 2
    assert projects[0]() is None


CUT = """
import torch

def train(model, loader, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    for epoch in range(epochs):
        for x, y in loader:
            loss = model(x, y)
            loss.backward()
            optimizer.step()
        numbers = [
{numbers}
        ]
        {step}
"""


@pytest.mark.parametrize(
    ("step", "nodes", "codes"),
    [
        ("scheduler.step()", 100_000, []),
        ("scheduler.step()", 700, []),
        ("print(epoch)", 100_000, ["LR103"]),
        ("print(epoch)", 700, []),  # who knows what comes next
    ],
)
def test_nothing_is_missed_in_a_script_that_is_not_followed_to_its_end(
    step: str, nodes: int, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "lrlint.analysis.interpreter.state.Limits", lambda: outcomes.Limits(nodes=nodes)
    )
    numbers = "\n".join(f"            {i} * {i} + {i}," for i in range(400))
    script = tmp_path / "train.py"
    script.write_text(CUT.format(numbers=numbers, step=step))
    assert [one.code for one in engine.lint([script]).diagnostics] == codes


TABLES = """
epochs = 9
numbers = [
{numbers}
]
"""

HELPER = """
def work(model, scheduler):
    sizes = [
{numbers}
    ]
    return sizes
"""

USER = """
import torch
import tables
from helper import work

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 0)
{call}
for epoch in range(9):
    optimizer.step()
    {step}
"""


@pytest.mark.parametrize(
    ("call", "step", "codes"),
    [
        ("work(model, None)", "scheduler.step()", ["LR207"]),
        ("work(model, None)", "print(epoch)", ["LR103"]),
        ("tables.numbers.append(1)", "scheduler.step()", ["LR207"]),
        ("work(model, scheduler)", "print(epoch)", ["LR207"]),  # may step it: no LR103
    ],
)
def test_what_a_library_does_costs_a_share_of_the_budget(
    call: str, step: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "lrlint.analysis.interpreter.state.Limits", lambda: outcomes.Limits(nodes=1500)
    )
    numbers = "\n".join(f"        {i} * {i} + {i}," for i in range(400))
    (tmp_path / "tables.py").write_text(TABLES.format(numbers=numbers))
    (tmp_path / "helper.py").write_text(HELPER.format(numbers=numbers))
    script = tmp_path / "train.py"
    script.write_text(USER.format(call=call, step=step))
    assert [one.code for one in engine.lint([script]).diagnostics] == codes
    reasons = [reason for _, reason in analyse(load(script)).undecided]
    assert "not followed to the end of the script, which is too large" not in reasons
    assert any("too large to be followed" in reason for reason in reasons)


def _one_of_many(name: str) -> str:
    branches = [
        f"{'el' if number else ''}if kind_of_{name} == {number}:\n"
        f"        {name} = weights[{number}] * {number + 1}"
        for number in range(14)
    ]
    return f"{name} = None\n    " + "\n    ".join(branches)


def test_two_numbers_of_many_alternatives_are_not_tried_in_all_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0
    ask = Contradictions.__call__

    def counted(self: Contradictions, one: Condition, other: Condition) -> bool:
        nonlocal asked
        asked += 1
        return ask(self, one, other)

    monkeypatch.setattr(Contradictions, "__call__", counted)
    for sums in (0, 8):
        before, asked = asked, 0
        report = engine.lint_text(
            "import torch\n\ndef main(model, weights, kind_of_a, kind_of_b):\n"
            f"    {_one_of_many('a')}\n    {_one_of_many('b')}\n"
            + "    c = a + b\n"
            * sums
            + "    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "    torch.optim.lr_scheduler.StepLR(optimizer, 3).step()\n"
        )
        assert report.problems == ()
    assert 0 < asked == before


@pytest.mark.parametrize("row", ["    y = 1 2", "x = 1 2"])
def test_syntax_that_libcst_does_not_know_is_named(
    row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CPython reads syntax the day it is out, libcst some time later."""
    text = f"""\
from torch.optim.lr_scheduler import StepLR

def train(optimizer):
    scheduler = StepLR(optimizer, 30)
    scheduler.step()
{row}

train(optimizer)
"""
    tree = syntax_tree(text.replace("1 2", "1"))
    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: tree)
    monkeypatch.setattr("lrlint.source.parse.syntax_error", lambda _: None)
    (found,) = lint_text(text).diagnostics
    assert found.code == "LR000"
    assert re.fullmatch(r"Python knows this syntax, but libcst [\d.]+ does not: .+", found.message)
    assert found.location == Location(6, row.index("2") + 1)


def test_the_length_of_a_list_that_is_too_long_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrlint.source.skeleton._MOST", 20)
    script = tmp_path / "train.py"
    script.write_text(
        "import torch\n"
        f"rates = {[i / 100 for i in range(21)]}\n"
        "opt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "sched = torch.optim.lr_scheduler.StepLR(opt, 30)\n"
        "for rate in rates:\n"
        "    opt.step()\n"
        "    sched.step()\n"
    )
    (predicted,) = forecast(load(script)).schedules
    assert predicted.prediction.lr is None
    assert "len(rates)" in predicted.prediction.unresolved
