"""Assignments to names, attributes, items and tuples."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import assignment, attribute_assignment, item_assignment
from lrlint.analysis.model.conditions import Relation, negate
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.trace import (
    REMOVES_GROUP,
    SETS_INITIAL_LR,
    UNPICKLED,
    LoopRecord,
    LRWrite,
    OptimizerCall,
    Rebind,
    Repeat,
    SchedulerCall,
)
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Scope,
    Store,
)
from lrlint.symbolic import Expr

from .fake import FakeMachine, flag, number, optimizer, scheduler


def machine_with(target: str, **values: AnyValue) -> FakeMachine:
    machine = FakeMachine(f"{target} = value", values=values)
    machine.values["0"] = number(0)
    machine.statement = machine.statements[0]
    return machine


def assign(machine: FakeMachine, value: AnyValue, *, rename: bool = True) -> None:
    target = machine.statements[0].body[0].targets[0].target
    assignment.assign(machine, target, value, rename=rename)


# -- targets --------------------------------------------------------------------------------------


def test_a_name_and_the_name_of_its_number() -> None:
    machine = machine_with("epochs")
    assign(machine, number(10))
    assert str(machine.scope.store.data["epochs"]) == "epochs"
    assign(machine, number(10), rename=False)
    assert machine.scope.store.data["epochs"] == number(10)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a, b, c", {"a": number(0), "b": number(1), "c": Const("x")}),
        ("a, *b", {"a": number(0), "b": [number(1), Const("x")]}),
        ("*a, b", {"a": [number(0), number(1)], "b": Const("x")}),
        ("a, (b, c)", {"a": Opaque, "b": Opaque, "c": Opaque}),
    ],
)
def test_a_tuple(target: str, expected: dict[str, object]) -> None:
    machine = machine_with(target)
    assign(machine, ListValue([number(0), number(1), Const("x")]))
    found: dict[object, object] = {}
    for name, value in machine.scope.store.data.items():
        found[name] = Opaque if isinstance(value, Opaque) else value
        if isinstance(value, ListValue):
            found[name] = value.items
    assert found == expected


def test_parts_of_a_measured_value_are_measured() -> None:
    machine = machine_with("loss, output")
    assign(machine, Opaque(measured=True))
    loss = machine.scope.store.data["loss"]
    assert isinstance(loss, Opaque)
    assert (loss.measured, loss.path) == (True, "loss")


def test_a_choice_of_pairs_is_a_pair_of_choices() -> None:
    machine, a = FakeMachine(), flag("a")
    rows = Choice(
        ((a, ListValue([Const("x"), Const("z")])), (negate(a), ListValue([Const("y"), Const("z")])))
    )
    first, second = assignment.unpacked(machine, rows, 2) or []
    assert first == Choice(((a, Const("x")), (negate(a), Const("y"))))
    assert second == Const("z")
    assert assignment.unpacked(machine, ListValue(None, element=Const("x")), 2) == [Const("x")] * 2
    assert assignment.unpacked(machine, Opaque(), 2) is None


# -- names ----------------------------------------------------------------------------------------


def test_global_and_nonlocal_names() -> None:
    machine = FakeMachine()
    outer = Scope(Store({"n": number(0)}), machine.unit, parent=machine.scope)
    inner = Scope(Store(), machine.unit, parent=outer, globals_={"g"}, nonlocals={"n"})
    with machine.elsewhere(machine.unit, inner):
        for name in ("g", "n", "x"):
            assignment.bind(machine, name, Const(name))
    assert machine.scope.store.data == {"g": Const("g")}
    assert outer.store.data == {"n": Const("n")}
    assert inner.store.data == {"x": Const("x")}


def test_a_bound_number_and_an_attribute_get_their_names() -> None:
    machine, owner = FakeMachine("x"), Instance(None, Store(), path="self")
    assignment.bind(machine, "epochs", number(10))
    assert str(machine.scope.store.data["epochs"]) == "epochs"
    attribute_assignment.set_attribute(machine, owner, "lr", number(5), machine.statements[0])
    assert str(owner.store.data["lr"]) == "self.lr"


def test_another_optimizer_under_the_same_name() -> None:
    machine = machine_with("opt")
    first, second = optimizer(machine), optimizer(machine)
    for value in (first, first, second):
        assign(machine, value)
    (event,) = machine.trace
    assert isinstance(event, Rebind)
    assert (event.old, event.new) == (first.record, second.record)


@pytest.mark.parametrize(("path", "count"), [('checkpoint["opt"]', 2), ("other", 0)])
def test_an_object_from_a_checkpoint(path: str, count: int) -> None:
    machine = machine_with("x")
    for value in (optimizer(machine), Opaque(path), scheduler(machine), Opaque(path)):
        assign(machine, value)
    methods = [
        event.method for event in machine.trace if isinstance(event, (OptimizerCall, SchedulerCall))
    ]
    assert methods == [UNPICKLED] * count


@pytest.mark.parametrize("changes", [True, False])
def test_a_scheduler_that_takes_over_in_a_loop(changes: bool) -> None:
    machine = machine_with("sched")
    first, second = scheduler(machine), scheduler(machine)
    assign(machine, first)
    place = machine.here(machine.statements[0])
    loop = LoopRecord(machine.index_atom("epoch"), None, place)
    machine.loops.append(Repeat(loop, []))
    late = Relation(">", Expr.atom(loop.index), number(10), nature=Nature.FLAG)
    with machine.guard(late if changes else flag("swa"), machine.statements[0]):
        assign(machine, second)
    assert (first.record.relayed, second.record.relayed) == (changes, changes)


# -- attributes -----------------------------------------------------------------------------------


def test_an_attribute_of_an_object() -> None:
    machine = machine_with("self.lr", self=Instance(None, Store(), path="self"))
    assign(machine, number(5))
    owner = machine.values["self"]
    assert isinstance(owner, Instance)
    assert str(owner.store.data["lr"]) == "self.lr"


def test_a_number_of_an_object_without_a_name_stays() -> None:
    owner = Instance(None, Store())
    assign(machine_with("x.lr", x=owner), number(5))
    assert owner.store.data["lr"] == number(5)


def test_attributes_of_classes_optimizers_and_schedulers() -> None:
    machine = FakeMachine("class Config: pass\nx")
    node = machine.statements[1]
    cls = machine.class_(0)
    attribute_assignment.set_attribute(machine, cls, "lr", number(5), node)
    assert str(cls.scope.store.data["lr"]) == "Config.lr"
    sched, opt = scheduler(machine), optimizer(machine)
    attribute_assignment.set_attribute(machine, sched, "last_epoch", number(5), node)
    attribute_assignment.set_attribute(machine, opt, "param_groups", Opaque(), node)
    first, second = machine.trace
    assert isinstance(first, SchedulerCall)
    assert isinstance(second, OptimizerCall)
    assert (first.method, second.method) == ("last_epoch =", REMOVES_GROUP)
    assert opt.record.unknown_groups


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        (Opaque("model"), "stored as model.opt"),
        (Opaque(), "stored as an attribute.opt"),
        (Const("x"), "stored as an attribute opt"),
    ],
)
def test_what_is_stored_in_an_unknown_escapes(owner: AnyValue, why: str) -> None:
    machine = machine_with("x.opt", x=owner)
    value = optimizer(machine)
    assign(machine, value)
    assert value.record.escapes == why
    if isinstance(owner, Opaque):
        assert owner.members[".opt"] is value


def test_an_attribute_of_each_alternative() -> None:
    first, second = Instance(None, Store()), Instance(None, Store())
    owner = Choice(((flag("a"), first), (flag("b"), second)))
    assign(machine_with("x.name", x=owner), Const("v"))
    assert first.store.data == second.store.data == {"name": Const("v")}


# -- items ----------------------------------------------------------------------------------------


def test_items_of_dicts_lists_and_namespaces() -> None:
    mapping, items = DictValue(Store(), path="cfg"), ListValue([number(1), number(2)])
    namespace = Instance(None, Store())
    machine = machine_with("x[k]", x=mapping, k=Const("lr"))
    assign(machine, number(5))
    assert str(mapping.store.data["lr"]) == 'cfg["lr"]'
    machine.values.update(x=items, k=number(1))
    assign(machine, number(5))
    assert items.items == [number(1), number(5)]
    machine.values.update(x=namespace, k=Const("lr"))
    assign(machine, number(5))
    assert namespace.store.data == {"lr": number(5)}


def test_an_unknown_key() -> None:
    mapping = DictValue(Store())
    assign(machine_with("x[k]", x=mapping, k=Opaque("k")), number(5))
    assert (list(mapping.store.data.values()), mapping.complete) == ([number(5)], False)


def test_an_lr_is_written() -> None:
    group = GroupsValue(optimizer(FakeMachine()).record, whole=False, index=1)
    machine = machine_with("group[k]", group=group, k=Const("lr"))
    assign(machine, number(5))
    machine.values["k"] = Const("initial_lr")
    assign(machine, number(5))
    write, initial = machine.trace
    assert isinstance(write, LRWrite)
    assert isinstance(initial, OptimizerCall)
    assert (write.value, write.group, initial.method) == (number(5), 1, SETS_INITIAL_LR)


def test_what_is_stored_in_an_unknown_container_escapes() -> None:
    owner = Opaque("state")
    machine = machine_with("x[k]", x=owner, k=Const("opt"))
    value = optimizer(machine)
    assign(machine, value)
    assert value.record.escapes == "stored in a container"
    assert owner.members['["opt"]'] is value


@pytest.mark.parametrize("target", ["x[1:2]", "x[0, 0]"])
def test_slices_and_several_keys_are_unknown(target: str) -> None:
    machine = machine_with(target, x=ListValue([]))
    node = machine.statements[0].body[0].targets[0].target
    assert isinstance(item_assignment.index_value(machine, node), Opaque)
