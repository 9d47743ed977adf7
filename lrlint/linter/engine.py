"""Lints files: finds them, has them analysed, asks the rules, and collects what they say.

Nothing that goes wrong in one file or in one rule keeps the others from being reported.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Diagnostic, position
from lrlint.errors import internal_error
from lrlint.fix import Location
from lrlint.linter.config import Settings
from lrlint.linter.ruleset import Ruleset, Unreported
from lrlint.linter.timeout import TookTooLong, limited
from lrlint.source import (
    STDIN,
    Found,
    Reach,
    SourceError,
    SourceFile,
    Unreadable,
    check_syntax,
    discover,
    load,
    load_imported,
    may_hold_schedule,
)

if TYPE_CHECKING:
    from lrlint.analysis import Analysis, Project
    from lrlint.facts import Training
    from lrlint.rule import Rule, Silence

MOST_PARSED_AT_ONCE = 3_000_000
"""Once so many characters are read, the trees are dropped: with what is made of them they take
some thirty times the memory."""

_YOUNGEST = 100_000
"""Objects that are made before the collector looks at them."""


@dataclass(frozen=True)
class Report:
    """What a run found."""

    diagnostics: tuple[Diagnostic, ...] = ()
    undecided: tuple[str, ...] = ()
    """What the analyser could not tell and why, each with its place."""
    unreported: tuple[str, ...] = ()
    """What rules did not report and why, each with its place; only where that was asked for."""
    problems: tuple[str, ...] = ()
    """What kept lrlint from doing its work; any makes the exit status 2."""
    files_found: int = 0
    files_analysed: int = 0
    """Those that may build or step a scheduler."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """CPU time that each analysed file took, by name; what it imports counts to the first."""
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


@dataclass(frozen=True)
class Stdin:
    """Standard input, which the path ``-`` means, and the name that it goes by."""

    data: bytes
    path: Path = Path("<stdin>")


def lint(
    paths: Iterable[Path | str],
    settings: Settings | None = None,
    *,
    stdin: Stdin | None = None,
    memory: Mapping[Path, SourceFile] | None = None,
    patience: float | None = None,
    explain: bool = False,
) -> Report:
    """Lint the given files, and all scripts and notebooks in the given folders.

    Files whose real path (or ``-``) ``memory`` holds are taken from there. A file that costs more
    than ``patience`` seconds of CPU time is given up. With ``explain``, the report says what rules
    did not report and why. Raises UnknownSelector where the settings name a rule that does not
    exist.
    """
    with _few_collections():
        run = _Run(settings or Settings(), stdin, memory or {}, patience, explain)
        for found in run.discover(paths):
            run.file(found)
        return run.report()


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look for cycles less often.

    Trees and what is made of them are millions of objects and nearly no garbage: at the usual
    threshold, looking at them again and again takes an eighth of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], _YOUNGEST) if usual[0] else 0, *usual[1:])  # 0: it is off
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def lint_source(source: SourceFile, settings: Settings | None = None) -> Report:
    """Lint a file that is at hand, as standard input is."""
    run = _Run(settings or Settings())
    run.source(source, explicit=True)
    return run.report()


def lint_text(text: str, filename: str = "script.py", *, pedantic: bool = False) -> Report:
    """Lint the text of a script, all rules on."""
    source = load(Path(filename), data=text.encode())
    return lint_source(source, Settings(pedantic=pedantic))


class _Run:
    """One run over any number of files."""

    def __init__(
        self,
        settings: Settings,
        stdin: Stdin | None = None,
        memory: Mapping[Path, SourceFile] | None = None,
        patience: float | None = None,
        explain: bool = False,
    ) -> None:
        self._settings = settings
        self._stdin = stdin or Stdin(b"")
        self._memory = memory or {}
        self._patience = patience
        self._explain = explain
        self._ruleset = Ruleset(settings)
        self._project: Project | None = None
        self._reach = Reach(self._imported)
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self._sources: dict[str, SourceFile] = {}
        self._unparsed: list[SourceFile] = []
        self._undecided: dict[str, None] = {}  # in order, each once
        self._unreported: set[Unreported] = set()
        self._problems: dict[str, None] = {}
        self._files_found = 0
        self._files_analysed = 0
        self._seconds: dict[str, float] = {}

    def report(self) -> Report:
        """All that was found, sorted."""
        self._check_unparsed()
        diagnostics = sorted(self._found.values(), key=lambda one: one.sort_key)
        named = {one.filename for one in diagnostics}
        named |= {related.filename for one in diagnostics for related in one.related}
        return Report(
            diagnostics=tuple(diagnostics),
            undecided=tuple(self._undecided),
            unreported=self._listed(),
            problems=tuple(self._problems),
            files_found=self._files_found,
            files_analysed=self._files_analysed,
            seconds=self._seconds,
            sources={name: self._sources[name] for name in named if name in self._sources},
        )

    def _listed(self) -> tuple[str, ...]:
        """Return what was not reported, sorted; not what is reported from another entry point."""
        return tuple(
            line.text
            for line in sorted(self._unreported, key=lambda line: line.sort_key)
            if (line.code, line.filename, line.cell, line.location) not in self._found
        )

    # -- reading

    def discover(self, paths: Iterable[Path | str]) -> Iterator[Found]:
        """The files to lint; paths that are missing become problems."""
        here, elsewhere = self._settings.exclusions()
        for one in discover(paths, exclude=here):
            if isinstance(one, Unreadable):
                self._problems[f"{one.path}: {one.message}"] = None
            elif one.explicit or not any(patterns.match(one.path) for patterns in elsewhere):
                yield one

    def file(self, found: Found) -> None:
        """Lint a file; one that was found in a folder is decoded only if it may matter."""
        path, explicit = found.path, found.explicit
        source = self._memory.get(Path(found.real)) if self._memory else None
        self._files_found += 1
        try:
            if source is None:
                data = self._stdin.data if path == STDIN else path.read_bytes()
                path = self._stdin.path if path == STDIN else path
                if not explicit and not may_hold_schedule(data):
                    return
                source = load(path, data=data)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            self._unreadable(path, SourceError(reason))
            if explicit:
                self._problems[f"{path}: {reason}"] = None
        except SourceError as error:
            self._unreadable(path, error)
        else:
            self.source(source, explicit=explicit)

    def _unreadable(self, file: Path | SourceFile, error: SourceError) -> None:
        if isinstance(file, SourceFile):
            self._sources[file.name] = file
        found = self._ruleset.unreadable(file, error)
        if found is not None:
            self._add(found)

    # -- judging

    def source(self, source: SourceFile, *, explicit: bool) -> None:
        """Lint a file that has been read."""
        start = time.process_time()
        speaks = may_hold_schedule(source.data)
        relevant = speaks and self._may_build(source)
        if relevant:
            self._files_analysed += 1
            _ = self._ruleset.rules  # a broken plugin is no error in this file
        try:
            if relevant:
                with limited(self._patience):
                    self._judge_all(source, self._analyse(source))
            elif (speaks or explicit) and source.notebook is None:
                self._unparsed.append(source)
        except SourceError as error:
            self._unreadable(source, error)
        except TookTooLong as error:
            self._problems[f"{source.name}: {error}; please report it"] = None
        except BaseException as error:
            self._give_up(source, error)
        finally:
            if relevant:
                self._seconds[source.name] = time.process_time() - start

    def _check_unparsed(self) -> None:
        """See that the files which were not analysed are Python.

        Last of all, for by then the others may have imported them.
        """
        for source in self._unparsed:
            if self._project is not None and self._project.has_parsed(source.path):
                continue
            try:
                check_syntax(source)
            except SourceError as error:
                self._unreadable(source, error)
            except BaseException as error:
                self._give_up(source, error)

    def _may_build(self, source: SourceFile) -> bool:
        """Whether the names in a file lead to a scheduler's constructor."""
        try:
            return self._reach.builds(real_path(source.path), source.text)
        except Exception as error:
            self._failed(source.name, error)
            return False

    def _imported(self, path: Path) -> SourceFile | None:
        source = self._memory.get(real_path(path)) if self._memory else None
        return source or load_imported(path)

    def _analyse(self, source: SourceFile) -> Analysis:
        from lrlint.analysis import Project, analyse  # 0.1 s

        if self._project is not None and self._project.size > MOST_PARSED_AT_ONCE:
            self._project, self._reach = None, Reach(self._imported)
            gc.collect()  # trees and what was made of them refer to each other
        if self._project is None:
            self._project = Project(self._reach)
            for other in self._memory.values():  # before anything can import it from the disk
                self._project.entry(other)
        project = self._project
        try:
            return analyse(source, project=project)
        except RecursionError:
            from lrlint.source.stack import with_large_stack

            return with_large_stack(lambda: analyse(source, project=project), recursive=True)

    def _judge_all(self, source: SourceFile, analysis: Analysis) -> None:
        for training in analysis.trainings:
            for rule in self._ruleset.rules:
                self._ask(rule, training, source)
        for place, reason in analysis.undecided:
            where = source.name
            if place is not None:
                span = place.span()
                where = position(span.filename, span.cell, span.start)
            self._undecided[f"{where}: {reason}"] = None
        for note in source.notebook.notes if source.notebook is not None else ():
            where = position(source.name, note.cell, Location(note.row, 1))
            self._undecided[f"{where}: {note.message}"] = None

    def _ask(self, rule: Rule, training: Training, source: SourceFile) -> None:
        from lrlint.rule import Silence  # imported with the rules by now

        where = f"{source.name}, rule {rule.code} {rule.name}"
        try:
            for verdict in self._ruleset.ask(rule, training):
                if isinstance(verdict, Silence):
                    self._note(verdict, source)
                    continue
                resolved = self._ruleset.diagnostic(verdict, source)
                if resolved is not None:
                    self._add(resolved.diagnostic)
                    self._sources.update(resolved.sources)
                    if resolved.failure is not None:
                        self._failed(f"the fix for {where}", resolved.failure)
        except TookTooLong:
            raise
        except Exception as error:
            self._failed(where, error)

    def _note(self, silence: Silence, source: SourceFile) -> None:
        """Keep why a rule reports nothing, where that was asked for: the place costs a look-up."""
        if self._explain and (line := self._ruleset.unreported(silence, source)) is not None:
            self._unreported.add(line)

    def _add(self, found: Diagnostic) -> None:
        """Keep a finding; seen from two entry points, the graver one."""
        key = (found.code, found.filename, found.cell, found.location)
        other = self._found.get(key)
        if other is None or other.severity < found.severity:
            self._found[key] = found

    def _give_up(self, source: SourceFile, error: BaseException) -> None:
        """Go on with the next file; a panic in libcst's native parser is no Exception."""
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise error
        self._failed(source.name, error)

    def _failed(self, where: str, error: BaseException) -> None:
        self._problems[internal_error(where, error)] = None


def real_path(path: Path) -> Path:
    """What identifies a file: its path without links; ``-`` for standard input."""
    return path if path == STDIN else Path(os.path.realpath(path))
