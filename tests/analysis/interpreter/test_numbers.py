"""Values as numbers, and their lengths."""

from __future__ import annotations

import math

import pytest

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, Strength, Unit

from .fake import FakeMachine, flag, number, optimizer


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (number(3), "3"),
        (External("math.pi"), str(number(math.pi))),
        (Const(True), "1"),
        (Const(True, Strength.DEFAULT, "args.fp16"), "None"),
        (Const("3"), "None"),
        (Opaque("args.epochs"), "args.epochs"),
        (Opaque("loss", measured=True), "None"),
        (Opaque(), "None"),
        (None, "None"),
    ],
)
def test_a_value_as_a_number(value: AnyValue | None, expected: str) -> None:
    assert str(numbers.to_number(FakeMachine(), value)) == expected


def test_the_same_unknown_is_the_same_number() -> None:
    machine, value = FakeMachine(), Opaque("args.epochs")
    assert numbers.to_number(machine, value) == numbers.to_number(machine, value)
    assert numbers.to_number(machine, value) != numbers.to_number(machine, Opaque("args.epochs"))


def test_a_choice_is_the_number_that_the_defaults_choose() -> None:
    debug = flag("debug", default=False)
    value = Choice(((debug, number(1)), (flag("not debug", default=True), number(9))))
    chosen = numbers.to_number(FakeMachine(), value)
    assert chosen is not None
    assert (chosen.value, chosen.strength) == (9, Strength.DEFAULT)


def test_a_choice_without_defaults_is_not_a_number() -> None:
    value = Choice(((flag("a"), number(1)), (flag("b"), number(9))))
    assert numbers.to_number(FakeMachine(), value) is None


def test_an_infinite_number_is_a_constant() -> None:
    assert numbers.from_python(math.inf) == Const(math.inf)
    assert numbers.from_python(2.5) == number(2.5)


def test_an_operation_without_a_result() -> None:
    assert isinstance(numbers.compute(lambda a, b: a / b, number(1), number(0)), Opaque)


@pytest.mark.parametrize(
    ("path", "unit"),
    [("train_loader", Unit.BATCH), ("train_dataset", Unit.SAMPLE), ("things", None)],
)
def test_the_unit_of_a_length(path: str, unit: Unit | None) -> None:
    assert numbers.length_atom(FakeMachine(), path).unit is unit
    assert numbers.batches_atom(FakeMachine(), path).unit is Unit.BATCH


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ListValue([number(1), number(2)]), "2"),
        (ListValue(None, length=number(7)), "7"),
        (Const("abc"), "3"),
        (DictValue(Store({"a": number(1)})), "1"),
        (DictValue(Store({"a": number(1)}), complete=False), "None"),
        (Stream(number(5), lambda _: Opaque()), "5"),
        (Sized(number(4)), "4"),
        (Sized(None, "x"), "len(x)"),
        (Loader(None, "batches"), "len(batches)"),
        (Opaque("things"), "len(things)"),
        (Opaque(), "None"),
        (Instance(None, Store(), path="data"), "len(data)"),
    ],
)
def test_the_length_of_a_value(value: AnyValue, expected: str) -> None:
    machine = FakeMachine()
    length = numbers.length_of(machine, value)
    assert str(length) == expected
    assert numbers.length_of(machine, value) == length


def test_the_length_of_an_object_of_the_project() -> None:
    machine = FakeMachine("def __len__(self): pass")
    machine.methods["__len__"] = machine.function()
    machine.results["__len__"] = number(12)
    assert numbers.length_of(machine, Instance(None, Store(), path="data")) == number(12)


def test_the_number_of_param_groups() -> None:
    groups = GroupsValue(optimizer(FakeMachine(), groups=({}, {})).record)
    assert numbers.length_of(FakeMachine(), groups) == number(2)
    groups.record.unknown_groups = True
    assert numbers.length_of(FakeMachine(), groups) is None


def test_alternatives_of_one_length() -> None:
    same = Choice(((flag("a"), ListValue([number(1)])), (flag("b"), Const("x"))))
    assert numbers.length_of(FakeMachine(), same) == number(1)


def test_the_elements_of_a_sequence() -> None:
    items: list[AnyValue] = [number(1)]
    assert numbers.items_of(ListValue(items)) == items
    assert numbers.items_of(Sized(None, shape=(number(1),))) == items
    assert numbers.items_of(Opaque()) is None


def test_plain_numbers() -> None:
    assert numbers.plain(number(3)) == 3
    assert numbers.plain(Opaque()) is None
    assert isinstance(number(3), Expr)
