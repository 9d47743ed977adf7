"""Classes in outline: their methods, their bases, and what calls methods by looked-up names."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.source.relevance.classes import (
    bases,
    class_parts,
    is_called_unnamed,
    is_quiet,
    looks_up_methods,
    looks_up_own_methods,
)
from lrlint.source.relevance.outline import outline, words


def code(text: str, name: str = "A") -> str:
    return outline(dedent(text)).parts[name]


CLASS = """
    class A(Base):
        kinds = {"a": First}

        @registered
        def one(
            self, n: int = limit()
        ) -> int:
            return first(n)

        async def two(self):
            def inner(): return second()
            return inner

        if newer:
            def three(self): return third()
"""


@pytest.mark.parametrize(
    ("method", "used", "others"),
    [
        ("one", {"first", "limit"}, {"second", "third", "First", "registered"}),
        ("two", {"second", "inner"}, {"first", "third", "limit"}),
    ],
)
def test_a_method_has_its_own_code(method: str, used: set[str], others: set[str]) -> None:
    found = words(class_parts(code(CLASS)).methods[method])
    assert used <= found
    assert not others & found


def test_the_rest_has_all_else() -> None:
    rest = words(class_parts(code(CLASS)).rest)
    assert {"Base", "First", "registered", "three", "third", "newer"} <= rest
    assert not {"first", "second", "limit"} & rest


def test_a_method_that_is_defined_twice_has_both_bodies() -> None:
    parts = class_parts(code("class A:\n  def f(self): one()\n  def f(self): two()\n"))
    assert {"one", "two"} <= words(parts.methods["f"])


def test_a_class_that_is_defined_twice() -> None:
    text = code("""
        try:
            import fast
        except ImportError:
            pass
        class A(First):
            def f(self): one()
        class A(Second):
            kind = Kind
            def f(self): two()
        """)
    assert list(bases(text)) == ["First", "Second"]
    parts = class_parts(text)
    assert {"one", "two"} <= words(parts.methods["f"])
    assert {"Second", "Kind"} <= words(parts.rest)


@pytest.mark.parametrize("text", ["class A: pass", "class A(B):\n    x = 1", "class A:\n\n"])
def test_a_class_without_methods(text: str) -> None:
    assert not class_parts(code(text)).methods


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("A", []),
        ("A()", []),
        ("A(B)", ["B"]),
        ("A(nn.Module, B)", ["nn.Module", "B"]),
        ("A(Base[T, U], metaclass=Meta)", ["Base"]),
        ("A(\n    B,  # why\n    c.d.E,\n)", ["B", "c.d.E"]),
    ],
)
def test_bases(head: str, found: list[str]) -> None:
    assert list(bases(code(f"class {head}:\n    pass"))) == found


def test_a_framework_s_class_may_call_any_method() -> None:
    assert not is_quiet("pl.LightningModule")
    assert is_quiet("torch.nn.Module")
    assert is_quiet("PushToHubMixin")


def test_methods_that_no_name_calls() -> None:
    assert is_called_unnamed("__init__")
    assert is_called_unnamed("forward")
    assert not is_called_unnamed("build")


CALLS = [
    "getattr(self, name)()",
    "getattr(self, f'on_{event}')(batch)",
    "getattr(self, 'on_' + event)(batch)",
    "hook = getattr(self, name, None)\n        if hook: hook(batch)",
]
CALLS_NOT = [
    "getattr(self, 'on_start')()",
    "value = getattr(self, name)",
    "{key: getattr(self, key) for key in keys}",
    "mygetattr(self, name)()",
]


@pytest.mark.parametrize("statement", CALLS)
def test_a_class_that_looks_its_methods_up(statement: str) -> None:
    text = code(f"class A:\n    def run(self):\n        {statement}\n")
    assert looks_up_own_methods(text)
    assert looks_up_methods(text)


@pytest.mark.parametrize("statement", CALLS_NOT)
def test_a_class_that_looks_no_method_up(statement: str) -> None:
    text = code(f"class A:\n    def run(self):\n        {statement}\n")
    assert not looks_up_own_methods(text)
    assert not looks_up_methods(text)


def test_methods_of_other_objects() -> None:
    text = code(
        "def call(hooks, name):\n    for hook in hooks:\n        getattr(hook, name)()", "call"
    )
    assert looks_up_methods(text)
    assert not looks_up_own_methods(text)
    assert looks_up_methods("fire.Fire(Trainer)")
