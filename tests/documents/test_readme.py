"""README.md shows what lrlint prints and which rules it has."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_blocks_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs" / "_hooks")
    import readme

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [name for _, name, _, _ in readme.BLOCK.findall(text)]
    assert names == ["report", "rules", "predict"]
    assert readme.updated(text) == text, "run: python docs/_hooks/readme.py"
    for name in ("readme", "rule_pages", "curves"):
        sys.modules.pop(name, None)


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 250
