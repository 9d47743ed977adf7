"""A schedule that another object of the same run goes on with is not called unfinished."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable

import pytest
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

import lrlint

Pair = tuple[SGD, CosineAnnealingLR]


def build() -> Pair:
    optimizer = SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    return optimizer, CosineAnnealingLR(optimizer, T_max=10, eta_min=1e-3)


def from_a_checkpoint(pair: Pair) -> Pair:
    file = io.BytesIO()
    torch.save([part.state_dict() for part in pair], file)
    file.seek(0)
    optimizer, scheduler = build()
    states = torch.load(file)
    scheduler.load_state_dict(states[1])
    optimizer.load_state_dict(states[0])
    return optimizer, scheduler


def from_a_checkpoint_at_another_line(pair: Pair) -> Pair:
    optimizer = SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=10, eta_min=1e-3)
    for part, state in zip((optimizer, scheduler), copy.deepcopy(pair), strict=True):
        part.load_state_dict(state.state_dict())
    return optimizer, scheduler


def unpickled(pair: Pair) -> Pair:
    return pickle.loads(pickle.dumps(pair))  # type: ignore[no-any-return]


def train(pair: Pair) -> None:
    for _ in range(5):
        for part in pair:
            part.step()


@pytest.mark.parametrize(
    ("go_on", "codes"),
    [
        (from_a_checkpoint, []),
        (from_a_checkpoint_at_another_line, []),
        (unpickled, []),
        (copy.deepcopy, []),
        (lambda pair: build(), ["LR201"]),
    ],
)
def test_continued(go_on: Callable[[Pair], Pair], codes: list[str]) -> None:
    with lrlint.watch(mode="record") as watch:
        pair = build()
        train(pair)
        other = go_on(pair)
        train(other)
    assert [finding.code for finding in watch.findings] == codes
