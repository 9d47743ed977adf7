"""Escapes: what code out of sight can reach through a value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrlint.analysis.interpreter.escapes import escape
from lrlint.analysis.model.records import OptimizerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    DictValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Store,
)

from .fake import FakeMachine, flag, optimizer

SCRIPT = """
def handler():
    optimizer.step()

def harmless():
    optimizer.zero_grad()

def indirect():
    handler()
"""


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: value,
        lambda value: ListValue([value]),
        lambda value: ListValue(None, element=value),
        lambda value: DictValue(Store({"a": value})),
        lambda value: Instance(None, Store({"a": ListValue([value])})),
        lambda value: Choice(((flag("a"), Opaque()), (flag("b"), value))),
        lambda value: Method(value, "step"),
        lambda value: Partial(Opaque(), (), {"a": value}),
    ],
)
def test_an_optimizer_escapes_through(wrap: Callable[[AnyValue], AnyValue]) -> None:
    value = optimizer(FakeMachine())
    escape(wrap(value), "passed to f(…)")
    assert value.record.escapes == "passed to f(…)"


def test_the_first_reason_remains() -> None:
    value = optimizer(FakeMachine())
    escape(value, "first")
    escape(value, "second")
    assert value.record.escapes == "first"


def test_another_method_does_not_let_it_escape() -> None:
    value = optimizer(FakeMachine())
    escape(Method(value, "zero_grad"), "passed to f(…)")
    assert value.record.escapes is None


def test_containers_in_a_circle() -> None:
    value = optimizer(FakeMachine())
    parent, child = Instance(None, Store()), Instance(None, Store())
    parent.store.data.update(child=child)
    child.store.data.update(parent=parent, optimizer=value)
    escape(parent, "stored")
    assert value.record.escapes == "stored"


def run(position: int) -> OptimizerValue:
    machine = FakeMachine(SCRIPT)
    value = optimizer(machine)
    names = ("handler", "harmless", "indirect")
    functions = {name: machine.function(i) for i, name in enumerate(names)}
    machine.scope.store.data.update(functions, optimizer=value)
    escape(functions[names[position]], "passed to f(…)")
    return value


def test_a_function_that_steps_lets_what_it_uses_escape() -> None:
    assert run(0).record.escapes == "passed to f(…)"
    assert run(1).record.escapes is None


def test_a_bound_method_lets_its_object_escape() -> None:
    value = optimizer(FakeMachine())
    escape(FakeMachine(SCRIPT).function(1, receiver=value), "passed to f(…)")
    assert value.record.escapes == "passed to f(…)"


def test_a_function_that_calls_one_that_steps() -> None:
    assert run(2).record.escapes == "passed to f(…)"


def test_the_functions_that_an_object_keeps_do_not_count() -> None:
    machine = FakeMachine(SCRIPT)
    value = optimizer(machine)
    machine.scope.store.data.update(optimizer=value)
    escape(Instance(None, Store({"on_end": machine.function(0)})), "stored")
    assert value.record.escapes is None
