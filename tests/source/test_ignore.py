"""Patterns that anybody may have written: what they match, and that telling so takes no time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lrlint.source import discover
from lrlint.source.ignore import IgnoreFile

BASE = Path("/project")


def ignored(pattern: str, path: str) -> bool:
    return bool(IgnoreFile(BASE, [pattern]).verdict(path, is_directory=False))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*ab*ab*", "xabyab", True),
        ("*ab*ab*", "xaby", False),
        ("*ab*b", "abb", True),
        ("*ab*b", "ab", False),
        ("a*", "a", True),
        ("*?*?*", "ab", True),
        ("*?*?*", "a", False),
        ("*[ab]?[cd]*", "xxaycz", True),
        ("*[ab]?[cd]*", "xxacz", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b/**/c", "a/b/x/b/c", True),
        ("a/**/b/**/c", "a/c/b", False),
        ("a/**", "a", False),
        ("a/**", "a/x/y", True),
        ("**/a/x*/b", "x/a/y/a/x1/b", True),
        ("a/***/b", "a/x/y/b", True),
        ("a/x**y/b", "a/x1y/b", True),
        ("a/x**y/b", "a/x/y/b", False),
        ("[a", "[a", False),
        ("a\\", "a\\", False),
        ("a\\/b", "a/b", True),
        ("x\\  ", "x ", True),
        ("x  ", "x", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert ignored(pattern, path) is expected


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("*?a" * 60 + "b", "a" * 250),
        ("*[a-z]" * 60 + "0", "a" * 250),
        ("*" * 4000 + "b", "a" * 250),
        ("**/a/" * 40 + "b", "a/" * 200 + "c"),
        ("**/*a*/" * 40 + "b", "aa/" * 200 + "c"),
        ("*/" * 200 + "**/b", "a/" * 300 + "c"),
        ("[" * 4000, "a" * 250),
        (" " * 4000 + "a", "a" * 250),
        ("[[:alpha:]" * 400, "a" * 250),
    ],
)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    before = time.process_time()
    assert not ignored(pattern, path)
    assert time.process_time() - before < 2


def test_a_pattern_longer_than_any_path_is_passed_over() -> None:
    assert ignored("*" * 4096, "a")
    assert not ignored("*" * 4097, "a")


def test_an_ignore_file_must_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    ignore = tmp_path / ".gitignore"

    def files() -> list[str]:
        return [found.path.name for found in discover([tmp_path])]

    ignore.write_text("a.py\n")
    assert files() == []
    ignore.write_text("a.py\n" + "#" * 2**18)
    assert files() == ["a.py"]
    ignore.unlink()
    os.mkfifo(ignore)
    assert files() == ["a.py"]
    ignore.unlink()
    ignore.symlink_to("/dev/zero")
    assert files() == ["a.py"]
