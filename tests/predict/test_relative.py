"""A curve relative to the base LR, where that is all that is unknown."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import FileForecast, forecast
from lrlint.predict.forecast_json import as_json
from lrlint.predict.forecast_text import describe
from lrlint.source import load

SCRIPT = """
    import torch
    from torch.optim import lr_scheduler

    def fit(net, settings):
        adam = torch.optim.Adam(net.parameters(), lr=settings.rate)
        schedule = lr_scheduler.{law}
        for epoch in range(6):
            adam.step()
            schedule.step()
"""


def predicted(law: str, rate: float | None = None) -> FileForecast:
    source = load(Path("train.py"), data=dedent(SCRIPT.format(law=law)).lstrip().encode())
    return forecast(source, None if rate is None else {"settings.rate": rate}, relative=True)


@pytest.mark.parametrize(
    "law",
    [
        "StepLR(adam, 2)",
        "CosineAnnealingLR(adam, 6)",
        "LambdaLR(adam, lambda step: 1 / (step + 1))",
        "SequentialLR(adam, [lr_scheduler.LinearLR(adam), lr_scheduler.StepLR(adam, 3)], [2])",
    ],
)
def test_it_is_the_curve_of_any_base_lr(law: str) -> None:
    (relative,) = predicted(law).schedules
    (absolute,) = predicted(law, rate=0.3).schedules
    assert relative.prediction.unresolved == ["settings.rate"]
    assert relative.prediction.lr is None
    assert relative.prediction.relative_lr is not None
    assert absolute.prediction.lr is not None
    scaled = [0.3 * factor for factor in relative.prediction.relative_lr[0]]
    assert scaled == pytest.approx(absolute.prediction.lr[0], rel=1e-12)


@pytest.mark.parametrize(
    "law",
    [
        "CosineAnnealingLR(adam, 6, eta_min=1e-5)",
        "OneCycleLR(adam, 0.1, total_steps=7)",
        "StepLR(adam, settings.size)",
        "LambdaLR(adam, unknown)",
        "LambdaLR(adam, lambda step: max(0.5**step, 1e-5 / settings.rate))",
    ],
)
def test_there_is_none_where_more_than_the_base_lr_counts(law: str) -> None:
    (schedule,) = predicted(law).schedules
    assert schedule.prediction.relative_lr is None


def test_a_bound_that_is_written_by_hand_is_not_in_proportion() -> None:
    text = """
        import torch

        def fit(net, rate):
            adam = torch.optim.Adam(net.parameters(), lr=rate)
            for epoch in range(9):
                for group in adam.param_groups:
                    group["lr"] = {law}
                adam.step()
    """
    for law, proportional in (("rate * 0.5**epoch", True), ("max(rate * 0.5**epoch, 1e-6)", False)):
        source = load(Path("train.py"), data=dedent(text.format(law=law)).encode())
        (schedule,) = forecast(source, relative=True).schedules
        assert schedule.prediction.unresolved
        assert (schedule.prediction.relative_lr is not None) <= proportional


def test_it_is_drawn_and_said() -> None:
    lines = [*describe(predicted("StepLR(adam, 2)"), colour=False)]
    assert (
        "  Drawn relative to the base LR: set settings.rate, for example --set 'settings.rate=0.1'."
        in lines
    )
    assert "        step  × base LR" in lines
    assert any("× base LR) ^" in line for line in lines)


def test_json_still_has_no_lr() -> None:
    (schedule,) = as_json([predicted("StepLR(adam, 2)")])["files"][0]["schedules"]
    assert schedule["lr"] is None
    assert schedule["unresolved"] == ["settings.rate"]
