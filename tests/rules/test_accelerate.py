"""What LR202 says of a schedule that accelerate steps, beside accelerate doing it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lrlint.linter.engine import lint_text

torch: Any = pytest.importorskip("torch")
accelerate: Any = pytest.importorskip("accelerate")

SCRIPT = """
import torch
from accelerate import Accelerator

def train(model, loader):
    accelerator = Accelerator()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps={total}, pct_start={start}, anneal_strategy="{annealing}"
    )
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    for epoch in range({steps}):
        for x in loader:
            optimizer.zero_grad()
            accelerator.backward(model(x).sum())
            optimizer.step()
        scheduler.step()
"""


def used(total: int, start: float, annealing: str, steps: int) -> list[float]:
    """The LR of each step."""
    accelerator = accelerate.Accelerator(cpu=True)
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=total, pct_start=start, anneal_strategy=annealing
    )
    model, optimizer, scheduler = accelerator.prepare(model, optimizer, scheduler)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        accelerator.backward(model(torch.ones(1, 1)).sum())
        optimizer.step()
        found.append(float(optimizer.param_groups[0]["lr"]))
        scheduler.step()
    return found


@pytest.mark.parametrize(("total", "start"), [(10, 0.3), (20, 0.5), (7, 0.1)])
def test_the_lr_stays_where_accelerate_leaves_it(total: int, start: float) -> None:
    text = SCRIPT.format(total=total, start=start, annealing="cos", steps=30)
    (finding,) = lint_text(text).diagnostics
    assert finding.code == "LR202"
    stays = re.search(r"no further, and the LR stays at (\S+)", finding.message)
    assert stays is not None
    rates = used(total, start, "cos", 30)
    assert float(stays[1]) == pytest.approx(rates[-1], rel=0.01)
    assert len(set(rates[total:])) == 1


def test_a_line_is_not_even_about_its_end() -> None:
    text = SCRIPT.format(total=10, start=0.3, annealing="linear", steps=30)
    (finding,) = lint_text(text).diagnostics
    assert finding.message.endswith("no further, and the LR stays where it is")


def test_one_step_too_many_is_no_step_with_accelerate() -> None:
    text = SCRIPT.format(total=29, start=0.3, annealing="cos", steps=30)
    (finding,) = lint_text(text).diagnostics
    assert finding.code == "LR503"  # it depends on the number of processes
    rates = used(29, 0.3, "cos", 30)
    assert rates[28] == min(rates)
