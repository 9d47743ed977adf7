"""What the result of a file rests on, besides its settings and lrlint itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lrlint.errors import UserError
from lrlint.linter.resolve import Resolver
from lrlint.source import Locator
from lrlint.source.data import LARGEST as LARGEST_DATA
from lrlint.source.disk import Query, digest
from lrlint.source.locate import DATA, LARGEST


@dataclass(frozen=True)
class Basis:
    """What must be the same for a result to hold."""

    content: str
    """The digest of the file."""
    queries: tuple[Query, ...] = ()
    """What was asked of the disk."""
    state: str = ""
    """The digest of the answers: which files, their content and their settings."""
    dull: bool = False
    """Whether the bytes alone say that there is nothing to lint."""


class States:
    """Digests of the answers to queries."""

    def __init__(
        self, locator: Locator, resolver: Resolver, content: Callable[[Path, int], str]
    ) -> None:
        """Set up; ``content`` returns the digest of a file of at most so many bytes."""
        self.locator = locator
        self._resolver = resolver
        self._content = content
        self._known: dict[Query, str] = {}

    def of(self, queries: Iterable[Query]) -> str | None:
        """Return one digest for all answers; None where a configuration is broken."""
        try:
            return digest("".join(map(self._of, queries)).encode("utf-8", "surrogateescape"))
        except UserError:
            return None

    def _of(self, query: Query) -> str:
        found = self._known.get(query)
        if found is None:
            largest = LARGEST_DATA if query[0] == DATA else LARGEST
            answers = [
                f"\0{path}\0{self._content(path, largest)}"
                f"\0{self._resolver.settings(path).fingerprint}"
                for path in self.locator.answer(query)
            ]
            found = self._known[query] = f"\n{query}{''.join(answers)}"
        return found
