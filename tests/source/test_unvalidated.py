"""Trees that are made without libcst's checks are the same, and the checks are on again."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from lrlint.source import SourceError, load, parse_text
from lrlint.source.skeleton import read
from lrlint.source.unvalidated import unvalidated

CODE = "def f(*a, b: int = 1, **c) -> None:\n    return [x for x in a if not (b)] or g(lambda: c)\n"


def test_the_tree_is_that_with_all_checks() -> None:
    assert parse_text(CODE, is_python=True).deep_equals(cst.parse_module(CODE))


def test_nodes_are_checked_afterwards() -> None:
    with unvalidated():
        cst.Name("")
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")


def test_a_text_that_is_not_python_is_refused(tmp_path: Path) -> None:
    source = load(tmp_path / "x.py", data=b"x = b'a' 'b'\n")
    with pytest.raises(SourceError, match="bytes"):
        read(source)


def test_a_file_is_read_without_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[cst.CSTNode] = []
    monkeypatch.setattr(cst.Name, "_validate", lambda node: checked.append(node))
    read(load(tmp_path / "x.py", data=CODE.encode()))
    assert not checked
    parse_text(CODE)
    assert checked
