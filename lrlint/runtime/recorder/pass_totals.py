"""The passes over ``DataLoader``s that trained something, added up."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.runtime.recorder.call_sites import RunPlace


@dataclass
class PassTotals:
    """The passes that trained something, or one optimizer."""

    passes: int = 0
    fewest: int | None = None
    """Batches of the shortest."""
    most: int = 0
    """Batches of the longest."""
    place: RunPlace | None = None
    """The header of the first one's loop."""

    @property
    def batches_of_each(self) -> int | None:
        """The batches of every pass; None where there is none, or they are not all as long."""
        return self.most if self.passes and self.fewest == self.most else None

    def add(self, batches: int, place: RunPlace | None) -> None:
        """Count a pass in which an optimizer was stepped."""
        self.passes += 1
        self.fewest = batches if self.fewest is None else min(self.fewest, batches)
        self.most = max(self.most, batches)
        self.place = self.place or place
