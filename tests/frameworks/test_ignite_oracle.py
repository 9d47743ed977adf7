"""ignite's own schedulers: ``predict`` gives the LRs that ignite uses."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lrlint.linter.engine import lint_text
from lrlint.predict.forecast import forecast
from lrlint.source import load

pytest.importorskip("ignite")

SCRIPT = """
import torch
from ignite.engine import Engine, Events, create_supervised_trainer
from ignite.handlers import (
    ConcatScheduler,
    CosineAnnealingScheduler,
    LinearCyclicalScheduler,
    LRScheduler,
    PiecewiseLinear,
    create_lr_scheduler_with_warmup,
)
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    StepLR,
)

net = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD({groups}, lr=0.1)


def update(engine, batch):
    net(torch.ones(1)).backward()
    optimizer.step()


trainer = {trainer}
{schedule}
trainer.run([(torch.ones(1, 1), torch.ones(1, 1))] * {batches}, max_epochs={epochs})
"""
SCHEDULES = (
    'scheduler = LinearCyclicalScheduler(optimizer, "lr", 0.01, 0.2, {n})',
    'scheduler = LinearCyclicalScheduler(optimizer, "lr", 0.2, 0.01, {n}, monotonic=True,'
    " warmup_duration=2, cycle_mult=1.5, start_value_mult=0.5, end_value_mult=0.9)",
    "scheduler = CosineAnnealingScheduler(optimizer, param_name='lr', start_value=0.1,"
    " end_value=0.001, cycle_size={n}, start_value_mult=0.7)",
    'scheduler = PiecewiseLinear(optimizer, "lr", milestones_values=[(2, 0.1), ({n}, 0.3),'
    " ({n} + 4, 0.05)])",
    "scheduler = LRScheduler(ExponentialLR(optimizer, 0.9))",
    "scheduler = LRScheduler(StepLR(optimizer, 3, 0.5))",
    "scheduler = LRScheduler(CosineAnnealingLR(optimizer, {n}))",
    "scheduler = LRScheduler(CosineAnnealingWarmRestarts(optimizer, 3, 2))",
    'up = LinearCyclicalScheduler(optimizer, "lr", 0.01, 0.2, {n} * 2)\n'
    'down = CosineAnnealingScheduler(optimizer, "lr", 0.2, 0.001, 9)\n'
    "scheduler = ConcatScheduler([up, down], durations=[{n}])",
    "scheduler = create_lr_scheduler_with_warmup(ExponentialLR(optimizer, 0.9),"
    " warmup_start_value=0.0, warmup_end_value={end}, warmup_duration={n})",
    'after = CosineAnnealingScheduler(optimizer, "lr", 0.1, 0.001, 9)\n'
    "scheduler = create_lr_scheduler_with_warmup(after, 0.01, {n}, warmup_end_value={end})",
)
ATTACH = (
    "scheduler.attach(trainer)",
    "trainer.add_event_handler(Events.ITERATION_STARTED, scheduler)",
    "trainer.add_event_handler(Events.ITERATION_COMPLETED, scheduler)",
    "trainer.add_event_handler(Events.EPOCH_STARTED, scheduler)",
    "scheduler.attach(trainer, Events.EPOCH_COMPLETED)",
    "trainer.add_event_handler(Events.EPOCH_COMPLETED(every=2), scheduler)",
    "trainer.add_event_handler(Events.ITERATION_COMPLETED(every=3), scheduler)",
)
TRAINERS = (
    "Engine(update)",
    "create_supervised_trainer(net, optimizer, torch.nn.functional.mse_loss)",
)


def script(seed: int) -> str:
    draw = random.Random(seed)
    schedule = SCHEDULES[seed % len(SCHEDULES)]
    for name, value in (("n", draw.randint(2, 6)), ("end", draw.choice(["None", 0.1, 0.2]))):
        schedule = schedule.replace("{" + name + "}", str(value))
    groups = "net.parameters()"
    if "warmup(" not in schedule and draw.random() < 0.3:
        groups = '[{"params": [net.weight]}, {"params": [net.bias], "lr": 0.02}]'
    return SCRIPT.format(
        groups=groups,
        trainer=draw.choice(TRAINERS),
        schedule=f"{schedule}\n{draw.choice(ATTACH)}",
        batches=draw.randint(2, 5),
        epochs=draw.randint(2, 5),
    )


@pytest.mark.parametrize("first", range(0, 88, 22))
def test_the_prediction_is_what_ignite_uses(first: int, tmp_path: Path) -> None:
    from torch_lrs import used_by

    for seed in range(first, first + 22):
        text = script(seed)
        path = tmp_path / f"train_{seed}.py"
        path.write_text(text)
        prediction = forecast(load(path)).schedules[-1].prediction
        assert prediction.unresolved == [], text
        assert prediction.lr is not None, text
        for ours, theirs in zip(prediction.lr, used_by(text), strict=True):
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-18), text


def test_what_ignite_steps_is_not_reported() -> None:
    for seed in range(22):
        found = {finding.code for finding in lint_text(script(seed)).diagnostics}
        assert found <= {"LR301"}, script(seed)


@pytest.mark.parametrize(
    "schedule",
    [
        'scheduler = PiecewiseLinear(optimizer, "lr", [(0, 0.1), (9, 0.2)])\n'
        "scheduler.attach(trainer, Events.ITERATION_STARTED(once=2))",
        'scheduler = PiecewiseLinear(optimizer, "momentum", [(0, 0.1), (9, 0.2)])\n'
        "scheduler.attach(trainer)",
        "scheduler = LRScheduler(StepLR(optimizer, 3), use_legacy=True)\nscheduler.attach(trainer)",
    ],
)
def test_what_is_left_open(schedule: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        SCRIPT.format(
            groups="net.parameters()",
            trainer="Engine(update)",
            schedule=schedule,
            batches=3,
            epochs=3,
        )
    )
    assert all(found.prediction.lr is None for found in forecast(load(path)).schedules)
