"""What is left of a text without the bodies of its functions is the same text without them."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source.shorten import without_bodies

CLEAR = '''\
import torch


class A:
    """Text with a def f():
in it."""

    @wrap(
        1,
    )
    def one(self, x: "def g(): ...", y=(1, (2, 3))) -> dict[str, int]:  # a comment
        # def no():
        """And
at no indentation.
        """
        for i in x:
            y = [
                i,
            ]
        return y  # the end

    async def two(self):
        a = 1
        b = """ü
        """
        return a + \\
            b

    # of the class


def three():

    a = "ä"; b = 2
    c = 3
    return c;
# of the module
d = 1
'''


def places(tree: ast.AST, bodies: bool) -> list[tuple[object, ...]]:
    """Every node of a tree with its place, in order; what stands in functions only on demand."""
    found: list[tuple[object, ...]] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        found.append(
            (
                type(node).__name__,
                *(getattr(node, at, None) for at in ("lineno", "col_offset")),
                *(getattr(node, at, None) for at in ("end_lineno", "end_col_offset")),
            )
        )
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not bodies:
            stack += [node.args, *node.decorator_list]
        else:
            stack += ast.iter_child_nodes(node)
    return found


def check(text: str) -> dict[int, int]:
    """See that nothing else is missing; returns what is."""
    short = without_bodies(text)
    if short is None:
        return {}
    whole = ast.parse(text)
    try:
        left = ast.parse(short.text)
    except SyntaxError:
        return {}  # then the whole is read
    assert places(left, bodies=False) == places(whole, bodies=False)
    gone = {
        one.lineno: one
        for one in ast.walk(whole)
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.lineno in short.bodies
    }
    assert gone.keys() == short.bodies.keys()
    rows = text.split("\n")
    for row, first in short.bodies.items():
        assert row < first <= gone[row].body[0].lineno
        assert not any(one.split("#")[0].strip() for one in rows[first - 1 : _start(gone[row]) - 1])
    return short.bodies


def _start(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    return min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", []))])


def test_bodies_are_left_out_and_nothing_else() -> None:
    assert check(CLEAR) == {11: 12, 22: 23, 32: 33}
    short = without_bodies(CLEAR)
    assert short is not None
    assert "return" not in short.text
    assert short.text.count("\n") == CLEAR.count("\n")


def test_carriage_returns_stay_where_they_are() -> None:
    assert check(CLEAR.replace("\n", "\r\n")) == {11: 12, 22: 23, 32: 33}


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "def f():\n    a = 1\n    return a\n",  # too short to be worth it
        "def f(): return [\n    1,\n    2,\n    3]\n",
        "def f(x: 'a:b' = lambda: {\n    1: 2}): return [\n    1,\n    2,\n    3]\n",
        "class A:\n  def f(self):\n    x = 1\n    y = '''\n\n'''\n",  # it ends at the edge
        "\x0cdef f():\n    a\n    b\n    c\n",
        "def f(:\n    a\n    b\n    c\n(",
        "def f(" + "(" * 50 + "\n    a\n    b\n    c\n",
        f"{CLEAR}DATA = {list(range(20_000))}\n",  # nearly all data
    ],
)
def test_what_is_not_worth_it_or_not_clear_is_left(text: str) -> None:
    assert without_bodies(text) is None


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("\\\ndef f():\n    a\n    b\n    c\nx = 1\n", None),  # nobody finds that row
        ("def f():\n    x = [\n1,\n2,\n]\n    return x\ny = 2\n", {}),
        ("def f():\n    x = 1 + \\\n2\n    return x\ny = 2\n", {1: 2}),
        ("class A:\n\tdef f(self):\n\t\ta = 1\n\t\tb = 2\n\t\treturn a\n\n\tx = 1\n", {2: 3}),
        ("class A:\n  def f(self):\n\ta = 1\n\tb = 2\n\treturn a\n", {}),
        (
            "if x:\n    def f():\n        a\n        b\n        c\n"
            "else:\n    def f():\n        a\n        b\n        c\n",
            {2: 3, 7: 8},
        ),
        ("def f():\n    def g():\n        a\n        b\n        c\n    return g\n", {1: 2}),
        ("def f(a=')', b=':\\\n'):\n    a\n    b\n    c\n", {1: 3}),
        ("def f():\n    a\n    b\n    x = '#' '''\ndef g():\n    a\n    b\n    '''\n", {1: 2}),
    ],
)
def test_odd_layouts_are_understood_or_left(text: str, gone: dict[int, int] | None) -> None:
    if gone is None:
        with pytest.raises(AssertionError):
            check(text)
    else:
        assert check(text) == gone


PIECES = [
    "def f(a, b=(1, 2)):\n",
    "async def g() -> int:\n",
    "class A:\n",
    "if x:\n",
    "@wrap\n",
    "a = 1\n",
    "b = [\n1,\n]\n",
    "c = '''\ndef f():\n  '''\n",
    "return 'é'  # ü\n",
    "x = 1; y = 2;\n",
    "# def f():\n",
    "\n",
    "z = 1 + \\\n 2\n",
]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(PIECES)), max_size=14))
def test_whatever_stands_together(rows: list[tuple[int, str]]) -> None:
    text = "".join(textwrap.indent(piece, "    " * depth, bool) for depth, piece in rows)
    try:
        ast.parse(text)
    except SyntaxError:
        without_bodies(text)  # which says something, whatever it is
        return
    check(text)


@given(st.text(alphabet="def f():\n\r\t'\"#\\[]{}a=$") | st.text())
def test_no_text_raises(text: str) -> None:
    without_bodies(text)
