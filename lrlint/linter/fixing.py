"""Applies fixes: all in memory until none is left, then each file at once.

Fixes that overlap are applied in successive rounds, each on the result of the round before. A fix
after which the file would not parse is taken back. No more findings of a rule are fixed in a file
than were reported at first: what comes up only after a fix is for the user to see before it is
fixed. Files outside of the given paths are left alone.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.fix import Applicability
from lrlint.linter.engine import lint
from lrlint.linter.reader import Stdin, real_path
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.linter.settings import Settings
from lrlint.source import (
    STDIN,
    SourceError,
    SourceFile,
    check_syntax,
    load,
    read_bytes,
    replace_file,
)
from lrlint.span import Span

_Edit = tuple[Span, str]
_Kind = tuple[str, str, "int | None"]
"""The rule, the file and the cell of a finding, which stay the same when others are fixed."""


@dataclass(frozen=True)
class Fixed:
    """A file before and after."""

    before: SourceFile
    after: SourceFile
    count: int
    """The fixes applied."""
    stdin: bool = False


@dataclass(frozen=True)
class Outcome:
    """The files that fixes change, and the reports before and after."""

    fixed: tuple[Fixed, ...]
    first: Report
    report: Report
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left alone on purpose."""


class Fixer:
    """Lints some paths and fixes what is found there."""

    def __init__(
        self,
        paths: Iterable[Path | str],
        settings: Settings | Resolver,
        *,
        unsafe: bool,
        stdin: Stdin | None = None,
        memory: Mapping[Path, SourceFile] | None = None,
        patience: float | None = None,
        explain: bool = False,
        jobs: int | None = 1,
    ) -> None:
        """Take what :func:`lrlint.linter.engine.lint` takes; ``unsafe`` fixes only if asked."""
        self._jobs = jobs
        self._paths = [Path(path) for path in paths]
        self._settings = settings
        self._unsafe = unsafe
        self._stdin = stdin
        self._patience = patience
        self._explain = explain
        self._given = [given(path) for path in self._paths]
        self._reported: Counter[_Kind] = Counter()
        """The findings that may still be fixed."""
        # By real path: the files after the rounds so far, as they were, and the number of fixes.
        self._memory = dict(memory or {})
        self._before: dict[Path, SourceFile] = {}
        self._counts: Counter[Path] = Counter()
        self._given_up: set[Path] = set()
        self._problems: list[str] = []
        self._notes: dict[str, None] = {}

    def fix(self) -> Outcome:
        """Fix until nothing is left to fix. Write nothing, see :meth:`save`."""
        first = report = self._lint(self._memory)
        self._reported = Counter(map(_kind, first.diagnostics))
        while self._apply(report):
            report = self._lint(self._memory)
        fixed = tuple(
            Fixed(self._before[path], self._memory[path], count, path == STDIN)
            for path, count in self._counts.items()
            if self._before[path].data != self._memory[path].data
        )
        return Outcome(fixed, first, report, tuple(self._problems), tuple(self._notes))

    def save(self, outcome: Outcome) -> Outcome:
        """Write the fixed files, but none that has changed on disk in the meantime.

        The returned outcome has only the files that were written.
        """
        failures = [None if file.stdin else write_back(file) for file in outcome.fixed]
        if not any(failures):
            return outcome
        fixed = zip(outcome.fixed, failures, strict=True)
        # What could not be written has its findings still.
        in_memory = {path: self._memory[path] for path in self._memory if path == STDIN}
        return replace(
            outcome,
            fixed=tuple(file for file, failure in fixed if failure is None),
            report=self._lint(in_memory),
            problems=(*outcome.problems, *filter(None, failures)),
        )

    def _lint(self, memory: Mapping[Path, SourceFile]) -> Report:
        # Without the cache: an edit that someone else may have written into it is never applied.
        return lint(
            self._paths,
            self._settings,
            stdin=self._stdin,
            memory=memory,
            patience=self._patience,
            explain=self._explain,
            jobs=self._jobs,
        )

    def _apply(self, report: Report) -> bool:
        """Apply what does not overlap. Return whether any file changed."""
        changed = False
        for name, source in sorted(report.sources.items(), key=lambda named: named[0]):
            is_stdin = self._stdin is not None and source.path == self._stdin.path
            path = STDIN if is_stdin else real_path(source.path)
            if path in self._given_up:
                continue
            found = [finding for finding in report.diagnostics if finding.filename == name]
            chosen, edits = self._choose(source, found)
            if not edits:
                continue
            if path == STDIN or any(path.is_relative_to(given) for given in self._given):
                changed |= self._change(path, source, edits, chosen)
            else:
                self._notes[f"{name}: not fixed, {path} lies outside of the given paths"] = None
        return changed

    def _change(
        self, path: Path, source: SourceFile, edits: list[_Edit], chosen: Sequence[Diagnostic]
    ) -> bool:
        try:
            after = replace(load(source.path, data=source.edited(edits)), name=source.name)
            check_syntax(after)
        except (SourceError, ValueError, IndexError, KeyError) as error:
            self._given_up.add(path)
            self._problems.append(
                f"{source.name}: a fix would have broken the file and was not applied"
                f" ({error}); please report it"
            )
            return False
        if after.data == source.data:
            return False
        self._before.setdefault(path, source)
        self._memory[path] = after
        self._counts[path] += len(chosen)
        self._reported -= Counter(map(_kind, chosen))
        return True

    def _choose(
        self, source: SourceFile, found: Sequence[Diagnostic]
    ) -> tuple[list[Diagnostic], list[_Edit]]:
        """Return findings whose fixes overlap with no earlier one, and the edits of those."""
        chosen: list[Diagnostic] = []
        edits: list[_Edit] = []
        taken: list[tuple[int, int]] = []
        left = self._reported.copy()
        for diagnostic in found:
            fix = diagnostic.fix
            if fix is None or (fix.applicability is Applicability.UNSAFE and not self._unsafe):
                continue
            wanted = [(edit.span, edit.content) for edit in fix.edits]
            places = [source.offsets(span) for span, _ in wanted]
            overlaps = any(_meet(one, other) for one in places for other in taken)
            if wanted and left[_kind(diagnostic)] and not overlaps:
                left[_kind(diagnostic)] -= 1
                chosen.append(diagnostic)
                edits += wanted
                taken += places
        return chosen, edits


def given(path: Path) -> Path:
    """Return where fixes may go: a folder, or that of a file, whose imports are next to it."""
    real = real_path(path)
    return real if os.path.isdir(real) else real.parent


def _kind(diagnostic: Diagnostic) -> _Kind:
    return diagnostic.code, diagnostic.filename, diagnostic.cell


def write_back(file: Fixed) -> str | None:
    """Write a fixed file; return what went wrong, if anything did."""
    before = file.before
    try:
        if read_bytes(before.path) != before.data:
            return f"{before.name}: not fixed, it changed while lrlint ran"
        replace_file(before.path, file.after.data)
    except OSError as error:
        return f"{before.name}: cannot be written: {error.strerror or error}"
    return None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches overlap or touch; the order of two insertions would be arbitrary."""
    return one[0] <= other[1] and other[0] <= one[1]
