"""What a fix asks for, and the edits that it becomes.

A rule judges facts and knows no syntax, so it asks for a *change* ("set the argument ``eta_min``
of this call to ``1e-6``"). The place that the change is asked of knows how it is written and turns
it into text edits; a place without source (a recorded run) turns it into nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lrlint.span import Span


class Applicability(Enum):
    """Whether a fix may be applied without a person reading it."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Edit:
    """Replace a span by ``content``."""

    span: Span
    content: str


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


@dataclass(frozen=True)
class SetItem:
    """Give the dict at a place an item, in place of the one with the key that it may have.

    Where there is no dict, the expression becomes one, in which it is the value of ``alone``.
    """

    key: str
    text: str
    alone: str


class Destination(Enum):
    """Where, in a loop's body, a moved statement goes."""

    END_OF_BODY = "end of body"
    AFTER_OPTIMIZER_STEP = "after optimizer step"


@dataclass(frozen=True)
class MoveStatement:
    """Move the statement that holds a place: ``to`` is a loop's place or a statement's place."""

    to: object
    destination: Destination


Change = SetArgument | DropArgument | ReplaceWith | SetItem | MoveStatement


@dataclass(frozen=True)
class Fix:
    """Edits of one file that belong together, and how far they can be trusted."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
