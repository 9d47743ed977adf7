"""The evaluated arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from lrlint.analysis.model.values import AnyValue
from lrlint.analysis.places.place import SyntaxPlace


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call."""

    positional: list[AnyValue] = field(default_factory=list)
    keywords: dict[str, AnyValue] = field(default_factory=dict)
    places: dict[int | str, SyntaxPlace] = field(default_factory=dict)
    """Where each argument's value is written, by position or keyword."""
    open: bool = False
    """Whether ``*args`` or ``**kwargs`` hand over more than is known."""

    def get(self, position: int, name: str | None = None) -> AnyValue | None:
        """The argument at a position or under a keyword."""
        if name is not None and name in self.keywords:
            return self.keywords[name]
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return None

    def place(self, position: int, name: str | None = None) -> SyntaxPlace | None:
        """Where the argument at a position or under a keyword is written."""
        if name is not None and name in self.places:
            return self.places[name]
        return self.places.get(position)

    def all(self) -> list[AnyValue]:
        """All arguments."""
        return [*self.positional, *self.keywords.values()]
