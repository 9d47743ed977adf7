"""Attributes and items of every kind of value."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.interpreter import attributes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entries, get_item
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import GroupsValue, OptimizerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionTraits,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    Scope,
    Sized,
    Store,
    Superclass,
    UnknownKey,
)
from lrlint.source import load
from lrlint.symbolic import Expr, Strength

from .fake import FakeMachine, flag, number, optimizer, scheduler

SCRIPT = """
class Trainer:
    pass

def method(self):
    pass
"""


def attribute(owner: AnyValue, name: str) -> AnyValue:
    return attributes.get_attribute(FakeMachine(), owner, name)


def item(owner: AnyValue, key: AnyValue, text: str | None = None) -> AnyValue:
    return get_item(FakeMachine(), owner, key, text)


# -- attributes -----------------------------------------------------------------------------------


def test_attributes_of_optimizers_and_schedulers() -> None:
    machine = FakeMachine()
    owner = optimizer(machine, defaults={"lr": number(1)})
    groups = attribute(owner, "param_groups")
    assert isinstance(groups, GroupsValue)
    assert groups.whole
    defaults = attribute(owner, "defaults")
    assert isinstance(defaults, DictValue)
    assert (defaults.store.data, defaults.complete) == ({"lr": number(1)}, False)
    assert attribute(owner, "step") == Method(owner, "step")
    sched = scheduler(machine, optimizer=owner.record, arguments={"T_max": number(9)})
    driven = attribute(sched, "optimizer")
    assert isinstance(driven, OptimizerValue)
    assert driven.record is owner.record
    assert attribute(sched, "T_max") == number(9)
    assert attribute(sched, "step") == Method(sched, "step")


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        (External("torch.optim", "optim"), "SGD", External("torch.optim.SGD")),
        (Loader(None, dataset=Const("d")), "dataset", Const("d")),
        (Loader(None, batch_size=number(4)), "batch_size", number(4)),
        (Const("a"), "upper", Method(Const("a"), "upper")),
    ],
)
def test_attributes_of_library_values(owner: AnyValue, name: str, expected: AnyValue) -> None:
    assert attribute(owner, name) == expected


def test_shapes() -> None:
    shape = attribute(Sized(number(3), shape=(number(3), number(4))), "shape")
    assert isinstance(shape, ListValue)
    assert shape.items == [number(3), number(4)]
    length = attribute(Sized(number(3)), "shape")
    assert isinstance(length, ListValue)
    assert (length.items, length.length) == (None, number(3))


def test_an_attribute_of_each_alternative() -> None:
    machine, a = FakeMachine(), flag("a")
    machine.attributes["lr"] = number(1)
    value = Choice(((a, Opaque("x")), (negate(a), Opaque("y"))))
    assert attributes.get_attribute(machine, value, "lr") == number(1)


def test_an_unknown_attribute() -> None:
    value = attribute(Opaque("args"), "epochs")
    assert isinstance(value, Opaque)
    assert value.path == "args.epochs"


def test_a_setting_is_named_when_it_is_read() -> None:
    store = Store({"epochs": number(10), "name": Const("cosine")})
    args = Instance(None, store, path="args", setting=True)
    epochs = attribute(args, "epochs")
    assert isinstance(epochs, Expr)
    assert (str(epochs), epochs.strength) == ("args.epochs", Strength.DEFAULT)
    assert store.data["epochs"] == epochs
    assert attribute(args, "name") == Const("cosine", Strength.DEFAULT, "args.name")


def test_an_object_without_a_name_does_not_name_its_numbers() -> None:
    assert attribute(Instance(None, Store({"n": number(10)})), "n") == number(10)


def test_an_attribute_that_was_not_seen() -> None:
    args = Instance(None, Store(), path="args", open=True, kind=LibraryKind.NAMESPACE)
    seen = attribute(args, "seed")
    assert isinstance(seen, Opaque)
    assert seen.path == "args.seed"
    assert attribute(args, "seed") is seen
    parser = Instance(None, Store(), kind=LibraryKind.PARSER)
    assert attribute(parser, "parse_args") == Method(parser, "parse_args")


def test_the_dict_of_an_object() -> None:
    owner = Instance(None, Store({"a": number(1)}), path="args", open=True)
    value = attribute(owner, "__dict__")
    assert isinstance(value, DictValue)
    assert (value.store, value.complete, value.setting) == (owner.store, False, True)


def test_an_attribute_of_a_class() -> None:
    machine = FakeMachine(SCRIPT)
    cls = machine.class_(0, lr=number(1))
    assert attributes.get_attribute(machine, cls, "lr") == number(1)
    missing = attributes.get_attribute(machine, cls, "x")
    assert isinstance(missing, Opaque)
    assert missing.path == "Trainer.x"
    assert attributes.get_attribute(machine, Instance(cls, Store()), "__class__") is cls


@pytest.fixture
def trainer() -> tuple[FakeMachine, Instance, FunctionValue]:
    machine = FakeMachine(SCRIPT)
    function = machine.function(1)
    cls = machine.class_(0, method=function)
    machine.results["method"] = Const("result")
    return machine, Instance(cls, Store()), function


def test_a_method_comes_bound(trainer: tuple[FakeMachine, Instance, FunctionValue]) -> None:
    machine, owner, function = trainer
    bound = attributes.find_method(machine, owner, "method")
    assert isinstance(bound, FunctionValue)
    assert (bound.receiver, bound.node) == (owner, function.node)
    assert function.receiver is None
    function.traits = FunctionTraits(static=True)
    assert attributes.find_method(machine, owner, "method") is function
    assert machine.calls == []


@pytest.mark.parametrize("cached", [False, True])
def test_a_property_is_called(
    trainer: tuple[FakeMachine, Instance, FunctionValue], cached: bool
) -> None:
    machine, owner, function = trainer
    function.traits = FunctionTraits(getter=True, cached=cached)
    assert attributes.find_method(machine, owner, "method") == Const("result")
    ((called, arguments),) = machine.calls
    assert isinstance(called, FunctionValue)
    assert (called.receiver, arguments) == (owner, Arguments())
    assert ("method" in owner.store.data) is cached


def test_what_super_gives(trainer: tuple[FakeMachine, Instance, FunctionValue]) -> None:
    machine, owner, function = trainer
    assert owner.cls is not None
    child = machine.class_(0, External("torch.nn.Module"), owner.cls)
    method = attributes.get_attribute(machine, Superclass(owner, child), "method")
    assert isinstance(method, FunctionValue)
    assert (method.receiver, method.node) == (owner, function.node)
    assert isinstance(attributes.get_attribute(machine, Superclass(owner, child), "other"), Opaque)


def test_an_object_around_an_optimizer_delegates() -> None:
    machine = FakeMachine("def __getattr__(self, name): pass")
    machine.methods["__getattr__"] = machine.function()
    machine.results["__getattr__"] = Const("delegated")
    wrapper = Instance(None, Store({"optimizer": optimizer(machine)}))
    assert attributes.delegated(machine, wrapper, "step") == Const("delegated")
    assert machine.calls[0][1] == Arguments([Const("step")])
    assert attributes.delegated(machine, Instance(None, Store()), "step") is None


def test_names_of_modules(tmp_path: Path) -> None:
    (tmp_path / "data.py").write_text("")
    machine = FakeMachine()
    unit = machine.project.entry(load(tmp_path / "data.py"))
    machine.scopes[unit] = Scope(Store({"N": number(5)}), unit)
    unit.star_imports["StepLR"] = "torch.optim.lr_scheduler.StepLR"
    module = ModuleValue(unit)
    assert attributes.get_attribute(machine, module, "N") == number(5)
    star = attributes.get_attribute(machine, module, "StepLR")
    assert star == External("torch.optim.lr_scheduler.StepLR")
    assert isinstance(attributes.get_attribute(machine, module, "x"), Opaque)


# -- items ----------------------------------------------------------------------------------------


def test_items_of_lists() -> None:
    values = ListValue([Const("a"), Const("b")])
    assert item(values, number(1)) == Const("b")
    assert item(values, number(-2)) == Const("a")
    assert isinstance(item(values, number(2)), Opaque)
    assert item(ListValue([Const("a")]), Opaque("i")) == Const("a")
    assert item(ListValue(None, element=Const("a")), Opaque("i")) == Const("a")
    assert item(ListValue(None, element=Opaque("x")), Opaque("i")) != Opaque("x")


def test_an_unknown_index_lets_the_elements_escape() -> None:
    value = optimizer(FakeMachine())
    assert isinstance(item(ListValue([value, Const("a")]), Opaque("i")), Opaque)
    assert value.record.escapes == "taken from a list by an unknown index"


def test_items_of_dicts() -> None:
    mapping = DictValue(Store({"a": number(30), 3: Const("x")}), path="cfg")
    named = item(mapping, Const("a"))
    assert isinstance(named, Expr)
    assert (str(named), named.strength) == ('cfg["a"]', Strength.CONSTANT)
    assert item(mapping, number(3)) == Const("x")
    missing = item(mapping, Const("b"))
    assert isinstance(missing, Opaque)
    assert missing.path == 'cfg["b"]'
    assert "b" not in mapping.store.data
    mapping.complete = False
    assert item(mapping, Const("b")) is item(mapping, Const("b"))


def test_an_item_of_settings_is_a_default() -> None:
    settings = DictValue(Store({"a": number(30)}), setting=True)
    value = item(settings, Const("a"))
    assert isinstance(value, Expr)
    assert (str(value), value.strength) == ("a", Strength.DEFAULT)


def test_the_only_value_under_an_unknown_key() -> None:
    assert item(DictValue(Store({"a": Const("x")})), Opaque("k")) == Const("x")
    unknown = DictValue(Store({UnknownKey(0): Const("x")}), complete=False)
    assert item(unknown, Const("a")) == Const("x")
    value = item(DictValue(Store({"a": Const("x"), "b": Const("y")}), path="d"), Opaque("k"), "k")
    assert isinstance(value, Opaque)
    assert value.path == "d[k]"


def test_param_groups() -> None:
    record = optimizer(FakeMachine(), groups=({"lr": number(1)}, {"lr": number(2)})).record
    group = item(GroupsValue(record), number(1))
    assert isinstance(group, GroupsValue)
    assert (group.index, group.whole) == (1, False)
    assert item(group, Const("lr")) == number(2)
    assert item(GroupsValue(record, whole=False), Const("lr")) == number(1)
    record.driven = True
    assert isinstance(item(group, Const("lr")), Opaque)


def test_items_of_unknowns_and_objects() -> None:
    value = item(Opaque("cfg"), Const("lr"))
    assert isinstance(value, Opaque)
    assert value.path == 'cfg["lr"]'
    namespace = Instance(None, Store({"lr": Const("x")}))
    assert item(namespace, Const("lr")) == Const("x")
    assert isinstance(item(Sized(None, shape=(number(1), number(2))), number(0)), Sized)


def test_an_item_of_each_alternative() -> None:
    a = flag("a")
    value = Choice(((a, ListValue([number(1)])), (negate(a), ListValue([number(2)]))))
    assert item(value, number(0)) == Choice(((a, number(1)), (negate(a), number(2))))


def test_what_two_stars_pass() -> None:
    mapping = DictValue(Store({"lr": number(1), "eps": number(0)}))
    machine = FakeMachine()
    assert entries(machine, mapping) == [("lr", number(1)), ("eps", number(0))]
    lean = Choice(((flag("a", True), mapping), (flag("b", False), Opaque())))
    assert entries(machine, lean) == [("lr", number(1)), ("eps", number(0))]
    assert entries(machine, DictValue(Store({3: number(1)}))) is None
    assert entries(machine, DictValue(Store(), complete=False)) is None
    assert entries(machine, Opaque("options")) is None
