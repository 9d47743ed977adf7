"""What fixes would change, as a unified diff."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import PurePath

from lrlint.output.colour import Paint
from lrlint.output.text import clean, visible

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def unified(name: str, before: str, after: str, paint: Paint, *, cell: bool = False) -> str:
    """Return the diff of one file, or of one cell of a notebook, as ``git diff`` writes it.

    Control characters are shown as symbols: such lines of a diff cannot be applied.
    """
    name = clean(name)
    old, new = (name, name) if PurePath(name).is_absolute() else (f"a/{name}", f"b/{name}")
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), old, new)
    # The last line of a cell never has a newline.
    unended = "\n" if cell else "\n\\ No newline at end of file\n"
    return "".join(_painted(lines, paint, unended))


def _painted(lines: Iterator[str], paint: Paint, unended: str) -> Iterator[str]:
    for line in lines:
        role = {"+": "good", "-": "error", "@": "note"}.get(line[:1])
        text, end = line.rstrip("\r\n"), line[len(line.rstrip("\r\n")) :]
        text = visible(text)
        painted = paint(role, text) if role and line[:3] not in ("+++", "---") else text
        yield painted + (end or unended)
