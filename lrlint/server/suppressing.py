"""The comment that silences a finding, as an edit."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.diagnostics import Diagnostic
from lrlint.fix import Edit
from lrlint.source.suppress import Suppressions
from lrlint.source.suppress_edits import Rows, adding
from lrlint.source.text import Lines
from lrlint.span import Location, Span


def suppression(finding: Diagnostic, lines: Sequence[str]) -> Edit | None:
    """Return an edit that adds a comment to a line of the finding, or of its statement.

    None where the document no longer has the finding's lines.
    """
    first, last = finding.location.row, finding.end_location.row
    if last > len(lines):
        return None
    text = "\n".join(lines)
    place = Rows(text).place(first, last)
    start, end, content = adding(*place, Suppressions.scan(text), [finding.code])
    position = Lines(text).position
    at, to = Location(*position(start)), Location(*position(end))
    return Edit(Span(finding.filename, at, to, finding.cell), content)
