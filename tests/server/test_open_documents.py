"""Texts in memory, as the protocol changes them."""

from __future__ import annotations

import pytest

pytest.importorskip("lsprotocol")

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.server.documents import Documents, OpenText
from lrlint.server.positions import characters, units
from lrlint.server.suppressing import suppression
from lrlint.span import Location

ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(st.text(), st.integers(0, 50), ENCODINGS)
def test_columns_there_and_back(text: str, index: int, encoding: str) -> None:
    index = min(index, len(text))
    assert characters(text, units(text[:index], encoding), encoding) == index


def test_columns() -> None:
    text = "é\N{ROCKET}x"
    assert [units(text, encoding) for encoding in ("utf-8", "utf-16", "utf-32")] == [7, 4, 3]
    assert characters(text, 99, "utf-16") == 3


@given(st.lists(st.text("ab\n\r\x0c\u2028\N{ROCKET}", max_size=6), max_size=6), st.data())
def test_a_change_of_a_range(lines: list[str], data: st.DataObject) -> None:
    text = "".join(lines).replace("\r", "")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    def position(offset: int) -> types.Position:
        before = text[:offset].split("\n")
        return types.Position(len(before) - 1, units(before[-1], "utf-16"))

    document = OpenText("file:///a.py", 1, text, "python")
    place = types.Range(position(start), position(end))
    document.change(types.TextDocumentContentChangePartial(place, "new"), "utf-16")
    assert document.text == f"{text[:start]}new{text[end:]}"


def test_a_position_after_the_end_of_a_line_is_its_end() -> None:
    document = OpenText("file:///a.py", 1, "ab\r\ncd", "python")
    at = types.Position(0, 99)
    document.change(types.TextDocumentContentChangePartial(types.Range(at, at), "!"), "utf-16")
    at = types.Position(99, 0)
    document.change(types.TextDocumentContentChangePartial(types.Range(at, at), "?"), "utf-16")
    assert document.text == "ab!\r\ncd?"


@pytest.mark.parametrize(
    ("uri", "language", "name"),
    [
        ("file:///work/train.py", "python", "/work/train.py"),
        ("file:///work/a%20b/%C3%A9.py", "python", "/work/a b/é.py"),
        ("file:///work/train", "python", "/work/train.py"),
        ("file:///work/train.py", "plaintext", "/work/train.py"),
        ("file:///work/README.md", "markdown", None),
        ("file:///work/a.ipynb", "json", None),
        ("vscode-notebook-cell:/work/a.ipynb#W0", "python", None),
    ],
)
def test_which_documents_are_scripts(uri: str, language: str, name: str | None) -> None:
    documents = Documents()
    documents.open(types.TextDocumentItem(uri, language, 1, "x = 1\n"))
    document = documents.document(uri)
    assert (None if document is None else document.path.as_posix()) == name


def test_the_bytes_are_those_that_python_would_read() -> None:
    documents = Documents()
    uri = documents.open(
        types.TextDocumentItem("file:///a.py", "python", 1, "# coding: latin-1\né")
    )
    document = documents.document(uri)
    assert document is not None
    assert document.data == b"# coding: latin-1\n\xe9"


@pytest.mark.parametrize(
    ("lines", "fixed"),
    [
        (["f(", "  x)"], "f(  # lrlint: ignore[LR101]"),
        (["f(  # a remark", "  x)"], "f(  # a remark  # lrlint: ignore[LR101]"),
        (["f(  # lrlint: ignore[LR301] why", "  x)"], "f(  # lrlint: ignore[LR301, LR101] why"),
        (["f( \\", "  x)"], "  x)  # lrlint: ignore[LR101]"),
        (['f("""', '""" \\', "  )"], "  )  # lrlint: ignore[LR101]"),
    ],
)
def test_a_comment_goes_where_it_is_one(lines: list[str], fixed: str) -> None:
    finding = Diagnostic(
        "LR101", "a-name", Severity.ERROR, "…", "a.py", Location(1, 1), Location(2, 4)
    )
    edit = suppression(finding, lines)
    assert edit is not None
    row = lines[edit.span.start.row - 1]
    start, end = edit.span.start.column - 1, edit.span.end.column - 1
    assert row[:start] + edit.content + row[end:] == fixed
