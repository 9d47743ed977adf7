"""Where a place of a cell is in the text of the notebook's file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import load
from lrlint.source.notebook import place_in_file
from lrlint.source.text import LINE_END, Lines
from lrlint.span import Location

sources = st.text(st.sampled_from('ab \t\n"\\/\x00\x7fé\u2028\ufeff😀')) | st.text(max_size=9)


@given(sources, sources, st.booleans(), st.booleans(), st.sampled_from([None, 0, 1]))
def test_each_character_of_a_cell_is_where_the_file_spells_it(
    before: str, source: str, ascii_only: bool, one_string: bool, indent: int | None
) -> None:
    cells = [
        {"cell_type": "markdown", "source": before},
        {"cell_type": "code", "source": source if one_string else source.splitlines(True)},
    ]
    document = {"cells": cells, "nbformat": 4}
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    data = text.encode("utf-8", "surrogatepass")
    if "\ufffd" in data.decode("utf-8", "replace") and "\ufffd" not in text:
        return  # a lone surrogate that is written as it is: no UTF-8
    lines = Lines(text)
    rows = LINE_END.split(source)
    for row, line in enumerate(rows, start=1):
        for column, character in enumerate(line, start=1):
            at = place_in_file(data, 2, Location(row, column))
            assert at is not None
            offset = lines.offset(at.row, at.column)
            spelt = json.dumps(character, ensure_ascii=ascii_only)[1:-1]
            assert text.startswith(spelt, offset)


@pytest.mark.parametrize("at", [Location(3, 1), Location(9, 9)])
def test_a_place_beyond_the_cell_is_nowhere(at: Location) -> None:
    data = json.dumps({"cells": [{"cell_type": "code", "source": "a\nb"}]}).encode()
    assert load("x.ipynb", data=data).in_file(1, at) is None


def test_the_end_of_a_cell_is_its_last_quote() -> None:
    data = b'{"cells": [\n{"cell_type": "code", "source": ["a\\n",\n "bc"]}]}'
    assert place_in_file(data, 1, Location(2, 3)) == Location(3, 5)


def test_a_cell_without_a_source_is_nowhere() -> None:
    data = b'{"cells": [{"cell_type": "code"}]}'
    assert place_in_file(data, 1, Location(1, 1)) is None
