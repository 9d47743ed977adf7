"""Methods of dicts, strings and arrays."""

from __future__ import annotations

import libcst as cst
import pytest

from lrlint.analysis.interpreter import containers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.journal import take_back
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    ListValue,
    Opaque,
    Sized,
    Store,
    UnknownKey,
)
from lrlint.symbolic import Strength

from .fake import FakeMachine, number

A, B = Const("a"), Const("b")
CALL = cst.Call(cst.Name("method"))


def mapping(**entries: AnyValue) -> DictValue:
    return DictValue(Store(dict(entries)))


def on_dict(receiver: DictValue, name: str, *values: AnyValue, **keywords: AnyValue) -> AnyValue:
    arguments = Arguments(list(values), dict(keywords))
    return containers.call_dict(FakeMachine(), receiver, name, arguments, CALL)


# -- dicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["get", "pop"])
def test_an_entry_or_its_default(name: str) -> None:
    assert on_dict(mapping(a=A), name, Const("a")) == A
    assert on_dict(mapping(a=A), name, Const("b")) == NONE
    assert on_dict(mapping(a=A), name, Const("b"), B) == B
    open_ = mapping(a=A)
    open_.complete = False
    assert isinstance(on_dict(open_, name, Const("b"), B), Opaque)


def test_pop_removes_an_entry_and_a_branch_brings_it_back() -> None:
    machine, receiver = FakeMachine(), DictValue(Store({3: A, "b": B}), setting=True)
    containers.call_dict(machine, receiver, "pop", Arguments([number(3)]), CALL)
    assert (receiver.store.data, receiver.complete) == ({"b": B}, False)
    take_back(machine, 0)
    assert receiver.store.data == {"b": B, 3: A}
    untouched = mapping(a=A)
    on_dict(untouched, "get", Const("a"))
    assert untouched.store.data == {"a": A}


def test_a_default_is_set_once() -> None:
    receiver = mapping(a=A)
    assert on_dict(receiver, "setdefault", Const("a"), B) == A
    assert on_dict(receiver, "setdefault", Const("b"), B) == B
    assert on_dict(receiver, "setdefault", Const("c")) == NONE
    assert receiver.store.data == {"a": A, "b": B, "c": NONE}
    on_dict(receiver, "setdefault", Opaque("key"), B)
    assert not receiver.complete
    assert any(isinstance(key, UnknownKey) for key in receiver.store.data)


def test_keys_values_and_items() -> None:
    receiver = DictValue(Store({"a": A, 3: B}))
    keys, values, items = (on_dict(receiver, name) for name in ("keys", "values", "items"))
    assert isinstance(keys, ListValue)
    assert isinstance(values, ListValue)
    assert isinstance(items, ListValue)
    assert (keys.items, values.items) == ([Const("a"), number(3)], [A, B])
    assert [pair.items for pair in items.items or []] == [[Const("a"), A], [number(3), B]]


def test_of_an_incomplete_dict_one_value_represents_all() -> None:
    receiver = mapping(a=A)
    receiver.complete = False
    values, items = on_dict(receiver, "values"), on_dict(receiver, "items")
    assert isinstance(values, ListValue)
    assert isinstance(items, ListValue)
    assert (values.items, values.element) == (None, A)
    assert isinstance(items.element, ListValue)
    assert (items.element.items or [])[1] == A
    assert isinstance(on_dict(receiver, "keys"), Opaque)


def test_an_update() -> None:
    receiver, other = mapping(a=A), mapping(b=B)
    assert on_dict(receiver, "update", other, c=A) == NONE
    assert (receiver.store.data, receiver.complete) == ({"a": A, "b": B, "c": A}, True)
    on_dict(receiver, "update", Opaque("others"))
    assert not receiver.complete


def test_a_copy_has_its_own_entries() -> None:
    receiver = mapping(a=A)
    receiver.path, receiver.setting = "cfg", True
    copy = on_dict(receiver, "copy")
    assert isinstance(copy, DictValue)
    assert copy.store is not receiver.store
    assert (copy.store.data, copy.path, copy.setting) == ({"a": A}, "cfg", True)
    assert isinstance(on_dict(receiver, "unknown"), Opaque)


# -- arrays and strings ---------------------------------------------------------------------------


def test_methods_of_arrays() -> None:
    machine, array = FakeMachine(), Sized(number(9), shape=(number(9), number(3)))

    def call(name: str, *values: AnyValue) -> AnyValue:
        return containers.call_sized(machine, array, name, Arguments(list(values)))

    assert call("size", number(1)) == number(3)
    assert call("size") == number(9)
    assert isinstance(call("size", number(2)), Opaque)
    assert call("float") is array
    flat = call("view", number(-1))
    assert isinstance(flat, Sized)
    assert flat.length is None
    loss = call("item")
    assert isinstance(loss, Opaque)
    assert loss.measured


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("lower", None, "cosine"),
        ("upper", None, "COSINE"),
        ("startswith", "Cos", True),
        ("endswith", "x", False),
    ],
)
def test_methods_of_strings(name: str, argument: str | None, expected: object) -> None:
    receiver = Const("Cosine", Strength.DEFAULT, "args.sched")
    arguments = Arguments([] if argument is None else [Const(argument)])
    result = containers.call_string("Cosine", receiver, name, arguments)
    assert result == Const(expected, Strength.DEFAULT, "args.sched")


def test_other_methods_of_strings() -> None:
    assert isinstance(containers.call_string("a", A, "encode", Arguments()), Opaque)
    assert isinstance(containers.call_string("a", A, "startswith", Arguments([Opaque()])), Opaque)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{}/{name}.yaml", "a/b.yaml"),
        ("{0}-{0}.yaml", "a-a.yaml"),
        ("plain", "plain"),
        ("{:>9999999999}", None),
        ("{0.__class__}", None),
        ("{1}", None),
    ],
)
def test_a_format_string_is_filled_with_texts(text: str, filled: str | None) -> None:
    arguments = Arguments([A], {"name": B})
    result = containers.call_string(text, Const(text), "format", arguments)
    assert result == Const(filled) if filled else isinstance(result, Opaque)
