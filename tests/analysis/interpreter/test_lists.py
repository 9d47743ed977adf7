"""Lists that change in place."""

from __future__ import annotations

import libcst as cst
import pytest

from lrlint.analysis.interpreter import lists
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.model.trace import LoopRecord, Repeat
from lrlint.analysis.model.values import NONE, AnyValue, Const, ListValue, Opaque, Stream

from .fake import FakeMachine, number, optimizer

A, B, C = Const("a"), Const("b"), Const("c")
CALL = cst.Call(cst.Name("method"))


def call(receiver: ListValue, name: str, *values: AnyValue, in_loop: bool = False) -> AnyValue:
    machine = FakeMachine("x")
    if in_loop:
        place = machine.here(machine.statements[0])
        machine.loops.append(Repeat(LoopRecord(machine.index_atom("i"), None, place), []))
    return lists.call_list(machine, receiver, name, Arguments(list(values)), CALL)


def test_elements_are_added() -> None:
    receiver = ListValue([A], named=True, source=Stream(None, lambda _: A))
    assert call(receiver, "append", B) == NONE
    call(receiver, "extend", ListValue([A]))
    assert receiver.items == [A, B, A]
    assert (receiver.named, receiver.source) == (False, None)


@pytest.mark.parametrize("name", ["append", "extend"])
def test_a_loop_adds_an_unknown_number_of_elements(name: str) -> None:
    held, added = optimizer(FakeMachine()), optimizer(FakeMachine())
    receiver = ListValue([held])
    call(receiver, name, added if name == "append" else ListValue([added]), in_loop=True)
    assert receiver.items is None
    assert held.record.escapes == added.record.escapes == "stored in a list"


@pytest.mark.parametrize(
    ("name", "values", "result", "left"),
    [
        ("insert", [number(1), C], NONE, [A, C, B]),
        ("pop", [], B, [A]),
        ("pop", [number(0)], A, [B]),
        ("clear", [], NONE, []),
        ("reverse", [], NONE, [B, A]),
    ],
)
def test_changes_that_happen_once(
    name: str, values: list[AnyValue], result: AnyValue, left: list[AnyValue]
) -> None:
    receiver = ListValue([A, B])
    assert call(receiver, name, *values) == result
    assert receiver.items == left


@pytest.mark.parametrize("name", ["insert", "pop", "remove", "clear", "sort", "reverse"])
def test_changes_in_a_loop_make_the_elements_unknown(name: str) -> None:
    held = optimizer(FakeMachine())
    receiver = ListValue([held, B])
    call(receiver, name, in_loop=True)
    assert receiver.items is None
    assert held.record.escapes == "stored in a list"


def test_questions_change_nothing() -> None:
    receiver = ListValue([A], named=True)
    copy = call(receiver, "copy")
    assert isinstance(copy, ListValue)
    assert copy is not receiver
    assert copy.items == [A]
    assert isinstance(call(receiver, "index", A), Opaque)
    assert (receiver.items, receiver.named) == ([A], True)


def test_an_element_at_an_unknown_index_is_any_of_them() -> None:
    held = optimizer(FakeMachine())
    receiver = ListValue([held, B])
    lists.assign_item(FakeMachine(), receiver, 1, C)
    assert receiver.items == [held, C]
    lists.assign_item(FakeMachine(), receiver, None, C)
    assert receiver.items is None
    assert held.record.escapes == "stored in a list"


def test_a_slice_is_replaced_or_deleted() -> None:
    receiver = ListValue([A, B, C])
    lists.assign_slice(FakeMachine(), receiver, slice(0, 2), ListValue([C]))
    assert receiver.items == [C, C]
    lists.assign_slice(FakeMachine(), receiver, slice(1, None), None)
    assert receiver.items == [C]
