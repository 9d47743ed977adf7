"""Where findings are, as other programs count: from the root of the checkout, in the file."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Related
from lrlint.fix import Edit
from lrlint.output import Results
from lrlint.span import Location, Span

_WINDOW = 100
_BASE = 37
"""Characters of a line that GitHub hashes, and the base of its polynomial."""
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def from_root(filename: str, variable: str) -> str:
    """Return a path relative to the checkout, which a CI system names in an environment variable.

    The path stays as it is where there is no such variable, or the file is elsewhere.
    """
    root = os.environ.get(variable)
    path = Path(os.path.abspath(filename))
    if not root or not path.is_relative_to(root):
        return filename
    return path.relative_to(root).as_posix()


def span_in_file(results: Results, at: Diagnostic | Related) -> tuple[Location, Location] | None:
    """Return the start and end of a finding in its file, also of one in a cell of a notebook."""
    start = results.files.in_file(at.filename, at.cell, at.location)
    end = results.files.in_file(at.filename, at.cell, at.end_location)
    return None if start is None or end is None else (start, end)


def replacements_in_file(results: Results, diagnostic: Diagnostic) -> Sequence[Edit]:
    """Return the edits of a fix as replacements in the text of its file.

    In a notebook a cell is JSON, where a character may be several and a line is a string: there,
    one replacement covers all that changes. Nothing where the file is not at hand.
    """
    edits = () if diagnostic.fix is None else diagnostic.fix.edits
    if diagnostic.cell is None or not edits:
        return edits
    before = results.files.text(diagnostic.filename)
    after = results.files.edited(diagnostic.filename, edits)
    if before is None or after is None or before == after:
        return ()
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    ends = range(1, most - start + 1)
    kept = next((end - 1 for end in ends if before[-end] != after[-end]), most - start)
    first, last = (_place(before, offset) for offset in (start, len(before) - kept))
    content = after[start : len(after) - kept]
    return (Edit(Span(diagnostic.filename, first, last), content),)


def _place(text: str, offset: int) -> Location:
    rows = split_lines(text[:offset])
    return Location(len(rows), len(rows[-1]) + 1)


def line_in_file(results: Results, at: Diagnostic) -> int:
    """Return the line of a finding in its file, the first where that is unknown."""
    span = span_in_file(results, at)
    return 1 if span is None else span[0].row


def fingerprints(results: Results) -> list[str]:
    """Return what identifies each finding: it stays the same where its line is moved.

    The rule, the file and the words of the line count; equal lines are numbered.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    digests: list[str] = []
    for diagnostic in results.diagnostics:
        lines = results.lines(diagnostic.filename, diagnostic.cell) or ()
        row = diagnostic.location.row
        words = " ".join(lines[row - 1].split()) if row <= len(lines) else ""
        key = (diagnostic.code, diagnostic.filename, words)
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        digests.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    return digests


def line_hash(text: str, row: int) -> str:
    """Return the ``primaryLocationLineHash`` of a line, as GitHub computes it.

    It is a hash of the hundred characters from the start of the line that are neither spaces nor
    tabs, and how many lines up to this one have the same.
    """
    units = _ASTRAL.sub(_surrogates, text).replace("\r\n", "\n").replace("\r", "\n")
    units = units.replace(" ", "").replace("\t", "") + "\uffff"
    starts = [0, *(match.end() for match in re.finditer("\n", units))][:row]
    windows = [units[start : start + _WINDOW] for start in starts]
    value = 0
    for unit in windows[-1].ljust(_WINDOW, "\0"):
        value = (value * _BASE + ord(unit)) & 0xFFFFFFFFFFFFFFFF
    return f"{value:x}:{windows.count(windows[-1])}"


def stretch(text: str, start: Location, end: Location) -> str:
    """Return what lies between two places of a text."""
    rows = split_lines(text)[start.row - 1 : end.row]
    if not rows:
        return ""
    rows[-1] = rows[-1][: end.column - 1]
    rows[0] = rows[0][start.column - 1 :]
    return "\n".join(rows)


def split_lines(text: str) -> list[str]:
    """Return the lines as editors count them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _surrogates(match: re.Match[str]) -> str:
    code = ord(match[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
