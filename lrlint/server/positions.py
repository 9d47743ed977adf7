"""Columns as the protocol counts them: in units of the encoding that client and server agreed on.

A character outside of the Basic Multilingual Plane is two units of UTF-16 and four of UTF-8.
"""

from __future__ import annotations

from typing import Final

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"

_UNITS: Final = {UTF8: ("utf-8", 1), UTF16: ("utf-16-le", 2)}


def units(text: str, encoding: str) -> int:
    """Return the length of a text in units of an encoding."""
    if encoding == UTF32 or text.isascii():
        return len(text)
    codec, size = _UNITS[encoding]
    return len(text.encode(codec, "surrogatepass")) // size


def characters(text: str, count: int, encoding: str) -> int:
    """Return how many characters of a text lie before a number of units, at most all."""
    if encoding == UTF32 or text.isascii():
        return min(count, len(text))
    used = 0
    for index, character in enumerate(text):
        if used >= count:
            return index
        used += units(character, encoding)
    return len(text)
