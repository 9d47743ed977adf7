"""Lists that change in place."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import lists
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.model.trace import LoopRecord, Repeat
from lrlint.analysis.model.values import NONE, AnyValue, Const, ListValue, Opaque, Stream

from .fake import FakeMachine, flag, number, optimizer

A, B, C = Const("a"), Const("b"), Const("c")


def machine(*, in_loop: bool = False) -> FakeMachine:
    at = FakeMachine("x.f()")
    if in_loop:
        place = at.here(at.statements[0])
        at.loops.append(Repeat(LoopRecord(at.index_atom("i"), None, place), []))
    return at


def call(
    receiver: ListValue,
    name: str,
    *values: AnyValue,
    at: FakeMachine | None = None,
    **keywords: AnyValue,
) -> AnyValue:
    at = at or machine()
    arguments = Arguments(list(values), dict(keywords))
    return lists.call_list(at, receiver, name, arguments, at.expression())


def test_elements_are_added() -> None:
    receiver = ListValue([A], named=True, source=Stream(None, lambda _: A))
    assert call(receiver, "append", B) == NONE
    call(receiver, "extend", ListValue([C]))
    call(receiver, "insert", number(0), C)
    assert receiver.items == [C, A, B, C]
    assert (receiver.named, receiver.source) == (False, None)


def test_elements_are_taken_out_and_put_in_order() -> None:
    receiver = ListValue([number(3), number(1), number(2)])
    assert call(receiver, "pop", number(0)) == number(3)
    assert call(receiver, "pop") == number(2)
    receiver.items = [number(3), number(1)]
    call(receiver, "sort")
    assert receiver.items == [number(1), number(3)]
    call(receiver, "sort", reverse=Const(True))
    assert receiver.items == [number(3), number(1)]
    call(receiver, "reverse")
    assert receiver.items == [number(1), number(3)]
    call(receiver, "clear")
    assert receiver.items == []


def test_a_key_orders_the_elements() -> None:
    at = machine()
    function, keys = Opaque("key"), {"a": 2, "b": 1}
    at.call = lambda function, arguments, node: number(keys[arguments.positional[0].value])
    items: list[AnyValue] = [A, B]
    assert lists.in_order(at, items, {"key": function}, at.expression()) == [B, A]
    assert lists.in_order(at, items, {}, at.expression()) is None


@pytest.mark.parametrize("name", ["append", "extend"])
def test_a_loop_adds_an_unknown_number_of_elements(name: str) -> None:
    held, added = optimizer(machine()), optimizer(machine())
    receiver = ListValue([held])
    value = added if name == "append" else ListValue([added])
    call(receiver, name, value, at=machine(in_loop=True))
    assert receiver.items is None
    assert held.record.escapes == added.record.escapes == "stored in a list"
    if name == "append":
        assert receiver.element is added


@pytest.mark.parametrize("name", ["insert", "pop", "remove", "clear", "sort", "reverse"])
def test_a_loop_changes_the_elements(name: str) -> None:
    held, added = optimizer(machine()), optimizer(machine())
    receiver = ListValue([held, B])
    result = call(receiver, name, added, at=machine(in_loop=True))
    assert isinstance(result, Opaque) if name == "pop" else result == NONE
    assert receiver.items is None
    assert held.record.escapes == added.record.escapes == "stored in a list"


@pytest.mark.parametrize("name", ["index", "count", "copy"])
def test_questions_change_nothing(name: str) -> None:
    receiver = ListValue([A], named=True)
    result = call(receiver, name, A)
    assert (receiver.items, receiver.named) == ([A], True)
    assert isinstance(result, ListValue) is (name == "copy")


def test_a_copy_has_elements_of_its_own() -> None:
    receiver = ListValue([A], kind="tuple")
    copy = lists.copied(machine(), receiver)
    assert (copy.items, copy.kind) == ([A], "tuple")
    assert copy.items is not receiver.items


def test_one_element_is_assigned() -> None:
    receiver = ListValue([A, B])
    lists.assign_item(machine(), receiver, -1, C)
    lists.assign_item(machine(), receiver, 5, C)
    assert receiver.items == [A, C]
    value = optimizer(machine())
    lists.assign_item(machine(), receiver, None, value)
    assert receiver.items is None
    assert value.record.escapes == "stored in a list"


def test_a_slice_is_assigned_or_deleted() -> None:
    receiver = ListValue([A, B, C])
    lists.assign_slice(machine(), receiver, slice(0, 2), ListValue([C]))
    assert receiver.items == [C, C]
    lists.assign_slice(machine(), receiver, slice(1, None), None)
    assert receiver.items == [C]
    lists.assign_slice(machine(), receiver, None, None)
    assert receiver.items is None


@pytest.mark.parametrize(("default", "known"), [(True, True), (False, False), (None, False)])
def test_a_change_under_a_condition(default: bool | None, known: bool) -> None:
    at, receiver = machine(), ListValue([A])
    with at.guard(flag("on", default), at.statements[0]):
        lists.assign_item(at, receiver, 0, B)
    assert receiver.items == ([B] if known else None)
