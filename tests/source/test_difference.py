"""Differences of codes, as small replacements."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source.difference import Replacement, difference

TOKEN = re.compile(r"\w+|\r\n|\n| +|.")


def changes(old: str, new: str) -> list[Replacement]:
    return list(difference(TOKEN.findall(old), TOKEN.findall(new)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("f(a)", "f(a)", []),
        ("f(a)", "f(a, n=1)", [(3, 3, ", n=1")]),
        ("f(a, n=1, n2=2)", "f(a, n2=2)", [(5, 10, "")]),
        ("f(a)", "f(b)", [(2, 3, "b")]),
        # Whole rows begin with the line end before them.
        ("a\n  b\n  c\n", "a\n  b\n  b2\n  c\n", [(5, 5, "\n  b2")]),
        ("a\n  b\n  c\n", "a\n  c\n", [(1, 5, "")]),
        ("a\n\n  b\n\n  c\n", "a\n\n  c\n", [(1, 6, "")]),
        ("a\r\n  b\r\n  c\r\n", "a\r\n  c\r\n", [(1, 6, "")]),
        ("a\n  b.c()\n  b.d()\n", "a\n  b.d()\n", [(1, 9, "")]),
        ("a\nb", "a\nb\nc", [(3, 3, "\nc")]),
        # What is between two additions stays.
        ("f(\n a  # b\n)", "f(\n a,  # b\n n\n)", [(5, 5, ","), (10, 10, "\n n")]),
    ],
)
def test_replacements(old: str, new: str, expected: list[Replacement]) -> None:
    assert changes(old, new) == expected


@given(*[st.lists(st.sampled_from(["a", "b", "(", "\n", "\r\n", "  "])).map("".join)] * 2)
def test_replacements_make_the_new_code_of_the_old(old: str, new: str) -> None:
    code, done = "", 0
    for start, end, text in changes(old, new):
        assert done <= start <= end
        code += old[done:start] + text
        done = end
    assert code + old[done:] == new
