"""A module in outline: imports, top-level parts, and what a part binds and reads."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source.relevance.outline import (
    TOP,
    Imported,
    bound_words,
    free_words,
    only_fields,
    outline,
    words,
)


def code(text: str) -> str:
    return dedent(text).lstrip("\n")


@pytest.mark.parametrize(
    ("statement", "bound"),
    [
        ("import a", {"a": [("a", 0, None)]}),
        ("import a.b.c", {"a": [("a", 0, None), ("a.b", 0, None), ("a.b.c", 0, None)]}),
        ("import a.b as c", {"c": [("a.b", 0, None)]}),
        ("import a, b as c", {"a": [("a", 0, None)], "c": [("b", 0, None)]}),
        ("from a.b import c", {"c": [("a.b", 0, "c")]}),
        ("from a import b as c, d", {"c": [("a", 0, "b")], "d": [("a", 0, "d")]}),
        ("from . import a", {"a": [("", 1, "a")]}),
        ("from .import a", {"a": [("", 1, "a")]}),
        ("from ..a.b import c", {"c": [("a.b", 2, "c")]}),
        (
            "from a import (  # all\n    b,\n    c as d,\n)",
            {"b": [("a", 0, "b")], "d": [("a", 0, "c")]},
        ),
        ("from a import b, \\\n    c", {"b": [("a", 0, "b")], "c": [("a", 0, "c")]}),
        ("def f():\n    from a import b", {"b": [("a", 0, "b")]}),
        ("if x: import a; from b import c", {"a": [("a", 0, None)], "c": [("b", 0, "c")]}),
        ("try:\n\timport a\nexcept E:\n\tfrom b import a", {"a": [("b", 0, "a"), ("a", 0, None)]}),
        ("from a import b\r\nimport c\r\n", {"b": [("a", 0, "b")], "c": [("c", 0, None)]}),
        ("'''\nimport a\n'''\n# import b\nx = 'import c'", {}),
        ("reimport = important(a)\nyield_from = 1", {}),
    ],
)
def test_imports(statement: str, bound: dict[str, list[tuple[str, int, str | None]]]) -> None:
    found = outline(statement)
    assert found.imports == {
        name: tuple(Imported(*one) for one in several) for name, several in bound.items()
    }
    assert "import" not in words("".join(found.parts.values()))


def test_stars() -> None:
    found = outline("from a import *\nfrom ..b.c import *\n")
    assert found.stars == (Imported("a", 0, None), Imported("b.c", 2, None))
    assert found.imports == {}


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING "])
def test_what_is_imported_for_annotations_is_not(test: str) -> None:
    found = outline(
        f"import os\nif {test}:\n    from a import (\n        x,\n    )\n\n    from b import *\n"
        "else:\n    from c import y\nfrom d import z\nif TYPE_CHECKING: import e\nimport f\n"
    )
    assert found.imports.keys() == {"os", "y", "z", "f"}
    assert found.stars == ()


def test_parts() -> None:
    found = outline(
        code(
            """
            @register("x")
            def one(
                a,
            ):
                return two(a)

            # a comment at the edge
            async def two(a):
                '''import nothing
            def three(): ...
                '''
                def inner(): ...
                return 2

            class Four(Base):

                def method(self): return "five"
            six = Four()
            def one(b): return seven
            """
        )
    )
    assert sorted(found.parts) == [TOP, "Four", "one", "two"]
    assert words(found.parts[TOP]) == {"register", "one", "six", "Four"}  # one is kept
    assert words(found.parts["one"]) == {"def", "one", "a", "b", "return", "two", "seven"}
    assert words(found.parts["two"]) == {"async", "def", "two", "a", "inner", "return", "2"}
    assert words(found.parts["Four"]) == {
        "class",
        "Four",
        "Base",
        "def",
        "method",
        "self",
        "return",
    }


def test_only_code_at_the_edge_ends_a_function() -> None:
    found = outline("def f():\n    a()\n# x\n'''\ny\n'''\n    b()\n)\n    c()\nf'{z}'\n    d()\n")
    assert {"a", "b", "c"} <= words(found.parts["f"])
    assert "d" in words(found.parts[TOP])
    assert not {"x", "y", "z"} & words("".join(found.parts.values()))


def test_the_code_in_formatted_strings() -> None:
    code = "f\"{a} b\" + rf'{c}{d:e}' + Rb'{f}' + '{g}' + if_\"{h}\" + F'''{i!r}'''  # {j}"
    assert {"a", "c", "d", "i"} <= words(only_fields(code))
    assert not {"g", "h", "j"} & words(only_fields(code))


@pytest.mark.parametrize(
    ("text", "free", "bound"),
    [
        ("x = build(a)", {"build", "a"}, {"x"}),
        ("x: Type = build", {"build"}, {"x"}),
        ("a, (b, c) = pair", {"pair"}, {"a", "b", "c"}),
        ("for i, x in enumerate(loader): x.step(i)", {"loader"}, {"i", "x"}),
        ("with opened(f) as g: g.read()", {"opened", "f"}, {"g"}),
        ("if (m := find(x)): m", {"find", "x"}, {"m"}),
        ("def f(a, *b, c=d, **e): return g(a, b, c, e)", {"d", "g"}, {"f", "a", "b", "c", "e"}),
        ("call(name=value)", {"call", "value"}, set()),
        ("call(\n    train=train,\n)", {"call", "train"}, set()),
        ("a.b.c(d)", {"a", "d"}, set()),
        ("a == b", {"a", "b"}, set()),
    ],
)
def test_what_is_bound_and_what_is_read(text: str, free: set[str], bound: set[str]) -> None:
    assert free_words(text) == free
    assert bound_words(text) == bound


@given(st.text(alphabet="abf \t\n\r'\"#\\()[]{},.:;=*") | st.text())
def test_any_text_has_an_outline(text: str) -> None:
    assert TOP in outline(text).parts


def test_an_import_of_many_parts_takes_no_time() -> None:
    found = outline("import a" + ".b" * 300_000 + "\n")
    assert len(found.imports["a"]) < 100
