"""``benchmarks/ecosystem.py``: a table of findings, and what changed since an earlier one."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TRAIN = """
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={horizon}, eta_min=0.001)
for epoch in range({epochs}):
    for x, y in train_loader:
        optimizer.step()
    scheduler.step()
"""


def repository(folder: Path, name: str, **scripts: str) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    for script, text in scripts.items():
        (path / f"{script}.py").write_text(text)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "repositories"
    repository(place, "one+good", train=TRAIN.format(horizon=90, epochs=90))
    repository(place, "two+bad", train=TRAIN.format(horizon=100, epochs=90), model="x = 1\n")
    return place


def table(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.slow
def test_each_repository_is_linted_by_itself(
    ecosystem: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tmp_path / "first.jsonl"
    assert ecosystem.main([str(folder), "--output", str(first), "--jobs", "2"]) == 0
    rows = table(first)
    (finding,) = [row for row in rows if row["kind"] == "finding"]
    assert (finding["repo"], finding["file"], finding["code"]) == ("two+bad", "train.py", "LR201")
    assert finding["severity"] == "error"
    assert finding["fix"] == "unsafe"
    files = [(row["repo"], row["file"]) for row in rows if row["kind"] == "file"]
    assert files == [("one+good", "train.py"), ("two+bad", "train.py")]
    assert all(row["cpu"] >= 0 for row in rows if row["kind"] == "file")
    sizes = [(row["files"], row["analysed"]) for row in rows if row["kind"] == "repository"]
    assert sizes == [(1, 1), (2, 1)]
    assert "2 repositories, 3 files, 2 analysed" in capsys.readouterr().out

    # The bug is mended in one place and made in another; --check says so with its status.
    (folder / "two+bad" / "train.py").write_text(TRAIN.format(horizon=90, epochs=90))
    (folder / "one+good" / "train.py").write_text(TRAIN.format(horizon=100, epochs=90))
    arguments = [str(folder), "--against", str(first)]
    assert ecosystem.main(arguments) == 0
    assert ecosystem.main([*arguments, "--check"]) == 1
    shown = capsys.readouterr().out
    assert "- two+bad/train.py:5:73: error[LR201]" in shown
    assert "+ one+good/train.py:5:73: error[LR201]" in shown
    assert "1 added, 1 removed, 0 changed; 0 new failures" in shown


def test_nothing_changed(ecosystem: ModuleType, folder: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.jsonl"
    arguments = [str(folder), "--only", "two+bad"]
    ecosystem.main([*arguments, "--output", str(first)])
    assert ecosystem.main([*arguments, "--against", str(first), "--check"]) == 0


def test_a_process_that_dies_is_a_failure(
    ecosystem: ModuleType, folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'out of memory' >&2\nexit 137\n")
    broken.chmod(0o755)
    rows = ecosystem.examined(folder / "one+good", str(broken), False, 60)
    assert rows == [
        {"repo": "one+good", "kind": "failure", "message": "exit status 137: out of memory"}
    ]


def test_a_process_that_hangs_is_a_failure(
    ecosystem: ModuleType, folder: Path, tmp_path: Path
) -> None:
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    rows = ecosystem.examined(folder / "one+good", str(slow), False, 0.2)
    assert [row["message"] for row in rows] == ["stopped after 0.2 s"]


def finding(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "repo": "r",
        "kind": "finding",
        "file": "train.py",
        "cell": None,
        "row": 3,
        "column": 1,
        "code": "LR201",
        "severity": "error",
        "message": "T_max is 100",
        "fix": None,
    }
    return row | changes


def file(cpu: float, name: str = "train.py") -> dict[str, object]:
    return {"repo": "r", "kind": "file", "file": name, "cpu": cpu}


def total(cpu: float, repo: str = "r") -> dict[str, object]:
    return {"repo": repo, "kind": "repository", "files": 1, "analysed": 1, "cpu": cpu, "wall": cpu}


def test_difference_of_tables(ecosystem: ModuleType) -> None:
    failure = {"repo": "r", "kind": "failure", "message": "internal error"}
    old = [finding(), finding(row=9), file(1.0), file(0.01, "b.py"), total(1.1), total(5, "gone")]
    new = [
        finding(severity="warning", fix="unsafe"),
        finding(row=7),
        file(2.0),
        file(0.1, "b.py"),
        failure,
        total(2.2),
    ]
    change = ecosystem.difference(old, new)
    assert change.findings_differ
    assert list(change.lines()) == [
        "- r/train.py:9:1: error[LR201] T_max is 100",
        "+ r/train.py:7:1: error[LR201] T_max is 100",
        "~ r/train.py:3:1: warning[LR201] T_max is 100",
        "  was: error[LR201] T_max is 100 (fix: None, now unsafe)",
        "+ r: failure: internal error",
        "> r/train.py: 1.0 -> 2.0 s CPU",
        "1 added, 1 removed, 1 changed; 1 new failures, 0 mended; 1 slower files; CPU 1.1 -> 2.2 s",
    ]
    back = ecosystem.difference(new, old)
    assert (len(back.mended), back.slower) == (1, [])


def test_time_alone_is_not_a_difference_of_findings(ecosystem: ModuleType) -> None:
    change = ecosystem.difference([file(1.0), total(1.0)], [file(9.0), total(9.0)])
    assert len(change.slower) == 1
    assert not change.findings_differ
