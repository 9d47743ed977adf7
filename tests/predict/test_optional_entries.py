"""Entries that a dict has under a condition: where it lacks one, the default counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

HEAD = """
import argparse
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR
parser = argparse.ArgumentParser()
parser.add_argument("--head", action="store_true")
parser.add_argument("--low", action="store_true")
args = parser.parse_args(ARGUMENTS)
net = torch.nn.Linear(2, 2)
"""
TRAIN = """
for step in range(6):
    optimizer.step()
    scheduler.step()
"""
SCRIPTS = {
    "the LR of a group": """
group = {"params": net.parameters()}
if args.head:
    group["lr"] = 3.0
optimizer = torch.optim.SGD([group], lr=1.0)
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "the LR of a group by elif": """
group = dict(params=net.parameters())
if args.head:
    group["lr"] = 3.0
elif args.low:
    group["lr"] = 0.1
optimizer = torch.optim.SGD([group], lr=1.0)
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "the LR of a late group": """
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
late = {"params": net.parameters()}
if args.low:
    late["lr"] = 0.2
optimizer.add_param_group(late)
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "a keyword": """
options = {"T_max": 6}
if args.low:
    options["eta_min"] = 0.5
optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
scheduler = CosineAnnealingLR(optimizer, **options)
""",
    "get": """
options = {}
if args.head:
    options["lr"] = 3.0
optimizer = torch.optim.SGD(net.parameters(), lr=options.get("lr", 1.5))
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "in": """
options = {}
if args.head:
    options["gamma"] = 0.1
optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
if "gamma" in options:
    scheduler = StepLR(optimizer, 2, options["gamma"])
else:
    scheduler = StepLR(optimizer, 3, 0.5)
""",
    "update": """
options = {}
if args.head:
    options["lr"] = 3.0
every = {"lr": 1.5}
every.update(options)
optimizer = torch.optim.SGD(net.parameters(), lr=every["lr"])
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "a copy": """
options = {"params": net.parameters()}
if args.head:
    options["lr"] = 3.0
optimizer = torch.optim.SGD([dict(options)], lr=1.0)
scheduler = StepLR(optimizer, 2, 0.5)
""",
    "an entry beside it": """
options = {"params": net.parameters()}
if args.head:
    options["lr"] = 3.0
optimizer = torch.optim.SGD([{**options, "weight_decay": 0.1}], lr=1.0)
scheduler = StepLR(optimizer, 2, 0.5)
""",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("given", [[], ["--head"], ["--low"]], ids=["none", "head", "low"])
def test_the_default_counts_where_a_dict_lacks_an_entry(script: str, given: list[str]) -> None:
    torch = pytest.importorskip("torch")
    code = HEAD.replace("ARGUMENTS", str(given)) + script + TRAIN
    schedules = forecast(load(Path("fit.py"), data=code.encode())).schedules
    predicted = [one.prediction.lr for one in schedules if not one.prediction.unresolved]
    assert _lrs(torch, code) in predicted


def _lrs(torch: object, code: str) -> list[list[float]]:
    """Return the LR of each optimizer step, as torch has it, for each group."""
    rows: list[list[float]] = []
    noted = code.replace("optimizer.step()", "note(optimizer)\n    optimizer.step()")

    def note(optimizer: object) -> None:
        rows.append([group["lr"] for group in optimizer.param_groups])  # type: ignore[attr-defined]

    exec(compile(noted, "fit.py", "exec"), {"note": note, "torch": torch})
    return [list(column) for column in zip(*rows, strict=True)]


def test_an_entry_that_an_unknown_condition_decides_is_open() -> None:
    code = """
import torch
net = torch.nn.Linear(2, 2)
groups = []
for name, weight in net.named_parameters():
    group = {"params": [weight]}
    if "bias" in name:
        group["lr"] = 3.0
    groups.append(group)
optimizer = torch.optim.SGD(groups, lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
"""
    (schedule,) = forecast(load(Path("fit.py"), data=(code + TRAIN).encode())).schedules
    assert schedule.prediction.unresolved
