"""Files in memory, and back on disk."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lrlint.source import STDIN, SourceError, check_syntax, load
from lrlint.span import Location, Span


def span(row: int, column: int, end_row: int, end_column: int, cell: int | None = None) -> Span:
    return Span("x.py", Location(row, column), Location(end_row, end_column), cell)


def test_display_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here/sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    for path, name in [
        ("sub/a.py", "sub/a.py"),
        ("./sub/../a.py", "a.py"),
        (str(tmp_path / "here/b.py"), "b.py"),
        ("../c.py", str(tmp_path / "c.py")),
    ]:
        assert load(path, data=b"").name == name


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x = 1\n")))
    source = load(STDIN)
    assert (source.name, source.text) == ("<stdin>", "x = 1\n")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"cells": []}')))
    source = load("-", stdin_filename="a/b.ipynb")
    assert (source.name, source.text) == ("a/b.ipynb", "")
    assert source.notebook is not None


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        load(tmp_path / "nope.py")
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_syntax_error_in_a_file() -> None:
    with pytest.raises(SourceError) as caught:
        check_syntax(load("x.py", data=b"x = 1\nprint 'x'\n"))
    assert str(caught.value).startswith("2:1: Missing parentheses")


def test_edits_keep_everything_else() -> None:
    data = b"\xef\xbb\xbf# \xc3\xa9\r\nT_max = 1\r\nx\ry\n\xc3\xa9 = T_max"
    source = load("x.py", data=data)
    assert (source.newline, source.encoding) == ("\r\n", "utf-8")
    edits = [(span(5, 5, 5, 10), "T"), (span(2, 9, 2, 10), "(\n10)"), (span(1, 1, 1, 1), "#")]
    assert source.edited(edits) == (
        b"\xef\xbb\xbf## \xc3\xa9\r\nT_max = (\r\n10)\r\nx\ry\n\xc3\xa9 = T"
    )
    assert source.edited([]) == data
    with pytest.raises(ValueError, match="overlap"):
        source.edited([(span(1, 1, 1, 3), ""), (span(1, 2, 1, 4), "")])


def test_rows_of_suppressions() -> None:
    source = load("x.py", data=b"x\ny  # lrlint: ignore[LR101]\n")
    rows = source.module_rows(span(2, 1, 2, 2))
    assert source.suppressions.matching("LR101", "step-in-batch-loop", *rows)
    assert source.suppressions is source.suppressions
