"""Whose states are saved and loaded by code that is not read."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.checkpoints import is_own_state, note_load, note_save
from lrlint.analysis.model.trace import OptimizerCall, Save
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)

from .fake import FakeMachine, flag, optimizer, scheduler

MACHINE = FakeMachine("f()")
OPTIMIZER, SCHEDULER = optimizer(MACHINE), scheduler(MACHINE)
STATE = Opaque(state_of=OPTIMIZER.record)
OTHER_STATE = Opaque(state_of=SCHEDULER.record)


def saved(name: str, *values: AnyValue) -> Save | None:
    machine = FakeMachine("f()")
    note_save(machine, name, values, machine.where(machine.expression()))
    event = machine.trace[0] if machine.trace else None
    assert event is None or isinstance(event, Save)
    return event


def entry(**entries: AnyValue) -> DictValue:
    return DictValue(Store(dict(entries)))


@pytest.mark.parametrize("name", ["save", "save_checkpoint", "dump", "write_ckpt"])
def test_a_name_that_says_so_saves(name: str) -> None:
    event = saved(name, entry(optimizer=STATE))
    assert event is not None
    assert (event.holds, event.open) == ((OPTIMIZER.record,), False)


def test_other_names_do_not() -> None:
    assert saved("print", entry(optimizer=STATE)) is None
    assert saved("save", entry(model=Opaque("model"))) is None


def test_an_object_itself_is_saved_by_save_only() -> None:
    assert saved("save", OPTIMIZER) is not None
    assert saved("save_checkpoint", OPTIMIZER) is None


@pytest.mark.parametrize(
    "value",
    [
        ListValue([STATE, OTHER_STATE]),
        ListValue([STATE, ListValue(None, element=OTHER_STATE)]),
        Instance(None, Store({"a": STATE, "b": OTHER_STATE})),
        Choice(((flag("a"), STATE), (flag("b"), OTHER_STATE))),
        entry(inner=entry(a=STATE, b=OTHER_STATE)),
    ],
)
def test_states_in_containers(value: AnyValue) -> None:
    event = saved("save", value)
    assert event is not None
    assert event.holds == (OPTIMIZER.record, SCHEDULER.record)


@pytest.mark.parametrize(
    "value",
    [
        DictValue(Store({"a": STATE}), complete=False),
        entry(a=STATE, scheduler=Opaque()),
        entry(a=STATE, b=Opaque("trainer.state")),
        ListValue([STATE, ListValue(None)]),
    ],
)
def test_there_may_be_other_states(value: AnyValue) -> None:
    event = saved("save", value)
    assert event is not None
    assert event.open


@pytest.mark.parametrize(
    ("name", "loads"), [("load_checkpoint", True), ("resume", True), ("download", False)]
)
def test_a_name_that_says_so_loads(name: str, loads: bool) -> None:
    machine = FakeMachine("f()")
    note_load(machine, name, [ListValue([OPTIMIZER, SCHEDULER])], machine.expression())
    events = [event for event in machine.trace if isinstance(event, OptimizerCall)]
    assert len(machine.trace) == len(events)
    assert [event.method for event in events] == (["load_state_dict"] if loads else [])


def test_a_state_of_the_same_run() -> None:
    assert is_own_state(STATE)
    assert is_own_state(Choice(((flag("a"), Opaque()), (flag("b"), STATE))))
    assert not is_own_state(Opaque('checkpoint["optimizer"]'))
    assert not is_own_state(None)
