"""Puts the results of files together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lrlint.linter.linted import Comment, Diagnostics, Linted, Unreported, files_of, keep
from lrlint.linter.report import Report
from lrlint.linter.unused import comment_of
from lrlint.source import SourceError, SourceFile, load


class Tally:
    """The results of one run."""

    def __init__(self) -> None:
        self._files = 0
        self._seconds: dict[str, float] = {}
        self._unused: dict[str, tuple[str, ...]] = {}
        self._names: set[str] = set()
        self._diagnostics: Diagnostics = {}
        self._suppressed: Diagnostics = {}
        self._unreported: set[Unreported] = set()
        self._used: set[Comment | None] = set()
        self._sources: dict[str, SourceFile] = {}
        self._paths: dict[str, str] = {}
        # In order, each once.
        self._undecided: dict[str, None] = {}
        self._problems: dict[str, None] = {}

    def problem(self, text: str) -> None:
        """Add what kept lrlint from its work."""
        self._problems[text] = None

    def add(self, linted: Linted, sources: Mapping[str, SourceFile] | None = None) -> None:
        """Add the result of a file, with the files that its findings name if they are at hand."""
        self._files += 1
        if linted.analysed:
            self._seconds[linted.name] = linted.seconds
            self._unused[linted.name] = linted.unused
            self._names.update(linted.names)
        for diagnostic in linted.diagnostics:
            keep(self._diagnostics, diagnostic)
        for diagnostic in linted.suppressed:
            keep(self._suppressed, diagnostic)
        self._undecided |= dict.fromkeys(linted.undecided)
        self._problems |= dict.fromkeys(linted.problems)
        self._used.update(linted.used)
        self._unreported.update(linted.unreported)
        self._paths |= linted.files
        self._sources |= sources or {}

    def report(
        self, *, imported: frozenset[Path] = frozenset(), cache_trouble: str | None = None
    ) -> Report:
        """Return all that was found, sorted."""
        # A comment in one file may be of use where another imports it.
        left = (one for one in self._diagnostics.values() if comment_of(one) not in self._used)
        diagnostics = tuple(sorted(left, key=lambda one: one.sort_key))
        unreported = tuple(
            line.text
            for line in sorted(self._unreported, key=lambda line: line.sort_key)
            # Not what is reported from another entry point.
            if (line.code, line.filename, line.cell, line.location) not in self._diagnostics
        )
        suppressed = tuple(sorted(self._suppressed.values(), key=lambda one: one.sort_key))
        named = files_of((*diagnostics, *suppressed))
        sources = ((name, self._source(name)) for name in sorted(named))
        return Report(
            diagnostics=diagnostics,
            suppressed=suppressed,
            undecided=tuple(self._undecided),
            unreported=unreported,
            problems=tuple(self._problems),
            files_found=self._files,
            files_analysed=len(self._seconds),
            seconds=self._seconds,
            sources={name: source for name, source in sources if source is not None},
            imported=imported,
            cache_trouble=cache_trouble,
            unused=self._unused,
            names=frozenset(self._names),
        )

    def _source(self, name: str) -> SourceFile | None:
        """Return a file that a finding names; read it again where the result was a kept one."""
        if name not in self._sources and name in self._paths:
            try:
                self._sources[name] = load(Path(self._paths[name]))
            except SourceError:
                return None
        return self._sources.get(name)
