"""Decoding loses nothing: what is read can be written back byte for byte."""

from __future__ import annotations

import codecs
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import SourceError, decode
from lrlint.source.text import Lines, commonest_newline

NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "latin-1", "cp1252", "iso-8859-15", "shift_jis", "koi8-r"])
LINE = st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=12)


@given(encoding=ENCODINGS, lines=st.lists(st.tuples(LINE, NEWLINES), max_size=8), last=LINE)
def test_round_trip(encoding: str, lines: list[tuple[str, str]], last: str) -> None:
    text = f"# -*- coding: {encoding} -*-\n" + "".join(a + b for a, b in lines) + last
    if encoding in ("latin-1", "cp1252", "iso-8859-15"):
        text += "é"
    data = text.encode(encoding)
    decoded = decode(data)
    assert decoded.text == text
    assert decoded.encode(decoded.text) == data


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_bom_round_trip(text: str) -> None:
    text = text.replace("coding", "").lstrip("\ufeff")
    data = codecs.BOM_UTF8 + text.encode()
    decoded = decode(data)
    assert (decoded.text, decoded.bom) == (text, True)
    assert decoded.encode(decoded.text) == data


@given(st.text(st.sampled_from("ab\r\n\f\u2028\x85\x1c"), max_size=20))
def test_rows_are_pythons_rows(text: str) -> None:
    lines = Lines(text)
    assert len(lines.starts) == len(re.split(r"\r\n|\r|\n", text))
    for offset in range(len(text) + 1):
        row, column = lines.position(offset)
        assert lines.offset(row, column) == offset


def test_row_outside_of_the_text() -> None:
    with pytest.raises(IndexError):
        Lines("a\n").offset(3, 1)


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb\r", "\r"), ("a\nb\r\n", "\n"), ("\n\n\r", "\n")],
)
def test_newline_style(text: str, newline: str) -> None:
    assert commonest_newline(text) == newline


@pytest.mark.parametrize(
    ("data", "message", "row", "column"),
    [
        (b"a = 1\nb = '\xff'\n", "is not utf-8: byte 0xff, invalid start byte", 2, 6),
        (b"x = 1\ny\0 = 2\n", "holds a null byte, so it is not Python source", 2, 2),
        (b"# coding: klingon\n", "unusable encoding: unknown encoding: klingon", 1, 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", "unusable encoding: encoding problem: utf-8", 1, 1),
        (b"# coding: hex\n", "(cannot be decoded as hex|unusable encoding): ", 1, 1),
        (b"# coding: undefined\n", "(cannot be decoded as undefined|unusable encoding): ", 1, 1),
        (b"# coding: ascii\n\nx = '\xe9'\n", "is not ascii: byte 0xe9, ordinal not in", 3, 6),
    ],
)
def test_unreadable(data: bytes, message: str, row: int, column: int) -> None:
    """Since Python 3.14, ``tokenize`` itself refuses what is not an encoding of text."""
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert re.match(message, caught.value.message)
    assert "\n" not in caught.value.message
    assert (caught.value.row, caught.value.column) == (row, column)


def test_cookie_on_the_second_line_only() -> None:
    assert decode(b"#!/bin/python\n# coding=latin-1\nx = '\xe9'\n").text.endswith("'é'\n")
    with pytest.raises(SourceError):
        decode(b"\n\n# coding=latin-1\nx = '\xe9'\n")


def test_writing_what_the_encoding_lacks() -> None:
    with pytest.raises(SourceError, match="cannot be written as iso-8859-1"):
        decode(b"# coding: latin-1\n").encode("# coding: latin-1\n'…'")


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_say_why(data: bytes) -> None:
    try:
        decoded = decode(data)
    except SourceError as error:
        one_line = "\n" not in error.message
        assert one_line
    else:
        assert decoded.encode(decoded.text) == data
