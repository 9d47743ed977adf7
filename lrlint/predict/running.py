"""The state of compiled functions: the frame of local names, live objects, and how code is left."""

from __future__ import annotations

import collections
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrlint.analysis.model.values import ClassValue

Frame = dict[str, Any]
Compiled = Callable[[Frame], Any]

MOST_STEPS = 100_000
"""The most iterations of the loops inside one call."""


class Unreadable(ValueError):
    """The function does something that is not understood; the text says what."""


@dataclass(frozen=True)
class LibraryClass:
    """A class of a library, by its qualified name."""

    name: str


class Live(ABC):
    """An object of the script whose methods are run: ``self`` in a scheduler of the script."""

    kind: LibraryClass | None = None
    """Its class, where that is a library's."""

    @abstractmethod
    def get(self, name: str) -> Any:
        """Return an attribute, or a method bound to the object."""

    @abstractmethod
    def set(self, name: str, value: Any) -> None:
        """Set an attribute."""

    @abstractmethod
    def inherited(self, owner: ClassValue, name: str) -> Callable[..., Any]:
        """Return the method that ``super()`` means in a method of a class."""


class Left(Exception):
    """A ``break``, or a ``continue``."""

    def __init__(self, *, goes_on: bool) -> None:
        self.goes_on = goes_on


class Returned(Exception):
    """Ends the body of a function that is run, at its ``return``."""

    def __init__(self, value: Any) -> None:
        self.value = value


def bounded(items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items that a loop visits, but no more than ``MOST_STEPS``."""
    for count, item in enumerate(items):
        if count > MOST_STEPS:
            raise Unreadable("a loop that does not end")
        yield item


def runs_on(parts: Sequence[Compiled], frame: Frame) -> bool:
    """Run an iteration; return False where it breaks."""
    try:
        for part in parts:
            part(frame)
    except Left as left:
        return left.goes_on
    return True


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """Set an attribute, where the owner is an object of the code that is run."""
    if not isinstance(owner, Live):
        raise Unreadable(f"an attribute {name}")
    owner.set(name, value)


METHODS = frozenset(
    {
        *((list, name) for name in ("append", "extend", "index", "count", "copy")),
        *((dict, name) for name in ("get", "items", "keys", "values", "setdefault", "copy")),
        *((collections.Counter, name) for name in ("get", "elements", "items", "keys")),
        (tuple, "index"),
    }
)
"""Methods of plain values that a scheduler may call."""
