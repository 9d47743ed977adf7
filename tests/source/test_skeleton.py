"""A module whose functions are parsed when they are looked into is the module, once all are."""

from __future__ import annotations

import re
from pathlib import Path

import libcst as cst
import pytest

from lrlint.analysis.code.survey import Mutations, Survey
from lrlint.source import SourceError, syntax
from lrlint.source.skeleton import Skeleton, read

from .test_parse import HOSTILE
from .trees import everything, functions, source_of

HERE = Path(__file__).resolve().parents[2]
REAL = sorted([*HERE.glob("lrlint/**/*.py"), *HERE.glob("examples/**/*.py")])

ODD = {
    "comments": """\
    def f(a,
          b):  # of the header

        # before
        a += 1
        return a
        # behind, of the body

    # of the next
    @wrap(
        1)
    async def g():
        \"\"\"Text

    at no indentation.\"\"\"
        await f()
        return 2
    x = 1
    """,
    "methods": """\
    class A(B):
      '''Two spaces.'''
      count = 0

      @property
      def one(self):
        self.count += 1
        global total
        total = 2
        return self.state

      class Inner:
        def two(self):
            a = 1
            b = 2
            return a + b

      @staticmethod
      def three(x): return [
          x,
          x]

      def four(self,
               ): # odd
          def inside():
              nonlocal_ = 1
              return nonlocal_
          self.n = self.n - 1
          return inside
      # the last words of the class
    if x:
      def five():
        y = 1
        z = 2
        return y
    """,
    "tabs": "def f():\n\tx = 1\n\ty = 2\n\treturn x\n\nclass A:\n\n"
    "\tdef g(self):\n\t\ta = 1\n\t\tb = 2\n\t\treturn a",
    "form feed": "def f():\n    x = '\x0c'\n    y = 2\n    return x\n\x0c\n"
    "def g():\n    x = 1\n    y = 1\n    return y\n",
    "mixed": "if x:\n        y = 1\ndef f():\n  a = 'é'; b = 2\n  c = 3\n  return c  # ü\nd = 1\n",
    "carriage returns": "def f():\r\n    a = 1\r\n    b = 2\r\n    return a\r\n",
    "form feed before def": "\x0cdef f():\n    a\n    b\n    c\nclass A:\n  \x0c  def f():\n"
    "        a\n        b\n        c\n",
    "def goes on": "class A:\n  \\\n      def f(self):\n    a\n    b\n    c\n",
    "backslash before def": "import os\n\\\ndef f():\n    a = 1\n    b = 2\n    return a\n",
    "in parts": "class A:\n    def f(self):\n        self.n = (self.n\n                  + 1)\n"
    "        (self.m) = self.m * 2\n        return 1\n",
    "generic": "def f(x=lambda: {1: 2}): return [\n    1,\n]\n\n\ndef g():\n    def h():\n"
    "        a\n        b\n        c\n    return h\n",
    "empty": "",
    "words": "'only a docstring'",
    "joined": "def f(): \\\n  return 1\ndef g():\n  x = \\\n    1\n  y = 2\n  return x\n",
    "decorated first": "def f():\n    @wrap\n    def g():\n        return 1\n    return g\n",
    "dots": "class A:\n    def f(self) -> int:\n        ...\n        ...\n        ...\n",
}


def described(found: Skeleton) -> list[tuple[str, int, int]]:
    """All code of a module, and where it is."""
    outside = (cst.Module, cst.IndentedBlock, cst.FunctionDef, cst.ClassDef)
    return sorted(
        (type(node).__name__, *found.offsets(node))
        for node in everything(found)
        if not isinstance(node, outside)  # comments after the last statement are theirs or not
    )


@pytest.mark.parametrize("name", ODD)
def test_odd_layouts_come_back_whole(name: str) -> None:
    text = ODD[name]
    if text.startswith("    "):
        text = "".join(line[4:] if line[:4] == "    " else line for line in text.splitlines(True))
    check_whole(text)


@pytest.mark.parametrize("path", REAL[::7], ids=lambda path: path.name)
def test_real_modules_come_back_whole(path: Path) -> None:
    check_whole(path.read_text(encoding="utf-8"))


