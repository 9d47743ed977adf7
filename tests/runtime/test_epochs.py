"""Epochs of each optimizer where a process trains more than one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

from lrlint.runtime.facts_of_run.epochs import Epochs

from .trainings import model, optimizer_of, recorded, update

LOADERS = {
    "loader": lambda: DataLoader(TensorDataset(torch.zeros(6, 1)), batch_size=1),
    "list": lambda: [0] * 6,
}


def fit(loader: Iterable[Any], epochs: int) -> Any:
    """Train one more model for a number of epochs."""
    optimizer = optimizer_of(model())
    for _epoch in range(epochs):
        for _batch in loader:
            update(optimizer)
    return optimizer


@pytest.mark.parametrize("kind", LOADERS)
def test_trainings_one_after_the_other_have_their_own_epochs(kind: str) -> None:
    with recorded() as session:
        kept = [fit(LOADERS[kind](), epochs) for epochs in (3, 5)]
    epochs = Epochs(session.recorder)
    assert [epochs.of(record) for record in session.recorder.optimizers] == [3, 5]
    assert len(kept) == 2


def test_models_that_are_trained_in_turn_share_the_epochs() -> None:
    loader = LOADERS["loader"]()
    with recorded() as session:
        first, second = optimizer_of(model()), optimizer_of(model())
        for _epoch in range(4):
            for optimizer in (first, second):
                for _batch in loader:
                    update(optimizer)
    epochs = Epochs(session.recorder)
    assert [epochs.of(record) for record in session.recorder.optimizers] == [4, 4]


def test_an_optimizer_that_steps_once_per_epoch_has_the_epochs_of_the_other() -> None:
    with recorded() as session:
        discriminator, generator = optimizer_of(model()), optimizer_of(model())
        for _epoch in range(4):
            for _batch in range(6):
                update(discriminator)
            update(generator)
    epochs = Epochs(session.recorder)
    assert [epochs.of(record) for record in session.recorder.optimizers] == [4, 4]


def test_an_optimizer_that_never_steps_has_all_passes() -> None:
    with recorded() as session:
        idle = optimizer_of(model())
        scheduler = StepLR(idle, 2)
        fit(LOADERS["loader"](), 3)
    epochs = Epochs(session.recorder)
    assert epochs.of(session.recorder.optimizers[0]) == 3
    del scheduler
