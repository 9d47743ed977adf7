"""A break of the last loop in a ``while`` ends both where the test of the ``while`` then fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

HEAD = """
import torch
from torch.utils.data import DataLoader
adam = torch.optim.Adam([torch.zeros(1)], lr=0.1)
decay = torch.optim.lr_scheduler.ExponentialLR(adam, 0.99)
batches = DataLoader(range(40), batch_size=4)
done = 0
"""
ACCUMULATED = """
while done {test}:
    for i, batch in enumerate(batches):
        if (i + 1) % 3 == 0:
            adam.step()
            decay.step()
            done += 1
            {check}
"""
LATER = """
while done < 9:
    for i, batch in enumerate(batches):
        adam.step()
        decay.step()
        if i % 4 == 0:
            done += 1
        if i == 7 and done >= 9:
            break
"""


@pytest.mark.parametrize(
    ("loop", "steps"),
    [
        (ACCUMULATED.format(test="< 8", check="if done >= 8:\n                break"), 8),
        (ACCUMULATED.format(test="<= 8", check="if done > 8:\n                break"), 9),
        (LATER, 30),
    ],
)
def test_steps_until_a_counter_ends_both_loops(loop: str, steps: int) -> None:
    (found,) = forecast(load(Path("train.py"), data=(HEAD + loop).encode())).schedules
    assert found.prediction.unresolved == []
    assert found.prediction.optimizer_steps == steps


def test_another_limit_ends_the_inner_loop_only() -> None:
    loop = ACCUMULATED.format(test="< 8", check="if done >= 7:\n                break")
    (found,) = forecast(load(Path("train.py"), data=(HEAD + loop).encode())).schedules
    assert found.prediction.unresolved or found.prediction.optimizer_steps == 8
