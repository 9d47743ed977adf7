"""Param groups whose LR is written by hand: each gets its own, or the prediction is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

HEAD = """
import torch
net, tail = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
parts = [{"params": net.parameters()}, {"params": tail.parameters(), "lr": 4}]
optimizer = torch.optim.SGD(parts, lr=2)
groups, starts = optimizer.param_groups, [2, 4]
"""


def predicted(code: str) -> list[list[float]] | None:
    (schedule,) = forecast(load(Path("fit.py"), data=(HEAD + code).encode())).schedules
    return None if schedule.prediction.unresolved else schedule.prediction.lr


@pytest.mark.parametrize(
    "code",
    [
        # A number picks the group.
        """
for step in range(3):
    for at in range(len(optimizer.param_groups)):
        optimizer.param_groups[at]["lr"] = starts[at] * 0.5 ** step
    optimizer.step()
""",
        # The script keeps the initial LR itself.
        """
for group in groups:
    group["initial_lr"] = group["lr"]
for step in range(3):
    for group in groups:
        group["lr"] = group["initial_lr"] * 0.5 ** step
    optimizer.step()
""",
        """
for group in groups:
    group.setdefault("initial_lr", group["lr"])
for step in range(3):
    for group in groups:
        group["lr"] = 0.5 ** step * group["initial_lr"]
    optimizer.step()
""",
        # A scheduler starts from the initial LR, not from that in use.
        """
for group in groups:
    group["initial_lr"] = group["lr"]
for group in groups:
    group["lr"] = 7
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 0.5 ** n)
for step in range(3):
    optimizer.step()
    scheduler.step()
""",
    ],
)
def test_each_group_has_its_own(code: str) -> None:
    assert predicted(code) == [[2, 1, 0.5], [4, 2, 1]]


@pytest.mark.parametrize(
    "code",
    [
        # Which group it is depends on the step.
        """
for step in range(30):
    groups[step % 2]["lr"] = 1 / (step + 1)
    optimizer.step()
""",
        # Read after another LR has been written.
        """
groups[0]["lr"] = 3
first = groups[0]["lr"]
for step in range(3):
    groups[0]["lr"] = first / (step + 1)
    optimizer.step()
""",
        # Kept after a scheduler has changed it.
        """
torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 0.5)
for group in groups:
    group["initial_lr"] = group["lr"]
for step in range(3):
    for group in groups:
        group["lr"] = group["initial_lr"] / (step + 1)
    optimizer.step()
""",
    ],
)
def test_what_is_not_followed_is_open(code: str) -> None:
    assert predicted(code) is None


@pytest.mark.parametrize(
    "groups",
    ["groups[1:]", "groups[-1:]", "[*groups][1:]", "(groups + other.param_groups)[1:2]"],
)
def test_a_part_of_the_groups(groups: str) -> None:
    code = f"""
other = torch.optim.SGD(net.parameters(), lr=1)
torch.optim.lr_scheduler.StepLR(optimizer, 9)
optimizer.step()
for group in {groups}:
    group["lr"] = 8
optimizer.step()
"""
    assert predicted(code) == [[2, 2], [4, 8]]


@pytest.mark.parametrize(
    "loop",
    [
        "for at in range(len(adam.param_groups)): adam.param_groups[at]['lr'] = 0.5 ** step",
        "for group in adam.param_groups: group['lr'] = 0.5 ** step",
        "for at, group in enumerate(adam.param_groups): adam.param_groups[at]['lr'] = 0.5 ** step",
    ],
)
def test_each_of_the_optimizers_that_a_setting_chooses_from(loop: str) -> None:
    code = f"""
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--split", action="store_true")
if parser.parse_args().split:
    adam = torch.optim.Adam(parts)
else:
    adam = torch.optim.Adam(net.parameters())
for step in range(3):
    {loop}
    adam.step()
"""
    source = load(Path("fit.py"), data=(HEAD.replace("optimizer", "_") + code).encode())
    curves = [schedule.prediction.lr for schedule in forecast(source).schedules]
    assert curves == [[[1, 0.5, 0.25]] * groups for groups in (2, 1)]
