"""``lrlint predict`` gives the LRs that accelerate uses, on one process and on two."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from .used_lrs import check_with_accelerate

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
    "torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=max({total}, 2))",
)
TOTALS = (
    "{epochs} * math.ceil(len(loader) / {every})",
    "{epochs} * math.ceil(len(loader) / {every}) * accelerator.num_processes",
    "{epochs} * len(loader)",
    "17",
)


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
    stopped = "OneCycle" in law  # by accelerate alone, where torch would raise
    fields.update(linked=fields["linked"] or stopped, splits=fields["splits"] and not stopped)
    if stopped or draw.random() < 0.8:
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


@pytest.mark.parametrize("processes", [1, 2])
def test_predicted_lrs_are_those_of_accelerate(processes: int, tmp_path: Path) -> None:
    paths = []
    for seed in range(40):
        path = tmp_path / f"train_{seed}.py"
        path.write_text(script(100 * processes + seed))
        paths.append(path)
    check_with_accelerate(paths, processes)