def check_whole(text: str) -> None:
    found, known = read(source_of(text)), Skeleton(syntax.parsable(text))
    assert Survey(found).mutations == Survey(known).mutations
    assert described(found) == described(known)


LONG = """\
import torch

def build(optimizer):
    n = 10  # step("no")
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, n)
    return scheduler

def plot(curve):
    title = "scheduler.step()"
    for x in curve:
        draw(x)
"""


def definitions(found: Skeleton) -> list[cst.FunctionDef]:
    return [one for one in found.tree.body if isinstance(one, cst.FunctionDef)]


def test_a_function_is_parsed_when_it_is_looked_into() -> None:
    found = read(source_of(LONG))
    build, plot = definitions(found)
    size = found.size
    body = found.body_of(build)
    assert len(body.body) == 3
    assert found.size > size
    assert found.body_of(build) is body
    assert "StepLR" in (found.text_of(build) or "")
    assert "title" in (found.text_of(plot) or "")
    assert found.path_to(body.body[0]) == [found.tree, build, body, body.body[0]]


def test_what_a_function_says_is_told_without_its_tree() -> None:
    found = read(source_of(LONG))
    size = found.size
    assert not Survey(found).part(definitions(found)[1]).relevant  # for a string says nothing
    assert Survey(found).module == Survey(Skeleton(LONG)).module
    assert found.size == size


@pytest.mark.parametrize(
    ("line", "relevant", "called"),
    [
        ('print(f"{scheduler.get_lr()} of {n!r}")', True, {"print", "get_lr"}),
        ('print("scheduler.get_lr()")', False, {"print"}),
        ("print('f{step}')", False, {"print"}),
        ('print(rf"step {n}")  # step()', False, {"print"}),
        ("def inner(x): return other(x)", False, {"other"}),
        ("optimizer.step()", True, {"step"}),
    ],
)
def test_what_one_line_says_is_the_same_without_a_tree(
    line: str, relevant: bool, called: set[str]
) -> None:
    text = f"def f(n):\n    a = 1\n    b = 2\n    {line}\n"
    for found in (read(source_of(text)), Skeleton(text)):
        part = Survey(found).part(definitions(found)[0])
        assert (part.relevant, part.called) == (relevant, called)


def test_names_that_several_scopes_share() -> None:
    text = "def f():\n    global n, m\n    def g():\n        nonlocal k\n        print(n)\n"
    assert Survey(read(source_of(text))).shared_names == {"n", "m", "k"}


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("self.n += 1", Mutations(attributes={"n"})),
        ("(self.n) **= 2", Mutations(attributes={"n"})),
        ("state['n'] //= 2", Mutations(keys={"n"})),
        ("self.n = self.n + 1", Mutations(attributes={"n"})),
        ("self.n = (self.n\n        - f(x))", Mutations(attributes={"n"})),
        ("self.n = ((self.n) * 2)  # half", Mutations(attributes={"n"})),
        ("self.n = self.n[1](2) << (\n  y)", Mutations(attributes={"n"})),
        ("self.n = '%d' % (x)", Mutations()),
        ("self.n = f(x - 1)", Mutations()),
        ("self.n = self.m = x - 1", Mutations()),
        ("n += 1", Mutations()),
        ("'self.n += 1'  # global n", Mutations()),
        ("state[n] += 1", Mutations()),
    ],
)
def test_what_a_function_changes_in_place(line: str, changed: Mutations) -> None:
    text = f"class A:\n  def f(self):\n    if x:\n      a = 1\n      {line}\n"
    for found in (read(source_of(text)), Skeleton(text)):
        assert Survey(found).mutations == changed


def test_a_function_with_a_generator_inside_of_it_is_none() -> None:
    text = "def f():\n    def inner():\n        yield 1\n    return inner\n"
    for found in (read(source_of(text)), Skeleton(text)):
        outer, inner = functions(found)
        assert not Survey(found).is_generator(outer)
        assert Survey(found).is_generator(inner)


def test_a_body_that_libcst_refuses_is_an_error_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f"{LONG}\ndef new(x):\n    y = x\n    x = $\n    return y\n"
    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: tree)
    tree = syntax.syntax_tree(text.replace("$", "1"))
    found = read(source_of(text))
    build, _, new = definitions(found)
    assert found.body_of(build).body
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            found.body_of(new)
        assert (caught.value.row, caught.value.column) == (
            text[: text.index("$")].count("\n") + 1,
            9,
        )
    assert found.refusal is not None


