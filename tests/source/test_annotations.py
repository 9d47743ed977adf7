"""Annotations in outlines are left out, and nothing else."""

from __future__ import annotations

import pytest

from lrlint.source.relevance.annotations import without_annotations, without_field_types
from lrlint.source.relevance.outline import words

TYPES = [
    "Kind",
    "pkg.Kind",
    "Kind | None",
    "list[Kind]",
    "dict[str, tuple[Kind, ...]]",
    "Callable[[Kind, int], Kind]",
    "$",
]


@pytest.mark.parametrize("type_", TYPES)
def test_types_of_a_function(type_: str) -> None:
    code = (
        f"def f(first: Own, a: {type_}, *b: {type_}, c: {type_} = made(), **d: {type_})"
        f" -> {type_}:\n    e: {type_} = built(c)\n    return e\n"
    )
    left = words(without_annotations(code))
    assert "Kind" not in left
    assert {"f", "first", "a", "b", "c", "d", "e", "made", "built", "return"} <= left
    assert "Own" in left  # pyrallis builds it


@pytest.mark.parametrize("type_", TYPES)
def test_types_of_fields(type_: str) -> None:
    code = f"class A(Base):\n    x: {type_}\n    y: {type_} = made()\n"
    left = words(without_field_types(code))
    assert "Kind" not in left
    assert {"A", "Base", "x", "y", "made"} <= left


@pytest.mark.parametrize(
    "code",
    [
        "def f(self):\n    return {a: Kind, b: [Kind]}\n",
        "def f(self, x=lambda: Kind):\n    pass\n",
        "def f(self):\n    try:\n        pass\n    finally: Kind()\n",
        "def f(self):\n    if x: Kind(1)\n    else: Kind\n",
        "def f(self):\n    return values[a: Kind]\n",
    ],
)
def test_what_only_looks_like_a_type_stays(code: str) -> None:
    assert "Kind" in words(without_annotations(code))
    assert "Kind" in words(without_field_types(code.replace("def f(self", "class A(B")))


def test_code_that_is_no_function_stays_as_it_is() -> None:
    assert without_annotations("x = f(a, b)\n") == "x = f(a, b)\n"
    assert without_annotations("") == ""
