"""Source lines as a terminal shows them: tabs, wide characters, control characters, long lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

TAB = 4
ELLIPSIS = "…"
_LEAD = 8
"""Columns kept before the first mark where a long line is cut."""


def shown(character: str) -> tuple[str, int]:
    """Return what a terminal is sent for a character, and how many columns that takes.

    Control characters become visible symbols: a source file must not control the terminal.
    """
    if " " <= character <= "~":
        return character, 1
    if character < " ":
        return chr(0x2400 + ord(character)), 1
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return "\N{REPLACEMENT CHARACTER}", 1
    if category in ("Mn", "Me"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clean(text: str) -> str:
    """Return a text (a message, a file name) on one line and without control characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if character in "\r\n\t" else shown(character)[0] for character in text)


def escaped(text: str) -> str:
    """Return a text without HTML and control characters."""
    return escape(clean(text))


def place(where: str) -> str:
    """Return a file name, with or without a position, that starts a line.

    GitHub takes a line that starts with ``::`` for a command, also after spaces, and Azure one
    with ``##vso[``.
    """
    text = clean(where)
    return f"./{text}" if text.lstrip().startswith(("::", "##vso[")) else text


_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def encodable(text: str) -> str:
    """Return a text that UTF-8 and strict readers of JSON take: without lone surrogates."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(line: str) -> str:
    """Return a line of a diff with its control characters, but no others, as symbols."""
    return _CONTROL.sub(lambda match: shown(match[0])[0], line)


@dataclass(frozen=True)
class ShownLine:
    """One source line as displayed: its text, and the display column of each of its characters."""

    text: str
    starts: tuple[int, ...]
    """One more than there are characters: the last is the end of the line."""

    def column(self, source_column: int) -> int:
        """Return the display column (from 0) of a source column (from 1)."""
        return self.starts[min(max(source_column - 1, 0), len(self.starts) - 1)]

    @property
    def width(self) -> int:
        return self.starts[-1]

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))


def lay_out(line: str) -> ShownLine:
    """Expand tabs and measure."""
    pieces: list[str] = []
    starts = [0]
    for character in line:
        if character == "\t":
            columns = TAB - starts[-1] % TAB
            pieces.append(" " * columns)
        else:
            piece, columns = shown(character)
            pieces.append(piece)
        starts.append(starts[-1] + columns)
    return ShownLine("".join(pieces), tuple(starts))


def cut(line: str, limit: int, keep: Sequence[tuple[int, int]] = ()) -> ShownLine:
    """Lay a line out in at most ``limit`` columns, around the source columns in ``keep``."""
    whole = lay_out(line)
    if whole.width <= limit:
        return whole
    low = min((whole.column(start) for start, _ in keep), default=0)
    high = max((whole.column(end) for _, end in keep), default=0)
    left = 0
    if high > limit - 1:
        # Show the end of the line if every mark is in it, else start shortly before the first mark.
        left = min(max(low - _LEAD, 0), max(whole.width - limit, 0))
    right = left + limit
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    lead, trail = left > 0, right < whole.width
    if lead:
        pieces.append(ELLIPSIS)
        position = 1
    for index, character in enumerate(line):
        starts.append(position)
        begin, end = whole.starts[index], whole.starts[index + 1]
        if begin < left + lead or end > right - trail:
            continue
        pieces.append(" " * (end - begin) if character == "\t" else shown(character)[0])
        position += end - begin
    starts.append(position)
    if trail:
        pieces.append(ELLIPSIS)
    return ShownLine("".join(pieces), tuple(starts))
