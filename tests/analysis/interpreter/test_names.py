"""Values get the names under which the script stores or reads them."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.names import name_setting, name_value
from lrlint.analysis.model.values import (
    BELOW,
    AnyValue,
    Choice,
    Const,
    DictValue,
    ListValue,
    Loader,
    Opaque,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, Strength, Unit

from .fake import FakeMachine, flag, number, scheduler


@pytest.mark.parametrize("value", [10, 0.1, -3])
def test_a_number_gets_the_name_of_its_variable(value: float) -> None:
    named = name_value(FakeMachine(), number(value), "x")
    assert isinstance(named, Expr)
    assert (str(named), named.value, named.strength) == ("x", value, Strength.CONSTANT)


@pytest.mark.parametrize("value", [0, 1, -1])
def test_a_counter_does_not(value: int) -> None:
    assert name_value(FakeMachine(), number(value), "x") == number(value)


def test_a_counter_that_the_user_sets_does() -> None:
    named = name_value(FakeMachine(overrides={"x": 5}), number(0), "x")
    assert isinstance(named, Expr)
    assert (str(named), named.value, named.strength) == ("x", 5, Strength.DEFAULT)


@pytest.mark.parametrize("value", [Opaque(), DictValue(Store()), Sized(None), Loader(None)])
def test_an_unknown_keeps_its_first_name(value: AnyValue) -> None:
    machine = FakeMachine()
    name_value(machine, value, "first")
    name_value(machine, value, "second")
    assert getattr(value, "path", None) == "first"


def test_a_loader_has_a_named_length() -> None:
    loader = Loader(number(391))
    name_value(FakeMachine(), loader, "train_loader")
    assert loader.length is not None
    assert (str(loader.length), loader.length.value) == ("len(train_loader)", 391)
    assert loader.length.unit is Unit.BATCH


def test_a_length_that_a_default_decides_keeps_its_own_name() -> None:
    machine = FakeMachine()
    length = machine.named_number("args.batches", 10, Strength.DEFAULT)
    loader = Loader(length)
    name_value(machine, loader, "train_loader")
    assert loader.length == length


def test_a_list_named_like_a_loader() -> None:
    batches = ListValue([Opaque(), Opaque()])
    name_value(FakeMachine(), batches, "loader")
    assert (str(batches.length), batches.named) == ("len(loader)", True)


def test_a_range_named_like_a_loader() -> None:
    stream = name_value(FakeMachine(), Stream(number(8), lambda _: Opaque()), "loader")
    assert isinstance(stream, Stream)
    assert str(stream.trips) == "len(loader)"


def test_a_scheduler_in_a_list_or_a_choice_gets_the_name() -> None:
    machine = FakeMachine()
    in_list, in_choice = scheduler(machine), scheduler(machine)
    name_value(machine, ListValue([in_list]), "schedulers")
    name_value(machine, Choice(((flag("a"), in_choice), (flag("b"), number(3)))), "sched")
    assert (in_list.record.variable, in_choice.record.variable) == ("schedulers", "sched")


def test_the_user_sets_a_text() -> None:
    machine = FakeMachine(overrides={"name": "cosine"})
    assert name_value(machine, Const("step"), "name") == Const("cosine", Strength.DEFAULT, "name")


def test_a_setting_has_the_path_by_which_it_is_read() -> None:
    machine = FakeMachine()
    epochs = name_setting(machine, number(10), "args.epochs", Strength.DEFAULT)
    assert isinstance(epochs, Expr)
    assert (str(epochs), epochs.strength) == ("args.epochs", Strength.DEFAULT)
    debug = name_setting(machine, Const(False), "args.debug", Strength.DEFAULT)
    assert debug == Const(False, Strength.DEFAULT, "args.debug")


@pytest.mark.parametrize(("value", "named"), [(0, False), (1, False), (-1, False), (30, True)])
def test_a_constant_is_named_unless_it_is_a_counter(value: int, named: bool) -> None:
    result = name_setting(FakeMachine(), number(value), "cfg.n", Strength.CONSTANT)
    assert (str(result) == "cfg.n") is named


def test_a_number_with_a_name_keeps_it() -> None:
    machine = FakeMachine()
    epochs = machine.named_number("epochs", 10, Strength.CONSTANT)
    assert name_setting(machine, epochs, "cfg.epochs", Strength.CONSTANT) is epochs


def test_a_list_of_settings_has_a_path_for_each() -> None:
    values = ListValue([number(30), number(60)])
    name_setting(FakeMachine(), values, "args.milestones", Strength.DEFAULT)
    names = [str(item) for item in values.items or []]
    assert names == ["args.milestones[0]", "args.milestones[1]"]


def test_a_value_of_a_settings_file_gets_the_name_of_the_script() -> None:
    machine = FakeMachine()
    in_file = machine.named_number(f"train.yaml{BELOW}epochs", 10, Strength.DEFAULT)
    named = name_setting(machine, in_file, "cfg.epochs", Strength.CONSTANT)
    assert isinstance(named, Expr)
    assert (str(named), named.value, named.strength) == ("cfg.epochs", 10, Strength.DEFAULT)
    text = Const("cosine", Strength.DEFAULT, f"train.yaml{BELOW}name")
    assert name_setting(machine, text, "cfg.name", Strength.CONSTANT) == Const(
        "cosine", Strength.DEFAULT, "cfg.name"
    )
