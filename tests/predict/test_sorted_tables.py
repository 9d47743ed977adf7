"""Laws that look a step up in a sorted list, or in an array that numpy interpolates."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

SCRIPT = """
import bisect
import numpy as np
import torch

optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=8)
heights = np.interp(np.arange(7), [0, 2, 6], [0, 1, 0.5])
{build}
for step in range(6):
    {write}
    optimizer.step()
    {after}
"""


@pytest.mark.parametrize(
    ("build", "write", "after", "expected"),
    [
        ("", "{lr} = 8 * 0.5 ** bisect.bisect([2, 4], step)", "", [8, 8, 4, 4, 2, 2]),
        ("", "{lr} = 8 * 0.5 ** bisect.bisect_left([2, 4], step)", "", [8, 8, 8, 4, 4, 2]),
        ("", "{lr} = heights[step]", "", [0, 0.5, 1, 0.875, 0.75, 0.625]),
        (
            "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: heights[n])",
            "pass",
            "scheduler.step()",
            [0, 4, 8, 7, 6, 5],
        ),
        (
            "scheduler = torch.optim.lr_scheduler.LambdaLR("
            "optimizer, lambda n: np.interp([n], [0, 2, 6], [0, 1, 0.5])[0])",
            "pass",
            "scheduler.step()",
            [0, 4, 8, 7, 6, 5],
        ),
        (
            "scheduler = torch.optim.lr_scheduler.MultiStepLR("
            "optimizer, [2 * n + 1 for n in range(1, len(heights) - 4)], 0.5)",
            "pass",
            "scheduler.step()",
            [8, 8, 8, 4, 4, 2],
        ),
    ],
)
def test_is_computed(build: str, write: str, after: str, expected: list[float]) -> None:
    code = SCRIPT.format(
        build=build, write=write.format(lr='optimizer.param_groups[0]["lr"]'), after=after
    )
    (schedule,) = forecast(load(Path("fit.py"), data=code.encode())).schedules
    assert not schedule.prediction.unresolved
    assert schedule.prediction.lr == [expected]


def test_an_unsorted_list_is_open() -> None:
    write = 'optimizer.param_groups[0]["lr"] = 0.5 ** bisect.bisect([4, 2], step)'
    code = SCRIPT.format(build="", write=write, after="")
    (schedule,) = forecast(load(Path("fit.py"), data=code.encode())).schedules
    assert schedule.prediction.unresolved
