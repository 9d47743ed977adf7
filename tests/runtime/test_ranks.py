"""Two ranks: one report, and a finding where their LRs differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from torch_process import lrlint

SCRIPT = """
    import os

    import torch
    import torch.distributed as dist
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    dist.init_process_group("gloo")
    rank = dist.get_rank()
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, patience=1)
    for epoch in range(6):
        for _ in range(3):
            optimizer.step()
        loss = torch.tensor(1.0 + {drift} * rank * epoch - (1 - {drift} * rank) * 0.1 * epoch)
        scheduler.step(loss.item())
    dist.barrier()
    {end}
"""


ON_ONE_RANK = """
    import torch
    import torch.distributed as dist
    from torch.optim.lr_scheduler import ExponentialLR

    dist.init_process_group("gloo")
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    scheduler = ExponentialLR(optimizer, 0.9)
    for epoch in range(6):
        for _ in range(3):
            optimizer.step()
        {step}
    dist.barrier()
"""

BY_HAND = """
    import torch
    import torch.distributed as dist

    dist.init_process_group("gloo")
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    for epoch in range(6):
        for _ in range(3):
            optimizer.step()
        if {condition}:
            optimizer.param_groups[0]["lr"] *= 0.9
    dist.barrier()
"""


OPTIONS = ("run", "--output-format", "json", "--output-file", "out.json", "train.py")


def launch(folder: Path, script: str, *, torchrun: bool = False) -> dict[str, Any]:
    """Return the report of a script on two ranks."""
    (folder / "train.py").write_text(dedent(script))
    if torchrun:
        command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
        command += ["--master-port=0", "--standalone", "-m", "lrlint", *OPTIONS]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", timeout=180
        )
    else:
        done = lrlint(*OPTIONS, cwd=folder, ranks=2)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "torchrun"), [("pass", True), ("dist.destroy_process_group()", False)]
)
def test_ranks_that_disagree_are_found(tmp_path: Path, end: str, torchrun: bool) -> None:
    found = launch(tmp_path, SCRIPT.format(drift=1, end=end), torchrun=torchrun)
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert [one["code"] for one in found["runtime"]] == ["LR903"]
    assert "rank 1" in found["runtime"][0]["message"]


@pytest.mark.slow
def test_ranks_that_agree_are_silent(tmp_path: Path) -> None:
    found = launch(tmp_path, SCRIPT.format(drift=0, end="pass"))
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert found["runtime"] == []


@pytest.mark.slow
def test_a_step_on_one_rank_only(tmp_path: Path) -> None:
    step = "if dist.get_rank() == 0:\n            scheduler.step()"
    found = launch(tmp_path, ON_ONE_RANK.format(step=step))
    assert [one["code"] for one in found["runtime"]] == ["LR109"]
    verdicts = [(one["code"], one["verdict"]) for one in found["static"]]
    assert verdicts == [("LR109", "confirmed")]


@pytest.mark.slow
def test_a_step_on_every_rank(tmp_path: Path) -> None:
    found = launch(tmp_path, ON_ONE_RANK.format(step="scheduler.step()"))
    assert (found["runtime"], found["static"]) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "codes"), [("True", []), ("epoch < 2 or dist.get_rank() == 1", ["LR903"])]
)
def test_an_lr_written_by_hand(tmp_path: Path, condition: str, codes: list[str]) -> None:
    found = launch(tmp_path, BY_HAND.format(condition=condition))
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert [one["code"] for one in found["runtime"]] == codes
