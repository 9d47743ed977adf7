"""Operators on numbers, texts, lists, dicts and choices."""

from __future__ import annotations

from typing import Any

import pytest

from lrlint.analysis.interpreter import operators
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.trace import LoopRecord, Repeat
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    File,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr, Strength

from .fake import FakeMachine, flag, number, optimizer


def apply(text: str, left: AnyValue, right: AnyValue) -> AnyValue:
    """Return the value of ``x <op> y``, the text of which names the operator."""
    machine = FakeMachine(text)
    return operators.apply(machine, type(machine.expression().operator), left, right)


def augment(
    old: AnyValue, new: AnyValue, text: str = "x += y", machine: FakeMachine | None = None
) -> AnyValue:
    node: Any = FakeMachine(text).statements[0].body[0]
    return operators.augment(machine or FakeMachine(), node, old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + y", 9),
        ("x - y", 5),
        ("x * y", 14),
        ("x // y", 3),
        ("x % y", 1),
        ("x ** y", 49),
        ("x / y", 3.5),
    ],
)
def test_numbers(text: str, expected: float) -> None:
    value = apply(text, number(7), number(2))
    assert isinstance(value, Expr)
    assert value.value == expected
    machine = FakeMachine()
    other = augment(number(7), number(2), text.replace(" y", "= y"), machine)
    assert other == value


def test_settings_become_numbers_and_losses_do_not() -> None:
    assert str(apply("x * y", Opaque("epochs"), number(2))) == "2 * epochs"
    loss = apply("x * y", Opaque("loss", measured=True), number(2))
    assert isinstance(loss, Opaque)
    assert loss.measured
    assert isinstance(apply("x / y", number(1), number(0)), Opaque)
    assert isinstance(apply("x @ y", number(1), number(2)), Opaque)
    assert apply("x + y", Const(True), number(2)) == number(3)


def test_texts() -> None:
    default = Const("b", Strength.DEFAULT, "args.b")
    assert apply("x + y", Const("a"), default) == Const("ab", Strength.DEFAULT)
    assert isinstance(apply("x * y", Const("a"), number(2)), Opaque)
    assert isinstance(apply("x + y", Const("a"), Opaque("b")), Opaque)
    assert isinstance(apply("x + y", Const("a" * 6_000), Const("b" * 6_000)), Opaque)


def test_a_path_is_divided_by_the_library() -> None:
    machine = FakeMachine("x / y")
    machine.library.divide = lambda left, right: File("a/b")
    kind = type(machine.expression().operator)
    assert operators.apply(machine, kind, File("a"), Const("b")) == File("a/b")
    assert isinstance(apply("x + y", File("a"), Const("b")), Opaque)


def test_lists() -> None:
    one, two = ListValue([number(1)]), ListValue([number(2)])
    both = apply("x + y", one, two)
    assert isinstance(both, ListValue)
    assert both.items == [number(1), number(2)]
    repeated = apply("x * y", number(3), one)
    assert isinstance(repeated, ListValue)
    assert repeated.items == [number(1)] * 3
    times = FakeMachine().named_number("n", None, Strength.OPEN)
    long = apply("x * y", one, times)
    assert isinstance(long, ListValue)
    assert (long.items, long.element, str(long.length)) == (None, number(1), "n")


def test_lists_that_are_not_known_let_their_elements_escape() -> None:
    value = optimizer(FakeMachine())
    joined = apply("x + y", ListValue([value]), ListValue(None))
    assert isinstance(joined, ListValue)
    assert joined.items is None
    assert value.record.escapes == "stored in a list"


def test_an_unknown_is_added_to_a_list() -> None:
    value = optimizer(FakeMachine())
    assert isinstance(augment(ListValue([value]), Opaque("others")), Opaque)
    assert value.record.escapes == "stored in a list"


def test_a_list_of_another_loop_has_no_length_afterwards() -> None:
    machine, value = FakeMachine("x"), optimizer(FakeMachine())
    here = augment(ListValue([value]), ListValue([number(1)]), machine=machine)
    assert isinstance(here, ListValue)
    assert here.items == [value, number(1)]
    place = machine.here(machine.statements[0])
    machine.loops.append(Repeat(LoopRecord(machine.index_atom("i"), None, place), []))
    there = augment(ListValue([value]), ListValue([number(1)]), machine=machine)
    assert isinstance(there, ListValue)
    assert (there.items, there.element) == (None, number(1))
    assert value.record.escapes == "stored in a list"


def test_dicts() -> None:
    machine = FakeMachine("x | y")
    kind = type(machine.expression().operator)
    left = DictValue(Store({"a": number(1), "b": number(1)}))
    right = DictValue(Store({"b": number(2)}), complete=False)
    union = operators.apply(machine, kind, left, right)
    assert isinstance(union, DictValue)
    assert (union.store.data, union.complete) == ({"a": number(1), "b": number(2)}, False)
    assert machine.dicts == [union]
    assert isinstance(apply("x + y", left, right), Opaque)


def test_arrays_keep_their_length() -> None:
    array = Sized(number(5))
    assert apply("x * y", number(2), array) is array
    assert apply("x - y", array, number(2)) is array


def test_each_alternative_of_a_choice() -> None:
    a = flag("a")
    value = Choice(((a, number(1)), (negate(a), number(2))))
    assert apply("x + y", value, number(10)) == Choice(((a, number(11)), (negate(a), number(12))))
    assert apply("x - y", number(10), value) == Choice(((a, number(9)), (negate(a), number(8))))
    assert apply("x + y", value, value) == Choice(((a, number(2)), (negate(a), number(4))))


def test_a_choice_of_unknowns_is_unknown() -> None:
    value = Choice(((flag("a"), Const("x")), (flag("b"), Opaque("loss", measured=True))))
    result = apply("x * y", value, number(2))
    assert isinstance(result, Opaque)
    assert result.measured


def test_too_many_pairs_are_unknown() -> None:
    first = Choice(tuple((flag(f"a{i}"), number(i)) for i in range(11)))
    second = Choice(tuple((flag(f"b{i}"), number(i)) for i in range(10)))
    assert isinstance(apply("x + y", first, second), Opaque)
