"""Loops that a counter ends: what is not known of their end stays open."""

from __future__ import annotations

from pathlib import Path

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
