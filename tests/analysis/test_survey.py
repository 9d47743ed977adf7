"""Facts about a function or class that are known before it is interpreted."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from lrlint.analysis import Project
from lrlint.source import load

RELEVANT = [
    "def f(o):\n    x = 1\n    y = 2\n    o.step()",
    "def f(o): o.step()",
    "def f(o):\n    x = 1\n    y = 2\n    run(o.step)",
    "def step(self, o):\n    x = 1\n    y = 2\n    self.advance(o)",
    "class A:\n    def step(self):\n        x = 1\n        y = 2\n        return y",
    "def f(scheduler): return g(scheduler)",
    "def f(o):\n    x = 1\n    y = 2\n    return StepLR(o, 3)",
    "def f(o):\n    x = 1\n    y = 2\n    print(f'{my_scheduler}')",
]

IRRELEVANT = [
    "def f(step):\n    x = step\n    y = step + 1\n    log(x, step=y)",
    "def f(step): return step + 1",
    "def f(a: StepLR, *, b: 'Scheduler | None' = None) -> LambdaLR: return a",
    "class A:\n    field: LambdaLR\n    step = 3",
    "def f():\n    x = 1\n    y = 2\n    print('scheduler.step()')  # scheduler.step()",
    "def f():\n    first_step = 1\n    y = 2\n    return first_step",
]


def is_relevant(code: str) -> bool:
    unit = Project().entry(load(Path("<stdin>"), data=code.encode()))
    statement = unit.tree.body[0]
    assert isinstance(statement, (cst.FunctionDef, cst.ClassDef))
    return unit.survey.part(statement).relevant


@pytest.mark.parametrize("code", RELEVANT)
def test_builds_or_steps_something(code: str) -> None:
    assert is_relevant(code)


@pytest.mark.parametrize("code", IRRELEVANT)
def test_builds_and_steps_nothing(code: str) -> None:
    assert not is_relevant(code)


@pytest.mark.parametrize(
    ("code", "beside"),
    [
        ("def f(name):\n    x = 1\n    y = 2\n    from .nets import Net\n    return Net()", True),
        ("class A:\n    def f(self):\n        from ..nets import Net\n        return Net()", True),
        ("def f(name):\n    x = 1\n    y = 2\n    from nets import Net\n    return Net()", False),
        ("def f():\n    x = 1\n    y = 2\n    return 'one from .nets'", False),
    ],
)
def test_a_function_may_import_what_lies_beside_its_module(code: str, beside: bool) -> None:
    unit = Project().entry(load(Path("<stdin>"), data=code.encode()))
    assert unit.survey.part(unit.tree.body[0]).imports_beside is beside
