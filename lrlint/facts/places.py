"""Places in the user's code."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lrlint.fix import Change, Edit
from lrlint.span import Span
from lrlint.symbolic import Expr


class Place(ABC):
    """Somewhere in the user's code. Cheap to hold: rows and columns are looked up on demand."""

    @abstractmethod
    def span(self) -> Span:
        """Return the stretch of the file that it covers."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Return the source text, on one line."""

    def rewrite(self, change: Change) -> tuple[Edit, ...] | None:
        """Return the edits that make a change here, or None where it cannot be made."""
        return None

    def write(self, expression: Expr) -> str | None:
        """Return an expression as code, or None where a name in it has no value at this place."""
        return None
