"""Files in memory, and back on disk."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lrlint.source import STDIN, SourceError, check_syntax, load, replace_file
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
    assert source.suppressions.silences("LR101", "step-in-batch-loop", *rows)
    assert source.suppressions is source.suppressions


def test_replace_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o751)
    link = tmp_path / "link.py"
    link.symlink_to("a.py")
    replace_file(link, b"new")
    assert path.read_bytes() == b"new"
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    replace_file(tmp_path / "fresh.py", b"x")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "fresh.py").stat().st_mode) == 0o666 & ~umask
    assert sorted(os.listdir(tmp_path)) == ["a.py", "fresh.py", "link.py"]


@pytest.mark.parametrize("call", ["replace", "fsync", "chmod"])
def test_replace_file_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="disk full"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]
