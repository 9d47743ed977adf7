"""Every file with a schedule is parsed by libcst, and its nodes are what the interpreter walks."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from lrlint.analysis import interpreter_for
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.linter.engine import lint
from lrlint.source import load, mentions_schedule

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.rglob("*.py") if mentions_schedule(path.read_bytes()))


def test_each_example_with_a_schedule_reaches_libcst(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = cst.parse_module

    def noting(source: str) -> cst.Module:
        parsed.append(source)
        return parse(source)

    monkeypatch.setattr(cst, "parse_module", noting)
    report = lint([EXAMPLES])
    assert report.files_analysed >= len(SCRIPTS) > 30
    for path in SCRIPTS:
        docstring = path.read_text(encoding="utf-8").split("\n")[0]
        assert any(text.startswith(docstring) for text in parsed), path


@pytest.mark.parametrize("path", SCRIPTS[:3], ids=lambda path: path.parent.name)
def test_interpreter_walks_its_nodes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked: set[type] = set()
    evaluate = Interpreter.evaluate

    def noting(machine: Interpreter, node: cst.CSTNode) -> object:
        walked.add(type(node))
        return evaluate(machine, node)

    monkeypatch.setattr(Interpreter, "evaluate", noting)
    traces(interpreter_for(load(path)))
    assert cst.Call in walked
    assert all(issubclass(kind, cst.BaseExpression) for kind in walked)
