"""Where something stands in a source file, and the error that says a file cannot be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of source: rows and columns from 1, columns in characters, the end exclusive.

    In a notebook ``cell`` is the 1-based index in the notebook's list of *all* cells (markdown
    ones included, as ``nbformat`` and most front ends count them) and rows count within the cell.
    """

    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None = None


class SourceError(Exception):
    """A file that cannot be read or parsed: one line of text and the place it is about."""

    def __init__(self, message: str, row: int = 1, column: int = 1, cell: int | None = None):
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
        self.cell = cell

    @property
    def span(self) -> Span:
        return Span(self.row, self.column, self.row, self.column, self.cell)

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{cell}{self.row}:{self.column}: {self.message}"


__all__ = ["SourceError", "Span"]