@pytest.mark.parametrize("text", ["def f(:\n    pass\n", "(" * 300 + ")" * 300])
def test_broken_modules_are_refused(text: str) -> None:
    with pytest.raises(SourceError):
        read(source_of(text))


def test_short_bodies_are_not_worth_it() -> None:
    found = read(source_of("def f():\n    a = 1\n    return a\n"))
    assert found.text_of(definitions(found)[0]) is None


def test_nested_definitions_are_read_with_the_one_around_them() -> None:
    found = read(source_of("def f():\n    def g():\n        a = 1\n        b = 2\n    return g\n"))
    (outer,) = definitions(found)
    inner = found.body_of(outer).body[0]
    assert isinstance(inner, cst.FunctionDef)
    assert found.text_of(inner) is None
    assert found.body_of(inner) is inner.body


def test_a_name_that_looks_like_that_of_a_body_is_none() -> None:
    text = f"def body():\n    __body30\n{LONG}"
    check_whole(text)


# -- syntax that the running Python does not read ---------------------------------------------


@pytest.fixture
def old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: SourceError("too old"))


@pytest.mark.usefixtures("old_python")
def test_what_only_a_newer_python_reads_is_left_to_libcst() -> None:
    found = read(source_of(LONG))
    assert [found.text_of(one) for one in definitions(found)] == [None, None]
    assert described(found) == described(Skeleton(LONG))


@pytest.mark.usefixtures("old_python")
@pytest.mark.parametrize("literal", ["'\\x1'", "b'é'", "'\\N{no such name}'"])
def test_libcst_does_not_look_into_literals(literal: str) -> None:
    with pytest.raises(SourceError, match="too old"):
        read(source_of(f"x = {literal}\n"))


# -- the guard against what would crash the parser --------------------------------------------


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("size", [90, 450, 1500, 20_000])
def test_hostile_input_is_a_tree_or_an_error(kind: str, size: int) -> None:
    if kind.startswith("nested ") and size > 1500:
        pytest.skip("its size grows with the square")
    text = HOSTILE[kind](size)
    body = text.replace("\n", "\n    ")
    # In a module, and in a body that is parsed by itself.
    for code in (text, f"def f():\n    a = 1\n    b = 2\n    {body}\n"):
        error = refusal(code)
        assert error is None or "\n" not in error.message


def refusal(code: str) -> SourceError | None:
    try:
        found = read(source_of(code))
        _ = [found.body_of(function) for function in definitions(found)]
    except SourceError as error:
        return error
    return None


@pytest.mark.parametrize(
    "expression",
    ["[{}]", "{{{}}}", "({})", "{}", "{{**old, {}: 0}}", "load('é', [{}])[0]", "[ # é\n\n  {}\n]"],
)
def test_a_literal_of_too_many_elements_is_not_parsed(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrlint.source.skeleton._MOST", 20)
    numbers = ", ".join(f"{i}: {i}" if "old" in expression else str(i) for i in range(21))
    numbers = numbers if "old" not in expression else f"{numbers}, 21"
    line = f"é = {expression.format(numbers)}; last = 1"
    text = f"def f():\n    {line}\n    return last\n    pass\n{line}\nlast\n"
    found = read(source_of(text))
    assert not any(
        isinstance(node, cst.Integer) and node.value == "7" for node in everything(found)
    )
    places = sorted(
        found.offsets(node)[0]
        for node in everything(found)
        if isinstance(node, cst.Name) and node.value == "last"
    )
    assert places == [one.start() for one in re.finditer("last", text)]


def test_statements_that_are_too_many_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrlint.source.skeleton._MOST", 2)
    for rest in ("c = 3\nd = 4\n", "@wrap\ndef f(): pass\n# end\n"):
        assert len(read(source_of(f"a = 1\nb = 2\n{rest}")).tree.body) == 2
    (statement,) = read(source_of("é = 1; b = 2; c = 3\nd = 4\n")).tree.body
    assert isinstance(statement, cst.SimpleStatementLine)
    assert len(statement.body) == 2
