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


def launch(folder: Path, drift: int, end: str) -> tuple[int, dict[str, Any], str]:
    (folder / "train.py").write_text(dedent(SCRIPT.format(drift=drift, end=end)))
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


@pytest.mark.parametrize("end", ["pass", "dist.destroy_process_group()"])
def test_ranks_that_disagree_are_found(tmp_path: Path, end: str) -> None:
    status, found, _ = launch(tmp_path, 1, end)
    assert status == 0
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert [one["code"] for one in found["runtime"]] == ["LR903"]
    assert "rank 1" in found["runtime"][0]["message"]


def test_ranks_that_agree_are_silent(tmp_path: Path) -> None:
    status, found, _ = launch(tmp_path, 0, "pass")
    assert status == 0
    assert [schedule["rank"] for schedule in found["schedules"]] == [0, 1]
    assert found["runtime"] == []
