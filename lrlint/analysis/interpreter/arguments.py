"""The evaluated arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lrlint.analysis.model.values import AnyValue
from lrlint.analysis.places.place import SyntaxPlace


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call, and where they are written."""

    positional: list[AnyValue] = field(default_factory=list)
    keywords: dict[str, AnyValue] = field(default_factory=dict)
    places: dict[int | str, SyntaxPlace] = field(default_factory=dict)
    """By position or keyword."""
    open: bool = False
    """Whether ``*args`` or ``**kwargs`` may pass other arguments as well."""

    def get(self, position: int, name: str | None = None) -> AnyValue | None:
        """Return the argument of a parameter, which may be given by keyword or by position."""
        if name is not None and name in self.keywords:
            return self.keywords[name]
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return None

    def place(self, position: int, name: str | None = None) -> SyntaxPlace | None:
        """Return the place of the argument of a parameter."""
        if name is not None and name in self.places:
            return self.places[name]
        return self.places.get(position)

    def places_after(self, first: int) -> dict[int | str, SyntaxPlace]:
        """Return where the arguments are written, without the first ones by position."""
        return {
            key - first if isinstance(key, int) else key: place
            for key, place in self.places.items()
            if isinstance(key, str) or key >= first
        }

    def with_value(self, old: AnyValue, new: AnyValue) -> Arguments:
        """Return the arguments with one value in place of another."""
        return replace(
            self,
            positional=[new if value is old else value for value in self.positional],
            keywords={key: new if value is old else value for key, value in self.keywords.items()},
        )

    def all(self) -> list[AnyValue]:
        """Return the values of all arguments."""
        return [*self.positional, *self.keywords.values()]
