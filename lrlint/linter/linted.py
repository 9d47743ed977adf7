"""The result of linting one file: as it is worked out, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lrlint.diagnostics import Diagnostic
from lrlint.errors import internal_error
from lrlint.source import SourceFile
from lrlint.span import Location

if TYPE_CHECKING:
    from lrlint.source import Suppression

Diagnostics: TypeAlias = dict[tuple[object, ...], Diagnostic]


@dataclass(frozen=True)
class Unreported:
    """A silence as ``--verbose`` lists it."""

    filename: str
    cell: int | None
    location: Location
    code: str
    text: str

    @property
    def sort_key(self) -> tuple[str, int, Location, str, str]:
        return (self.filename, self.cell or 0, self.location, self.code, self.text)


@dataclass(frozen=True)
class Comment:
    """Where one code of a suppression comment is."""

    filename: str
    cell: int | None
    location: Location

    @classmethod
    def at(cls, source: SourceFile, one: Suppression) -> Comment:
        span = source.at(one.start, one.end)
        return cls(span.filename, span.cell, span.start)


@dataclass(frozen=True)
class Linted:
    """What was found in one file and in what it imports: goes into caches and between processes."""

    analysed: bool = False
    """Whether it may build or step a scheduler."""
    diagnostics: tuple[Diagnostic, ...] = ()
    undecided: tuple[str, ...] = ()
    """What the analyser could not tell and why, each with its place."""
    unreported: tuple[Unreported, ...] = ()
    """What rules did not report and why; only where that was asked for."""
    problems: tuple[str, ...] = ()
    """What kept lrlint from its work."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The paths of the files that the findings name, by that name."""
    name: str = ""
    seconds: float = 0.0
    """CPU time that it took."""
    used: tuple[Comment, ...] = ()
    """The comments that have silenced a finding, or what could not be told."""
    unused: tuple[str, ...] = ()
    """The names that were given values and that the file does not use."""
    names: tuple[str, ...] = ()
    """In that case, the names that may be given values."""
    suppressed: tuple[Diagnostic, ...] = ()
    """The findings that comments silence."""


class Record:
    """The result of one file while it is worked out."""

    def __init__(self) -> None:
        self.sources: dict[str, SourceFile] = {}
        """The files that findings name, by that name."""
        self.used: dict[Comment, None] = {}
        """The comments that have silenced something, in order."""
        self.unused: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()
        self._diagnostics: Diagnostics = {}
        self._suppressed: Diagnostics = {}
        # In order, each once.
        self._undecided: dict[str, None] = {}
        self._unreported: dict[Unreported, None] = {}
        self._problems: dict[str, None] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding."""
        keep(self._diagnostics, diagnostic)

    def suppressed(self, diagnostic: Diagnostic) -> None:
        """Keep a finding that a comment silences."""
        keep(self._suppressed, diagnostic)

    def undecided(self, line: str) -> None:
        """Note what the analyser could not tell."""
        self._undecided[line] = None

    def unreported(self, line: Unreported) -> None:
        """Note what a rule does not report."""
        self._unreported[line] = None

    def problem(self, text: str) -> None:
        """Note what kept lrlint from its work."""
        self._problems[text] = None

    def failed(self, where: str, error: BaseException, plugin: str | None = None) -> None:
        """Note an error of lrlint's own, or of a plugin."""
        self.problem(internal_error(where, error, plugin))

    @property
    def failed_at_all(self) -> bool:
        """Whether anything kept lrlint from its work."""
        return bool(self._problems)

    def linted(self, name: str = "", *, seconds: float | None = None) -> Linted:
        """Return the result; ``seconds`` is the time of an analysis."""
        diagnostics = tuple(self._diagnostics.values())
        suppressed = tuple(self._suppressed.values())
        named = files_of((*diagnostics, *suppressed))
        self.sources = {one: self.sources[one] for one in sorted(named & self.sources.keys())}
        return Linted(
            seconds is not None,
            diagnostics,
            tuple(self._undecided),
            tuple(self._unreported),
            tuple(self._problems),
            {one: str(source.path) for one, source in self.sources.items()},
            name,
            seconds or 0.0,
            tuple(self.used),
            self.unused,
            self.names,
            suppressed,
        )


def files_of(diagnostics: Sequence[Diagnostic]) -> set[str]:
    """Return the names of the files that findings point into."""
    names = {finding.filename for finding in diagnostics}
    return names | {note.filename for finding in diagnostics for note in finding.related}


def keep(diagnostics: Diagnostics, diagnostic: Diagnostic) -> None:
    """Add a finding; of the same one from two entry points, the more severe."""
    key = (diagnostic.code, diagnostic.filename, diagnostic.cell, diagnostic.location)
    other = diagnostics.get(key)
    if other is None or other.severity < diagnostic.severity:
        diagnostics[key] = diagnostic
