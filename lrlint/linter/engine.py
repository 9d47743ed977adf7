"""Lints files: has them read, analysed and judged, and reports what was found.

Nothing that goes wrong in one file or in one rule keeps the others from being reported.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.linter.analyser import Analyser, BadValue
from lrlint.linter.judge import Judge
from lrlint.linter.reader import Reader, Stdin
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver, resolver_of
from lrlint.linter.settings import Settings
from lrlint.linter.timeout import TookTooLong
from lrlint.source import (
    Found,
    SourceError,
    SourceFile,
    Unreadable,
    load,
    mentions_schedule,
    starts_something,
)

if TYPE_CHECKING:
    from lrlint.analysis import Analysis

_NEW_OBJECTS = 100_000
"""Objects that are made before the garbage collector looks at them."""


def lint(
    paths: Iterable[Path | str],
    settings: Settings | Resolver | None = None,
    *,
    stdin: Stdin | None = None,
    memory: Mapping[Path, SourceFile] | None = None,
    patience: float | None = None,
    explain: bool = False,
) -> Report:
    """Lint the given files, and all scripts and notebooks in the given folders.

    Settings hold for all files, a resolver gives each its own. Files whose real path (or ``-``)
    ``memory`` holds are taken from there. A file that costs more than ``patience`` seconds of CPU
    time is given up. With ``explain``, the report says what rules did not report and why. Raises
    UnknownSelector where the settings name a rule that does not exist.
    """
    with _few_collections():
        resolver = resolver_of(settings)
        run = _Run(resolver, Reader(resolver, stdin, memory), patience, explain=explain)
        run.paths(paths)
        return run.report()


def lint_source(source: SourceFile, settings: Settings | None = None) -> Report:
    """Lint a file that is at hand, as standard input is."""
    resolver = resolver_of(settings)
    run = _Run(resolver, Reader(resolver))
    run.source(source, explicit=True)
    return run.report()


def lint_text(text: str, filename: str = "script.py", *, pedantic: bool = False) -> Report:
    """Lint the text of a script, all rules on."""
    source = load(Path(filename), data=text.encode())
    return lint_source(source, Settings(pedantic=pedantic))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look for cycles less often.

    Trees and facts are millions of objects and nearly no garbage: at the usual threshold, looking
    at them again and again takes an eighth of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], _NEW_OBJECTS) if usual[0] else 0, *usual[1:])  # 0: it is off
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _Run:
    """One run over any number of files."""

    def __init__(
        self,
        resolver: Resolver,
        reader: Reader,
        patience: float | None = None,
        *,
        explain: bool = False,
    ) -> None:
        self._resolver = resolver
        self._reader = reader
        self._analyser = Analyser(reader, patience)
        self._judge = Judge(resolver, explain=explain)
        self._unparsed: list[SourceFile] = []
        self._files_found = 0
        self._seconds: dict[str, float] = {}

    def paths(self, paths: Iterable[Path | str]) -> None:
        """Lint the files at some paths; paths that are missing become problems."""
        for file in self._reader.discover(paths):
            if isinstance(file, Unreadable):
                self._judge.problem(f"{file.path}: {file.message}")
            else:
                self._file(file)

    def _file(self, found: Found) -> None:
        self._files_found += 1
        try:
            source = self._reader.read(found)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            self._judge.unreadable(found.path, SourceError(reason))
            if found.explicit:
                self._judge.problem(f"{found.path}: {reason}")
        except SourceError as error:
            self._judge.unreadable(self._reader.path(found), error)
        else:
            if source is not None:
                self.source(source, explicit=found.explicit)

    def source(self, source: SourceFile, *, explicit: bool) -> None:
        """Lint a file that has been read."""
        start = time.process_time()
        mentions = mentions_schedule(source.data)
        if self._may_build(source, mentions=mentions):
            self._judge.prepare(source)
            with self._reporting(source):
                self._judge.judge(source, self._analyse(source))
            self._seconds[source.name] = time.process_time() - start
        elif (mentions or explicit) and source.notebook is None:
            self._unparsed.append(source)

    def _analyse(self, source: SourceFile) -> Analysis:
        settings = self._resolver.settings(source.path)
        return self._analyser.analyse(source, dict(settings.numbers))

    def _may_build(self, source: SourceFile, *, mentions: bool) -> bool:
        try:
            if mentions:
                return self._analyser.may_build(source)
            return starts_something(source.data) and self._analyser.may_start(source)
        except Exception as error:
            self._judge.failed(source.name, error)
            return False

    @contextmanager
    def _reporting(self, source: SourceFile) -> Iterator[None]:
        """Report what goes wrong with one file, so that the next can be linted."""
        try:
            yield
        except SourceError as error:
            self._judge.unreadable(source, error)
        except BadValue as error:
            self._judge.problem(f"{source.name}: set: {error}")
        except TookTooLong as error:
            self._judge.problem(f"{source.name}: {error}; please report it")
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic in libcst's native parser is no Exception
            self._judge.failed(source.name, error)

    def report(self) -> Report:
        """Return all that was found, sorted."""
        # Last of all: by then the others may have imported and so parsed them.
        for source in self._unparsed:
            with self._reporting(source):
                self._analyser.check_syntax(source)
        return Report(
            diagnostics=self._judge.diagnostics,
            undecided=self._judge.undecided,
            unreported=self._judge.unreported,
            problems=self._judge.problems,
            files_found=self._files_found,
            files_analysed=len(self._seconds),
            seconds=self._seconds,
            imported=frozenset(self._reader.imported_files),
            sources=self._judge.sources,
        )
