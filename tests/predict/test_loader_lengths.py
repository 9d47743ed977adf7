"""Predictions spell numbers as the script does."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.spelling import Spelling
from lrlint.source import load

SCRIPT = """
import argparse, torch
from torch.utils.data import DataLoader, TensorDataset
parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=8)
parser.add_argument("--rounds", type=int, default=6)
args = parser.parse_args()
net = torch.nn.Linear(3, 1)
batches = DataLoader(TensorDataset(torch.zeros(100, 3)), batch_size=args.size)
adam = torch.optim.Adam(net.parameters())
total = {total}
decay = torch.optim.lr_scheduler.PolynomialLR(adam, total_iters=total)
for epoch in range(args.rounds):
    for (x,) in batches:
        adam.step()
        decay.step()
"""


@pytest.mark.parametrize(
    ("total", "text"),
    [
        ("args.rounds * len(batches)", "args.rounds * len(batches)"),
        ("len(batches) * args.rounds - 5", "args.rounds * len(batches) - 5"),
        ("len(batches)", "len(batches)"),
        ("args.rounds", "args.rounds"),
        ("100 // args.size", "100 // args.size"),
    ],
)
def test_the_length_of_a_loader_has_a_name(total: str, text: str) -> None:
    source = load(Path("train.py"), data=SCRIPT.replace("{total}", total).encode())
    (one,) = forecast(source).schedules
    horizon = one.schedule.horizon
    assert horizon is not None
    assert horizon.length is not None
    assert Spelling(one.schedule)(horizon.length) == text
