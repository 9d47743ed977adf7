"""Positions: rows and columns of nodes, in characters, in plain files and notebooks."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import nbformat
import pytest

from lrlint.source import Positions, SourceFile, Span, load
from lrlint.source.nodes import Node, walk
from lrlint.source.skeleton import in_part, whole

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


def named(tree: Node, name: str) -> cst.Name:
    """The last of the names in a tree that reads so."""
    found = [one for one in walk(tree) if isinstance(one, cst.Name) and one.value == name]
    return max(found, key=lambda one: one.start)


def read(code: str) -> tuple[SourceFile, cst.Module]:
    source = load("x.py", data=code.encode())
    return source, whole(source).tree


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_and_columns(newline: str) -> None:
    source, tree = read(CODE.replace("\n", newline))
    positions = Positions(source)
    assert positions.span(named(tree, "torch")) == Span(1, 8, 1, 13)
    assert positions.span(named(tree, "g")) == Span(7, 15, 7, 16)
    assert positions.span(named(tree, "é")) == Span(9, 13, 9, 14)
    (call,) = [one for one in walk(tree) if isinstance(one, cst.Call)]
    assert positions.span(call) == Span(7, 15, 8, 13)
    assert " ".join(positions.code(call).split()) == "g(a, b=1)"
    start, end = positions.offsets(call)
    assert source.text[start:end] == f"g(a,{newline}        b=1)"
    (function,) = [one for one in walk(tree) if isinstance(one, cst.FunctionDef)]
    assert positions.span(function) == Span(3, 1, 9, 15)


def test_every_name_is_where_it_is_said_to_be() -> None:
    for path in sorted(Path(__file__).parents[2].glob("lrlint/source/*.py")):
        source = load(path)
        positions = Positions(source)
        for node in walk(whole(source).tree):
            if isinstance(node, cst.Name):
                assert positions.code(node) == node.value


def test_a_notebook_counts_in_its_cells(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(code) for code in ("é = 1", "%time\nf(\n  é)")]
    path = tmp_path / "train.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    source = load(path)
    assert Positions(source).span(named(in_part(source).tree, "é")) == Span(3, 3, 3, 4, cell=2)


def test_deep_code() -> None:
    source, tree = read("x = " + "f(" * 99 + "here" + ")" * 99 + "\ny = 1" + "+1" * 450 + "\n")
    positions = Positions(source)
    assert positions.span(named(tree, "here")) == Span(1, 203, 1, 207)
    assert positions.code(tree.body[1]) == "y = 1" + "+1" * 450
