"""A module whose functions are parsed when they are looked into is the module, once all are."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from lrlint.analysis.code.survey import Survey
from lrlint.source import Mutations, SourceError, load
from lrlint.source.nodes import walk
from lrlint.source.skeleton import Skeleton, in_outline, in_part, whole

from .test_parse import HOSTILE

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


def source_of(text: str, name: str = "<stdin>"):  # type: ignore[no-untyped-def]
    return load(Path(name), data=text.encode())


def functions(tree: cst.CSTNode) -> list[cst.FunctionDef]:
    found = [one for one in walk(tree) if isinstance(one, cst.FunctionDef)]
    return sorted(found, key=lambda one: one.start)


def described(node: object) -> object:
    """A tree with everything in it, and where it stands."""
    if isinstance(node, list):
        return [described(one) for one in node]
    if not isinstance(node, cst.CSTNode):
        return node if isinstance(node, (str, int, float)) else type(node)
    fields = [described(getattr(node, name)) for name in type(node).__match_args__]  # type: ignore[attr-defined]
    return [type(node).__name__, node.start, node.end, *fields]


def open_all(found: Skeleton) -> None:
    for function in functions(found.tree):
        assert found.open(function)


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
    source = source_of(text)
    for read in (in_part, in_outline):
        known, found = whole(source), read(source)
        before = functions(found.tree)
        assert found.mutations == known.mutations == Survey(Skeleton(known.tree)).mutations
        open_all(found)
        assert described(found.tree) == described(known.tree)
        assert {*before} <= {*functions(found.tree)}  # each is the node that it was
        assert found.size == known.size


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


def test_a_function_is_read_when_it_is_looked_into() -> None:
    found = in_part(source_of(LONG))
    build, plot = functions(found.tree)
    size = found.size
    assert build.body.body == plot.body.body == []
    assert found.open(build)
    assert len(build.body.body) == 3
    assert plot.body.body == []
    assert found.size > size
    body = build.body
    assert found.open(build)  # once more: nothing to do
    assert build.body is body
    assert "StepLR" in (found.text(build) or "")


def test_what_stands_in_a_function_is_told_without_its_tree() -> None:
    found, known = in_part(source_of(LONG)), whole(source_of(LONG))
    survey, full = Survey(found), Survey(known)
    for one, other in zip(functions(found.tree), functions(known.tree), strict=True):
        assert survey.part(one) == full.part(other)
    assert not survey.part(functions(found.tree)[1]).relevant  # for a string says nothing
    assert survey.module == full.module


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
    for found in (in_part(source_of(text)), whole(source_of(text))):
        (function,) = [one for one in functions(found.tree) if one.name.value == "f"]
        part = Survey(found).part(function)
        assert (part.relevant, part.called) == (relevant, called)


def test_a_function_that_yields_is_known_once_it_is_parsed() -> None:
    found = in_part(source_of("def f():\n    x = 1\n    y = 2\n    yield x\n"))
    (function,) = functions(found.tree)
    survey = Survey(found)
    found.open(function)
    assert survey.is_generator(function)


def test_a_function_with_a_generator_inside_of_it_is_none() -> None:
    text = "def f():\n    def inner():\n        yield 1\n    return inner\n"
    for found in (in_part(source_of(text)), whole(source_of(text))):
        outer = functions(found.tree)[0]
        found.open(outer)
        assert not Survey(found).is_generator(outer)


def test_a_body_that_cannot_be_read_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    found = in_part(source_of(LONG))
    build, plot = functions(found.tree)

    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: SourceError("no"))
    monkeypatch.setattr("lrlint.source.skeleton.younger_tree", refuse)
    assert not found.open(build)
    assert build.body.body == plot.body.body == []


def refuse(text: str) -> cst.Module:
    raise SourceError("no")


def test_a_body_that_is_not_python_spoils_no_other() -> None:
    source = source_of(f"{LONG}def old(x):\n    y = x\n    print y\n    return y\n")
    with pytest.raises(SourceError):
        in_part(source)
    found = in_outline(source)
    assert not found.is_python
    build, _, old = functions(found.tree)
    assert found.open(build)
    assert len(build.body.body) == 3
    assert not found.open(old)
    assert old.body.body == []
    assert found.mutations == Mutations()


def test_a_body_that_only_a_younger_python_reads_is_left_to_libcst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, known = in_outline(source_of(LONG)), whole(source_of(LONG))
    build, plot = functions(found.tree)
    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: SourceError("no"))
    assert found.open(build)
    assert found.open(plot)
    assert described(found.tree) == described(known.tree)
    assert found.tree.body[1] is build


@pytest.mark.parametrize("text", ["def f(:\n    pass\n", "(" * 300 + ")" * 300])
def test_broken_modules_are_refused(text: str) -> None:
    with pytest.raises(SourceError):
        in_part(source_of(text))


def test_short_bodies_are_not_worth_it() -> None:
    found: Skeleton = in_part(source_of("def f():\n    a = 1\n    return a\n"))
    assert functions(found.tree)[0].body.body != []


def test_what_only_a_younger_python_reads_is_left_to_libcst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = described(in_part(source_of(LONG)).tree)
    monkeypatch.setattr("lrlint.source.skeleton.syntax_tree", lambda _: SourceError("no"))
    found = in_part(source_of(LONG))
    open_all(found)
    assert [one.name.value for one in functions(found.tree)] == ["build", "plot"]
    assert functions(found.tree)[0].body.body != []
    assert described(found.tree) != known  # which has empty bodies


def test_nested_definitions_are_read_with_the_one_around_them() -> None:
    found = in_part(
        source_of("def f():\n    def g():\n        a = 1\n        b = 2\n    return g\n")
    )
    assert len(functions(found.tree)) == 1
    open_all(found)
    outer, inner = functions(found.tree)
    assert outer.body.body[0] is inner
    assert inner.body.body != []


def test_a_definition_in_a_branch_is_read_like_another() -> None:
    text = """\
if x:
  try:
    async def f(): # é
      a = 1
      b = 2
      return a
  except E: pass
"""
    check_whole(text)
    found = in_part(source_of(text))
    assert functions(found.tree)[0].body.body == []


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("size", [90, 450, 1500, 20_000])
def test_hostile_input_is_a_tree_or_an_error(kind: str, size: int) -> None:
    if kind.startswith("nested ") and size > 1500:
        pytest.skip("its size grows with the square")
    text = HOSTILE[kind](size)
    try:
        found: Skeleton | SourceError = in_part(source_of(text))
    except SourceError as error:
        found = error
    if isinstance(found, SourceError):
        assert "\n" not in found.message
    else:
        assert found.tree.end == len(text)
