"""What follows the last statement: libcst drops empty rows there, and places must stay right."""

from __future__ import annotations

from itertools import product

import pytest

from lrlint.source.skeleton import Skeleton

ROWS = ["\n", "\f\n", " \f \n", "\f# c\n", "    \f# c\n", "  \n", "# c\n"]


@pytest.mark.parametrize("code", ["x = 1\n", "if x:\n    y\n", "def f():\n    if x:\n        y\n"])
def test_places_before_odd_rows(code: str) -> None:
    for rows in product(ROWS, repeat=3):
        for end in ("", "\f", "  ", "z\n", "\fz\n"):
            text = code + "".join(rows) + end
            skeleton = Skeleton(text)
            first, last = skeleton.tree.body[0], skeleton.tree.body[-1]
            start, _ = skeleton.offsets(first)
            assert text[start:].startswith(code.split("\n")[0]), text
            if "z" in end:
                begin, stop = skeleton.offsets(last)
                assert text[begin:stop].strip() == "z", text


def test_many_empty_rows_cost_little() -> None:
    text = "x = 1\n" + "    \n# c\n" * 5_000 + "y = 2\n" + "    \n# c\n" * 5_000
    skeleton = Skeleton(text)
    start, end = skeleton.offsets(skeleton.tree.body[1])
    assert "y = 2" in text[start:end]
