"""CONTRIBUTING.md: its table of packages and the files that it names."""

from __future__ import annotations

import re

from imports import ROOT, graph

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FOLDERS = ("", "lrlint", "lrlint/analysis", "lrlint/analysis/interpreter")
"""Where the text has named the folder before, the file alone follows."""
TABLE = TEXT.partition("<!-- packages:begin -->")[2].partition("<!-- packages:end -->")[0]
ROW = re.compile(r"^\| `([\w/.]+)` \| .*? \| ([\w, ]*) ?\|$", re.MULTILINE)


def package(module: str) -> str:
    """Return the package or loose module at the top that a module belongs to."""
    first, *rest = module.split(".")
    return "rules" if first == "lrlint_rules" else rest[0] if rest else ""


def test_table_says_what_each_package_imports() -> None:
    actual: dict[str, set[str]] = {}
    for module, imported in graph().items():
        own = package(module)
        actual.setdefault(own, set()).update(package(other) for other in imported)
        actual[own] -= {own}
    del actual[""], actual["__main__"]
    told = {
        path.removeprefix("lrlint/").rstrip("/").removesuffix(".py"): set(
            filter(None, imported.strip().split(", "))
        )
        for path, imported in ROW.findall(TABLE)
    }
    assert told == actual


def test_files_that_are_named_exist() -> None:
    named = re.findall(r"`((?:\w+/)+(?:\w+\.py)?|\w+\.py)`", TEXT)
    files = {path for path in named if "lr699" not in path and "lr123" not in path}
    missing = {path for path in files if not _exists(path)}
    assert len(files) > 20
    assert not missing


def _exists(path: str) -> bool:
    return any((ROOT / folder / path).exists() for folder in FOLDERS)
