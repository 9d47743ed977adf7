"""Findings of a run point at the user's line, and are silenced there."""

from __future__ import annotations

import linecache
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import torch

import lrlint

FRAMEWORK = """
def fit(optimizer, scheduler, steps):
    for _ in range(steps):
        optimizer.step()
        scheduler.step()

def build(make, optimizer):
    return make(optimizer, T_max=3, eta_min=1e-3)
"""
USER = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
scheduler = build(
    CosineAnnealingLR,
    optimizer,
){comment}
fit(optimizer, scheduler, 9)
"""


def executed(filename: str, text: str, **names: Any) -> dict[str, Any]:
    exec(compile(text, filename, "exec"), names)
    return names


def recorded(folder: Path, comment: str = "") -> lrlint.runtime.watch.Watch:  # type: ignore[name-defined]
    package = executed(str(folder / "site-packages" / "framework.py"), FRAMEWORK)
    script = folder / "user.py"
    script.write_text(USER.format(comment=comment))
    with lrlint.watch(mode="record") as watch:
        kept = executed(str(script), script.read_text(), fit=package["fit"], build=package["build"])
    del kept
    return watch


def test_the_line_is_the_users_and_not_the_frameworks(tmp_path: Path) -> None:
    (finding,) = recorded(tmp_path).findings
    assert (finding.code, finding.filename) == ("LR201", str(tmp_path / "user.py"))
    assert finding.location.row == 5
    assert {(note.filename, note.location.row) for note in finding.related} <= {
        (str(tmp_path / "user.py"), row) for row in (4, 5, 9)
    }


def test_calls_of_a_framework_are_told_apart(tmp_path: Path) -> None:
    watch = recorded(tmp_path)
    (scheduler,) = watch._session.recorder.schedulers
    (site,) = scheduler.sites.values()
    assert site.place.row == 9
    assert site.place.through.endswith("framework.py:5")


@pytest.mark.parametrize("comment", ["  # lrlint: ignore[LR201]", "  # noqa: LR201"])
def test_a_comment_at_the_end_of_the_statement_silences_it(tmp_path: Path, comment: str) -> None:
    assert recorded(tmp_path, comment).findings == ()


def test_names_are_relative_to_where_the_recording_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    script = USER.replace("fit(", "import os; os.chdir('elsewhere'); fit(").format(comment="")
    package = executed(str(tmp_path / "site-packages" / "framework.py"), FRAMEWORK)
    with lrlint.watch(mode="record") as watch:
        kept = executed(
            str(tmp_path / "user.py"), script, **{n: package[n] for n in ("fit", "build")}
        )
    del kept
    (finding,) = watch.findings
    assert (finding.filename, finding.related[-1].filename) == ("user.py", "user.py")
    assert watch.recording.schedules[0].filename == "user.py"


CELL = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=3, eta_min=1e-3){comment}
for _ in range(9):
    optimizer.step()
    scheduler.step()
"""


@pytest.mark.parametrize("comment", ["", "  # lrlint: ignore[LR201]"])
def test_a_cell_of_a_notebook(monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    filename, text = "/tmp/ipykernel_7/1234.py", CELL.format(comment=comment)
    monkeypatch.setitem(
        linecache.cache, filename, (len(text), None, text.splitlines(True), filename)
    )

    class Compiler:
        def format_code_name(self, name: str) -> tuple[str, str] | None:
            return ("Cell", "In[3]") if name == filename else None

    shell = types.SimpleNamespace(compile=Compiler())
    jupyter = types.ModuleType("IPython")
    monkeypatch.setattr(jupyter, "get_ipython", lambda: shell, raising=False)
    monkeypatch.setitem(sys.modules, "IPython", jupyter)
    with lrlint.watch(mode="record") as watch:
        kept = executed(filename, text)
    del kept
    places = [(finding.filename, finding.location.row) for finding in watch.findings]
    assert places == ([] if comment else [("In[3]", 5)])


def test_parts_of_a_schedule_that_was_built_before_are_no_rebuilding() -> None:
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    first = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=2)
    last = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 6, eta_min=1e-3)
    both = torch.optim.lr_scheduler.SequentialLR(optimizer, [first, last], [2])
    with lrlint.watch(both, mode="record", epochs=4) as watch:
        for step in range(16):
            optimizer.step()
            if step % 2:
                both.step()
    assert [finding.code for finding in watch.findings] == []
