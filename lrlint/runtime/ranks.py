"""Several ranks: each records its own LRs, rank 0 compares them and reports for all.

Ranks of one machine exchange their recordings through files, which works after the process group
is gone; those of several machines through ``torch.distributed``, as long as it is initialised.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lrlint.facts import RankGap
from lrlint.runtime.recording import Recording, RecordingError, Track

PATIENCE = 30.0
"""Seconds that rank 0 waits for the others, which may still be saving a checkpoint."""
_POLL = 0.05
_SAME = 1e-9


def rank() -> int:
    """This process's rank, as ``torchrun`` has it; 0 where there are no ranks."""
    return _number("RANK", 0)


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdigit() else default


def exchange(recording: Recording) -> tuple[list[Recording], list[str]] | None:
    """The other ranks' recordings, and a line for each that is missing; None on those ranks."""
    world, here = _number("WORLD_SIZE", 1), rank()
    if world == 1:
        return [], []
    if _number("LOCAL_WORLD_SIZE", world) != world:
        return _through_torch(recording, here)
    folder = _folder()
    if here:
        folder.mkdir(exist_ok=True)
        recording.save(folder / f"{here}.json")
        return None
    return _collect(folder, world)


def _folder() -> Path:
    """A folder that the ranks of one launch agree on, and no other launch uses."""
    parts = (os.environ.get(name, "") for name in ("TORCHELASTIC_RUN_ID", "MASTER_PORT"))
    launch = "-".join([*parts, str(os.getppid())])
    return Path(tempfile.gettempdir()) / f"lrlint-{launch}"


def _collect(folder: Path, world: int) -> tuple[list[Recording], list[str]]:
    found: dict[int, Recording] = {}
    until = time.monotonic() + PATIENCE
    while len(found) < world - 1 and time.monotonic() < until:
        for other in range(1, world):
            path = folder / f"{other}.json"
            if other not in found and path.exists():
                try:
                    found[other] = Recording.load(path)
                except (OSError, RecordingError):
                    found[other] = Recording(())
        time.sleep(_POLL)
    shutil.rmtree(folder, ignore_errors=True)
    missing = [other for other in range(1, world) if other not in found]
    notes = [f"rank {other} has left no recording" for other in missing]
    return [found[other] for other in sorted(found)], notes


def _through_torch(recording: Recording, here: int) -> tuple[list[Recording], list[str]] | None:
    import torch.distributed as dist

    if not (dist.is_available() and dist.is_initialized()):
        return [], ["the process group is gone: the ranks of other machines are not compared"]
    everyone: list[Recording] | None = [Recording(())] * dist.get_world_size()
    dist.gather_object(replace(recording, findings=()), everyone if here == 0 else None, dst=0)
    return (everyone[1:], []) if here == 0 and everyone is not None else None


def gap(track: Track, others: Sequence[Track]) -> RankGap | None:
    """The first optimizer step at which another rank used another LR."""
    first: RankGap | None = None
    for other in others:
        theirs = dict(zip(other.at, zip(*other.lr, strict=True), strict=True))
        for step, mine in zip(track.at, zip(*track.lr, strict=True), strict=True):
            if first is not None and step >= first.step:
                break
            for one, two in zip(mine, theirs.get(step, mine), strict=False):
                if abs(one - two) > _SAME * max(abs(one), abs(two)):
                    writer = _writer(track, other)
                    first = RankGap(step=step, rank=other.rank, here=one, there=two, writer=writer)
                    break
    return first


def _writer(here: Track, there: Track) -> str:
    """Who has probably made two ranks differ."""
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


__all__ = ["exchange", "gap", "rank"]
