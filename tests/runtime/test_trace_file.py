"""`lrlint run --trace`: every LR, streamed, whatever happens to the run."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs

from lrlint.errors import UserError
from lrlint.runtime.session import Mode, Session
from lrlint.runtime.trace_file import Trace, TraceError

from .trainings import parameters


def traced(path: Path, lr: Any = 0.1, steps: int = 2500) -> list[list[float]]:
    """The LRs that a training used, one list per step."""
    used = []
    session = Session(Mode.RECORD)
    session.trace_to(path)
    session.start()
    second = lr.clone() if isinstance(lr, torch.Tensor) else lr
    groups = [{"params": parameters()}, {"params": parameters(), "lr": second * 0.5}]
    optimizer = torch.optim.SGD(groups, lr=lr)
    scheduler = lrs.StepLR(optimizer, 700, 0.5)
    other = torch.optim.Adam(parameters(), lr=0.3)
    for step in range(steps):
        used.append([float(group["lr"]) for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
        if step % 10 == 0:
            other.step()
    session.stop()
    assert session.recording().notes == ()
    return used


@pytest.mark.parametrize("lr", [0.1, torch.tensor(0.1)], ids=["float", "tensor"])
def test_every_lr_is_in_it_and_steps_without_change_cost_nothing(tmp_path: Path, lr: Any) -> None:
    path = tmp_path / "run.jsonl"
    used = traced(path, lr)
    trace = Trace.load(path)
    number = {one.class_name: one.number for one in trace.optimizers}
    assert sorted(number) == ["Adam", "SGD"]
    assert trace.optimizers[0].filename.endswith("test_trace_file.py")
    assert trace.steps is not None
    assert (trace.steps[number["SGD"]], trace.steps[number["Adam"]]) == (2500, 250)
    assert list(map(list, trace.lrs(number["SGD"]))) == used
    assert list(trace.lrs(number["Adam"])) == [(0.3,)] * 250
    if isinstance(lr, float):
        rows = [row.step for row in trace.rows if row.optimizer == 0]
        assert {0, 700, 1000, 1400, 2000, 2100} <= {*rows}
        assert len(rows) < 50  # each half second has one, too


def test_each_line_is_json_and_the_first_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    traced(path)
    values = [json.loads(line) for line in path.read_text().splitlines()]
    assert values[0] == {"lrlint-trace": 1, "rank": 0}
    assert values[2] == [0, 0, 0.1, 0.05]
    assert values[-1] == {"steps": [2500, 250]}


def test_lrs_that_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = Session(Mode.RECORD)
    session.trace_to(path)
    session.start()
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    for lr in (float("nan"), float("inf"), -1.0):
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
    session.stop()
    first, second, third = Trace.load(path).lrs()
    assert math.isnan(first[0])
    assert (second, third) == ((math.inf,), (-1.0,))


@pytest.mark.parametrize("cut", [1, 5, 17])
def test_a_last_line_that_was_cut_short_is_no_part_of_it(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "run.jsonl"
    used = traced(path, steps=50)
    path.write_bytes(path.read_bytes()[:-cut])
    trace = Trace.load(path)
    assert trace.steps is None
    assert list(map(list, trace.lrs(0))) == used[:1], "of later steps nothing is known"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no trace"),
        ('{"lrlint-trace": 1', "holds no trace"),
        ("[1, 2]\n", "holds no trace"),
        ('{"lrlint-trace": 9}\n', "is a trace of version 9"),
        ('{"lrlint-trace": 1}\nnothing\n', "holds no trace .line 2"),
    ],
)
def test_a_file_that_holds_none(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(text)
    with pytest.raises(TraceError, match=reason) as caught:
        Trace.load(path)
    assert "\n" not in str(caught.value)


def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--trace .*missing.*: No such file"):
        Session(Mode.RECORD).trace_to(tmp_path / "missing" / "run.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_costs_the_trace_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(Mode.RECORD)
    session.trace_to(Path("/dev/full"))
    session.start()
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    scheduler = lrs.ExponentialLR(optimizer, 0.999)
    for _ in range(3000):
        optimizer.step()
        scheduler.step()
    session.stop()
    assert session.recording().schedules[0].optimizer_steps == 3000
    (note,) = session.recording().notes
    assert note == "the trace /dev/full is cut short: No space left on device"
    assert capsys.readouterr().err == f"lrlint: {note}\n"


ENDLESS = """
    import time, torch
    from torch.optim.lr_scheduler import ExponentialLR
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = ExponentialLR(optimizer, 0.9999)
    for step in range(10**9):
        optimizer.step()
        scheduler.step()
        time.sleep(0.001)
        if step == 1500:
            print("ready", flush=True)
"""


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_its_trace(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(dedent(ENDLESS))
    process = subprocess.Popen(
        [sys.executable, "-m", "lrlint", "run", "--trace", "run.jsonl", "train.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(2)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    trace = Trace.load(tmp_path / "run.jsonl")
    assert trace.steps is None
    lrs_used = [lr for (lr,) in trace.lrs()]
    assert len(lrs_used) > 1500
    assert lrs_used == pytest.approx([0.1 * 0.9999**step for step in range(len(lrs_used))])


def test_ranks_write_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "3")
    traced(tmp_path / "run.jsonl", steps=5)
    assert [path.name for path in tmp_path.iterdir()] == ["run.rank3.jsonl"]
    assert Trace.load(tmp_path / "run.rank3.jsonl").rank == 3


def test_a_second_run_does_not_write_into_the_trace_of_a_first(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first, second = Session(Mode.RECORD), Session(Mode.RECORD)
    first.trace_to(path)
    with pytest.raises(UserError, match=r"--trace .*run.jsonl: another run is writing to it"):
        second.trace_to(path)
    assert Trace.load(path).steps is None  # it is as the first run has left it
    first.stop()
    second.trace_to(path)
    second.stop()


def test_a_worker_that_outlives_the_run_does_not_hold_its_trace(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first, second = Session(Mode.RECORD), Session(Mode.RECORD)
    first.trace_to(path)
    copy = os.dup(first._trace._file)  # as a forked process has
    first.stop()
    second.trace_to(path)
    second.stop()
    os.close(copy)


def test_a_file_that_was_closed_is_locked_anew(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first = Session(Mode.RECORD)
    first.trace_to(path)
    first.start()
    assert first._trace is not None
    os.close(first._trace._file)
    torch.optim.SGD(parameters(), lr=0.1).step()
    with pytest.raises(UserError, match="another run"):
        Session(Mode.RECORD).trace_to(path)
    first.stop()
    assert Trace.load(path).steps == (1,)


def test_runs_may_share_a_device() -> None:
    first, second = Session(Mode.RECORD), Session(Mode.RECORD)
    first.trace_to(Path(os.devnull))
    second.trace_to(Path(os.devnull))
    first.stop()
    second.stop()
