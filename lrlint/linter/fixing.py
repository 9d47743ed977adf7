"""Applies fixes: all in memory until none is left, then each file at once.

Fixes that overlap are applied in successive rounds, each on the result of the round before. A fix
after which the file would not parse is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.fix import Applicability
from lrlint.linter.config import Settings
from lrlint.linter.engine import lint
from lrlint.linter.reader import Stdin, real_path
from lrlint.linter.report import Report
from lrlint.source import (
    STDIN,
    SourceError,
    SourceFile,
    check_syntax,
    load,
    replace_file,
)
from lrlint.span import Span

MOST_ROUNDS = 20
"""No script needs as many; two fixes that undo each other would never end."""

_Edit = tuple[Span, str]


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


def fix(
    paths: Iterable[Path | str],
    settings: Settings,
    *,
    unsafe: bool,
    stdin: Stdin | None = None,
    patience: float | None = None,
    explain: bool = False,
) -> Outcome:
    """Lint and fix until nothing is left to fix. Writes nothing, see :func:`save`."""
    paths = list(paths)
    state = _State(unsafe, None if stdin is None else stdin.path)
    first = report = lint(paths, settings, stdin=stdin, patience=patience, explain=explain)
    for _ in range(MOST_ROUNDS):
        if not state.apply(report):
            break
        report = lint(
            paths,
            settings,
            stdin=stdin,
            memory=state.memory,
            patience=patience,
            explain=explain,
        )
    fixed = tuple(
        Fixed(state.before[path], state.memory[path], count, path == STDIN)
        for path, count in state.counts.items()
        if state.before[path].data != state.memory[path].data
    )
    return Outcome(fixed, first, report, tuple(state.problems))


def save(outcome: Outcome) -> Outcome:
    """Write the fixed files, but none that has changed on disk in the meantime."""
    problems = list(outcome.problems)
    for one in outcome.fixed:
        if one.stdin:
            continue
        try:
            if one.before.path.read_bytes() != one.before.data:
                problems.append(f"{one.before.name}: not fixed, it changed while lrlint ran")
            else:
                replace_file(one.before.path, one.after.data)
        except OSError as error:
            problems.append(f"{one.before.name}: cannot be written: {error.strerror or error}")
    return replace(outcome, problems=tuple(problems))


@dataclass
class _State:
    """The files after the rounds so far, by real path."""

    unsafe: bool
    stdin: Path | None
    memory: dict[Path, SourceFile] = field(default_factory=dict)
    before: dict[Path, SourceFile] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)
    given_up: set[Path] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def apply(self, report: Report) -> bool:
        """Apply what does not overlap. Return whether any file changed."""
        changed = False
        for name, source in report.sources.items():
            path = STDIN if source.path == self.stdin else real_path(source.path)
            found = [one for one in report.diagnostics if one.filename == name]
            edits, count = self._edits(source, found)
            if edits and path not in self.given_up:
                changed |= self._change(path, source, edits, count)
        return changed

    def _change(self, path: Path, source: SourceFile, edits: list[_Edit], count: int) -> bool:
        try:
            after = replace(load(source.path, data=source.edited(edits)), name=source.name)
            check_syntax(after)
        except (SourceError, ValueError, IndexError, KeyError) as error:
            self.given_up.add(path)
            self.problems.append(
                f"{source.name}: a fix would have broken the file and was not applied"
                f" ({error}); please report it"
            )
            return False
        if after.data == source.data:
            return False
        self.before.setdefault(path, source)
        self.memory[path] = after
        self.counts[path] = self.counts.get(path, 0) + count
        return True

    def _edits(self, source: SourceFile, found: Sequence[Diagnostic]) -> tuple[list[_Edit], int]:
        """Return the edits of fixes that overlap with no earlier one, and the number of fixes."""
        edits: list[_Edit] = []
        taken: list[tuple[int, int]] = []
        count = 0
        for diagnostic in found:
            fix = diagnostic.fix
            if fix is None or (fix.applicability is Applicability.UNSAFE and not self.unsafe):
                continue
            wanted = [(edit.span, edit.content) for edit in fix.edits]
            places = [source.offsets(span) for span, _ in wanted]
            if wanted and not any(_meet(one, other) for one in places for other in taken):
                edits += wanted
                taken += places
                count += 1
        return edits, count


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches overlap or touch; the order of two insertions would be arbitrary."""
    return one[0] <= other[1] and other[0] <= one[1]
