"""Two ranks under torchrun: one report, and a finding where their LRs differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

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


def launch(folder: Path, script: str) -> tuple[int, dict[str, Any], str]:
    (folder / "train.py").write_text(dedent(script))
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["--master-port=0", "--standalone", "-m", "lrlint", "run"]
    done = subprocess.run(
        [*command, "--output-format", "json", "--output-file", "out.json", "train.py"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert (folder / "out.json").is_file(), done.stderr
    return done.returncode, json.loads((folder / "out.json").read_text()), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("end", ["pass", "dist.destroy_process_group()"])
def test_ranks_that_disagree_are_found(tmp_path: Path, end: str) -> None:
    status, found, _ = launch(tmp_path, SCRIPT.format(drift=1, end=end))
    assert status == 0
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert [one["code"] for one in found["runtime"]] == ["LR903"]
    assert "rank 1" in found["runtime"][0]["message"]


@pytest.mark.slow
def test_ranks_that_agree_are_silent(tmp_path: Path) -> None:
    status, found, _ = launch(tmp_path, SCRIPT.format(drift=0, end="pass"))
    assert status == 0
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert found["runtime"] == []


@pytest.mark.slow
def test_a_step_on_one_rank_only(tmp_path: Path) -> None:
    step = "if dist.get_rank() == 0:\n            scheduler.step()"
    _, found, _ = launch(tmp_path, ON_ONE_RANK.format(step=step))
    assert [one["code"] for one in found["runtime"]] == ["LR109"]
    verdicts = [(one["code"], one["verdict"]) for one in found["static"]]
    assert verdicts == [("LR109", "confirmed")]


@pytest.mark.slow
def test_a_step_on_every_rank(tmp_path: Path) -> None:
    _, found, _ = launch(tmp_path, ON_ONE_RANK.format(step="scheduler.step()"))
    assert (found["runtime"], found["static"]) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "codes"), [("True", []), ("epoch < 2 or dist.get_rank() == 1", ["LR903"])]
)
def test_an_lr_written_by_hand(tmp_path: Path, condition: str, codes: list[str]) -> None:
    _, found, _ = launch(tmp_path, BY_HAND.format(condition=condition))
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert [one["code"] for one in found["runtime"]] == codes
