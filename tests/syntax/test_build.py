"""Both parsers make the same tree: CPython's, which is quick, and libcst's, which is the oracle."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import load, parse_text
from lrlint.source.skeleton import whole
from lrlint.syntax import nodes as syn
from lrlint.syntax.nodes import children, walk
from lrlint.syntax.younger import from_libcst

ROOT = Path(__file__).parents[2]
OWN = sorted([*ROOT.glob("lrlint/**/*.py"), *ROOT.glob("rules/*.py"), *ROOT.glob("tests/**/*.py")])


def built(text: str) -> syn.Module:
    return whole(load(Path("x.py"), data=text.encode())).tree


def described(node: object) -> Any:
    """A tree as nested lists: kinds, fields, and where code with a value stands."""
    if isinstance(node, list):
        return [described(one) for one in node]
    if not isinstance(node, syn.Node):
        return repr(node)
    place = [(node.start, node.end)] if isinstance(node, (syn.Expression, syn.Statement)) else []
    fields = [described(getattr(node, name)) for name in type(node).__match_args__]  # type: ignore[attr-defined]
    return [type(node).__name__, *place, *fields]


def check_same(text: str) -> None:
    assert described(built(text)) == described(from_libcst(parse_text(text), text))


EXPRESSIONS = """\
    x
    x.y.z
    x . y
    (x)
    ((x, y))
    x, y
    ()
    [*a, b, c]
    {*a, b}
    {a: b, **c}
    {}
    1, 0x1f, 1_000, 1.5, 1e-3, .5, 2j, True, None, ...
    'a', "b" 'c', b'd', r'\\e', u'f', 'é' 'ü', '\\n\\x41'
    f'{a}', f'a{b}c{{d}}', f'{a!r:>{w}.2f}', f'{a=}', f'{ b = !s}', 'x' f'{y}' 'z\\n', rf'\\d{x}'
    f'{a:{b}}', f'{a:>{b}}{a}a{a}', f'a {a} {{a}}', f'{ a}{a }{(a)}', f'a {b}' f'a {a}' 'é' f'{é}'
    f(), f(a), f(a, b=c), f(*a, **b), f(a, *b, c=d, **e), f(a=1, *b), f(a,), f (a)
    f(x for x in y), f((x for x in y)), f(a)(b)
    x[0], x[a:b], x[::c], x[a, b:c], x[...], x[(a, b)], x[a,], x[:]
    -x, not x, ~x, +x
    a + b - c * d / e // f % g ** h @ i << j >> k & l | m ^ n
    (a + b) * c
    a and b and c or d and not e
    (a or b) and (c or d) and e
    a == b != c, a < b <= c > d >= e, a is b, a is not b, a in b, a not in b
    a if b else c
    (a := b)
    lambda: 0
    lambda a, b=1, *c, d, e=2, **f: a
    lambda a, /, b, *, c: a
    [x for x in y if z if w for a in b]
    {x for x, (y, *z) in w}
    {k: v for k, v in d.items()}
    (x for x in y)
