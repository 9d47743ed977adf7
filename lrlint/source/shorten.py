"""A module's text without the bodies of its functions, for whoever needs only some of them.

CPython's parser takes half of the time that is spent on a module which a script imports, and most
of what it reads is never looked at. No body is left out that is not certain to be one: what remains
must parse, and every row keeps its number, every token its column.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from lrlint.source.lexical import COMMENTS_AND_STRINGS

_JOINED: Final = re.compile(r"\\\r?\n")
_WITHIN: Final = r"[^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*"
_HEADER: Final = re.compile(
    rf"^([ \t]*)(?:async[ \t]+)?def[ \t]+\w+[ \t]*\({_WITHIN}\)[^:\n]*:[ \t]*\r?\n", re.MULTILINE
)

FEWEST_ROWS: Final = 3
"""Rows of a body that are worth a parse of their own."""
_FEW: Final = 4000
"""Characters to a function of a text that is mostly data: nothing is saved there."""


class Shortened(NamedTuple):
    """What is left of a text."""

    text: str
    bodies: dict[int, int]
    """By the row of each ``def`` whose body was left out the row where that begins, from 1."""


def without_bodies(text: str) -> Shortened | None:
    """The text with a ``0`` for the body of each long function; None where there is none.

    The ``0`` stands where the last token of the body ended, so that everything around the function
    ends where it did. The text may not be Python: what is left is not, either.
    """
    if "\f" in text or text.count("def ") * _FEW < len(text):  # \f sets the indentation back
        return None
    blank = _blank(text)
    kept: list[str] = []
    bodies: dict[int, int] = {}
    at, row = 0, 1
    header = _HEADER.search(blank)
    while header is not None:
        begin = header.end()
        end, placeholder = _body(text, blank, begin, header[1])
        if placeholder is not None:
            start = header.start()
            row += text.count("\n", at, start)
            bodies[row] = row + text.count("\n", start, begin)
            row += text.count("\n", start, end)
            kept += text[at:begin], placeholder
            at = end
        header = _HEADER.search(blank, max(end, begin))
    return Shortened("".join([*kept, text[at:]]), bodies) if bodies else None


def _body(text: str, blank: str, begin: int, indent: str) -> tuple[int, str | None]:
    """Where the body that begins at a row ends, and what may stand there instead."""
    outside = _outside(indent).search(blank, begin - 1)
    end = begin + len(blank[begin : outside.start() if outside else None].rstrip())
    rows = text.count("\n", begin, end)
    if rows + 1 < FEWEST_ROWS:
        return begin, None  # functions in it may be long, but they are few
    last = text[text.rfind("\n", 0, end) + 1 : end]
    width = len(last) if last.isascii() else len(last.encode("utf-8", "surrogatepass"))
    spaces = width - len(indent) - 1
    if spaces < 1:  # it ends with a string at the edge
        return end, None
    return end, f"{chr(10) * rows}{indent}{' ' * spaces}0"


def _blank(text: str) -> str:
    """The text, character by character, without what hides its structure.

    Comments and the ends of joined rows are spaces; strings, the newlines in them too, are ``$``.
    """

    def fill(found: re.Match[str]) -> str:
        size = found.end() - found.start()
        return (" " if found[0][0] == "#" else "$") * size

    return _JOINED.sub(lambda found: " " * len(found[0]), COMMENTS_AND_STRINGS.sub(fill, text))


@cache
def _outside(indent: str) -> re.Pattern[str]:
    """The end of the row before the first one that is indented no deeper."""
    return re.compile(rf"\n(?!{indent}[ \t])(?=[ \t]*\S)")


__all__ = ["FEWEST_ROWS", "Shortened", "without_bodies"]
