"""Where the LRs of two ranks first differ, and who has probably made them differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lrlint.facts import HANDWRITTEN, RankGap
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.runtime.track import Track
from lrlint.runtime.tracks_of_run import Tracked

_SAME = 1e-9
"""Largest relative difference between two LRs that count as the same."""


def compare_ranks(mine: Sequence[tuple[Tracked, Track]], ranks: Sequence[Sequence[Track]]) -> None:
    """Note where the LRs of this rank are not those of another, and steps on this rank alone.

    Tracks are matched by their optimizers: one rank may have a scheduler and another none.
    """
    seen: Counter[str] = Counter()
    for record, track in mine:
        key = track.optimizer_key
        theirs = [other for tracks in ranks for other in _matching(tracks, key, seen[key])]
        seen[key] += 1
        record.rank_gap = first_gap(track, theirs)
        if isinstance(record, RecordedScheduler):
            unstepped = any(t.optimizer_steps and not t.scheduler_steps for t in theirs)
            record.this_rank_only = unstepped and record.steps > 0


def _matching(tracks: Sequence[Track], key: str, number: int) -> Sequence[Track]:
    """Return the track of an optimizer; of several, the one with the number, or the last."""
    same = [track for track in tracks if track.optimizer_key == key]
    return same[: number + 1][-1:]


def first_gap(track: Track, others: Sequence[Track]) -> RankGap | None:
    """Return the first optimizer step at which another rank used another LR.

    LRs that are never changed are not compared: ranks that differ in them mean to.
    """
    compared = [other for other in others if not (is_steady(track) and is_steady(other))]
    gaps = [gap for other in compared if (gap := _gap(track, other)) is not None]
    return min(gaps, key=lambda gap: gap.step, default=None)


def is_steady(track: Track) -> bool:
    """Whether it is an LR that neither a scheduler nor the script changes."""
    return track.scheduler == HANDWRITTEN and not track.scheduler_steps


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
    if HANDWRITTEN in (here.scheduler, there.scheduler):
        return _missing_writer(here, there)
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


def _missing_writer(here: Track, there: Track) -> str:
    """Return what changes the LR on one rank only; nothing where both change it."""
    for track, other in ((here, there), (there, here)):
        if is_steady(track):
            by_hand = other.scheduler == HANDWRITTEN
            return f"{'a write' if by_hand else f'the {other.scheduler}'} on rank {other.rank} only"
    return ""
