"""Members that are found without running code."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import members
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    External,
    ListValue,
    Opaque,
    Store,
    UnknownKey,
)

from .fake import FakeMachine, number, optimizer


def test_a_member_of_an_unknown_is_the_same_each_time() -> None:
    args = Opaque("args", external="project.args")
    epochs = members.opaque_member(args, ".epochs")
    assert isinstance(epochs, Opaque)
    assert (epochs.path, epochs.external) == ("args.epochs", "project.args.epochs")
    assert members.opaque_member(args, ".epochs") is epochs
    item = members.opaque_member(args, '["lr"]')
    assert isinstance(item, Opaque)
    assert (item.path, item.external) == ('args["lr"]', None)
    loss = members.opaque_member(Opaque("out", measured=True), ".loss")
    assert isinstance(loss, Opaque)
    assert loss.measured


def test_a_class_has_the_attributes_of_its_bases() -> None:
    machine = FakeMachine("class A: pass\nclass B: pass\nclass C: pass")
    a = machine.class_(0, External("torch.nn.Module"), x=number(1), y=number(1))
    b = machine.class_(1, Opaque("Mixin"), x=number(2), z=number(2))
    c = machine.class_(2, a, b, y=number(3))
    found = [members.class_member(machine, c, name) for name in "xyz?"]
    assert found == [number(1), number(3), number(2), None]
    assert members.external_bases(c) == ["torch.nn.Module", "Mixin"]


@pytest.mark.parametrize(
    ("key", "suffix"),
    [(Const("lr"), '["lr"]'), (number(0), "[0]"), (Opaque("i"), "[i]"), (Opaque(), "[?]")],
)
def test_how_an_item_is_written(key: AnyValue, suffix: str) -> None:
    assert members.path_suffix(key, getattr(key, "path", None)) == suffix


def test_the_path_of_an_item_needs_both_parts() -> None:
    assert members.item_path("cfg", "i") == "cfg[i]"
    assert members.item_path(None, "i") is None
    assert members.item_path("cfg", None) is None


def test_settings_may_be_removed() -> None:
    settings, data = DictValue(Store(), setting=True), DictValue(Store())
    for value in (settings, data):
        members.forget_keys(value)
    assert (settings.complete, data.complete) == (False, True)


def test_the_only_value_is_the_one_under_any_key() -> None:
    value = optimizer(FakeMachine())
    assert members.any_value(DictValue(Store({"a": value}))) is value
    assert value.record.escapes is None
    assert members.any_value(DictValue(Store({"a": value, "b": Const("x")}))) is None
    assert value.record.escapes == "taken from a dict by an unknown key"


def test_a_dict_of_pairs() -> None:
    machine, value = FakeMachine(), optimizer(FakeMachine())
    mapping = members.dict_of_pairs(machine, [ListValue([Const("a"), number(1)])])
    assert (mapping.store.data, mapping.complete) == ({"a": number(1)}, True)
    assert machine.dicts == [mapping]
    assert not members.dict_of_pairs(machine, [ListValue([value])]).complete
    assert value.record.escapes == "put into a dict"


def test_an_unknown_key_makes_a_dict_incomplete() -> None:
    machine, mapping = FakeMachine(), DictValue(Store())
    assert members.entry_key(machine, mapping, number(3)) == 3
    assert mapping.complete
    first, second = (members.entry_key(machine, mapping, Opaque()) for _ in range(2))
    assert isinstance(first, UnknownKey)
    assert first != second
    assert not mapping.complete


@pytest.mark.parametrize(
    ("key", "expected"), [(Const("a"), "a"), (number(3), 3), (Const(None), None), (Opaque(), None)]
)
def test_a_key_as_a_plain_value(key: AnyValue, expected: object) -> None:
    assert members.dict_key(key) == expected
