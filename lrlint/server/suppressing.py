"""The comment that silences a finding, as an edit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrlint.diagnostics import Diagnostic
from lrlint.fix import Edit
from lrlint.source.suppress import Suppressions
from lrlint.span import Location, Span

_OURS = re.compile(r"#\s*lrlint\s*:\s*ignore\[[^\]#]*", re.IGNORECASE)


def suppression(finding: Diagnostic, lines: Sequence[str]) -> Edit | None:
    """Return an edit that adds a comment at the end of a line of the finding.

    None where a comment cannot stand there: in a string of several lines, or before a line that is
    continued by a backslash.
    """
    for row in dict.fromkeys((finding.location.row, finding.end_location.row)):
        if row > len(lines):
            continue
        edit = _added(finding, row, lines[row - 1])
        text = [*lines]
        start, end = edit.span.start.column - 1, edit.span.end.column - 1
        text[row - 1] = text[row - 1][:start] + edit.content + text[row - 1][end:]
        continued = lines[row - 1].endswith("\\")
        if not continued and Suppressions.scan("\n".join(text)).silences(
            finding.code, finding.name, row, row
        ):
            return edit
    return None


def _added(finding: Diagnostic, row: int, line: str) -> Edit:
    """Return the edit of one line; a comment that is there gets one more code."""
    ours = _OURS.search(line)
    if ours is not None:
        at = Location(row, ours.end() + 1)
        return Edit(Span(finding.filename, at, at, finding.cell), f", {finding.code}")
    start, end = len(line.rstrip()) + 1, len(line) + 1
    span = Span(finding.filename, Location(row, start), Location(row, end), finding.cell)
    return Edit(span, f"  # lrlint: ignore[{finding.code}]")
