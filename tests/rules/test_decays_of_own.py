"""LR201 and LR305 for decays that a script writes itself, in the shapes that people use."""

from __future__ import annotations

import pytest

from lrlint.linter.engine import lint_text

SCRIPT = """
import math
import numpy as np
import torch
from torch.optim.lr_scheduler import LambdaLR

horizon, ramp, tail, share, peak, low = 600, 60, 150, 0.25, 0.02, 0.002

def factor(it):
    {body}

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=peak)
{build}
for update in range({updates}):
    {write}
    model(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    {step}
"""
BY_HAND = {
    "build": "",
    "write": "optimizer.param_groups[0]['lr'] = peak * factor(update)",
    "step": "",
}
BY_LAMBDA = {
    "build": "scheduler = LambdaLR(optimizer, factor)",
    "write": "",
    "step": "scheduler.step()",
}
WAYS = pytest.mark.parametrize("way", [BY_HAND, BY_LAMBDA], ids=["by hand", "LambdaLR"])

RAMP = """if it < ramp:
        return (it + 1) / ramp
    """
FALLING_ON = {
    "a line to a floor": "return 1 - 0.9 * it / horizon",
    "a line to a floor, as a mean": "p = it / horizon\n    return (1 - p) + p * (low / peak)",
    "a line to a floor, after a ramp": RAMP + "return 1 - 0.9 * (it - ramp) / (horizon - ramp)",
    "between two LRs, after a ramp": RAMP
    + "p = (it - ramp) / (horizon - ramp)\n    return (peak - p * (peak - low)) / peak",
    "a last part to a floor": "x = it / horizon\n    if x < 1 - share:\n        return 1.0\n"
    "    w = (1 - x) / share\n    return w + (1 - w) * 0.2",
    "a last part by a root": RAMP + "if it < horizon - tail:\n        return 1.0\n"
    "    return 1 - math.sqrt((it - (horizon - tail)) / tail)",
    "a last part by a power": "if it < horizon - tail:\n        return 1.0\n"
    "    return 1 - ((it - (horizon - tail)) / tail) ** 0.5",
}
STAYING = {
    "straight lines between points": "points = [0, ramp, horizon]\n"
    "    return float(np.interp(it, points, [0.1, 1, 0.1]))",
    "a cosine, then its floor": RAMP
    + "if it > horizon:\n        return 0.1\n    p = (it - ramp) / (horizon - ramp)\n"
    "    return 0.1 + 0.45 * (1 + math.cos(math.pi * p))",
    "a line with a lowest value": RAMP
    + "return max(0.1, 1 - 0.9 * (it - ramp) / (horizon - ramp))",
}


def findings(body: str, updates: str, way: dict[str, str]) -> list[tuple[str, str]]:
    report = lint_text(SCRIPT.format(body=body, updates=updates, **way))
    assert report.problems == ()
    return [(one.code, one.message) for one in report.diagnostics]


@WAYS
@pytest.mark.parametrize("body", (FALLING_ON | STAYING).values(), ids=FALLING_ON | STAYING)
def test_a_decay_as_long_as_the_training_is_right(body: str, way: dict[str, str]) -> None:
    assert findings(body, "horizon", way) == []


@WAYS
@pytest.mark.parametrize("body", (FALLING_ON | STAYING).values(), ids=FALLING_ON | STAYING)
def test_a_training_may_end_before_its_decay(body: str, way: dict[str, str]) -> None:
    ((code, message),) = findings(body, "500", way)
    assert code == "LR201"
    assert "horizon=600 steps long" in message


@WAYS
@pytest.mark.parametrize("body", FALLING_ON.values(), ids=FALLING_ON)
def test_a_line_falls_on_after_its_end(body: str, way: dict[str, str]) -> None:
    ((code, message),) = findings(body, "3 * horizon", way)
    assert code == "LR201"
    assert "600 steps long" in message


def test_a_line_with_a_floor_is_not_said_to_be_0_at_its_end() -> None:
    ((_, message),) = findings(FALLING_ON["a line to a floor"], "900", BY_LAMBDA)
    assert message.endswith(
        "the LR falls on below its floor after 600 steps; the last step runs at -0.00697"
    )


@WAYS
@pytest.mark.parametrize("body", STAYING.values(), ids=STAYING)
def test_an_lr_that_stays_at_its_floor_may_stay_there(body: str, way: dict[str, str]) -> None:
    assert findings(body, "3 * horizon", way) == []


@WAYS
def test_most_of_a_training_at_0_is_reported_also_where_its_first_step_is(
    way: dict[str, str],
) -> None:
    body = "if it < ramp:\n        return it / ramp\n    return max(0.0, (horizon - it) / 540)"
    ((code, message),) = findings(body, "3 * horizon", way)
    assert (code, message[:18]) == ("LR305", "1201 of 1800 steps")


@pytest.mark.parametrize(
    ("t_max", "samples", "code"), [(40, 640, "LR201"), (40, 656, "LR201"), (41, 656, "LR102")]
)
def test_a_round_length_is_not_taken_for_the_batches_of_an_epoch(
    t_max: int, samples: int, code: str
) -> None:
    report = lint_text(f"""
import torch
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn({samples}, 2)), batch_size=16)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={t_max}, eta_min=1e-4)
for epoch in range(25):
    for (x,) in loader:
        model(x).sum().backward()
        optimizer.step()
    scheduler.step()
""")
    assert [one.code for one in report.diagnostics] == [code]


PAST_A_LITERAL_END = {
    "a line": ("1 - it / 420", "the LR goes below 0"),
    "a fractional power": ("(1 - it / 420) ** 0.7", "optimizer.step() raises an exception"),
    "a root": ("(1 - it / 420) ** 0.5", "optimizer.step() raises an exception"),
    "a square": ("(1 - it / 420) ** 2", "the LR climbs again"),
}


@pytest.mark.parametrize(("law", "says"), PAST_A_LITERAL_END.values(), ids=list(PAST_A_LITERAL_END))
@WAYS
def test_a_decay_to_a_plain_number_must_last_for_the_training(
    law: str, says: str, way: dict[str, str]
) -> None:
    ((code, message),) = findings(f"return {law}", "horizon", way)
    assert code == "LR201"
    assert "420 steps long" in message
    assert says in message
    for updates in ("30", "300", "421"):
        assert {code for code, _ in findings(f"return {law}", updates, way)} <= {"LR305"}


@WAYS
def test_a_fractional_power_is_complex_after_its_end(way: dict[str, str]) -> None:
    ((code, message),) = findings("return (1 - it / horizon) ** 0.9", "800", way)
    assert code == "LR201"
    assert "which is complex, and optimizer.step() raises an exception" in message
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    model(torch.randn(4, 3)).sum().backward()
    optimizer.param_groups[0]["lr"] = 0.02 * (1 - 601 / 600) ** 0.9
    with pytest.raises(RuntimeError):
        optimizer.step()


@pytest.mark.parametrize(
    "law",
    ["0.1 + (1 - it / 420) ** 2", "1 - (1 - it / 420) ** 2", "abs(1 - it / 420)"],
    ids=["a square on a floor", "a square upside down", "a distance"],
)
@WAYS
def test_what_is_not_at_0_where_a_square_turns_is_left_alone(law: str, way: dict[str, str]) -> None:
    assert {code for code, _ in findings(f"return {law}", "horizon", way)} <= {"LR305"}
