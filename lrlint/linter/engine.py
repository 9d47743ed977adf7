"""Lints files and folders: takes results from the cache, lints the other files, and reports."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.linter.baseline import hold_back
from lrlint.linter.cache.results import ResultCache
from lrlint.linter.garbage import few_collections
from lrlint.linter.linted import Linted
from lrlint.linter.reader import Reader, Stdin
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver, resolver_of
from lrlint.linter.settings import Settings
from lrlint.linter.tally import Tally
from lrlint.source import STDIN, Found, SourceFile, Unreadable, load

if TYPE_CHECKING:
    from lrlint.linter.file_linter import FileLinter, Fresh, Setup

Progress = Callable[[int, int], None]
"""Called with the number of files that are done and the number of all files."""

_ALONE = 0.5
"""Seconds that one process works before others help it."""
_WORTH_HELP = 8
"""Files that must be left for that help."""
_MOST_JOBS = 16
"""Processes that are started unless more are asked for."""


def lint(
    paths: Iterable[Path | str],
    settings: Settings | Resolver | None = None,
    *,
    stdin: Stdin | None = None,
    memory: Mapping[Path, SourceFile] | None = None,
    patience: float | None = None,
    explain: bool = False,
    cache: Path | None = None,
    jobs: int | None = 1,
    progress: Progress | None = None,
) -> Report:
    """Lint the given files, and all scripts and notebooks in the given folders.

    Settings hold for all files, a resolver gives each its own. Files whose real path (or ``-``)
    ``memory`` holds are taken from there. A file that costs more than ``patience`` seconds of CPU
    time is given up. With ``explain``, the report says what rules did not report and why. Results
    are kept in the folder ``cache`` and taken from there. ``jobs`` is the number of processes, None
    for one per core where that pays. Raises UnknownSelector where the settings name a rule that
    does not exist.
    """
    paths = list(paths)
    with few_collections():
        resolver = resolver_of(settings)
        results = None
        if cache is not None and not memory:
            results = ResultCache(cache, resolver, explain=explain)
        run = _Run(resolver, Reader(resolver, stdin, memory), results, patience, explain=explain)
        report = run.lint(paths, 1 if memory else jobs, progress)
    return hold_back(report, map(Path, paths), resolver)


def lint_source(source: SourceFile, settings: Settings | None = None) -> Report:
    """Lint a file that is at hand, as standard input is."""
    from lrlint.linter.file_linter import FileLinter

    resolver = resolver_of(settings)
    fresh = FileLinter(resolver, Reader(resolver)).source(source)
    tally = Tally()
    tally.add(fresh.linted, fresh.sources)
    return tally.report()


def lint_text(text: str, filename: str = "script.py", *, pedantic: bool = False) -> Report:
    """Lint the text of a script, all rules on."""
    source = load(Path(filename), data=text.encode())
    return lint_source(source, Settings(pedantic=pedantic))


class _Run:
    """One run over any number of files."""

    def __init__(
        self,
        resolver: Resolver,
        reader: Reader,
        cache: ResultCache | None,
        patience: float | None,
        *,
        explain: bool,
    ) -> None:
        self._resolver = resolver
        self._reader = reader
        self._cache = cache
        self._patience = patience
        self._explain = explain
        self._results: dict[int, tuple[Linted, Mapping[str, SourceFile]]] = {}
        self._total = 0
        self._progress: Progress = lambda done, total: None

    @cached_property
    def _setup(self) -> Setup:
        from lrlint.linter.file_linter import Setup  # 15 ms, and the cache may know all results

        with_basis = self._cache is not None
        return Setup(self._resolver, self._patience, explain=self._explain, with_basis=with_basis)

    @cached_property
    def _linter(self) -> FileLinter:
        linter = self._setup.build(reader=self._reader)
        if self._cache is not None:
            self._cache.note_sound(self._resolver.of_the_run.fingerprint)
        return linter

    def lint(
        self, paths: Iterable[Path | str], jobs: int | None, progress: Progress | None
    ) -> Report:
        """Lint the files at some paths; paths that are missing become problems."""
        sound = self._resolver.of_the_run.fingerprint
        if self._cache is None or not self._cache.is_sound(sound):
            _ = self._linter  # mistakes in the settings come up before the work begins
        files = list(self._reader.discover(paths))
        self._progress, self._total = progress or self._progress, len(files)
        missing: list[tuple[int, Found]] = []
        for number, file in enumerate(files):
            if isinstance(file, Unreadable):
                continue
            known = None if self._cache is None else self._cache.get(file)
            if known is None:
                missing.append((number, file))
            else:
                self._results[number] = known, {}
        self._lint(missing, jobs)
        if self._cache is not None:
            self._cache.save()
        return self._report(files)

    def _lint(self, files: list[tuple[int, Found]], jobs: int | None) -> None:
        """Lint what the cache does not know."""
        found = dict(files)
        for number, fresh in self._fresh(files, jobs):
            if self._cache is not None and fresh.basis is not None:
                self._cache.put(found[number], fresh.linted, fresh.basis)
            self._results[number] = fresh.linted, fresh.sources
            self._progress(len(self._results), self._total)

    def _fresh(
        self, files: list[tuple[int, Found]], jobs: int | None
    ) -> Iterator[tuple[int, Fresh]]:
        """Lint files here, and where it takes long those that are left in other processes."""
        # Standard input comes first: only this process can read it.
        waiting = deque(sorted(files, key=lambda file: file[1].path != STDIN))
        until = time.monotonic() + (0 if jobs else _ALONE)

        def alone() -> Iterator[tuple[int, Found]]:
            while waiting:
                helps = jobs != 1 and len(waiting) >= (2 if jobs else _WORTH_HELP)
                if helps and time.monotonic() >= until and waiting[0][1].path != STDIN:
                    return
                yield waiting.popleft()

        if waiting:
            yield from self._linter.lint(alone())
        if waiting:
            from lrlint.linter.workers import lint_in_processes, usable_cores  # 30 ms

            number = jobs or min(usable_cores(), _MOST_JOBS)
            if number == 1:
                yield from self._linter.lint(waiting)
            else:
                yield from lint_in_processes(waiting, self._setup, number)

    def _report(self, files: list[Found | Unreadable]) -> Report:
        tally = Tally()
        for number, file in enumerate(files):
            if isinstance(file, Unreadable):
                tally.problem(f"{file.path}: {file.message}")
            else:
                tally.add(*self._results[number])
        trouble = None if self._cache is None else self._cache.trouble
        imported = frozenset(self._reader.imported_files)
        return tally.report(imported=imported, cache_trouble=trouble)
