"""Loops that a counter ends: what is not known of their end stays open."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load

SCRIPT = """
import torch
import yaml
cfg = yaml.safe_load(open("c.yaml"))
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
done = 0
"""


def predicted(tmp_path: Path, loops: str) -> Prediction:
    path = tmp_path / "train.py"
    path.write_text(SCRIPT + loops)
    (found,) = forecast(load(path)).schedules
    return found.prediction


def test_a_limit_that_is_not_known_leaves_the_training_open(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        """
for epoch in range(3):
    for i in range(10):
        optimizer.step()
        done += 1
        if done >= cfg["limit"]:
            break
        scheduler.step()
""",
    )
    assert found.unresolved == ['cfg["limit"]']


def test_an_early_stop_on_a_measured_value_is_left_out(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        """
best, best_epoch = 1e9, 0
for epoch in range(8):
    optimizer.step()
    scheduler.step()
    loss = float(model(torch.ones(1)))
    if loss < best:
        best, best_epoch = loss, epoch
    if epoch - best_epoch > 5:
        break
""",
    )
    assert (found.unresolved, found.optimizer_steps) == ([], 8)


def test_a_break_leaves_a_counter_where_it_is(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        """
for epoch in range(4):
    for i in range(10):
        optimizer.step()
        done += 1
        if i == 6:
            break
        if done % 3 == 0:
            scheduler.step()
    if done >= 20:
        break
""",
    )
    assert (found.optimizer_steps, found.steps) == (21, 6)


def test_what_a_loop_visits_may_be_used_up_before_its_break(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        """
while True:
    for x in read_batches(cfg):
        optimizer.step()
        done += 1
        if done >= 32:
            break
    scheduler.step()
    if done >= 32:
        break
""",
    )
    assert found.lr is None


def test_a_coroutine_that_is_not_awaited_does_not_run(tmp_path: Path) -> None:
    train = """
async def train():
    for epoch in range(5):
        optimizer.step()
        scheduler.step()
"""
    assert predicted(tmp_path, f"{train}\ntrain()\n").optimizer_steps == 0
    run = f"{train}\nimport asyncio\nasyncio.run(train())\n"
    assert predicted(tmp_path, run).optimizer_steps == 5


@pytest.mark.parametrize(
    ("loop", "steps"),
    [
        # Losses that the script writes out, and the patience of an early stop.
        (
            """
best, waited = float("inf"), 0
for epoch, loss in enumerate([0.9, 0.5, 0.6, 0.7, 0.4, 0.45]):
    for _ in range(2):
        optimizer.step()
    scheduler.step()
    if loss < best:
        best, waited = loss, 0
    else:
        waited += 1
        if waited >= 2:
            break
""",
            8,
        ),
        # The LR ends the training.
        (
            """
for epoch in range(90):
    optimizer.step()
    scheduler.step()
    if optimizer.param_groups[0]["lr"] < 0.02:
        break
""",
            3,
        ),
        (
            """
while optimizer.param_groups[0]["lr"] > 0.03:
    optimizer.step()
    optimizer.param_groups[0]["lr"] *= 0.7
""",
            4,
        ),
        # A counter that no formula follows.
        ("while done < 50:\n    optimizer.step()\n    done = 2 * done + 1\n", 6),
        # A limit, or else a measurement that comes out as it should.
        (
            """
while True:
    optimizer.step()
    scheduler.step()
    done += 1
    if done >= 12 or float(model(torch.ones(1))) > 1e9:
        break
""",
            12,
        ),
        # A comparison is kept in a name, which ends both loops.
        (
            """
over = False
while not over:
    for _ in range(4):
        optimizer.step()
        scheduler.step()
        done += 1
        over = done >= 10
        if over:
            break
""",
            10,
        ),
        # The same name ends the outer loop only, after whole passes.
        (
            """
over = False
while not over:
    for _ in range(4):
        optimizer.step()
        scheduler.step()
        done += 1
        over = done >= 10
""",
            12,
        ),
    ],
)
def test_the_end_is_found_by_running_the_loop(tmp_path: Path, loop: str, steps: int) -> None:
    found = predicted(tmp_path, loop)
    assert (found.unresolved, found.optimizer_steps) == ([], steps)


DRAWN = """
batches = iter([[1.0], [2.0], [3.0]])
turns = 0
while done + turns < 8:
    {first}
    try:
        batch = next(batches)
    except StopIteration:
        batches = iter([[1.0], [2.0], [3.0]])
        {then}
        continue
    optimizer.step()
    scheduler.step()
    done += 1
"""


def test_batches_that_are_drawn_again_take_no_iteration(tmp_path: Path) -> None:
    loop = DRAWN.replace("    {first}\n", "").format(then="print()")
    found = predicted(tmp_path, loop)
    assert (found.unresolved, found.optimizer_steps) == ([], 8)


@pytest.mark.parametrize(
    ("first", "then"),
    [("turns += 1", "pass"), ("pass", "turns = turns + 1"), ("pass", "turns += 1")],
)
def test_what_is_counted_where_batches_are_over_stays_open(
    tmp_path: Path, first: str, then: str
) -> None:
    assert predicted(tmp_path, DRAWN.format(first=first, then=then)).lr is None


@pytest.mark.parametrize(
    "loop",
    [
        # The LR is compared before it changes, and asked for after.
        """
for epoch in range(9):
    low = optimizer.param_groups[0]["lr"] < 0.02
    optimizer.step()
    scheduler.step()
    if low:
        break
""",
        # The first branch changes the LR that the condition of the second compares.
        """
for epoch in range(9):
    optimizer.step()
    if optimizer.param_groups[0]["lr"] > 0.02:
        scheduler.step()
    else:
        optimizer.param_groups[0]["lr"] = 0.1
""",
        # How the script rounds decides.
        """
while optimizer.param_groups[0]["lr"] > 0.001:
    optimizer.step()
    optimizer.param_groups[0]["lr"] *= 0.1
""",
    ],
)
def test_an_lr_that_may_be_another_by_then_decides_nothing(tmp_path: Path, loop: str) -> None:
    assert predicted(tmp_path, loop).lr is None


def test_metrics_that_the_script_writes_out_move_a_plateau(tmp_path: Path) -> None:
    loop = """
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
losses = [3.0, 2.0, 2.5, 1.0]
for epoch in range(4):
    plateau.step(losses[epoch])
    optimizer.step()
"""
    path = tmp_path / "train.py"
    path.write_text(SCRIPT + loop)
    found = {one.schedule.scheduler: one.prediction for one in forecast(load(path)).schedules}
    assert found["ReduceLROnPlateau"].lr == [[0.1, 0.1, 0.05, 0.05]]
