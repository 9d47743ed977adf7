"""Which modules of a project are read, and how many."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis import analyse, interpreter_for
from lrlint.analysis.code.modules import _MOST_MODULES, Project
from lrlint.source import load


def test_imports_of_one_script_leave_budget_for_the_next(tmp_path: Path) -> None:
    for number in range(_MOST_MODULES + 5):
        (tmp_path / f"m{number}.py").write_text(f"epochs = {number}\n")
    for name in ("first.py", "second.py"):
        (tmp_path / name).write_text("")
    project = Project()
    first = project.entry(load(tmp_path / "first.py"))
    found = [project.find(first, f"m{number}", 0) for number in range(_MOST_MODULES + 5)]
    assert [one is not None for one in found] == [True] * _MOST_MODULES + [False] * 5
    second = project.entry(load(tmp_path / "second.py"))
    assert project.find(second, f"m{_MOST_MODULES + 1}", 0) is not None
    assert project.find(second, "m0", 0) is found[0]


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ("isinstance(given, Kind)", False),
        ("isinstance(given, (str, Kind))", False),
        ("isinstance(model, Kind)", True),
    ],
)
def test_a_kind_is_read_only_where_the_value_is_known(
    condition: str, read: bool, tmp_path: Path
) -> None:
    (tmp_path / "kinds.py").write_text("config = 1\nclass Kind: ...\n")
    script = tmp_path / "train.py"
    script.write_text(
        "from kinds import Kind\nclass Model: ...\nmodel = Model()\n"
        f"def main(given):\n    if {condition}:\n        scheduler.step()\nmain(*arguments)\n"
    )
    project = Project()
    assert analyse(load(script), project=project).undecided == ()
    assert project.has_parsed(tmp_path / "kinds.py") is read


def test_a_module_is_run_for_what_it_may_build(tmp_path: Path) -> None:
    builder = "from torch.optim.lr_scheduler import StepLR\n"
    helpers = "def build(o): return StepLR(o, 3)\ndef count(o): return len(o.steps)\n"
    (tmp_path / "helpers.py").write_text(helpers)
    (tmp_path / "builders.py").write_text(builder + helpers)
    script = tmp_path / "train.py"
    script.write_text(
        "from helpers import count\nfrom builders import build\n"
        "class Counter:\n    def count(self): return count(self)\n"
        "class Builder:\n    def build(self): return build(self.optimizer)\n"
    )
    project = Project()
    analyse(load(script), project=project)
    parsed = [project.has_parsed(tmp_path / f"{name}.py") for name in ("helpers", "builders")]
    assert parsed == [False, True]


TABLE = {
    "function": (
        "TABLE = {}\ndef enter(name):\n    def inside(function):\n        TABLE[name] = function\n"
        "        return function\n    return inside\n",
        'TABLE["steps"](optimizer)',
    ),
    "object": (
        "class Table:\n    def __init__(self):\n        self.known = {}\n"
        "    def __call__(self, name):\n        def inside(function):\n"
        "            self.known[name] = function\n            return function\n"
        "        return inside\n"
        "    def get(self, name):\n        if name not in self.known:\n            raise KeyError\n"
        "        return self.known[name]\nTABLE = enter = Table()\n",
        'TABLE.get("steps")(optimizer)',
    ),
}


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize(
    "imported", ["import work.rates", "import work", "from work import rates as unused"]
)
def test_functions_that_another_module_enters_into_a_registry(
    kind: str, imported: str, tmp_path: Path
) -> None:
    table, built = TABLE[kind]
    package = tmp_path / "work"
    package.mkdir()
    (package / "__init__.py").write_text("from . import rates\n")
    (package / "table.py").write_text(table)
    (package / "rates.py").write_text(
        "from torch.optim.lr_scheduler import StepLR\nfrom work.table import enter\n"
        '@enter("steps")\ndef by_steps(optimizer):\n    return StepLR(optimizer, step_size=4)\n'
    )
    script = tmp_path / "train.py"
    script.write_text(
        f"import torch\n{imported}\nfrom work.table import TABLE\n"
        "optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)\n"
        f"scheduler = {built}\n"
        "for _ in range(9):\n    optimizer.step()\n    scheduler.step()\n"
    )
    (training,) = analyse(load(script)).trainings
    (schedule,) = training.schedules
    assert schedule.scheduler == "StepLR"
    assert schedule.steps is not None
    assert schedule.steps.value == 9


def test_a_missing_key_parses_only_modules_that_speak_of_schedules(tmp_path: Path) -> None:
    (tmp_path / "plots.py").write_text("config = 1\ndef draw(): ...\n")
    (tmp_path / "plans.py").write_text(
        "from torch.optim.lr_scheduler import StepLR\nfrom table import BUILDERS\n"
        "def build(o): return StepLR(o, 3)\nBUILDERS['step'] = build\n"
    )
    (tmp_path / "table.py").write_text("BUILDERS = {}\n")
    script = tmp_path / "train.py"
    script.write_text(
        "import torch\nimport plots\nimport plans\nfrom table import BUILDERS\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "scheduler = BUILDERS['step'](optimizer)\n"
    )
    project = Project()
    (training,) = analyse(load(script), project=project).trainings
    assert len(training.schedules) == 1
    assert project.has_parsed(tmp_path / "plans.py")
    assert not project.has_parsed(tmp_path / "plots.py")


def test_unknown_keys_cost_one_more_interpretation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "class Meter:\n    best = 0\n    def add(self, x):\n        self.best = max(self.best, x)\n"
        "seen, meter = {}, Meter()\n"
        "for name in names:\n"
        "    meter.add(loss(name))\n"
        "    for other in names:\n"
        "        if len(seen) < 5:\n"
        "            seen[str(other)] = 1\n"
        "    for key in seen:\n"
        "        print(key)\n"
        "from torch.optim import SGD, lr_scheduler\n"
        "scheduler = lr_scheduler.StepLR(SGD(net.parameters(), lr=0.1), 3)\n"
    )
    rounds = []

    def count(*arguments: object, **keywords: object) -> object:
        rounds.append(arguments)
        return interpreter_for(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr("lrlint.analysis.interpreter_for", count)
    analyse(load(script))
    assert len(rounds) == 2
