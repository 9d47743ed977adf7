"""``--add-ignore``: silences each finding with a comment, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.linter.fixing import Fixed, given, write_back
from lrlint.linter.reader import real_path
from lrlint.linter.report import Report
from lrlint.linter.ruleset import UNREADABLE
from lrlint.linter.unused import UNUSED
from lrlint.source import SourceError, SourceFile, load
from lrlint.source.lines import is_same_code
from lrlint.source.suppress_edits import Rows, adding
from lrlint.span import Span

LEFT_ALONE = frozenset({UNREADABLE[0], UNUSED[0]})
"""What a comment cannot silence, and comments that are to be removed."""


@dataclass(frozen=True)
class Added:
    """The files that were changed."""

    fixed: tuple[Fixed, ...]
    problems: tuple[str, ...]


def add_ignores(report: Report, paths: Iterable[Path], reason: str) -> Added:
    """Write comments that silence the findings of a report into the files at some paths."""
    places = [given(path) for path in paths]
    fixed: list[Fixed] = []
    problems: list[str] = []
    for name, source in sorted(report.sources.items()):
        findings = [
            one for one in report.diagnostics if one.filename == name and one.code not in LEFT_ALONE
        ]
        inside = any(real_path(source.path).is_relative_to(place) for place in places)
        if not findings or not inside:
            continue
        try:
            after = _with_comments(source, findings, reason)
        except (SourceError, ValueError, IndexError, KeyError) as error:
            problems.append(f"{name}: no comments were added: {error}")
            continue
        file = Fixed(source, after, len(findings))
        failure = write_back(file)
        if failure is None:
            fixed.append(file)
        else:
            problems.append(failure)
    return Added(tuple(fixed), tuple(problems))


def _with_comments(source: SourceFile, findings: Sequence[Diagnostic], reason: str) -> SourceFile:
    """Return a file with comments. Raises an error where that would change more."""
    rows = Rows(source.text)
    codes: dict[tuple[int, int], dict[str, None]] = {}
    for one in findings:
        span = Span(one.filename, one.location, one.end_location, one.cell)
        place = rows.place(*source.module_rows(span))
        codes.setdefault(place, {})[one.code] = None
    edits: list[tuple[Span, str]] = []
    for (row, end), named in codes.items():
        start, stop, content = adding(row, end, source.suppressions, list(named), reason)
        edits.append((source.at(start, stop), content))
    after = replace(load(source.path, data=source.edited(edits)), name=source.name)
    if not is_same_code(after.text, source.text):
        raise ValueError("they would change the code; please report it")
    return after
