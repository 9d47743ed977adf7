"""What a loop over a value visits, and which loops are unrolled."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.generators import generator_stream
from lrlint.analysis.interpreter.iteration import iterate, worth_unrolling
from lrlint.analysis.interpreter.outcomes import Limits
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Scope,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr

from .fake import FakeMachine, flag, number, optimizer, scheduler


def visited(value: AnyValue, text: str = "things") -> Stream:
    machine = FakeMachine(text)
    return iterate(machine, value, machine.expression())


@pytest.mark.parametrize(
    ("value", "items"),
    [
        (ListValue([number(3), number(4)]), [number(3), number(4)]),
        (Const("ab"), [Const("a"), Const("b")]),
        (DictValue(Store({"a": NONE, 7: NONE})), [Const("a"), number(7)]),
    ],
)
def test_elements_that_are_known(value: AnyValue, items: list[AnyValue]) -> None:
    stream = visited(value)
    assert stream.items == items
    assert stream.trips == number(len(items))
    assert stream.element(number(1)) == items[1]
    assert isinstance(stream.element(number(9)), Opaque)


def test_a_list_of_one_element_has_no_other() -> None:
    index = Expr.atom(FakeMachine().index_atom("i"))
    assert visited(ListValue([Const("a")])).element(index) == Const("a")


def test_a_list_of_unknown_length() -> None:
    stream = visited(ListValue(None, element=Const("a"), length=number(9)))
    assert (stream.trips, stream.element(number(4))) == (number(9), Const("a"))


def test_a_list_made_of_a_range_is_the_range() -> None:
    stream = Stream(number(3), lambda index: index)
    assert visited(ListValue([], source=stream)) is stream
    assert visited(stream) is stream


def test_batches() -> None:
    stream = visited(Loader(number(5)), "get_loader()")
    assert (stream.trips, stream.over_loader, stream.text) == (number(5), True, "get_loader()")
    assert visited(Loader(None, "batches")).text == "batches"
    assert not visited(Sized(number(5), "data")).over_loader


@pytest.mark.parametrize(("text", "over_loader"), [("train_loader", True), ("epochs", False)])
def test_an_unknown_gets_its_name_and_may_be_a_loader(text: str, over_loader: bool) -> None:
    value = Opaque()
    stream = visited(value, text)
    assert (value.path, stream.over_loader, str(stream.trips)) == (
        text,
        over_loader,
        f"len({text})",
    )


def test_the_alternative_of_the_defaults() -> None:
    short, long = ListValue([number(1)]), ListValue([number(1), number(2)])
    leaning = Choice(((flag("debug", False), short), (flag("full", True), long)))
    assert visited(leaning).trips == number(2)
    open_ = Choice(((flag("a"), short), (flag("b"), long)))
    assert visited(open_).trips is None
    same = Choice(((flag("a"), long), (flag("b"), Const("xy"))))
    assert visited(same).trips == number(2)


def test_param_groups_one_by_one() -> None:
    record = optimizer(FakeMachine(), groups=({}, {})).record
    indices = [group.index for group in visited(GroupsValue(record)).items or []]
    assert indices == [0, 1]


def test_one_param_group_represents_all() -> None:
    for fields in ({"groups": ({},)}, {"groups": ({}, {}), "unknown_groups": True}):
        stream = visited(GroupsValue(optimizer(FakeMachine(), **fields).record))
        (group,) = stream.items or []
        assert isinstance(group, GroupsValue)
        assert (group.index, group.whole, stream.trips) == (None, False, None)


def test_an_iterator_may_step_what_its_object_holds() -> None:
    script = "def __iter__(self):\n    self.optimizer.step()\n\ndef __iter__(self):\n    pass"
    for position, why in ((0, "stepped by an iterator"), (1, None)):
        machine = FakeMachine(f"{script}\nthings")
        held = optimizer(machine)
        instance = Instance(None, Store({"optimizer": held}))
        machine.methods["__iter__"] = machine.function(position, receiver=instance)
        iterate(machine, instance, machine.expression(2))
        assert held.record.escapes == why


LOG_EVERY = """
def log_every(iterable):
    for batch in iterable:
        yield batch

def twice(iterable):
    for batch in iterable:
        yield batch
        yield batch

def forever(train_loader):
    while True:
        yield train_loader
"""


def generator(position: int, parameter: str, argument: AnyValue) -> Stream:
    machine = FakeMachine(LOG_EVERY, values={"iterable": argument})
    scope = Scope(Store({parameter: argument}), machine.unit)
    stream = generator_stream(machine, machine.statements[position], scope)
    assert isinstance(stream, Stream)
    return stream


def test_a_generator_that_passes_its_argument_on() -> None:
    stream = generator(0, "iterable", Loader(number(5)))
    assert (stream.trips, stream.over_loader, stream.text) == (number(5), True, "log_every(…)")


def test_a_generator_that_yields_more() -> None:
    stream = generator(1, "iterable", Loader(number(5)))
    assert (stream.trips, stream.over_loader, stream.endless) == (None, True, False)
    assert generator(1, "data", Opaque("train_loader")).over_loader
    assert not generator(1, "data", Opaque("names")).over_loader


def test_a_generator_without_end() -> None:
    assert generator(2, "train_loader", Opaque("train_loader")).endless


def test_what_a_generator_receives_escapes() -> None:
    value = optimizer(FakeMachine())
    generator(1, "iterable", value)
    assert value.record.escapes == "passed to the generator twice(…)"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], False),
        ([number(1)], True),
        ([Const("train"), Const("val")], True),
        ([scheduler(FakeMachine())], True),
        ([ListValue([Opaque(), number(1)])], True),
        ([ListValue([Opaque()])], False),
        ([number(1), Opaque()], False),
        ([NONE], False),
        ([number(1)] * 4, False),
    ],
)
def test_what_is_worth_unrolling(items: list[AnyValue], expected: bool) -> None:
    assert worth_unrolling(FakeMachine(limits=Limits(unrolled=3)), items) is expected
