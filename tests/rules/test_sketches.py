"""The curves that a finding shows: the LR as planned and as it is."""

from __future__ import annotations

import pytest

from lrlint.diagnostics import Sketch
from lrlint.linter.engine import lint_text

BATCHES = "for batch in [1, 2, 3, 4, 5, 6, 7, 8]:"


def script(scheduler: str, epochs: int, *, per_batch: bool, lr: str = "0.1") -> str:
    indent = " " * (8 if per_batch else 4)
    return (
        "import torch\nfrom torch.optim.lr_scheduler import *\n"
        f"optimizer = torch.optim.SGD(model.parameters(), lr={lr})\n"
        f"scheduler = {scheduler}\n"
        f"for epoch in range({epochs}):\n    {BATCHES}\n"
        f"        optimizer.step()\n{indent}scheduler.step()\n"
    )


def sketches(code: str, text: str) -> tuple[Sketch, ...]:
    (found,) = [one for one in lint_text(text).diagnostics if one.code == code]
    return found.sketches


def test_a_cosine_that_climbs_back() -> None:
    text = script("CosineAnnealingLR(optimizer, 20, eta_min=0.01)", 40, per_batch=False)
    planned, actual = sketches("LR201", text)
    assert planned.label == "planned"
    assert planned.levels[0] == "7"
    assert planned.levels[-1] == "0"
    assert list(planned.levels) == sorted(planned.levels, reverse=True)
    assert planned.text == "0.1 to 0.0106 in 20 steps"
    assert actual.label == "actual"
    assert actual.levels[:20].startswith("77")
    assert actual.levels[18:22].count("0") >= 2
    assert actual.levels[-1] == "7"
    assert actual.text == "0.1 to 0.0994 in 40 steps"


def test_swings_that_cannot_be_drawn() -> None:
    text = script("CosineAnnealingLR(optimizer, 20, eta_min=0.01)", 20, per_batch=True)
    planned, actual = sketches("LR101", text)
    assert set(planned.levels) == set("01234567")
    assert actual.levels.count("x") == 0  # a cycle of 10 columns is a wave
    assert actual.levels.count("7") >= 8
    text = script("CosineAnnealingLR(optimizer, 4, eta_min=0.01)", 4, per_batch=True)
    assert sketches("LR101", text)[1].levels.count("7") >= 8  # some ten steps for each cycle
    text = script("CosineAnnealingLR(optimizer, 10, eta_min=0.01)", 10, per_batch=True)
    assert "in 80 steps" in sketches("LR101", text)[1].text
    text = text.replace(BATCHES, "for batch in [torch.ones(1) for _ in range(200)]:")
    assert set(sketches("LR101", text)[1].levels) == {"x"}


def test_a_schedule_that_raises_ends_there() -> None:
    text = script("OneCycleLR(optimizer, 0.1, total_steps=160)", 40, per_batch=True)
    planned, actual = sketches("LR202", text)
    assert actual.levels[:20].strip() == actual.levels[:20]
    assert actual.levels[21:].strip() == ""
    assert actual.text == "0.004, then an exception in 320 steps"
    assert planned.text == "0.004 to 4e-07 in 160 steps"


def test_a_drop_is_sharp() -> None:
    planned, actual = sketches(
        "LR101", script("StepLR(optimizer, 30, gamma=0.01)", 60, per_batch=True)
    )
    assert planned.levels == "7" * 20 + "0" * 20
    assert actual.levels[0] == "7"
    assert set(actual.levels[5:]) == {"0"}


@pytest.mark.parametrize(
    "text",
    [
        script("CosineAnnealingLR(optimizer, 20, 0.01)", 40, per_batch=False, lr="lr"),
        script("CosineAnnealingLR(optimizer, 20, low)", 40, per_batch=False),
        script("CosineAnnealingLR(optimizer, 20, 0.01)", 40, per_batch=False).replace(
            "    scheduler.step()", "    if epoch >= 5:\n        scheduler.step()"
        ),
    ],
)
def test_nothing_is_drawn_of_what_is_not_known(text: str) -> None:
    for found in lint_text(text).diagnostics:
        assert found.sketches == ()
