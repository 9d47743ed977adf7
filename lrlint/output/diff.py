"""What fixes would change, as a unified diff."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lrlint.output.colour import Paint

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def unified(name: str, before: str, after: str, paint: Paint) -> str:
    """The diff of one file, or of one cell of a notebook."""
    rows = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), name, name)
    return "".join(_painted(rows, paint))


def _painted(rows: Iterator[str], paint: Paint) -> Iterator[str]:
    for row in rows:
        role = {"+": "good", "-": "error", "@": "note"}.get(row[:1])
        text, end = row.rstrip("\r\n"), row[len(row.rstrip("\r\n")) :]
        yield (paint(role, text) if role and row[:3] not in ("+++", "---") else text) + (
            end or "\n\\ No newline at end of file\n"
        )
