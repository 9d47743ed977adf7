"""The modules of a project: how many are read, and for whom."""

from __future__ import annotations

from pathlib import Path

from lrlint.analysis.modules import _MOST_MODULES, Project
from lrlint.source import load


def test_what_one_script_imports_leaves_room_for_the_next(tmp_path: Path) -> None:
    for number in range(_MOST_MODULES + 5):
        (tmp_path / f"m{number}.py").write_text(f"epochs = {number}\n")
    for name in ("first.py", "second.py"):
        (tmp_path / name).write_text("")
    project = Project()
    first = project.entry(load(tmp_path / "first.py"))
    found = [project.find(first, f"m{number}", 0) for number in range(_MOST_MODULES + 5)]
    assert [one is not None for one in found] == [True] * _MOST_MODULES + [False] * 5
    second = project.entry(load(tmp_path / "second.py"))
    assert project.find(second, f"m{_MOST_MODULES + 1}", 0) is not None
    assert project.find(second, "m0", 0) is found[0]
