"""Bytes to text and back, without losing anything on the way.

The text keeps its newlines exactly as the file has them, so that an edit made in the text and
encoded again changes nothing else in the file.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lrlint.source.errors import SourceError

LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""What Python (and libcst) call the end of a line; ``str.splitlines`` knows six more."""


@dataclass(frozen=True)
class Text:
    """The decoded text of a file, with all that is needed to write it back."""

    text: str
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    """The commonest line ending: what an inserted line should end with."""

    def encode(self, text: str) -> bytes:
        """Return the bytes of a file that holds ``text`` in this file's encoding."""
        try:
            data = text.encode(self.encoding)
        except UnicodeError as error:
            raise SourceError(f"cannot be written as {self.encoding}: {error}") from error
        return codecs.BOM_UTF8 + data if self.bom else data


class Lines:
    """Rows and columns of the offsets of a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each row starts."""
        return [0, *(match.end() for match in LINE_END.finditer(self._text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return row and column of an offset, both from 1."""
        row = bisect_right(self.starts, offset)
        return row, offset - self.starts[row - 1] + 1

    def offset(self, row: int, column: int) -> int:
        """Return the offset of a row and column; ``IndexError`` where the text has no such row."""
        if not 1 <= row <= len(self.starts):
            raise IndexError(f"row {row} of {len(self.starts)}")
        return self.starts[row - 1] + column - 1


def commonest_newline(text: str) -> str:
    """Return the line ending that most lines of the text have (``\\n`` where there is none)."""
    if "\r" not in text:
        return "\n"
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda newline: counts[newline])


def decode(data: bytes) -> Text:
    """Decode Python source as Python does: BOM, PEP 263 cookie, else UTF-8."""
    encoding, bom = _encoding(data)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        row, column = _place(body, error.start)
        what = f"is not {encoding}: byte 0x{body[error.start]:02x}, {error.reason}"
        raise SourceError(what, row, column) from error
    except (LookupError, ValueError) as error:  # LookupError: a codec that is not of text
        raise SourceError(f"cannot be decoded as {encoding}: {error}") from error
    if "\0" in text:
        row, column = Lines(text).position(text.index("\0"))
        raise SourceError("holds a null byte, so it is not Python source", row, column)
    return Text(text, encoding, bom, commonest_newline(text))


def encode(text: str) -> bytes:
    """Return the bytes of a file that holds a text, in the encoding that its PEP 263 cookie names.

    UTF-8 where there is none, or where it cannot be used.
    """
    data = text.encode(errors="replace")
    with suppress(SourceError, UnicodeError, LookupError):
        encoding, _ = _encoding(data)
        return data if encoding == "utf-8" else text.encode(encoding)
    return data


def _encoding(data: bytes) -> tuple[str, bool]:
    bom = data.startswith(codecs.BOM_UTF8)
    head = data[:4096]
    # A cookie is in one of the first two lines and spells "coding": files without that word
    # (nearly all of them) need no tokenizer.
    if b"coding" not in head and len(head.splitlines()) > 2:
        return "utf-8", bom
    import tokenize

    lines = iter(data.splitlines(keepends=True))  # the two lines that it may ask for
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    except (SyntaxError, ValueError, LookupError) as error:  # LookupError: since Python 3.14
        raise SourceError(f"unusable encoding: {error}") from error
    return "utf-8" if encoding == "utf-8-sig" else encoding, bom


def _place(data: bytes, offset: int) -> tuple[int, int]:
    """Return row and column of a byte that cannot be decoded; what is before it may be odd, too."""
    return Lines(before := data[:offset].decode("latin-1")).position(len(before))


__all__ = ["LINE_END", "Lines", "Text", "commonest_newline", "decode", "encode"]
