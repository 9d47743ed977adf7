"""``benchmarks/speed.py`` runs the linters it finds, names the others, and counts children."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

posix = pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs wait4")


def program(folder: Path, name: str, code: str) -> Path:
    """Write a linter into an environment of its own."""
    path = folder / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    path.chmod(0o755)
    return path


BUSY = """
if "--version" in sys.argv:
    print("linter 1.2.3")
    sys.exit()
sum(range(3_000_000))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.py").write_text("x = 1\ny = 2\n")
    (folder / "b.ipynb").write_text("{}")
    (folder / "notes.txt").write_text("nothing")
    return folder


@posix
def test_table_has_a_row_for_each_linter_and_names_the_missing(
    speed: ModuleType, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "one", "ruff", BUSY)
    program(tmp_path / "two", "fixit", BUSY + "sys.exit(1)")
    output = tmp_path / "speed.json"
    status = speed.main(
        [
            *(str(tree), "--only", "ruff", "fixit", "torchfix", "--rounds", "2"),
            *("--ruff", str(tmp_path / "one"), "--fixit", str(tmp_path / "two" / "bin" / "fixit")),
            *("--torchfix", str(tmp_path / "nowhere"), "--output", str(output)),
        ]
    )
    assert status == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "2 files, 2 lines of Python"
    rows = [line for line in shown if line.startswith("| ") and "linter" not in line]
    names = ["ruff", "ruff, cached", "ruff, cached, E9 only", "Fixit"]
    assert [row.split(" | ")[:2] for row in rows[1:]] == [[f"| {name}", "1.2.3"] for name in names]
    assert rows[1].split(" | ")[5] == "1"
    assert shown[-1] == "Not installed: torchfix."
    document = json.loads(output.read_text())
    assert document["missing"] == ["torchfix"]
    assert [one["tool"] for one in document["results"]] == names
    assert [[run["status"] for run in one["runs"]] for one in document["results"]] == [
        *([[0, 0]] * 3),
        [1, 1],
    ]


@posix
def test_children_count(speed: ModuleType, tmp_path: Path) -> None:
    idle = program(tmp_path, "idle", "import subprocess")
    busy = program(tmp_path, "busy", "sum(range(20_000_000))")
    parent = program(tmp_path, "parent", f"import subprocess; subprocess.run([{str(busy)!r}])")
    # The work is many times what a start of Python costs.
    assert speed.measure([str(parent)]).cpu > 2 * speed.measure([str(idle)]).cpu


@posix
def test_peak_memory_is_in_mebibytes(speed: ModuleType, tmp_path: Path) -> None:
    hungry = program(tmp_path, "hungry", "block = bytearray(100 << 20)")
    block = bytearray(300 << 20)  # that this process is large has no part in it
    block[::4096] = b"\1" * (len(block) // 4096)
    assert 100 < speed.measure([str(hungry)]).peak < 200


@posix
def test_what_takes_too_long_is_ended(speed: ModuleType, tmp_path: Path) -> None:
    slow = program(tmp_path, "slow", "import time; time.sleep(60)")
    run = speed.measure([str(slow)], limit=0.2)
    assert run.status == -signal.SIGKILL
    result = speed.Result("slow", "?", [run])
    assert speed.table([result]).endswith("1 (stopped) |")


@posix
def test_slow_linters_run_once(speed: ModuleType, tree: Path, tmp_path: Path) -> None:
    tool = speed.Tool("busy", "busy")
    path = str(program(tmp_path, "busy", BUSY))
    (once,) = speed.compare([(tool, path)], tree, rounds=3, patience=0.0, limit=60)
    (always,) = speed.compare([(tool, path)], tree, rounds=3, patience=60.0, limit=60)
    assert (len(once.runs), len(always.runs)) == (1, 3)


def test_median_is_shown(speed: ModuleType) -> None:
    runs = [speed.Run(cpu, 2 * cpu, 10.0, 0) for cpu in (1.0, 9.0, 2.0)]
    slow = [speed.Run(cpu, cpu, 20.0, 1) for cpu in (8.0, 7.0, 9.0)]
    text = speed.table([speed.Result("lrlint", "0", runs), speed.Result("other", "1", slow)])
    assert text.splitlines()[2:] == [
        "| lrlint | 0 | 2.00 | 4.00 | 10 | 1 | 3 |",
        "| other | 1 | 8.00 | 8.00 | 20 | 4 | 3 |",
    ]


@posix
def test_a_cache_is_filled_before_the_rounds(speed: ModuleType, tree: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfolder = Path(sys.argv[2])\nfilled = folder.exists()\n"
        "folder.mkdir(exist_ok=True)\nsys.exit(int(filled))"
    )
    path = program(tmp_path, "cached", code)
    tool = speed.Tool("cached", "cached", (), "--cache-dir")
    (result,) = speed.compare([(tool, str(path))], tree, rounds=2, patience=60.0, limit=60)
    assert [run.status for run in result.runs] == [1, 1]


def test_one_script_counts_as_a_tree(speed: ModuleType, tree: Path) -> None:
    assert speed.count(tree / "a.py") == (1, 2)
