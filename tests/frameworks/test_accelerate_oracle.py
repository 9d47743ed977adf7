"""``lrlint predict`` gives the LRs that accelerate uses, on one process and on two."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

pytest.importorskip("accelerate")
pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

SCRIPT = """
import math
import torch
from accelerate import Accelerator
from accelerate.utils import DataLoaderConfiguration
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_scheduler

accelerator = Accelerator(
    cpu=True,
    gradient_accumulation_steps={every},
    dataloader_config=DataLoaderConfiguration(split_batches={splits}),
    step_scheduler_with_optimizer={linked},
)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loader = DataLoader(TensorDataset(torch.randn({rows}, 1)), batch_size={size}, drop_last={drop})
{before}
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
{after}
"""
PER_EPOCH = """
for epoch in range({epochs}):
    for (x,) in loader:
        with accelerator.accumulate(model):
            accelerator.backward(model(x).mean())
            optimizer.step()
            {batch}
            optimizer.zero_grad()
    {epoch}
"""
BY_STEPS = """
batches = iter(loader)
for step in range({rows}):
    try:
        (x,) = next(batches)
    except StopIteration:
        batches = iter(loader)
        (x,) = next(batches)
    with accelerator.accumulate(model):
        accelerator.backward(model(x).mean())
        optimizer.step()
        {batch}
        optimizer.zero_grad()
"""
LAWS = (
    "get_scheduler('linear', optimizer, 3, {total})",
    "get_scheduler('cosine', optimizer, 0, {total})",
    "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, {total}, eta_min=0.01)",
    "torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)",
)
TOTALS = (
    "{epochs} * math.ceil(len(loader) / {every})",
    "{epochs} * math.ceil(len(loader) / {every}) * accelerator.num_processes",
    "{epochs} * len(loader)",
    "17",
)
CHILD = """
import json, runpy, sys
from accelerate.state import AcceleratorState, GradientState
from torch.optim.optimizer import register_optimizer_step_pre_hook

used = []
register_optimizer_step_pre_hook(lambda o, *_: used.append(o.param_groups[0]["lr"]))
every = {}
for path in sys.argv[2:]:
    used.clear()
    AcceleratorState._reset_state()
    GradientState._reset_state()
    runpy.run_path(path, run_name="__main__")
    every[path] = list(used)
json.dump(every, open(sys.argv[1], "w"))
"""


def script(seed: int) -> str:
    """A small training with accelerate."""
    draw = random.Random(seed)
    fields: dict[str, Any] = {
        "every": draw.choice([1, 1, 2, 3, 4]),
        "splits": draw.random() < 0.25,
        "linked": draw.random() < 0.85,
        "rows": draw.randint(18, 60),
        "size": draw.choice([2, 4, 6]),
        "drop": draw.random() < 0.3,
        "epochs": draw.randint(1, 4),
    }
    total = draw.choice(TOTALS).format(**fields)
    law = draw.choice(LAWS).format(total=total)
    built = f"scheduler = {law}"
    if draw.random() < 0.8:
        built += "\nscheduler = accelerator.prepare(scheduler)"
    early = draw.random() < 0.5
    step = "scheduler.step()"
    if "prepare" not in built:
        step = "if accelerator.sync_gradients: scheduler.step()"
    per_epoch = draw.random() < 0.2
    loop = PER_EPOCH if per_epoch or draw.random() < 0.7 else BY_STEPS
    return (SCRIPT + loop).format(
        **fields,
        before=built if early else "",
        after="" if early else built,
        batch="pass" if per_epoch else step,
        epoch="scheduler.step()" if per_epoch else "pass",
    )


def run(paths: list[Path], processes: int, folder: Path) -> dict[str, list[float]]:
    """The LR of each optimizer step of each script."""
    child = folder / "child.py"
    child.write_text(CHILD)
    ranks = []
    for rank in range(processes):
        variables = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        if processes > 1:
            variables |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "MASTER_PORT": "29731"}
            variables |= {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes)}
            variables |= {"MASTER_ADDR": "127.0.0.1", "ACCELERATE_USE_CPU": "true"}
        arguments = [sys.executable, str(child), str(folder / f"{rank}.json"), *map(str, paths)]
        ranks.append(subprocess.Popen(arguments, env=variables))
    assert [rank.wait(timeout=300) for rank in ranks] == [0] * processes
    found: dict[str, list[float]] = json.loads((folder / "0.json").read_text())
    return found


@pytest.mark.parametrize("processes", [1, 2])
def test_predicted_lrs_are_those_of_accelerate(processes: int, tmp_path: Path) -> None:
    paths = []
    for seed in range(40):
        path = tmp_path / f"train_{seed}.py"
        path.write_text(script(100 * processes + seed))
        paths.append(path)
    used = run(paths, processes, tmp_path)
    overrides = {"accelerator.num_processes": processes}
    for path in paths:
        (found,) = forecast(load(path), overrides=overrides).schedules
        assert found.prediction.unresolved == [], path.read_text()
        assert found.prediction.lr is not None
        assert found.prediction.lr[0] == pytest.approx(used[str(path)], rel=1e-9), path.read_text()
