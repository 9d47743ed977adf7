"""What a run was: one `Track` per schedule, with the LR used and the LR expected."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lrlint.diagnostics import Diagnostic
from lrlint.errors import UserError
from lrlint.facts import Departure

SCHEMA = 1
"""The version of the JSON form and of saved files."""


class RecordingError(UserError):
    """A file that holds no recording, or one of another version; the message says which."""


@dataclass(frozen=True)
class Track:
    """One schedule of a run: what drove what, how often, and with which LR."""

    scheduler: str
    optimizer: str
    optimizer_steps: int
    scheduler_steps: int
    at: Sequence[int]
    """The optimizer steps, from 0, of which ``lr`` and ``expected`` tell."""
    lr: Sequence[Sequence[float]]
    """The LR that each param group really used, one sequence per group."""
    expected: Sequence[Sequence[float]] | None = None
    """The LR that the schedule's recursion gives; None where its law is not known."""
    epochs: int | None = None
    """Passes over the data that trained; None where the data come from no ``DataLoader``."""
    max_relative_error: float | None = None
    """The largest departure, relative to the highest LR expected."""
    first_divergence: Departure | None = None
    rank: int = 0
    filename: str = ""
    row: int = 0
    """Where the scheduler was built."""

    def array(self) -> Any:
        """``lr`` as a numpy array of shape (param groups, len(at))."""
        import numpy

        return numpy.array(self.lr, dtype=float)

    @property
    def complete(self) -> bool:
        """Whether every optimizer step is there."""
        return len(self.at) == self.optimizer_steps


@dataclass(frozen=True)
class Recording:
    """All schedules of one run, and what the rules say of them."""

    schedules: tuple[Track, ...]
    findings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    """What was lost, and why: a hook that failed, a disk that was full."""
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> list[dict[str, Any]]:
        """The ``schedules`` of ``lrlint run --output-format json``."""
        return [_track_json(track) for track in self.schedules]

    def plot(self) -> Any:
        """An Altair chart of the LR used and the LR scheduled; needs the extra ``report``."""
        from lrlint.runtime.picture import chart

        return chart(self)

    def save(self, path: str | Path) -> None:
        """Write the schedules to a JSON file, all of it or nothing (an OSError says why not)."""
        from lrlint.source.atomic import replace_file

        text = json.dumps(
            {"lrlint-recording": SCHEMA, "schedules": [asdict(one) for one in self.schedules]},
            allow_nan=True,
        )
        replace_file(path, text.encode())

    @staticmethod
    def load(path: str | Path) -> Recording:
        """Read a saved recording; its findings are not part of the file.

        Raises RecordingError where the file is none, is cut short, or is of another version.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, UnicodeDecodeError) as error:
            raise RecordingError(f"{path}: holds no recording ({error})") from error
        version = data.get("lrlint-recording") if isinstance(data, dict) else None
        if version != SCHEMA:
            what = "holds no recording" if version is None else f"is of version {version}"
            raise RecordingError(f"{path}: {what}")
        try:
            return Recording(tuple(_track(one) for one in data["schedules"]))
        except (KeyError, TypeError) as error:
            raise RecordingError(f"{path}: holds no recording ({error})") from error


def _track(data: dict[str, Any]) -> Track:
    divergence = data.pop("first_divergence")
    return Track(**data, first_divergence=None if divergence is None else Departure(**divergence))


def _track_json(track: Track) -> dict[str, Any]:
    found = {
        "scheduler": track.scheduler,
        "optimizer": track.optimizer,
        "rank": track.rank,
        "filename": track.filename,
        "row": track.row,
        "optimizer_steps": track.optimizer_steps,
        "scheduler_steps": track.scheduler_steps,
        "epochs": track.epochs,
        "max_relative_error": track.max_relative_error,
        "first_divergence": None
        if track.first_divergence is None
        else asdict(track.first_divergence),
        "lr": [list(group) for group in track.lr],
        "expected": None if track.expected is None else [list(one) for one in track.expected],
    }
    return found if track.complete else found | {"at": list(track.at)}
