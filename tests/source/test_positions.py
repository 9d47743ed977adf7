"""Positions: rows and columns of nodes, in characters, in plain files and notebooks."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import nbformat
import pytest

from lrlint.source import SourceFile, load
from lrlint.source.skeleton import Skeleton, read

from .trees import everything, named, source_of

CODE = """\
import torch  # é

def f(
    a=(1, 2),
):
    # comment
    é = "ü" + g(a,
        b=1)
    return (é)
"""


def span(source: SourceFile, found: Skeleton, node: cst.CSTNode) -> tuple[int | None, ...]:
    """Return row and column, end row and column of a node, and its cell in a notebook."""
    at = source.at(*found.offsets(node))
    rows = at.start.row, at.start.column, at.end.row, at.end.column
    return rows if at.cell is None else (*rows, at.cell)


def only(found: Skeleton, kind: type[cst.CSTNode]) -> cst.CSTNode:
    (node,) = (one for one in everything(found) if isinstance(one, kind))
    return node


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_and_columns(newline: str) -> None:
    source = source_of(CODE.replace("\n", newline))
    found = read(source)
    assert span(source, found, named(found, "torch")) == (1, 8, 1, 13)
    assert span(source, found, named(found, "g")) == (7, 15, 7, 16)
    assert span(source, found, named(found, "é")) == (9, 13, 9, 14)
    call = only(found, cst.Call)
    assert span(source, found, call) == (7, 15, 8, 13)
    assert found.code(call) == "g(a, b=1)"
    start, end = found.offsets(call)
    assert source.text[start:end] == f"g(a,{newline}        b=1)"
    assert span(source, found, only(found, cst.FunctionDef)) == (3, 1, 9, 15)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("x = (a, b)\n", cst.Tuple, "(a, b)"),
        ("x = ((a, b))\n", cst.Tuple, "(a, b)"),
        ("x = a, b\n", cst.Tuple, "a, b"),
        ("x = (a + b)\n", cst.BinaryOperation, "a + b"),
        ("x = (a) + (b)\n", cst.BinaryOperation, "(a) + (b)"),
        ("f((g)(1))\n", cst.Integer, "1"),
        ("if x: y()  # why\n", cst.SimpleStatementSuite, "y()"),
        ("# why\nx = 1; y = 2  # why\n", cst.SimpleStatementLine, "x = 1; y = 2"),
        ("@wrap\ndef f(): pass\n", cst.FunctionDef, "def f(): pass"),
    ],
)
def test_brackets_decorators_and_comments_around_a_node_do_not_count(
    text: str, kind: type[cst.CSTNode], code: str
) -> None:
    found = read(source_of(text))
    node = only(found, kind)
    start, end = found.offsets(node)
    assert text[start:end] == found.code(node) == code


def test_every_name_is_where_it_is_said_to_be() -> None:
    for path in sorted(Path(__file__).parents[2].glob("lrlint/source/*.py")):
        source = load(path)
        found = read(source)
        for node in everything(found):
            if isinstance(node, cst.Name):
                start, end = found.offsets(node)
                assert source.text[start:end] == node.value


def test_a_notebook_counts_in_its_cells(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(code) for code in ("é = 1", "%time\nf(\n  é)")]
    path = tmp_path / "train.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    source = load(path)
    found = read(source)
    assert span(source, found, named(found, "é")) == (3, 3, 3, 4, 2)


def test_deep_code() -> None:
    source = source_of("x = " + "f(" * 99 + "here" + ")" * 99 + "\ny = 1" + "+1" * 450 + "\n")
    found = read(source)
    assert span(source, found, named(found, "here")) == (1, 203, 1, 207)
    assert found.code(found.tree.body[1]) == "y = 1" + "+1" * 450


def test_the_node_of_another_module_is_nowhere() -> None:
    found, other = read(source_of("x = 1\n")), read(source_of("x = 1\n"))
    with pytest.raises(KeyError):
        found.offsets(other.tree.body[0])
    assert found.path_to(other.tree.body[0]) is None
