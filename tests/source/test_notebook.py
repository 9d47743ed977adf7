"""Notebooks: one module, every row of which leads back to a cell."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import SourceError, load, parse_text
from lrlint.source.magics import replace_magics
from lrlint.source.notebook import read_notebook, replace_cells
from lrlint.source.skeleton import read
from lrlint.span import Location, Span


def span(row: int, column: int, end_row: int, end_column: int, cell: int | None = None) -> Span:
    return Span("x.ipynb", Location(row, column), Location(end_row, end_column), cell)


def notebook(*cells: str | tuple[str, str], **metadata: Any) -> bytes:
    made = []
    for cell in cells:
        kind, source = cell if isinstance(cell, tuple) else ("code", cell)
        made.append({"cell_type": kind, "metadata": {}, "source": source.splitlines(True)})
    document = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1).encode()


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch", "pass"),
        (
            "if colab:\n    !pip install torch\n    %cd /content\nx",
            "if colab:\n    pass\n    pass\nx",
        ),
        ("!pip install \\\n  torch \\\n  numpy\nx = 1", "pass\n\n\nx = 1"),
        ("files = !ls *.py", "files = ..."),
        ("a.b[0], c = %sql select (", "a.b[0], c = ..."),
        ("x = %time f(1)", "x =       f(1)"),
        ("%time fit()", "pass; fit()"),
        ("%prun -l 5 fit()", "pass"),
        ("%time for x in y: print(x)", "pass"),
        ("%timeit fit()", "pass"),
        ("?torch.optim", "pass"),
        ("torch.optim??", "pass"),
        ("%timeit?", "pass"),
        ("!echo it's", "pass"),
        ('!echo "((("\nx = (1\n     % 2)', "pass\nx = (1\n     % 2)"),
        (
            's = """\n%not a magic\n!nor this\n"""\n%magic',
            's = """\n%not a magic\n!nor this\n"""\npass',
        ),
        ("x = (\n  !y)", "x = (\n  !y)"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\n%%time\n%load_ext a\nx = 1", "\n\n\npass\nx = 1"),
        ("%%bash\necho 'x\nls", "\n\n"),
        ("%%writefile a.py\nx = 1\n", "\n\n"),
        ("%%html", ""),
        ("%%time", ""),
        ("x != y\n%ls", "x != y\npass"),
        ("x %= 3\n%ls", "x %= 3\npass"),
        ("x = 1 # %ls?\n%ls", "x = 1 # %ls?\npass"),
        ("# %%\n%ls", "# %%\npass"),
        ("x = 1\r\n%ls\r\n", "x = 1\r\npass\r\n"),
    ],
)
def test_magics(cell: str, python: str) -> None:
    assert replace_magics(cell) == python


def test_cells_become_one_module() -> None:
    data = notebook(
        ("markdown", "# Title\n\nText"),
        "import torch\n%load_ext autoreload",
        ("raw", "x = = 1"),
        "",
        "for e in range(3):\n    !ls\n    sched.step()\n",
        "%%bash\nls",
        "await f()",
    )
    found = read_notebook(data)
    assert found.text == (
        "import torch\npass\nfor e in range(3):\n    pass\n    sched.step()\n\n\nawait f()\n"
    )
    assert found.notes == ()
    assert [cell.number for cell in found.cells] == [2, 4, 5, 6, 7]
    assert [found.locate(row) for row in range(1, 9)] == [
        *((2, 1), (2, 2), (5, 1), (5, 2), (5, 3), (6, 1), (6, 2), (7, 1))
    ]
    assert found.module_row(5, 3) == 5
    assert found.span(span(5, 5, 5, 17)) == span(3, 5, 3, 17, cell=5)


def test_a_broken_cell_does_not_lose_the_others() -> None:
    found = read_notebook(notebook("x = 1", "for x in\n  y", "print 'x'", "x = '\ud800'", "y = 2"))
    assert found.text == "x = 1\n\n\n\n\ny = 2\n"
    assert [(note.cell, note.row) for note in found.notes] == [(2, 1), (3, 1), (4, 1)]
    assert found.notes[0].message == "left out: invalid syntax"
    deep = read_notebook(notebook("x = " + "(" * 5000, "y = 2"))
    assert deep.text == "\ny = 2\n"
    assert "nested too deeply" in deep.notes[0].message


SOURCE = st.text(st.sampled_from("xy=(1)%!?'\"# \n\\:é"), max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = (", "1)"),
        ("@decorated", "def f():\n    pass"),
        ("if x:\n    y = 1", "else:\n    y = 2"),
        ("for x in y:\n    z = 1", "    z = 2"),
        ("x = 1 + \\", "    2"),
        ("\\", "1"),
        ('x = """', '"""'),
    ],
)
def test_two_cells_are_no_statement_of_one(one: str, other: str) -> None:
    both = read_notebook(notebook("a = 1", one, other, "b = 2"))
    alone = [read_notebook(notebook(cell)) for cell in ("a = 1", one, other, "b = 2")]
    assert both.text == "".join(cell.text for cell in alone)
    assert len(both.notes) == sum(len(cell.notes) for cell in alone) > 0


@given(st.lists(SOURCE, max_size=5))
def test_a_cell_is_python_whatever_stands_beside_it(cells: list[str]) -> None:
    together = read_notebook(notebook(*cells))
    assert [cell.python for cell in together.cells] == [
        cell.python for source in cells for cell in read_notebook(notebook(source)).cells
    ]


@pytest.mark.parametrize(
    ("metadata", "is_python"),
    [
        ({}, True),
        ({"kernelspec": {"name": "python3", "language": "python"}}, True),
        ({"kernelspec": {"name": "my-env", "display_name": "My env"}}, True),
        ({"language_info": {"name": "ipython"}}, True),
        ({"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "R"}}, False),
        ({"kernelspec": {"name": "julia-1.9"}}, False),
        ({"kernelspec": None, "language_info": 3}, True),
    ],
)
def test_kernels(metadata: dict[str, Any], is_python: bool) -> None:
    found = read_notebook(notebook("x = 1", **metadata))
    assert bool(found.cells) is is_python
    assert bool(found.notes) is not is_python


def test_older_format_and_string_sources() -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "outputs": []},
        {"cell_type": "markdown", "source": "hi"},
        {"cell_type": "code", "input": "z = 3"},
        {"cell_type": "code"},
        "nonsense",
    ]
    sheets = [{"cells": cells}, {"cells": [{"cell_type": "code", "input": "w = 4"}]}]
    data = json.dumps({"nbformat": 3, "worksheets": sheets}).encode()
    found = read_notebook(data)
    assert found.text == "x = 1\ny = 2\nz = 3\nw = 4\n"
    assert found.locate(4) == (6, 1)
    assert read_notebook(replace_cells(data, {6: "v = 5", 1: "x"})).text == "x\nz = 3\nv = 5\n"


@pytest.mark.parametrize(
    ("data", "message", "row"),
    [
        (b"", "is not a notebook: not JSON: Expecting value", 1),
        (b'{"cells": [\n,]}', "is not a notebook: not JSON: Expecting value", 2),
        (b"[]", "is not a notebook: it has no cells", 1),
        (b"{}", "is not a notebook: it has no cells", 1),
        (b"\xff\xff", "is not a notebook: not UTF-8 at byte 0", 1),
        (b"[" * 100_000, "is not a notebook: it is nested too deeply", 1),
    ],
)
def test_no_notebook(data: bytes, message: str, row: int) -> None:
    with pytest.raises(SourceError) as caught:
        read_notebook(data)
    assert caught.value.message.startswith(message)
    assert caught.value.row == row


def test_odd_values_raise_nothing() -> None:
    for cells in ("null", "{}", "[null, 1]", '[{"cell_type": "code", "source": [1, null, "x"]}]'):
        read_notebook(b'{"cells": ' + cells.encode() + b"}")


@given(st.lists(st.tuples(st.sampled_from(["code", "markdown"]), SOURCE), max_size=6))
def test_every_row_of_every_cell_maps_back(cells: list[tuple[str, str]]) -> None:
    data = notebook(*cells)
    found = read_notebook(data)
    rows = iter(range(1, found.text.count("\n") + 2))
    for number, (kind, source) in enumerate(cells, start=1):
        if kind == "code" and source:
            for row in range(1, source.count("\n") + (not source.endswith("\n")) + 1):
                assert found.module_row(number, row) == next(rows)
                assert found.locate(found.module_row(number, row)) == (number, row)
    assert next(rows) == found.text.count("\n") + 1
    parse_text(found.text)  # whatever was in the cells, the module is Python


@given(SOURCE)
def test_blanking_keeps_the_shape(source: str) -> None:
    replaced = replace_magics(source)
    assert replaced.count("\n") == source.count("\n")
    for old, new in zip(source.split("\n"), replaced.split("\n"), strict=True):
        kept = new.removeprefix("pass;").lstrip()
        if new != old and kept not in ("", "pass", "...") and not new.endswith("..."):
            assert old.endswith(kept)
            assert old.index(kept) == new.index(kept)


FORMATS: list[dict[str, Any]] = [
    {"indent": 1},
    {"indent": 2, "ensure_ascii": False},
    {"indent": "\t"},
    {"separators": (",", ":")},
    {},
]


@pytest.mark.parametrize("options", FORMATS)
@pytest.mark.parametrize("tail", ["", "\n"])
@pytest.mark.parametrize("as_list", [True, False])
def test_writing_back_changes_only_the_source(
    options: dict[str, Any], tail: str, as_list: bool
) -> None:
    def text(source: str) -> bytes:
        cells = [
            {"source": "# é", "cell_type": "markdown", "metadata": {"source": "no"}},
            {
                "outputs": [{"text": ["source\n"], "data": {"source": [1.0]}}],
                "cell_type": "code",
                "source": source.splitlines(True) if as_list else source,
                "execution_count": 1,
            },
            {"cell_type": "code", "source": ["same"], "metadata": {}},
        ]
        return (
            json.dumps({"metadata": {"b": 1, "a": 2}, "cells": cells}, **options) + tail
        ).encode()

    old, new = "a = 1\nb = 'é'", "a = 2\n\nb = 'ü'\nc"
    assert replace_cells(text(old), {2: new}) == text(new)
    assert replace_cells(text(old), {}) == text(old)
    assert replace_cells(text(new), {2: old}) == text(old)
    with pytest.raises(KeyError):
        replace_cells(text(old), {9: ""})


def test_numbers_bom_and_duplicate_keys_survive() -> None:
    data = (
        b'\xef\xbb\xbf{ "x": 1E5, "y": 1.10, "cells": [ {"source": "old", "cell_type":"code",'
        b' "source" : [ "x = 1" ] }] }\n\n'
    )
    assert replace_cells(data, {1: "x = 2\ny"}) == data.replace(
        b'[ "x = 1" ]', b'[ "x = 2\\n", "y" ]'
    )


@given(SOURCE, SOURCE)
def test_nbformat_reads_what_was_written(old: str, new: str) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(old)])
    data = nbformat.writes(book).encode()
    written = nbformat.reads(replace_cells(data, {1: new}).decode(), as_version=4)
    assert written.cells[0].source == new
    book.cells[0].source = new
    if old and new:  # nbformat writes an empty source as `[]`, without spacing to copy
        assert nbformat.writes(book).encode() == replace_cells(data, {1: new})


def test_loading_and_editing(tmp_path: Any) -> None:
    path = tmp_path / "train.ipynb"
    path.write_bytes(notebook(("markdown", "x"), "%time fit()\nsched = StepLR(opt, 30)\n", "x ="))
    source = load(path)
    assert len(read(source).tree.body) == 2
    number = source.at(*[source.text.index("30"), source.text.index("30") + 2])
    assert number == replace(span(2, 21, 2, 23, cell=2), filename=source.name)
    assert source.offsets(number)[0] == source.text.index("30")
    edited = read_notebook(source.edited([(number, "10\n")]))
    assert edited.cells[0].source == "%time fit()\nsched = StepLR(opt, 10\n)\n"
    with pytest.raises(ValueError, match="row 1 of cell 2 is not plain Python"):
        source.edited([(span(1, 1, 1, 2, cell=2), "")])
