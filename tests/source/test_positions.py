"""Positions: what libcst's PositionProvider says, without visiting the whole module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from lrlint.source import Positions, Span, load, parse, parse_text

ROOT = Path(__file__).parents[2]
CODE = '''"""Doc."""

import torch  # é

@decorated(1)
def f(
    a=(1, 2),
):
    # comment
    if a: return [
        b
    ]
    for é in range(
        3
    ):  # noqa
        x = "é" + g(a,
            b=1)
    else: pass
    try:
        x; y
    except (A,
            B): pass
    finally:
        with a as b, c: z = (3)
    match x:
        case [1, y]: pass
class A: pass
same = 1
same = 1
while x: x = (a
    .b)
last = (1)'''


@pytest.mark.parametrize(
    "code", [CODE, CODE + "\n", CODE.replace("\n", "\r\n"), CODE.replace("\n", "\r"), "\n\n# x", ""]
)
def test_as_position_provider(code: str, tmp_path: Path) -> None:
    source = load("x.py", data=code.encode())
    module = parse(source)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    lines = source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end_of_file = len(lines), len(lines[-1])
    shared = Positions(module)
    for node, place in wrapper.resolve(PositionProvider).items():
        positions = Positions(module, source) if isinstance(node, cst.Name) else shared
        span = positions.span(node)
        assert (span.row, span.column - 1) == (place.start.line, place.start.column)
        # libcst counts the newline that a file lacks.
        end = min((place.end.line, place.end.column), end_of_file)
        assert (span.end_row, span.end_column - 1) == end
        if isinstance(node, cst.Name):
            assert positions.code(node) == node.value
            assert lines[span.row - 1][span.column - 1 : span.end_column - 1] == node.value
            statement = positions.statement_span(node)
            assert statement.row <= span.row <= span.end_row <= statement.end_row


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("range", "for é in range(\n        3\n    ):"),
        ("g", 'x = "é" + g(a,\n            b=1)'),
        ("decorated", "@decorated(1)"),
        ("f", "def f(\n    a=(1, 2),\n):"),
        ("B", "except (A,\n            B):"),
        ("z", "z = (3)"),
        ("last", "last = (1)"),
        ("torch", "import torch"),
    ],
)
def test_statement(name: str, header: str) -> None:
    module = parse_text(CODE)
    positions = Positions(module)
    found: list[cst.Name] = []

    class Finder(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            if node.value == name:
                found.append(node)

    module.visit(Finder())
    span = positions.statement_span(found[0])
    lines = CODE.split("\n")[span.row - 1 : span.end_row]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    assert "\n".join(lines).rstrip() == header


def test_a_node_of_another_module() -> None:
    with pytest.raises(KeyError, match="Name is not a node of this module"):
        Positions(parse_text("x\n")).span(cst.Name("x"))


def test_deep_code() -> None:
    code = "x = " + "f(" * 99 + "here" + ")" * 99 + "\ny = 1" + "+1" * 450 + "\n"
    module = parse_text(code)
    statement: Any = module.body[0]
    node = statement.body[0].value
    while isinstance(node, cst.Call):
        node = node.args[0].value
    assert Positions(module).span(node) == Span(1, 203, 1, 207)
    assert Positions(module).code(module.body[1]) == "y = 1" + "+1" * 450


def test_own_sources_print_as_they_are() -> None:
    for path in sorted((ROOT / "lrlint" / "source").glob("*.py")):
        source = load(path)
        module = parse(source)
        positions = Positions(module, source)
        for statement in module.body:
            assert positions.code(statement).strip() in source.text
            assert positions.statement_span(statement).row >= 1
