"""Where something is in a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Location:
    """A point in a file: row and column from 1, columns in characters."""

    row: int
    column: int


@dataclass(frozen=True)
class Span:
    """A stretch of a file, the end exclusive.

    In a notebook ``cell`` is the 1-based index in the notebook's list of *all* cells (markdown
    ones included, as ``nbformat`` and most front ends count them) and rows count within the cell.
    """

    filename: str
    """The file as reports call it."""
    start: Location
    end: Location
    cell: int | None = None

    @property
    def line(self) -> tuple[str, int]:
        """The file name, and the row where it starts."""
        return self.filename, self.start.row
