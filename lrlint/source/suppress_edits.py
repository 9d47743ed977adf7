"""Changes to suppression comments, which leave all that is not theirs as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from lrlint.source.lexical import tokens
from lrlint.source.suppress import Suppression, Suppressions
from lrlint.source.text import Lines

Replacement = tuple[int, int, str]
"""Start and end in the text, and what comes there instead."""

_FOR_OTHERS: Final = re.compile(
    r"(type|pyright|mypy|pylint|pyre|ruff|flake8|fmt|yapf|isort|pragma|nosec|noqa|coding|lrlint)\b"
    r"|!|%|-\*-",
    re.IGNORECASE,
)
"""The beginning of comments that tools read."""
_FIRST_ROWS: Final = 2
"""Rows in which Python looks for the encoding of a file."""


def without(
    text: str, found: Suppressions, one: Suppression, *, whole_rows: bool = True
) -> Replacement | None:
    """Return how to remove one code, and the comment with its last one; reasons stay.

    With ``whole_rows``, a row that held nothing else goes, too. None where what is left of the
    comment would mean something else.
    """
    codes = found.beside(one)
    if len(codes) > 1:
        number = codes.index(one)
        if number:
            return codes[number - 1].end, one.end, ""
        return one.start, codes[1].start, ""
    start, end = one.comment
    before, after = text[start : one.directive[0]], text[one.directive[1] : end]
    reason = after.lstrip(" \t-–—:;,.").rstrip()
    if reason.startswith("#"):  # another comment on the same row
        change = one.directive[0], text.index(reason, one.directive[1]), ""
    elif reason:
        if _FOR_OTHERS.match(reason):
            return None
        change = one.directive[0], text.index(reason, one.directive[1]), "# "
    elif before.strip():
        change = start + len(before.rstrip()), end, ""
    else:
        return _whole_comment(text, start, end, one.row, whole_rows=whole_rows)
    left = text[start : change[0]] + change[2] + text[change[1] : end]
    expected = [other.code for other in found.found if other.comment == one.comment]
    expected.remove(one.code)
    if [other.code for other in Suppressions.scan(left).found] != expected:
        return None
    return change


def _whole_comment(text: str, start: int, end: int, row: int, *, whole_rows: bool) -> Replacement:
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    code = text[line:start].rstrip()
    if code or not whole_rows or row <= _FIRST_ROWS:
        return line + len(code), end, ""
    newline = re.compile(r"\r\n|\r|\n").match(text, end)
    return line, end if newline is None else newline.end(), ""


def comment_for(codes: Iterable[str], reason: str = "") -> str:
    """Return the comment that silences some rules."""
    return f"# lrlint: ignore[{', '.join(codes)}] {reason}".rstrip()


class Rows:
    """Where in a text a comment may be added to a row."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._comments: dict[int, int] = {}
        """Where the comment of a row ends."""
        self._closed: set[int] = set()
        """Rows that end in a string, in a field of an f-string, or in a backslash."""
        self._inside: set[int] = set()
        """Rows that end within brackets."""
        open_brackets: list[str] = []
        for kind, start, end in tokens(text):
            row = self._row(start)
            if kind == "#":
                self._comments[row] = end
            elif kind == '"':
                self._closed |= set(range(row, self._row(end)))
            elif kind == "\\":
                self._closed.add(row)
            elif kind in "({":
                open_brackets.append(kind)
            elif kind == ")":
                del open_brackets[-1:]
            elif kind == "n" and open_brackets:
                # Before Python 3.12, no comment can be in a field of an f-string.
                (self._closed if "{" in open_brackets else self._inside).add(row)

    def _row(self, offset: int) -> int:
        return self._lines.position(offset)[0]

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Return the row and the offset where to add a comment about some rows.

        The first row is taken before the last, and this before the last of its statement.
        """
        end = last
        while end in self._closed | self._inside:
            end += 1
        row = next(row for row in (first, last, end) if row not in self._closed)
        return row, self._comments.get(row, self._end(row))

    def _end(self, row: int) -> int:
        start = self._lines.offset(row, 1)
        match = re.compile(r"[^\r\n]*").match(self._text, start)
        return start + len(match[0].rstrip()) if match else start


def adding(
    row: int, end: int, found: Suppressions, codes: Sequence[str], reason: str = ""
) -> Replacement:
    """Return how to silence more rules on a row, whose code or comment ends at ``end``."""
    for one in found.found:
        if one.ours and one.row == row and not one.whole_file and one.code:
            last = found.beside(one)[-1].end
            return last, last, "".join(f", {code}" for code in codes)
    return end, end, f"  {comment_for(codes, reason)}"


__all__ = ["Replacement", "Rows", "adding", "comment_for", "without"]
