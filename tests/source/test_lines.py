"""What lies around a line of code."""

from __future__ import annotations

from pathlib import Path

import pytest

import lrlint
from lrlint.source.lines import LoopLines, loops_of, statement_lines

CODE = """\
for epoch in range(3):
    for x, y in batches:
        update(
            x,
        )
def later():
    while i < n: step()
"""


@pytest.mark.parametrize(
    ("line", "expected"), [(1, None), (3, (3, 5)), (4, (3, 5)), (7, (7, 7)), (9, None)]
)
def test_the_statement_at_a_line(line: int, expected: tuple[int, int] | None) -> None:
    assert statement_lines(CODE, line) == expected


def test_loops_come_with_their_counters_and_the_function_around() -> None:
    first, second, third = loops_of(CODE)
    assert first[:3] == (1, 5, ("epoch",))
    assert second[:3] == (2, 5, ("x", "y"))
    assert third == LoopLines(7, 7, ("i", "n"), (6, 7))
    assert first.within == second.within


@pytest.mark.parametrize("code", ["for", "\0", "x" + "(" * 5000])
def test_code_that_does_not_parse_has_none(code: str) -> None:
    assert statement_lines(code, 1) is None
    assert loops_of(code) == ()


def test_cpythons_tree_is_used_in_this_package_alone() -> None:
    package = Path(lrlint.__file__).parent
    users = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if "import ast\n" in path.read_text(encoding="utf-8")
    }
    assert users == {"source"}
