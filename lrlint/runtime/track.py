"""One schedule of a run: the LR used and the LR expected, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lrlint.facts import Departure


@dataclass(frozen=True)
class Track:
    """One schedule of a run: what drove what, how often, and with which LR."""

    scheduler: str
    optimizer: str
    optimizer_steps: int
    scheduler_steps: int
    at: Sequence[int]
    """The optimizer steps, from 0, to which ``lr`` and ``expected`` belong."""
    lr: Sequence[Sequence[float]]
    """The LR that each param group really used, one sequence per group."""
    expected: Sequence[Sequence[float]] | None = None
    """The LR that the schedule's recursion gives; None where its law is not known."""
    epochs: int | None = None
    """Passes over the data that trained; None where the data come from no ``DataLoader``."""
    max_relative_error: float | None = None
    """The largest departure, relative to the highest LR expected."""
    first_divergence: Departure | None = None
    overlaid_steps: int = 0
    """Steps whose LR something had changed, and changed back before the scheduler's next step."""
    rank: int = 0
    filename: str = ""
    row: int = 0
    """Where the scheduler was built."""
    partial: bool = False
    """Whether the run has made fewer steps than the script plans."""
    optimizer_key: str = ""
    """What the same optimizer has on every rank: the line that builds it, and a number."""

    def array(self) -> Any:
        """Return ``lr`` as a numpy array of shape (param groups, len(at))."""
        import numpy  # not among the requirements

        return numpy.array(self.lr, dtype=float)

    @property
    def complete(self) -> bool:
        """Whether every optimizer step is there."""
        return len(self.at) == self.optimizer_steps

    def to_json(self) -> dict[str, Any]:
        """Return an entry of ``schedules`` in ``lrlint run --output-format json``."""
        departure = self.first_divergence
        expected = self.expected
        data = {
            "scheduler": self.scheduler,
            "optimizer": self.optimizer,
            "rank": self.rank,
            "filename": self.filename,
            "row": self.row,
            "optimizer_steps": self.optimizer_steps,
            "scheduler_steps": self.scheduler_steps,
            "epochs": self.epochs,
            "max_relative_error": self.max_relative_error,
            "first_divergence": None if departure is None else asdict(departure),
            "lr": [list(group) for group in self.lr],
            "expected": None if expected is None else [list(group) for group in expected],
        }
        return data if self.complete else data | {"at": list(self.at)}

    @staticmethod
    def from_saved(data: dict[str, Any]) -> Track:
        """Return the track that ``asdict`` has turned into ``data``; KeyError or TypeError for
        other data."""
        departure = data.pop("first_divergence")
        return Track(**data, first_divergence=None if departure is None else Departure(**departure))
