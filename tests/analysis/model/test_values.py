"""Values: scopes, alternatives, elements."""

from __future__ import annotations

from lrlint.analysis.model.conditions import Flag
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.value_queries import alternatives, elements, leaning
from lrlint.analysis.model.values import (
    Choice,
    Const,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Scope,
    Store,
    Stream,
    UnknownKey,
)

A, B = Const("a"), Const("b")


def flag(name: str, default: bool | None = None) -> Flag:
    return Flag(Question(Asks.TRUTH, name), name, default)


def test_a_name_is_found_in_the_nearest_scope() -> None:
    module = Scope(Store({"x": A, "y": A}), None)
    function = Scope(Store({"x": B}), None, parent=module)
    assert (function.find("x"), function.find("y"), function.find("z")) == (B, A, None)
    assert (function.with_name("x"), function.with_name("y")) == (function, module)
    assert function.with_name("z") is None


def test_alternatives_and_the_default_among_them() -> None:
    inner = Choice(((flag("b", False), A), (flag("not b", True), B)))
    choice = Choice(((flag("a", True), inner), (flag("not a", False), A)))
    assert alternatives(choice) == [inner, A]
    assert alternatives(A) == [A]
    assert leaning(choice) == B
    open_ = Choice(((flag("a"), A), (flag("c"), B)))
    assert leaning(open_) is open_


def test_elements_of_containers() -> None:
    entries = {"a": A, UnknownKey(1): B}
    for value in (
        ListValue([A, B]),
        DictValue(Store(dict(entries))),
        Instance(None, Store(dict(entries))),
        Choice(((flag("a"), A), (flag("b"), B))),
        Stream(None, lambda _: A, items=[A, B]),
    ):
        assert elements(value) == [A, B]
    assert elements(ListValue(None, element=A)) == []
    assert elements(Opaque()) == []
