"""Arguments of constructors."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts.places import Place
from lrlint.symbolic import Atom, Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class Argument:
    """An argument of a scheduler's or optimizer's constructor."""

    value: object
    """An Expr where it is a number; str, bool, None, a tuple of values, or Unknown otherwise."""
    place: Place | None
    """Where it is written, or None where the signature's default applies."""
    text: str = ""
    reads: frozenset[Atom] = frozenset()
    """Where it is a function, the numbers of the script that it computes with."""

    @property
    def explicit(self) -> bool:
        """Whether the script gives it, rather than the signature."""
        return self.place is not None

    @property
    def number(self) -> Expr | None:
        """Return the value where it is a number."""
        return self.value if isinstance(self.value, Expr) else None

    @property
    def numbers(self) -> tuple[Expr, ...] | None:
        """Return the elements of a list or tuple where all of them are numbers."""
        if isinstance(self.value, tuple) and all(isinstance(item, Expr) for item in self.value):
            return self.value
        return None


@dataclass(frozen=True)
class Unknown:
    """A value that is not known; ``text`` is how the script writes it."""

    text: str = ""
