"""Analyses files in one project, until its trees take too much memory."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lrlint.linter.reader import Reader, real_path
from lrlint.linter.timeout import cpu_limit
from lrlint.source import Locator, Relevance, SourceFile, check_syntax
from lrlint.source.disk import Query

if TYPE_CHECKING:
    from lrlint.analysis import Analysis, Project

MOST_PARSED_AT_ONCE = 3_000_000
"""Characters of source after which the trees are dropped: trees and facts take some thirty times
the memory of the text."""


class BadValue(Exception):
    """A name is set to what cannot be its value."""


class Analyser:
    """Tells which files may build a scheduler, and analyses them."""

    def __init__(
        self, reader: Reader, patience: float | None = None, most_parsed: int = MOST_PARSED_AT_ONCE
    ) -> None:
        """Set a limit of ``patience`` seconds of CPU time per file; None sets no limit."""
        self._most_parsed = most_parsed
        self._reader = reader
        self._patience = patience
        self._project: Project | None = None
        self._relevance = Relevance(reader.imported)

    def follow(self) -> set[Query]:
        """Return a set that collects all that the next file asks of the disk."""
        self.locator.asked = set()
        return self.locator.asked

    @property
    def locator(self) -> Locator:
        """What answers those queries."""
        return self._relevance.locator

    def may_build(self, source: SourceFile) -> bool:
        """Return whether the names in a file lead to a scheduler's constructor."""
        return self._relevance.may_build(real_path(source.path), source.text)

    def may_start(self, source: SourceFile) -> bool:
        """Return whether a file that names no scheduler starts code nearby that builds one."""
        return self._relevance.may_start(real_path(source.path), source.text)

    def analyse(self, source: SourceFile, numbers: Mapping[str, object] | None = None) -> Analysis:
        """Analyse a file; ``numbers`` are values of names that it leaves open.

        Raises SourceError where it is not Python, TookTooLong, and BadValue.
        """
        from lrlint.analysis import BadOverride, analyse  # 0.1 s

        project = self._roomy_project()
        with cpu_limit(self._patience):
            try:
                return analyse(source, project, numbers)
            except BadOverride as error:
                raise BadValue(str(error)) from error
            except RecursionError:
                from lrlint.source.stack import with_large_stack  # for a rare case

                return with_large_stack(lambda: analyse(source, project, numbers), recursive=True)

    def _roomy_project(self) -> Project:
        from lrlint.analysis import Project  # 0.1 s

        if self._project is not None and self._project.size > self._most_parsed:
            asked = self.locator.asked
            self._project, self._relevance = None, Relevance(self._reader.imported)
            self.locator.asked = asked
            gc.collect()  # trees and facts refer to each other
        if self._project is None:
            self._project = Project(self._relevance, self._reader.disk)
        return self._project

    def check_syntax(self, source: SourceFile) -> None:
        """Raise SourceError where a file that was not analysed is not Python."""
        if self._project is None or not self._project.has_parsed(source.path):
            check_syntax(source)
