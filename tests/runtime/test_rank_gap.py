"""Where two ranks first used different LRs."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.runtime.rank_gap import first_gap
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
