"""Epochs of trainings without a ``DataLoader``."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR

import lrlint

from .trainings import parameters

EPOCHS, BATCHES = 4, 6


def generated() -> Iterator[int]:
    yield from range(BATCHES)


def epochs_of(
    training: Callable[[torch.optim.Optimizer, Any], None],
) -> tuple[int | None, set[str]]:
    with lrlint.watch(mode="record") as watch:
        optimizer = torch.optim.SGD(parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, EPOCHS, eta_min=1e-3)
        training(optimizer, scheduler)
    assert watch.recording.notes == ()
    return watch.recording.schedules[0].epochs, {one.code for one in watch.findings}


@pytest.mark.parametrize(
    "batches",
    [lambda: range(BATCHES), lambda: [torch.zeros(1)] * BATCHES, generated],
    ids=["range", "list", "generator"],
)
def test_an_epoch_is_a_value_of_the_outer_counter(batches: Callable[[], Any]) -> None:
    def right(optimizer: Any, scheduler: Any) -> None:
        for _epoch in range(EPOCHS):
            for _ in batches():
                optimizer.step()
            scheduler.step()

    def wrong(optimizer: Any, scheduler: Any) -> None:
        epoch = 0
        while epoch < EPOCHS:
            for _ in batches():
                optimizer.step()
                scheduler.step()
            epoch += 1

    assert epochs_of(right) == (EPOCHS, set())
    assert epochs_of(wrong) == (EPOCHS, {"LR101"})


def test_an_epoch_in_a_function_of_its_own() -> None:
    def train_epoch(optimizer: Any) -> None:
        for _ in range(BATCHES):
            optimizer.step()

    def train(optimizer: Any, scheduler: Any) -> None:
        for _epoch in range(EPOCHS):
            train_epoch(optimizer)
            scheduler.step()

    assert epochs_of(train) == (EPOCHS, set())


def test_a_loop_in_one_line_is_a_loop() -> None:
    def training(optimizer: torch.optim.Optimizer, scheduler: Any) -> None:
        for epoch in range(EPOCHS):  # noqa: B007
            # fmt: off
            for _ in range(BATCHES): optimizer.step()  # noqa: E701
            # fmt: on
            scheduler.step()

    assert epochs_of(training) == (EPOCHS, set())


def test_a_counter_of_steps_counts_no_epochs() -> None:
    def train(optimizer: Any, scheduler: Any) -> None:
        step = 0
        while step < EPOCHS:
            for _ in range(2):
                optimizer.step()
                scheduler.step()
                step += 1

    assert epochs_of(train) == (None, set())


def test_one_name_for_both_counters_tells_nothing() -> None:
    def train(optimizer: Any, scheduler: Any) -> None:
        for _ in range(2):
            for _ in range(2):
                optimizer.step()
                scheduler.step()

    assert epochs_of(train) == (None, set())


def test_a_training_in_one_loop_has_no_epochs() -> None:
    def train(optimizer: Any, scheduler: Any) -> None:
        for _ in range(EPOCHS):
            optimizer.step()
            scheduler.step()

    assert epochs_of(train) == (None, set())


def test_a_long_training_is_not_looked_at_to_its_end() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = torch.optim.SGD(parameters(), lr=0.1)
        scheduler = StepLR(optimizer, 4)
        for _epoch in range(9):
            for _ in range(300):
                optimizer.step()
            scheduler.step()
    assert watch.recording.schedules[0].epochs == 9


def test_no_batch_is_kept_alive() -> None:
    class Batch:
        pass

    kept: list[bool] = []
    with lrlint.watch(mode="record"):
        optimizer = torch.optim.SGD(parameters(), lr=0.1)
        for _epoch in range(2):
            for _ in range(2):
                batch = Batch()
                gone = weakref.ref(batch)
                optimizer.step()
                del batch
                gc.collect()
                kept.append(gone() is not None)
    assert not any(kept)


def test_what_locals_has_returned_is_left_alone() -> None:
    with lrlint.watch(mode="record"):
        optimizer = torch.optim.SGD(parameters(), lr=0.1)
        settings = locals()
        for _epoch in range(2):
            for _ in range(2):
                optimizer.step()
    assert "optimizer" in settings
    assert "_epoch" not in settings
