"""Lints files: finds them, has them analysed, asks the rules, and collects what they say.

Nothing that goes wrong in one file or in one rule keeps the others from being reported.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.config import Settings
from lrlint.diagnostics import Diagnostic, Severity, position
from lrlint.fix import Location
from lrlint.selection import Catalogue, Selection, override, select
from lrlint.source import STDIN, SourceError, SourceFile, Unreadable, discover, load
from lrlint.source.gate import may_hold_schedule

if TYPE_CHECKING:
    from lrlint.analysis import Analysis, Project
    from lrlint.facts import Training
    from lrlint.rule import Finding, Rule

UNREADABLE = "LR000"
"""The one code that the engine reports by itself: a file that cannot be read or parsed."""


@dataclass(frozen=True)
class Report:
    """What a run found."""

    diagnostics: tuple[Diagnostic, ...] = ()
    undecided: tuple[str, ...] = ()
    """What the analyser could not tell and why, each with its place."""
    problems: tuple[str, ...] = ()
    """What kept lrlint from doing its work; any makes the exit status 2."""
    files_found: int = 0
    files_analysed: int = 0
    """Those that mention a scheduler."""
    sources: Mapping[str, SourceFile] = field(default_factory=dict)
    """The files that findings speak of, by the name that findings call them."""

    def lines(self, filename: str, cell: int | None) -> Sequence[str] | None:
        """The source lines of a file, or of a cell; None where they are not at hand."""
        source = self.sources.get(filename)
        if source is None:
            return None
        text = source.text
        if source.notebook is not None:
            text = next((one.source for one in source.notebook.cells if one.number == cell), "")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def lint(
    paths: Iterable[Path | str],
    settings: Settings | None = None,
    *,
    texts: Mapping[Path, SourceFile] | None = None,
) -> Report:
    """Lint files and all scripts and notebooks below folders.

    ``texts`` holds files (by real path) that are to be read from memory. Raises UnknownSelector
    where the settings name a rule that there is none of.
    """
    run = _Run(settings or Settings(), texts or {})
    for path in run.discover(paths):
        run.file(path.path, explicit=path.explicit)
    return run.report()


def lint_text(text: str, filename: str = "script.py", *, pedantic: bool = False) -> Report:
    """Lint a script that is at hand as text, with the default settings."""
    run = _Run(Settings(pedantic=pedantic), {})
    run.source(load(Path(filename), data=text.encode()), explicit=True)
    return run.report()


class _Run:
    """One run over all files."""

    def __init__(self, settings: Settings, texts: Mapping[Path, SourceFile]) -> None:
        self._settings = settings
        self._texts = texts
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self._sources: dict[str, SourceFile] = {}
        self._undecided: dict[str, None] = {}
        self._problems: list[str] = []
        self._files_found = 0
        self._files_analysed = 0
        if settings.layers or settings.severity or settings.per_file_ignores:
            _ = (self.selection, self._severities, self._file_ignores)  # mistakes come up at once

    def report(self) -> Report:
        diagnostics = sorted(self._found.values(), key=lambda one: one.sort_key)
        named = {one.filename for one in diagnostics}
        named |= {related.filename for one in diagnostics for related in one.related}
        return Report(
            diagnostics=tuple(diagnostics),
            undecided=tuple(self._undecided),
            problems=tuple(self._problems),
            files_found=self._files_found,
            files_analysed=self._files_analysed,
            sources={name: self._sources[name] for name in named if name in self._sources},
        )

    # -- files

    def discover(self, paths: Iterable[Path | str]) -> Iterator[Found]:
        settings = self._settings
        for one in discover(paths, exclude=settings.exclude_here()):
            if isinstance(one, Unreadable):
                self._problems.append(f"{one.path}: {one.message}")
            elif one.explicit or not settings.excludes(one.path):
                yield one

    def file(self, path: Path, *, explicit: bool) -> None:
        """Lint a file; one that was found in a folder only if it mentions a scheduler."""
        self._files_found += 1
        try:
            source = self._texts.get(Path(os.path.realpath(path)))
            if source is None:
                if not explicit and not may_hold_schedule(path.read_bytes()):
                    return
                source = load(path)
        except (SourceError, OSError) as error:
            self._cannot_read(path, error, explicit=explicit)
            return
        self.source(source, explicit=explicit)
