"""Findings as every output, the Python interface and the runtime report them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from lrlint.fix import Fix
from lrlint.span import Location


class Severity(IntEnum):
    """How sure a finding is, from a judgement to a certainty."""

    ADVICE = 1
    """A judgement, shown with ``--pedantic`` only."""
    WARNING = 2
    """Almost certainly a mistake."""
    ERROR = 3
    """The LR will certainly not be what the script asks for, or the script crashes."""

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        return cls[text.upper()]


@dataclass(frozen=True)
class Related:
    """A second place that a finding mentions ("T_max set here")."""

    message: str
    filename: str
    location: Location
    end_location: Location
    cell: int | None = None


@dataclass(frozen=True)
class Sketch:
    """A curve of the LR as a row of characters."""

    label: str
    levels: str
    """A digit for each column, from 0 at the bottom to 7; ``x`` where the LR rises and falls
    within the column; a space where there is no LR."""
    text: str
    """The numbers."""


@dataclass(frozen=True)
class Suppressed:
    """How a finding was silenced."""

    in_source: bool
    """By a comment; else by a baseline."""
    reason: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """One finding, resolved to rows and columns.

    ``filename`` has forward slashes; it is relative to the working directory for a file below
    it, else absolute. In a notebook, ``cell`` counts from 1 and rows count within the cell.
    """

    code: str
    name: str
    severity: Severity
    message: str
    filename: str
    location: Location
    end_location: Location
    cell: int | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    url: str | None = None
    """The address of the rule's page."""
    sketches: tuple[Sketch, ...] = ()
    """The LR as it is planned and as it is, where both are known."""
    suppressed: Suppressed | None = None
    """How it was silenced; None for a finding that is reported."""

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        return (
            self.filename,
            self.cell or 0,
            self.location.row,
            self.location.column,
            self.code,
            self.message,
        )


def position(filename: str, cell: int | None, location: Location) -> str:
    """Return ``train.py:41:13``, or ``notebook.ipynb:cell 3:5:1``."""
    within = "" if cell is None else f"cell {cell}:"
    return f"{filename}:{within}{location.row}:{location.column}"
