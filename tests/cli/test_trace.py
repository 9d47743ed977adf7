"""`lrlint report TRACE`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from lrlint.cli.group import lrlint

HEAD = {"lrlint-trace": 1, "rank": 0}
OPTIMIZER = {"optimizer": 0, "class": "SGD", "filename": "fit\x1b[31m.py", "row": 7}
pytest.importorskip("torch")


def written(path: Path, *lines: object, cut: str = "") -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + cut)
    return path


def test_a_killed_run_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    trace = written(
        tmp_path / "lr.jsonl",
        HEAD,
        OPTIMIZER,
        [0, 0, 0.2],
        [0, 3, 0.1],
        [0, 6, 0.0],
        cut="[0, 7, 0.",
    )
    result = CliRunner().invoke(lrlint, ["report", str(trace)])
    assert result.exit_code == 0
    assert "lr.jsonl: the run was killed, or goes on" in result.output
    assert "7 optimizer steps" in result.output
    assert "LR 0.2 at the first step, 0 at the last" in result.output
    assert "LR exactly 0 in 1 step" in result.output
    assert "\x1b" not in result.output


def test_a_whole_run(tmp_path: Path) -> None:
    trace = written(tmp_path / "lr.jsonl", HEAD, OPTIMIZER, [0, 0, 0.2, 0.1], {"steps": [4]})
    output = CliRunner().invoke(lrlint, ["report", str(trace)]).output
    assert "killed" not in output
    assert "4 optimizer steps" in output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epochs = 3\n", "holds no trace"),
        ('{"lrlint-trace": 9}\n', "is a trace of version 9"),
        ('{"lrlint-trace": 1, "rank": 0}\n3\n', "holds no trace"),
        ('{"lrlint-trace": 1, "rank": 0}\n["a", "b"]\n', "holds no trace"),
        pytest.param("[" * 100_000 + "\n", "holds no trace", id="nested"),
    ],
)
def test_what_is_no_trace(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.jsonl").write_text(text)
    result = CliRunner().invoke(lrlint, ["report", str(tmp_path / "x.jsonl")])
    assert says in str(result.exception)
    missing = CliRunner().invoke(lrlint, ["report", str(tmp_path / "y.jsonl")])
    assert "No such file" in str(missing.exception)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_without_a_writer_is_given_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.jsonl")
    result = CliRunner().invoke(lrlint, ["report", str(tmp_path / "x.jsonl")])
    assert "it is a pipe that nothing is written to" in str(result.exception)