"""

STATEMENTS = {
    "simple": """\
        x = 1; y = 2
        x = y = z
        x: int = 1
        x: int
        x += 1; x @= 2; x >>= 3
        pass
        del x, y
        del (x)
        assert x
        assert x, 'y'
        raise
        raise x
        raise x from y
    """,
    "imports": """\
        import a
        import a.b as c, d.e
        from . import a
        from .. import a as b
        from a.b import (c,
            d as e,)
        from ...a import *
    """,
    "conditions": """\
        if a: b
        elif c: d; e
        else: f
        if a:
            b
        else:
            if c:
                d
            else:
                e
        if a:
            b
        else:
            if c: d
            e
    """,
    "loops": """\
        for a, b in c:
            continue
        else:
            d
        while a: break
        else: b
        for x in (y): z
        for x in y, z: w
    """,
    "try": """\
        try:
            a
        except B:
            c
        except (D, E) as f:
            g
        except:
            h
        else:
            i
        finally:
            j
    """,
    "with": """\
        with a: b
        with a as b, c: d
        with (a as b, c as d,):
            e
        with (a): b
        with (a, b): c
    """,
    "functions": """\
        def f(a, /, b: int = 1, *c, d: str, e=2, **g) -> int:
            'Doc'
            return
        @a
        @b.c(d)
        def f(): yield
        async def f():
            async for a in b:
                await c
            async with d as e: yield f
            x = [i async for i in j]
        def f():
            global a, aa
            def g():
                nonlocal b, c
                yield from d
                return e, f
    """,
    "classes": """\
        class A: pass
        class A(B, *E, c=D, **F):
            x = 1
            @p
            def f(self): ...
    """,
    "match": """\
        match a:
            case 1: b
            case -1 | 'c' | None: d
            case [x, *y]: e
            case {'k': v, **rest}: f
            case C(x, y=z) if w: g
            case (C() as q): h
            case a.b: i
            case name: j
            case _: k
    """,
    "comments": """\
        # a
        x = (  # b
            1
            # c
        )


        if x:  # d
            # e
            y  # f
        # g
    """,
    "continued": "x = a and \\\n    b and c\ny = f(\n    a,\n    b\n)\n",
    "not ascii": "é = 'ü'; ñ = é.ö(ä=1, *ß)\ndef ф(λ): return λ\nimport å.b as ç\n",
    "tabs and form feeds": "if x:\n\ty\n\x0c\nz\n",
    "strings over lines": "x = '''g\nh'''\nf'''{\n    a}'''\nf'''é\na {a}\n  a {a} {a.b}'''\n",
    "line ends": "if x:\r\n    y = '''a\r\nb'''\r\nz\r\n",
    "no last newline": "if x:\n    y",
    "empty": "",
    "only a comment": "# nothing",
    "await at the top": "await f()\n",
}


@pytest.mark.parametrize("code", dedent(EXPRESSIONS).split("\n"))
def test_lines(code: str) -> None:
    check_same(code + "\n")


def test_expressions() -> None:
    check_same(dedent(EXPRESSIONS))


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str) -> None:
    check_same(dedent(STATEMENTS[name]))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="syntax of Python 3.11")
def test_groups_of_exceptions() -> None:
    check_same("try:\n    a\nexcept* B as c:\n    d\n")


@pytest.mark.parametrize("path", OWN[::5], ids=lambda path: path.name)
def test_real_modules(path: Path) -> None:
    check_same(path.read_text(encoding="utf-8"))


_NAMES = st.sampled_from(["a", "b.c", "(d)", "1", "'e'", "f(g, h=i)", "x[0]", "é"])
_CODE = st.recursive(
    _NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "*", " and ", " or ", " < ", " in "]), inner).map(
            lambda parts: "({}){}({})".format(*parts)
        ),
        st.lists(inner, min_size=3, max_size=4).map(" and ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({', '.join(parts)})"),
        inner.map(lambda code: f"lambda y: {code}").map("({})".format),
        inner.map(lambda code: f"[{code} for z in {code}]"),
        st.tuples(inner, inner).map(lambda parts: "({} if {} else 0)".format(*parts)),
        inner.map(lambda code: f"f({code}, k={code})"),
    ),
    max_leaves=12,
)


@given(st.lists(_CODE, min_size=1, max_size=3))
def test_the_trees_are_the_same(lines: list[str]) -> None:
    check_same("".join(f"x = {line}\n" for line in lines))


@given(st.lists(_CODE, min_size=1, max_size=3))
def test_every_expression_is_written_where_it_stands(lines: list[str]) -> None:
    text = "".join(f"x = {line}\n" for line in lines)
    data = text.encode()
    for node in walk(built(text)):
        if isinstance(node, syn.Expression):
            code = data[node.start : node.end].decode()
            (again,) = walk_expressions(code)
            assert again == shape(node)


def walk_expressions(code: str) -> list[Any]:
    (line,) = built(f"({code})\n").body
    assert isinstance(line, syn.SimpleStatementLine)
    (statement,) = line.body
    assert isinstance(statement, syn.Expr)
    return [shape(statement.value)]


def shape(node: syn.Node) -> list[Any]:
    """A tree without places."""
    return [type(node).__name__, getattr(node, "value", None) if not children(node) else None] + [
        shape(one) for one in children(node)
    ]


def test_a_name_of_a_definition_stands_behind_its_keyword() -> None:
    text = "class  defdef (x): pass\nasync  def asyncdef(): pass\ndef d(d): pass\n"
    names = [
        node.name for node in built(text).body if isinstance(node, (syn.ClassDef, syn.FunctionDef))
    ]
    assert [text[one.start : one.end] for one in names] == ["defdef", "asyncdef", "d"]
    assert [one.start for one in names] == [7, 35, 56]


def test_what_only_a_younger_python_reads() -> None:
    """Type parameters, say, say nothing about schedules; their function does."""
    text = "def f[T](x: T) -> T:\n    return x\ntype A = int\n"
    tree = from_libcst(parse_text(text), text)
    function = tree.body[0]
    assert isinstance(function, syn.FunctionDef)
    assert [one.name.value for one in function.params.params] == ["x"]
    assert isinstance(tree.body[1], syn.SimpleStatementLine)
    assert described(built(text)) == described(tree) or sys.version_info >= (3, 12)
