"""LRs by epoch in a dict, and LRs that each param group scales: the forecast is what torch uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import Forecast, forecast
from lrlint.source import load

SETUP = """
import argparse
import math
import torch
import torch.distributed as dist
options = argparse.ArgumentParser()
options.add_argument("--plan", default="{plan}")
options.add_argument("--top", type=float, default={top})
options = options.parse_args()
net = torch.nn.Linear(3, 1)
"""
DICTS = """
def plan(turn):
    if options.plan == "halving":
        table = {turn: options.top * 0.5 ** ((turn - 1) // 2)}
    elif options.plan == "marks":
        table = {1: 0.3, 3: 0.2, 4: 0.05}
    elif options.plan == "late":
        table = {turn: options.top if turn < 4 else options.top / turn}
    else:
        table = {}
    return table

adam = torch.optim.Adam(net.parameters(), lr=0.4)
for turn in range(1, 6):
    adam.step()
    found = plan(turn)
    if turn in found{keys}:
        for group in adam.param_groups:
            group["lr"] = found[turn]
"""


def only(code: str) -> Forecast:
    """Return the forecast of the only schedule."""
    source = load(Path("script.py"), data=code.encode())
    (schedule,) = forecast(source).schedules
    return schedule


@pytest.mark.parametrize("keys", ["", ".keys()"])
@pytest.mark.parametrize(
    ("plan", "rates"),
    [
        ("halving", [0.4, 0.8, 0.8, 0.4, 0.4]),
        ("marks", [0.4, 0.3, 0.3, 0.2, 0.05]),
        ("late", [0.4, 0.8, 0.8, 0.8, 0.2]),
    ],
)
def test_the_entry_of_a_dict_under_the_epoch(plan: str, keys: str, rates: list[float]) -> None:
    setup = SETUP.replace("{plan}", plan).replace("{top}", "0.8")
    schedule = only(setup + DICTS.replace("{keys}", keys))
    assert schedule.prediction.lr == [pytest.approx(rates)]


@pytest.mark.parametrize(
    "change",
    [
        "seen[turn // 2] = 0.1",  # other keys come to the dict
        "seen.pop(turn, None)",
        "seen.update(load())",
    ],
)
def test_a_dict_that_changes_is_open(change: str) -> None:
    loop = f"""
seen = {{}}
adam = torch.optim.Adam(net.parameters(), lr=0.4)
for turn in range(5):
    if turn // 2 in seen:
        for group in adam.param_groups:
            group["lr"] = 0.1 / (1 + turn)
    {change}
    adam.step()
"""
    found = forecast(load(Path("script.py"), data=(SETUP + loop).encode())).schedules
    assert all(schedule.prediction.lr is None for schedule in found)


SCALED = """
sgd = torch.optim.SGD({groups}, lr=options.top)
for turn in range(4):
    lr = options.top * (turn + 1) / 2 if turn < 2 else options.top / turn
    for group in sgd.param_groups:
        {write}
    sgd.step()
"""
BRANCHES = """if "lr_scale" in group:
            group["lr"] = lr * group["lr_scale"]
        else:
            group["lr"] = lr"""
GET = 'group["lr"] = lr * group.get("lr_scale", 1.0)'
TWO = '[{"params": [net.weight], "lr_scale": 0.5}, {"params": [net.bias]}]'
RATES = [0.5, 1.0, 0.5, 1 / 3]


@pytest.mark.parametrize("write", [BRANCHES, GET])
@pytest.mark.parametrize(
    ("groups", "scales"),
    [
        ("net.parameters()", [1.0]),
        (TWO, [0.5, 1.0]),
        ('[{"params": net.parameters(), "lr_scale": 0.5}]', [0.5]),
    ],
)
def test_each_group_scales_the_lr(write: str, groups: str, scales: list[float]) -> None:
    code = SETUP.replace("{top}", "1.0") + SCALED
    schedule = only(code.replace("{groups}", groups).replace("{write}", write))
    expected = [pytest.approx([scale * rate for rate in RATES]) for scale in scales]
    assert schedule.prediction.lr == expected


def test_a_scale_that_changes_is_open() -> None:
    write = GET + '; group["lr_scale"] = 0.1'
    code = SETUP.replace("{top}", "1.0") + SCALED
    schedule = only(code.replace("{groups}", TWO).replace("{write}", write))
    assert schedule.prediction.lr is None


def test_a_scale_of_groups_that_are_not_seen_leaves_the_law_known() -> None:
    code = SETUP.replace("{top}", "1.0") + SCALED
    schedule = only(code.replace("{groups}", "load(net)").replace("{write}", BRANCHES))
    assert schedule.prediction.unresolved == ["the param groups of sgd"]
    assert schedule.schedule.law is not None
    assert str(schedule.schedule.law.steps) == "4"


def test_an_lr_that_is_one_of_two_numbers_has_one_law_for_each() -> None:
    code = """
if options.top is None:
    options.top = 0.5 * 64 / 32
sgd = torch.optim.SGD(net.parameters(), lr=0.0)
for turn in range(4):
    if turn < 2:
        lr = options.top * (turn + 1) / 2
    else:
        lr = options.top / turn
    for group in sgd.param_groups:
        group["lr"] = lr
    sgd.step()
"""
    schedule = only(SETUP.replace("{top}", "None") + code)
    assert schedule.prediction.lr == [pytest.approx(RATES)]


def test_the_number_of_processes_has_the_name_that_the_script_gives_it() -> None:
    code = """
def processes():
    if not dist.is_available() or not dist.is_initialized():
        return 1
    return dist.get_world_size()
top = 0.1 * processes()
sgd = torch.optim.SGD(net.parameters(), lr=0.0)
for turn in range(4):
    for group in sgd.param_groups:
        group["lr"] = top * (1 - turn / 4)
    sgd.step()
"""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    (schedule,) = forecast(source).schedules
    assert schedule.prediction.unresolved == ["dist.get_world_size()"]


@pytest.mark.parametrize(
    ("write", "steps"),
    [
        ('group["lr"] = lr', "4"),
        ('group["lr"] = lr * group.get("lr_scale", 1.0)', "4"),  # in proportion
        ('group["lr"] = lr; group["lr"] = lr', None),
    ],
)
def test_groups_that_get_lrs_of_one_shape_have_one_law(write: str, steps: str | None) -> None:
    code = SETUP.replace("{top}", "1.0") + SCALED.replace("{write}", write)
    law = only(code.replace("{groups}", TWO)).schedule.law
    assert law is not None
    assert (None if law.steps is None else str(law.steps)) == steps
