"""Lints files one after the other: reads, analyses and judges each.

Nothing that goes wrong in one file or in one rule keeps the others from being reported.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lrlint.linter.analyser import MOST_PARSED_AT_ONCE, Analyser, BadValue
from lrlint.linter.basis import Basis, States
from lrlint.linter.judge import Judge
from lrlint.linter.linted import Linted, Record
from lrlint.linter.reader import Reader
from lrlint.linter.resolve import Resolver
from lrlint.linter.timeout import TookTooLong
from lrlint.source import (
    STDIN,
    Found,
    SourceError,
    SourceFile,
    mentions_schedule,
    starts_something,
)
from lrlint.source.disk import Query, digest

if TYPE_CHECKING:
    from lrlint.analysis import Analysis

_LEAST_PARSED = 500_000
"""Characters of source whose trees each of several processes may hold."""


@dataclass(frozen=True)
class Fresh:
    """The result of a file that was linted just now."""

    linted: Linted
    basis: Basis | None = None
    """What the result rests on; None where that was not asked for, or it cannot be kept."""
    sources: dict[str, SourceFile] = field(default_factory=dict)
    """The files that its findings name."""


class _Unparsed(NamedTuple):
    number: int
    source: SourceFile
    record: Record
    basis: Basis | None


class FileLinter:
    """Lints files with what it has read and parsed for others."""

    def __init__(
        self,
        resolver: Resolver,
        reader: Reader,
        patience: float | None = None,
        *,
        explain: bool = False,
        with_basis: bool = False,
        most_parsed: int = MOST_PARSED_AT_ONCE,
    ) -> None:
        """Set up; ``with_basis``, results say what they rest on. Raises UnknownSelector."""
        self._resolver = resolver
        self._reader = reader
        self._analyser = Analyser(reader, patience, most_parsed)
        self._judge = Judge(resolver, explain=explain)
        self._with_basis = with_basis
        self._states: States | None = None
        self._unparsed: list[_Unparsed] = []

    def lint(self, files: Iterable[tuple[int, Found]]) -> Iterator[tuple[int, Fresh]]:
        """Lint numbered files; yield the results with those numbers, in any order."""
        for number, found in files:
            fresh = self._file(number, found)
            if fresh is not None:
                yield number, fresh
        # Last of all: by then the others may have imported and so parsed them.
        for number, source, record, basis in self._unparsed:
            with self._reporting(source, record):
                self._analyser.check_syntax(source)
                self._judge.judge_comments(source, record)
            yield number, Fresh(record.linted(), basis, record.sources)
        self._unparsed = []

    def source(self, source: SourceFile) -> Fresh:
        """Lint a file that is at hand, as if it was named."""
        fresh = self._source(0, source, "", explicit=True)
        return fresh or next(fresh for _, fresh in self.lint(()))

    def _file(self, number: int, found: Found) -> Fresh | None:
        source, content, record = self._reader.held(found), "", Record()
        try:
            if source is None:
                data = self._reader.data(found)
                if self._with_basis and found.path != STDIN:
                    content = digest(data)
                source = self._reader.source(found, data)
                if source is None:
                    return Fresh(Linted(), Basis(content, dull=True) if content else None)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            self._judge.unreadable(found.path, SourceError(reason), record)
            if found.explicit:
                record.problem(f"{found.path}: {reason}")
        except SourceError as error:
            self._judge.unreadable(self._reader.path(found), error, record)
        else:
            return self._source(number, source, content, explicit=found.explicit)
        return Fresh(record.linted(), self._basis(content, ()), record.sources)

    def _source(
        self, number: int, source: SourceFile, content: str, *, explicit: bool
    ) -> Fresh | None:
        """Lint a file that has been read; return None if its syntax is left to be checked."""
        start = time.process_time()
        record, asked = Record(), self._analyser.follow()
        mentions = mentions_schedule(source.data)
        seconds = None
        if self._may_build(source, record, mentions=mentions):
            self._judge.prepare(source)
            with self._reporting(source, record):
                analysis = self._analyse(source)
                record.unused, record.names = analysis.unused, analysis.names
                self._judge.judge(source, analysis, record)
            seconds = time.process_time() - start
        elif (mentions or explicit) and source.notebook is None:
            self._unparsed.append(_Unparsed(number, source, record, self._basis(content, asked)))
            return None
        linted = record.linted(source.name, seconds=seconds)
        return Fresh(linted, self._basis(content, asked), record.sources)

    def _analyse(self, source: SourceFile) -> Analysis:
        settings = self._resolver.settings(source.path)
        return self._analyser.analyse(source, dict(settings.numbers))

    def _may_build(self, source: SourceFile, record: Record, *, mentions: bool) -> bool:
        try:
            if mentions:
                return self._analyser.may_build(source)
            return starts_something(source.data) and self._analyser.may_start(source)
        except Exception as error:
            record.failed(source.name, error)
            return False

    @contextmanager
    def _reporting(self, source: SourceFile, record: Record) -> Iterator[None]:
        """Report what goes wrong with one file, so that the next can be linted."""
        try:
            yield
        except SourceError as error:
            self._judge.unreadable(source, error, record)
        except BadValue as error:
            record.problem(f"{source.name}: set: {error}")
        except TookTooLong as error:
            record.problem(f"{source.name}: {error}; please report it")
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic in libcst's native parser is not an Exception
            record.failed(source.name, error)

    def _basis(self, content: str, asked: Iterable[Query]) -> Basis | None:
        """Return what a result rests on; None where that has changed while lrlint ran."""
        disk, locator = self._reader.disk, self._analyser.locator
        if not (content and disk.is_steady):
            return None
        if self._states is None or self._states.locator is not locator:
            self._states = States(locator, self._resolver.twin(), disk.digest)
        queries = tuple(sorted(asked))
        state = self._states.of(queries)
        return Basis(content, queries, state) if state and disk.is_steady else None


@dataclass(frozen=True)
class Setup:
    """What a linter of files is made with, in this process or another: it can be pickled."""

    resolver: Resolver
    patience: float | None
    explain: bool
    with_basis: bool

    def build(self, jobs: int = 1, reader: Reader | None = None) -> FileLinter:
        """Return the linter of one of so many processes."""
        return FileLinter(
            self.resolver,
            reader or Reader(self.resolver),
            self.patience,
            explain=self.explain,
            with_basis=self.with_basis,
            most_parsed=max(_LEAST_PARSED, MOST_PARSED_AT_ONCE // jobs),
        )
