"""The interpreter: blocks, the rest of a block after a conditional exit, the way to the parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.code.modules import Project
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.analysis.interpreter.outcomes import BudgetExceeded, Limits
from lrlint.analysis.interpreter.statements import STATEMENTS
from lrlint.analysis.model.values import AnyValue, Choice, Const
from lrlint.source import load

from .fake import NoLibrary


def interpreter(text: str, limits: Limits | None = None) -> Interpreter:
    project = Project()
    unit = project.entry(load(Path("<stdin>"), data=text.encode()))
    return Interpreter(project, unit, NoLibrary(), limits=limits)


def run(text: str) -> dict[object, AnyValue]:
    machine = interpreter(text)
    machine.run_block(machine.unit.tree.body)
    return machine.scope.store.data


def constants(value: AnyValue) -> list[object]:
    assert isinstance(value, Choice)
    return [inner.value for _, inner in value.alternatives if isinstance(inner, Const)]


def test_a_block_ends_at_an_exit() -> None:
    data = run("for x in 'ab':\n    a = 'seen'\n    continue\n    b = 'not seen'")
    assert data["a"] == Const("seen")
    assert "b" not in data


def test_what_follows_a_conditional_continue_is_conditional() -> None:
    data = run("y = 'old'\nfor x in 'a':\n    if skip:\n        continue\n    y = 'new'")
    assert sorted(constants(data["y"])) == ["new", "old"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if debug:\n        return 'fast'\n    return 'full'", ["fast", "full"]),
        ("if debug:\n        x = 'fast'\n    else:\n        x = 'full'\n    return x", None),
        (
            "if a:\n        return 'a'\n    if b:\n        return 'b'\n    return 'c'",
            ["a", "b", "c"],
        ),
    ],
)
def test_early_returns(body: str, expected: list[str] | None) -> None:
    data = run(f"def f():\n    {body}\n\nx = f()")
    assert sorted(map(str, constants(data["x"]))) == (expected or ["fast", "full"])


def test_a_block_whose_rest_ends_ends() -> None:
    machine = interpreter("for x in things:\n    if skip:\n        continue\n    break")
    (loop,) = machine.unit.tree.body
    assert machine.run_block(loop.body.body).ends
    assert not machine.run_block(loop.body.body[:1]).ends


def test_a_setting_of_both_branches_in_an_object() -> None:
    script = """
class T:
    def f(self):
        self.x = 'first'
        if done:
            return
        self.x = 'second'

t = T()
t.f()
x = t.x
"""
    assert sorted(map(str, constants(run(script)["x"]))) == ["first", "second"]


def test_names_of_functions_are_local() -> None:
    assert set(run("def f(n):\n    m = n\n    return m\n\nx = f(3)")) == {"f", "x"}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ZeroDivisionError, "a number that cannot be computed"),
        (RecursionError, "nested too deeply to follow"),
    ],
)
def test_an_error_of_a_statement_is_noted(
    error: type[Exception], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = interpreter("x")
    node = machine.unit.tree.body[0]

    def fail(machine: object, node: object) -> None:
        raise error

    monkeypatch.setitem(STATEMENTS, type(node), fail)
    machine.run(node)
    assert [reason for _, reason in machine.undecided] == [text]
    assert machine.statement is None


def test_every_statement_counts() -> None:
    machine = interpreter("pass\npass\npass", Limits(nodes=2))
    with pytest.raises(BudgetExceeded):
        machine.run_block(machine.unit.tree.body)


def test_a_module_runs_when_it_is_first_used(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("EPOCHS = 10\nname = __name__\n")
    (tmp_path / "train.py").write_text("import config\nx = config.EPOCHS\ny = config.name\n")
    project = Project()
    machine = Interpreter(project, project.entry(load(tmp_path / "train.py")), NoLibrary())
    machine.run_block(machine.unit.tree.body)
    assert len(machine.scopes) == 2
    data = machine.scope.store.data
    assert data["y"] == Const("config")
    assert str(data["x"]) == "EPOCHS"
