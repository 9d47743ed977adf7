"""What the server asks of its worker, and what that answers, in the protocol's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from lsprotocol import types


@dataclass(frozen=True)
class Document:
    """A script or a notebook as an editor holds it."""

    uri: str
    path: Path
    data: bytes = field(repr=False)
    """What the file would hold if it were saved now."""
    folder: Path
    """The folder of the workspace that holds it, else its own."""
    cells: tuple[str, ...] = ()
    """The URIs of a notebook's cells."""


class Kind(Enum):
    """What is wanted of a document."""

    CHECK = "check"
    FIX = "fix"
    FORECAST = "forecast"


@dataclass(frozen=True)
class Task:
    """A document to look at, and the others that are open: an import may lead to them."""

    kind: Kind
    document: Document
    others: tuple[Document, ...]
    encoding: str
    """How positions count columns."""


Edits = Mapping[str, list[types.TextEdit]]
"""The edits of each document, by URI."""


@dataclass(frozen=True)
class Repair:
    """The fix of a finding."""

    title: str
    safe: bool
    edits: Edits


@dataclass(frozen=True)
class Reported:
    """A finding, and what can be done about it."""

    uri: str
    diagnostic: types.Diagnostic
    repair: Repair | None = None
    suppression: Edits | None = None
    """The edit that adds a comment which silences the finding."""


@dataclass(frozen=True)
class Suppressed:
    """A rule as a suppression comment names it."""

    uri: str
    range: types.Range
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What was found in a document and in what it imports."""

    findings: tuple[Reported, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    pages: Mapping[str, str] = field(default_factory=dict)
    """The pages of the rules that are named above, in Markdown, by code."""
    imported: frozenset[Path] = frozenset()
    """The real paths of the files that were read because others import them."""


@dataclass(frozen=True)
class Drawn:
    """A schedule's curve, and where in the script it is spoken of."""

    uri: str
    construction: types.Range
    steps: tuple[tuple[str, types.Range], ...]
    """The document and the range of each ``step()``."""
    hint: str | None
    """The LR at the end, in a few words; None where it is not known."""
    words: str
    """The facts and the key steps, in Markdown."""
    svg: str | None


@dataclass(frozen=True)
class Answer:
    """What one task gave."""

    checked: Checked | None = None
    edits: Edits | None = None
    drawn: tuple[Drawn, ...] | None = None
    problems: tuple[str, ...] = ()
    """What kept lrlint from its work."""
    mistake: str | None = None
    """What the user has to mend first, such as a setting that does not exist."""
