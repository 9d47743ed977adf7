"""Where the LRs of two ranks first differ, and who has probably made them differ."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.facts import RankGap
from lrlint.runtime.track import Track

_SAME = 1e-9
"""Relative difference up to which two LRs are the same."""


def first_gap(track: Track, others: Sequence[Track]) -> RankGap | None:
    """Return the first optimizer step at which another rank used another LR."""
    gaps = [gap for other in others if (gap := _gap(track, other)) is not None]
    return min(gaps, key=lambda gap: gap.step, default=None)


def _gap(track: Track, other: Track) -> RankGap | None:
    other_lrs = dict(zip(other.at, zip(*other.lr, strict=True), strict=True))
    for step, lrs in zip(track.at, zip(*track.lr, strict=True), strict=True):
        for mine, theirs in zip(lrs, other_lrs.get(step, lrs), strict=False):
            if abs(mine - theirs) > _SAME * max(abs(mine), abs(theirs)):
                writer = _writer(track, other)
                return RankGap(step=step, rank=other.rank, here=mine, there=theirs, writer=writer)
    return None


def _writer(here: Track, there: Track) -> str:
    """Return who has probably made two ranks differ, in words."""
    if here.scheduler_steps != there.scheduler_steps:
        return (
            f"the calls of step(): {here.scheduler_steps:,} on rank 0,"
            f" {there.scheduler_steps:,} on rank {there.rank}"
        )
    if here.scheduler == "ReduceLROnPlateau":
        return "a metric that each rank computes for itself"
    for track in (here, there):
        if track.first_divergence is not None:
            return f"{track.first_divergence.writer}, on rank {track.rank}"
    return ""
