"""Results of linted files from run to run.

The result of a file depends on its content and on what was asked of the disk for it: each query,
the files that answer it, their content and their settings. The key is made of everything
else: settings, options, path and working directory, the installation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lrlint.linter.basis import Basis, States
from lrlint.linter.cache import folder as folders
from lrlint.linter.cache.installation import installation
from lrlint.linter.cache.records import decode, encode
from lrlint.linter.cache.stamps import Stamps
from lrlint.linter.linted import Linted
from lrlint.linter.resolve import Resolver
from lrlint.source import STDIN, Found, Locator
from lrlint.source.disk import Query, digest

_DAY: Final = 86_400
_KEPT: Final = 30
"""Days after which a result that was not asked for is dropped."""
_MOST_ENTRIES: Final = 20_000
"""Results; of more, only those of today are kept."""
_REFRESHED: Final = 7
"""Days after which a cache that has not changed is written again, so that it does not grow old."""

_DEEPEST: Final = 100
_LONGEST: Final = 4096
"""Dots and characters of a module's name."""

_NOTHING: Final = Linted()


class ResultCache:
    """The results of earlier runs in one folder."""

    def __init__(self, folder: Path, resolver: Resolver, *, explain: bool) -> None:
        self.trouble: str | None = None
        """Why the cache could not be written, in a line."""
        self._folder = folder
        self._resolver = resolver
        self._options = f"explain={explain}"
        self._stamps = Stamps()
        self._locator = Locator()
        self._states = States(
            self._locator,
            resolver.twin(),
            lambda path, largest: self._stamps.digest(str(path), largest),
        )
        self._today = int(self._stamps.start // _DAY)
        self._cwd = os.getcwd()
        self._entries: dict[str, list[Any]] = {}
        self._queries: list[Query] = []
        self._numbers: dict[Query, int] = {}
        self._sound: set[str] = set()
        self._changed = False
        here = "\0".join([self._cwd, os.path.dirname(__file__)])
        self._key = digest(here.encode("utf-8", "surrogateescape"))
        self._load()

    def _load(self) -> None:
        found = folders.read(self._folder, self._key) or {}
        with suppress(ValueError, TypeError, KeyError):
            self._stamps.restore(found["files"], found["written"])
        self._installation = installation(self._stamps.digest)
        try:
            if found.get("installation") != self._installation:
                raise ValueError("results of other code")
            self._queries = [_query(*row) for row in found["queries"]]
            known = len(self._queries)
            self._entries = {key: _entry(known, *row) for key, row in found["entries"].items()}
            self._sound = {*map(str, found["sound"])}
            self._changed = self._stamps.start - found["written"] > _REFRESHED * _DAY
        except (ValueError, TypeError, KeyError, AttributeError):
            self._queries, self._entries, self._sound = [], {}, set()
            self._stamps.dull.clear()  # what other code has said of their bytes
            self._changed = True
        self._numbers = {query: number for number, query in enumerate(self._queries)}

    # -- settings

    def is_sound(self, fingerprint: str) -> bool:
        """Whether settings are known to name rules that exist."""
        return fingerprint in self._sound

    def note_sound(self, fingerprint: str) -> None:
        """Remember settings that name rules that exist."""
        self._changed |= fingerprint not in self._sound
        self._sound.add(fingerprint)

    # -- results

    def get(self, found: Found) -> Linted | None:
        """Return the result of a file; None where it must be linted."""
        path = os.path.join(self._cwd, found.path)
        if found.path == STDIN or not self._stamps.knows(path):
            return None
        content = self._stamps.digest(path)
        if not content:
            return None
        if path in self._stamps.dull and not found.explicit:
            return _NOTHING
        key = self._entry_key(found)
        try:
            day, known, state, numbers, record = self._entries[key]
            queries = [self._queries[number] for number in numbers]
            if known != content or state != self._states.of(queries):
                return None
            linted = decode(Linted, record)
            if linted.files and not self._has_read({*linted.files.values()}, path, queries):
                return None
        except (KeyError, ValueError, TypeError, IndexError, RecursionError):
            return None
        if day != self._today:
            self._entries[key] = [self._today, known, state, numbers, record]
        return linted

    def _has_read(self, files: set[str], path: str, queries: Iterable[Query]) -> bool:
        """Whether some files are the linted one, or answer its queries: so their content is known.

        A finding shows the source, and nobody may write a finding into the cache that shows
        another file.
        """
        rest = {os.path.join(self._cwd, file) for file in files} - {path}
        return not rest or rest <= {
            str(answer) for query in queries for answer in self._locator.answer(query)
        }

    def put(self, found: Found, linted: Linted, basis: Basis) -> None:
        """Keep the result of a file."""
        self._stamps.note(os.path.join(self._cwd, found.path), basis.content, dull=basis.dull)
        self._changed = True
        if basis.dull or linted.problems:
            return
        numbers: list[int] = []
        for query in basis.queries:
            if query not in self._numbers:
                self._numbers[query] = len(self._queries)
                self._queries.append(query)
            numbers.append(self._numbers[query])
        with suppress(TypeError):
            record = encode(linted)
            entry = [self._today, basis.content, basis.state, numbers, record]
            self._entries[self._entry_key(found)] = entry

    def _entry_key(self, found: Found) -> str:
        settings = self._resolver.settings(found.path).fingerprint
        parts = (str(found.path), found.real, str(found.explicit), self._options, settings)
        return digest("\0".join(parts).encode("utf-8", "surrogateescape"))

    def save(self) -> None:
        """Write what has changed; `trouble` says why that failed."""
        if not (self._changed or self._stamps.changed):
            return
        entries, queries = self._pruned()
        content = {
            "installation": self._installation,
            "written": self._stamps.start,
            "sound": sorted(self._sound),
            "files": self._stamps.rows(),
            "queries": queries,
            "entries": entries,
        }
        self.trouble = folders.write(self._folder, self._key, content)

    def _pruned(self) -> tuple[dict[str, list[Any]], list[Query]]:
        """Return the entries that were used lately, and their queries."""
        numbers: dict[int, int] = {}
        oldest = self._today - (_KEPT if len(self._entries) <= _MOST_ENTRIES else 1)
        entries = {
            key: [day, content, state, [numbers.setdefault(n, len(numbers)) for n in asked], record]
            for key, (day, content, state, asked, record) in self._entries.items()
            if day > oldest
        }
        return entries, [self._queries[number] for number in numbers]


def _query(kind: object, folder: object, name: object, level: object) -> Query:
    """Return a query as it was written. Raises ValueError for one that nobody has asked."""
    match kind, folder, name, level:
        case str(), str(), str(), int() if 0 <= level <= _DEEPEST and len(name) <= _LONGEST:
            return kind, folder, name, level
    raise ValueError("no query")


def _entry(
    known: int, day: object, content: object, state: object, asked: object, record: object
) -> list[Any]:
    """Return an entry as it was written. Raises ValueError where it is something else."""
    if (
        type(day) is int
        and isinstance(asked, list)
        and {*map(type, asked)} <= {int}
        and (not asked or 0 <= min(asked) <= max(asked) < known)
    ):
        return [day, content, state, asked, record]
    raise ValueError("no entry")


__all__ = ["ResultCache"]
