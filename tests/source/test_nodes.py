"""What the layout helpers say of libcst's nodes."""

from __future__ import annotations

import libcst as cst
import pytest

from lrlint.source.nodes import (
    blocks_in,
    children,
    declared_names,
    decorators_of,
    import_level,
    indices_of,
    number_of,
    path_to,
    small_statements,
    star_parameter,
    statements_of,
    string_of,
    string_parts,
    walk,
    with_child,
)
from lrlint.source.parse import parse_expression, parse_text


def expression(text: str) -> cst.BaseExpression:
    found = parse_expression(text)
    assert found is not None
    return found


def statement(text: str) -> cst.CSTNode:
    return parse_text(text).body[0]


def code(*nodes: object) -> list[str]:
    return [cst.Module(()).code_for_node(one) for one in nodes if isinstance(one, cst.CSTNode)]


EVERYTHING = """\
@a(b)
async def c[T](d, /, e: f = g, *h, i=j, **k) -> l:
    async for m, *n in o[p:q:r, *s]: await t
    else: yield from u
    with v as w, (x): return
class y(z, metaclass=aa):
    bb: cc = dd; ee += -ff
    del gg[hh], ii.jj
try: raise kk from ll
except mm as nn: pass
else: assert oo, pp
finally: global_ = lambda qq, *rr: {**ss, tt: uu}
match vv:
    case [ww, {1: xx}, yy() | zz() as ab] if ac: print(f"{ad!r:{ae}}" "af")
while ag if ah else ai: import aj.ak as al
from .am import an as ao
x = (ap for aq in ar if as_ for at in au), {av: aw for ax in ay}, ({az}, ba := bc)
"""


def test_children_are_all_the_code_and_nothing_else() -> None:
    tree = parse_text(EVERYTHING)
    nodes = list(walk(tree))
    names = {one.value for one in nodes if isinstance(one, cst.Name)}
    expected = {one.value for one in _all_nodes(tree) if isinstance(one, cst.Name)}
    assert names == expected - {"T"}  # type parameters say nothing
    layout = (cst.BaseParenthesizableWhitespace, cst.Comma, cst.EmptyLine, cst.LeftParen)
    assert not any(isinstance(one, (*layout, cst.BaseBinaryOp)) for one in nodes)


def _all_nodes(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node, *(inner for child in node.children for inner in _all_nodes(child))]


def test_children_come_in_the_order_of_libcst() -> None:
    assert code(*children(statement("for a in b: c\nelse: d\n"))) == ["a", "b", " c\n", "else: d\n"]
    assert code(*children(expression("a if b else c"))) == ["b", "a", "c"]


def test_a_path_leads_to_a_node_and_a_part_can_be_replaced() -> None:
    root = expression("f(a, [b, c])")
    target = next(one for one in walk(root) if isinstance(one, cst.Name) and one.value == "c")
    path = path_to(root, target)
    assert path is not None
    assert [type(one).__name__ for one in path] == ["Call", "Arg", "List", "Element", "Name"]
    assert path_to(target, root) is None
    new: cst.CSTNode = cst.Name("d")
    for parent, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        new = with_child(parent, child, new)
    assert code(new) == ["f(a, [b, d])"]
    with pytest.raises(KeyError):
        with_child(root, target, target)


@pytest.mark.parametrize("text", ["if x:\n    a; b\n    c\n", "if x: a; b\n"])
def test_statements_of_a_block(text: str) -> None:
    found = statement(text)
    assert isinstance(found, cst.If)
    first, *_ = statements_of(found.body)
    assert code(*small_statements(first)) == ["a; ", "b"]
    assert small_statements(found) == ()
    assert blocks_in(found) == [found.body]


def test_parts_of_statements() -> None:
    decorated = statement("@a\n@b(c)\ndef f(*d): pass\n")
    assert isinstance(decorated, cst.FunctionDef)
    assert code(*decorators_of(decorated)) == ["a", "b(c)"]
    star = star_parameter(decorated.params)
    assert star is not None
    assert star.name.value == "d"
    bare = expression("lambda *, a: a")
    assert isinstance(bare, cst.Lambda)
    assert star_parameter(bare.params) is None
    (imported,) = small_statements(statement("from ..a import b\n"))
    assert isinstance(imported, cst.ImportFrom)
    assert import_level(imported) == 2
    (shared,) = small_statements(statement("global a, b\n"))
    assert isinstance(shared, cst.Global)
    assert declared_names(shared) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [("x[a]", ["a"]), ("x[a, (b)]", ["a", "(b)"]), ("x[a:b]", ["a:b"]), ("x[*a]", ["*a"])],
)
def test_indices(text: str, parts: list[str]) -> None:
    node = expression(text)
    assert isinstance(node, cst.Subscript)
    assert code(*indices_of(node)) == parts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", 1000),
        ("0x_ff", 255),
        ("1_0.5e-1", 1.05),
        ("1e400", float("inf")),
        ("2_0j", 20j),
        ("(3)", 3),
        ("x", None),
        ("9" * 5000, None),
    ],
)
def test_numbers(text: str, value: object) -> None:
    assert number_of(expression(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        (r"'a\n'", "a\n"),
        (r"r'a\n'", r"a\n"),
        ("b'a'", b"a"),
        ("'''a'''", "a"),
        ("'a' \"b\"", "ab"),
        ("f'a'", None),
        ("'a' f'b'", None),
        ("x", None),
    ],
)
def test_strings(text: str, value: object) -> None:
    assert string_of(expression(text)) == value


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("f'a{{{x}'", ["a{", "x"]),
        (r"f'\n{x!r}' 'b'", ["\n", "{x!r}", "b"]),
        (r"rf'\n{x:>3}{y=}'", [r"\n", "{x:>3}", "{y=}"]),
        ("'a' f'{x.y}'", ["a", "x.y"]),
    ],
)
def test_parts_of_strings(text: str, parts: list[str]) -> None:
    found = string_parts(expression(text))
    assert [one if isinstance(one, str) else code(one)[0] for one in found] == parts


@pytest.mark.parametrize(
    "text", ["", "a b", "a; b", "a;", "a  # b", "a\nb", "a\n", "a = b", "(", "pass", "# a", "a :="]
)
def test_what_is_no_expression_in_one_row(text: str) -> None:
    assert parse_expression(text) is None
