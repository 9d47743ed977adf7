"""Schedulers that a framework advances in its own way."""

from __future__ import annotations

from typing import Any

import torch
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import SWALR

import lrlint

from .trainings import parameters

_PREPARED = """
def step(scheduler, processes):
    for _ in range(processes):
        scheduler.step()
"""


def stepped_by_accelerate(calls: int, length: int) -> set[str]:
    """Train 8 steps on 2 processes, as accelerate's wrapper steps the scheduler on each."""
    names: dict[str, Any] = {"__name__": "accelerate.scheduler"}
    exec(_PREPARED, names)
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    with lrlint.watch(mode="record") as watch:
        scheduler = lrs.CosineAnnealingLR(optimizer, length, eta_min=1e-3)
        for _ in range(8):
            optimizer.step()
            for _call in range(calls):
                names["step"](scheduler, 2)
    return {one.code for one in watch.findings}


def test_one_advance_for_each_process_is_no_second_step() -> None:
    assert stepped_by_accelerate(calls=1, length=16) == set()
    assert stepped_by_accelerate(calls=1, length=8) == {"LR201"}


def test_a_composed_schedule_that_was_built_before_is_not_rebuilt() -> None:
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    ramp = lrs.LinearLR(optimizer, 0.1, total_iters=2)
    cosine = lrs.CosineAnnealingLR(optimizer, 4, eta_min=1e-3)
    scheduler = lrs.SequentialLR(optimizer, [ramp, cosine], [2])
    with lrlint.watch(scheduler, mode="record") as watch:
        for _epoch in range(6):
            for _ in range(3):
                optimizer.step()
            scheduler.step()
    assert watch.findings == ()


def test_an_lr_that_moves_without_a_step_is_not_verified() -> None:
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    with lrlint.watch(mode="record") as watch:
        scheduler = lrs.ExponentialLR(optimizer, 0.8)
        for _ in range(5):
            optimizer.step()
            scheduler.last_epoch += 1
            optimizer.param_groups[0]["lr"] *= scheduler.gamma
    (track,) = watch.recording.schedules
    assert watch.findings == ()
    assert (track.expected, track.max_relative_error) == (None, None)


def test_a_scheduler_that_a_hook_of_the_optimizer_steps_is_not_early() -> None:
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    loader = torch.utils.data.DataLoader(torch.ones(4, 1))
    with lrlint.watch(mode="record") as watch:
        scheduler = lrs.CosineAnnealingLR(optimizer, 12, eta_min=1e-3)
        optimizer.register_step_post_hook(lambda *_: scheduler.step())
        for _epoch in range(3):
            for _batch in loader:
                optimizer.step()
    assert watch.findings == ()


def test_a_warm_up_from_which_swa_takes_over() -> None:
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    loader = torch.utils.data.DataLoader(torch.ones(4, 1))
    with lrlint.watch(mode="record") as watch:
        ramp = lrs.LinearLR(optimizer, 0.5, total_iters=5)
        averaging = SWALR(optimizer, swa_lr=0.05, anneal_epochs=2)
        for epoch in range(6):
            for _batch in loader:
                optimizer.step()
            (ramp if epoch < 3 else averaging).step()
    assert "LR210" not in {one.code for one in watch.findings}
