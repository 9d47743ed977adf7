"""Several ranks: each records its own LRs, and rank 0 gets the recordings of all.

Ranks of one machine exchange their recordings through files, which works after the process group
is gone; those of several machines through ``torch.distributed``, as long as it is initialised.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch.distributed as dist

from lrlint.runtime.recording import Recording, RecordingError

PATIENCE = 30.0
"""Seconds that rank 0 waits for the others, which may still be saving a checkpoint."""
_POLL = 0.05
"""Seconds between two looks for the recordings of other ranks."""


def rank() -> int:
    """Return this process's rank in its group, or as ``torchrun`` sets it; 0 without ranks."""
    return dist.get_rank() if _has_group() else _number("RANK", 0)


def _has_group() -> bool:
    return dist.is_available() and dist.is_initialized()


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdigit() else default


def exchange(recording: Recording) -> tuple[list[Recording], list[str]] | None:
    """Return the other ranks' recordings, and a line for each that is missing.

    Only rank 0 gets them; the others get None.
    """
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


def gather(recording: Recording) -> tuple[list[Recording], list[str]] | None:
    """Return what :func:`exchange` does, for ranks that all call it while their group exists."""
    if not _has_group() or dist.get_world_size() == 1:
        return [], []
    try:
        return _through_torch(recording, dist.get_rank())
    except Exception as error:  # a backend that gathers no objects
        return [], [f"the ranks are not compared: {' '.join(str(error).split())}"]


def _folder() -> Path:
    """Return a folder that the ranks of one launch agree on, and no other launch uses."""
    parts = (os.environ.get(name, "") for name in ("TORCHELASTIC_RUN_ID", "MASTER_PORT"))
    launch = "-".join([*parts, str(os.getppid())])
    return Path(tempfile.gettempdir()) / f"lrlint-{launch}"


def _collect(folder: Path, world: int) -> tuple[list[Recording], list[str]]:
    recordings: dict[int, Recording] = {}
    deadline = time.monotonic() + PATIENCE
    while len(recordings) < world - 1 and time.monotonic() < deadline:
        for other in range(1, world):
            path = folder / f"{other}.json"
            if other not in recordings and path.exists():
                try:
                    recordings[other] = Recording.load(path)
                except (OSError, RecordingError):
                    recordings[other] = Recording(())
        time.sleep(_POLL)
    shutil.rmtree(folder, ignore_errors=True)
    missing = [other for other in range(1, world) if other not in recordings]
    notes = [f"rank {other} has left no recording" for other in missing]
    return [recordings[other] for other in sorted(recordings)], notes


def _through_torch(recording: Recording, here: int) -> tuple[list[Recording], list[str]] | None:
    if not _has_group():
        return [], ["the process group is gone: the ranks of other machines are not compared"]
    everyone: list[Recording] | None = [Recording(())] * dist.get_world_size()
    dist.gather_object(replace(recording, findings=()), everyone if here == 0 else None, dst=0)
    return (everyone[1:], []) if here == 0 and everyone is not None else None
