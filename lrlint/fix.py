"""What a fix asks for, and the edits that it becomes.

A rule judges facts and knows no syntax, so it asks for a *change* ("set the argument ``eta_min``
of this call to ``1e-6``"). The place that the change is asked of knows how it is written and turns
it into text edits; a place that has no source of its own (a recorded run) turns it into nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Applicability(Enum):
    """Whether a fix may be applied without a person reading it."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, order=True)
class Location:
    """A point in a file: row and column from 1, columns in characters."""

    row: int
    column: int


@dataclass(frozen=True)
class Edit:
    """Replace what lies between two points by ``content`` (the end point is exclusive)."""

    content: str
    location: Location
    end_location: Location


@dataclass(frozen=True)
class SetArgument:
    """Give the call at a place the keyword argument ``name``, in place of the one it may have."""

    name: str
    text: str


@dataclass(frozen=True)
class DropArgument:
    """Take the argument ``name`` (or the positional one with this index) out of a call."""

    name: str | int


@dataclass(frozen=True)
class ReplaceWith:
    """Replace the expression at a place."""

    text: str


class Destination(Enum):
    """Where, in a loop's body, a moved statement goes."""

    END_OF_BODY = "end of body"
    AFTER_OPTIMIZER_STEP = "after optimizer step"


@dataclass(frozen=True)
class MoveStatement:
    """Move the statement that holds a place: ``to`` is a loop's place or a statement's place."""

    to: object
    destination: Destination


Change = SetArgument | DropArgument | ReplaceWith | MoveStatement


@dataclass(frozen=True)
class Fix:
    """Edits of one file that belong together, and how far they can be trusted."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


class ConflictingEdits(ValueError):
    """Two edits of one fix, or of two fixes applied together, overlap."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return ``text`` with all ``edits`` made, which must not overlap.

    Rows end at ``\\n``, ``\\r\\n`` or ``\\r``; everything outside the edits is kept to the byte.
    Raises :class:`ConflictingEdits` where two edits overlap.
    """
    starts = _line_starts(text)
    spans = sorted(
        (
            starts[edit.location.row - 1] + edit.location.column - 1,
            starts[edit.end_location.row - 1] + edit.end_location.column - 1,
            edit.content,
        )
        for edit in edits
    )
    pieces: list[str] = []
    done = 0
    for start, end, content in spans:
        if start < done:
            raise ConflictingEdits(f"two edits overlap at offset {start}")
        pieces += (text[done:start], content)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    offset = 0
    # `str.splitlines` also splits at form feeds and at U+2028, which Python's own rows do not.
    while offset < len(text):
        character = text[offset]
        offset += 1
        if character == "\r" and text[offset : offset + 1] == "\n":
            offset += 1
        if character in "\r\n":
            starts.append(offset)
    starts.append(len(text))
    return starts
