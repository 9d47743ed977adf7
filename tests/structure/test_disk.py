"""The analysis asks the disk only where the cache learns of it, and rules do not ask it at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("lrlint/analysis", "lrlint/judgement", "lrlint/source/relevance", "rules")
READS = {
    *("exists", "getcwd", "getenv", "glob", "is_dir", "is_file", "isdir", "isfile", "iterdir"),
    *("lexists", "listdir", "open", "read_bytes", "read_text", "rglob", "scandir", "stat", "walk"),
}
"""Functions and methods that read what is on the disk or in the environment."""


def reads(file: Path) -> Iterator[str]:
    """Yield the calls of such functions of `os`, of `open`, and of methods of paths."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="open"):
                yield f"{file.name}:{node.lineno}: open"
            case ast.Attribute(value=owner, attr=name) if name in READS:
                text = ast.unparse(owner)
                if text in ("os", "os.path", "io") or "path" in text.lower():
                    yield f"{file.name}:{node.lineno}: {text}.{name}"


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_read_out_of_sight(place: str) -> None:
    files = [*(ROOT / place).rglob("*.py")]
    assert files
    assert [read for file in files for read in reads(file)] == []


def test_the_search_finds_reads(tmp_path: Path) -> None:
    file = tmp_path / "reader.py"
    file.write_text("import os\nos.path.isfile(x)\nopen(x)\nPath(x).read_text()\npath.exists()\n")
    assert len([*reads(file)]) == 4
