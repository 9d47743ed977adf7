"""Where two ranks first used different LRs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

import lrlint
from lrlint.facts import HANDWRITTEN
from lrlint.runtime.rank_gap import first_gap
from lrlint.runtime.recording import Recording
from lrlint.runtime.session import Mode, Session
from lrlint.runtime.track import Track


def track(rank: int, lrs: Sequence[float], scheduler: str = "StepLR", steps: int = 3) -> Track:
    return Track(
        scheduler=scheduler,
        optimizer="SGD",
        optimizer_steps=len(lrs),
        scheduler_steps=steps,
        at=range(len(lrs)),
        lr=[lrs],
        rank=rank,
    )


def test_ranks_that_agree_have_no_gap() -> None:
    assert first_gap(track(0, [0.1, 0.2]), [track(1, [0.1, 0.2 * (1 + 1e-12)])]) is None
    assert first_gap(track(0, [0.1]), []) is None


def test_the_earliest_gap_of_all_ranks() -> None:
    others = [track(1, [0.1, 0.2, 0.5]), track(2, [0.1, 0.4, 0.3])]
    gap = first_gap(track(0, [0.1, 0.2, 0.3]), others)
    assert gap is not None
    assert (gap.step, gap.rank, gap.here, gap.there) == (1, 2, 0.2, 0.4)


def test_who_has_probably_made_the_difference() -> None:
    fewer = first_gap(track(0, [0.1]), [track(1, [0.2], steps=2)])
    metric = first_gap(track(0, [0.1], "ReduceLROnPlateau"), [track(1, [0.2])])
    assert fewer is not None
    assert metric is not None
    assert fewer.writer == "the calls of step(): 3 on rank 0, 2 on rank 1"
    assert metric.writer == "a metric that each rank computes for itself"


@pytest.mark.parametrize(
    ("here", "there", "writer"),
    [
        (track(0, [0.1, 0.1], HANDWRITTEN, 0), track(1, [0.1, 0.2], HANDWRITTEN, 1), "a write"),
        (track(0, [0.1, 0.1], HANDWRITTEN, 0), track(1, [0.1, 0.2]), "the StepLR"),
    ],
    ids=["a write", "a scheduler"],
)
def test_what_one_rank_has_and_the_other_has_not(here: Track, there: Track, writer: str) -> None:
    for mine, other in ((here, there), (there, here)):
        gap = first_gap(mine, [other])
        assert gap is not None
        assert (gap.step, gap.writer) == (1, f"{writer} on rank 1 only")


def test_lrs_that_nothing_changes_may_differ() -> None:
    here, there = (track(rank, [lr], HANDWRITTEN, 0) for rank, lr in enumerate([0.1, 0.2]))
    assert first_gap(here, [there]) is None


def test_ranks_are_compared_optimizer_by_optimizer() -> None:
    """A rank may build more optimizers than another, and another number of schedulers."""
    with lrlint.watch(mode="record") as watch:
        for lr in (0.1, 0.2):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=lr)
            for _ in range(3):
                optimizer.step()
                optimizer.param_groups[0]["lr"] *= 0.5
    session = Session(Mode.RECORD)
    session.recorder = watch._session.recorder
    recording = session.for_other_ranks()
    first, second = recording.schedules
    assert (first.optimizer_key, second.optimizer_key) == (
        first.optimizer_key[:-1] + "0",
        first.optimizer_key[:-1] + "1",
    )
    session.compare_with([Recording((replace(second, rank=1),))], [])
    assert session.findings() == ()
    session.compare_with(
        [Recording((replace(first, rank=1, optimizer_key=second.optimizer_key),))], []
    )
    (finding,) = session.findings()
    assert (finding.code, finding.location.row) == ("LR903", second.row)
