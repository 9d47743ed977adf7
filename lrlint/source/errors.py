"""The error that says a file cannot be read."""

from __future__ import annotations


class SourceError(Exception):
    """A file that cannot be read or parsed: one line of text and the place it is about."""

    def __init__(self, message: str, row: int = 1, column: int = 1, cell: int | None = None):
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
        self.cell = cell

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{cell}{self.row}:{self.column}: {self.message}"


__all__ = ["SourceError"]
