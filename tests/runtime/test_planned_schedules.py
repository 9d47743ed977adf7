"""How long a script means its training to be, whatever ends a run of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.runtime.planned_schedules import plan_of

TRAINING = """
import argparse

import torch
from torch.optim.lr_scheduler import LinearLR

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=12)
parser.add_argument("--pause-after", type=int, default=0)
options = parser.parse_args()
weights = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([weights], lr=0.2)
warmup = LinearLR(optimizer, 0.1, total_iters=9)
for round in range(options.rounds):
    optimizer.step()
    warmup.step()
    if round + 1 == options.pause_after:
        torch.save(optimizer.state_dict(), "state.pt")
        break
"""


TWO_OF_A_LINE = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
first, second = (torch.optim.SGD([weight], lr=0.2) for weight in weights)
LENGTHS = {lengths}
one, other = CosineAnnealingLR(first, LENGTHS[0]), CosineAnnealingLR(second, LENGTHS[1])
for epoch in range(16):
    for batch in range(5):
        first.step()
        second.step()
    one.step()
    other.step()
"""


@pytest.mark.parametrize(("lengths", "fit"), [((16, 16), True), ((16, 60), False)])
def test_a_line_that_builds_several_fits_if_all_of_them_do(
    lengths: tuple[int, int], fit: bool, tmp_path: Path
) -> None:
    script = tmp_path / "fit.py"
    script.write_text(TWO_OF_A_LINE.format(lengths=lengths), encoding="utf-8")
    assert (len(plan_of(script).ends_with_training) == 1) is fit


@pytest.mark.parametrize(
    ("options", "steps", "usual"),
    [
        ((), 12, True),
        (("--pause-after", "4"), 12, True),
        (("--rounds", "7"), 7, False),
    ],
)
def test_a_break_is_no_end_of_the_plan(
    options: tuple[str, ...], steps: int, usual: bool, tmp_path: Path
) -> None:
    script = tmp_path / "fit.py"
    script.write_text(TRAINING, encoding="utf-8")
    plan = plan_of(script, (str(script), *options))
    ((line, planned),) = plan.steps.items()
    assert (planned, line in plan.usual) == (steps, usual)
