"""A function with ``functools.cache`` runs once for the same constant arguments."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.journal import take_back
from lrlint.analysis.interpreter.memory import recall
from lrlint.analysis.model.values import AnyValue, Const, FunctionTraits, ListValue, Opaque, Store
from lrlint.symbolic import Strength

from .fake import FakeMachine, number

SCRIPT = "def build(name): pass"


class Counting:
    """A function body that returns a new object each time."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> AnyValue:
        self.times += 1
        return ListValue([])


def calls(traits: FunctionTraits, *arguments: Arguments, receiver: AnyValue | None = None) -> int:
    """Return how often the body runs in a series of calls."""
    machine, run = FakeMachine(SCRIPT), Counting()
    function = machine.function(traits=traits, receiver=receiver)
    for call in arguments:
        recall(machine, function, call, run)
    return run.times


def cached() -> FunctionTraits:
    return FunctionTraits(memory=Store())


A, B = Arguments([Const("a")]), Arguments([Const("b")])


def test_the_same_arguments_run_it_once() -> None:
    assert calls(cached(), A, A) == 1
    assert calls(cached(), A, B, A) == 2
    assert calls(FunctionTraits(), A, A) == 2


def test_the_value_is_the_same_object() -> None:
    machine, run = FakeMachine(SCRIPT), Counting()
    function = machine.function(traits=cached())
    first = recall(machine, function, A, run)
    assert isinstance(first, ListValue)
    assert recall(machine, function, A, run) is first


def test_one_and_true_are_different_arguments() -> None:
    assert calls(cached(), Arguments([number(1)]), Arguments([Const(True)])) == 2


def test_position_and_keyword_are_different_arguments() -> None:
    assert calls(cached(), A, Arguments(keywords={"name": Const("a")})) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        Arguments([Opaque("x")]),
        Arguments([FakeMachine().named_number("epochs", None, Strength.OPEN)]),
        Arguments(open=True),
    ],
)
def test_unknown_arguments_run_it_each_time(arguments: Arguments) -> None:
    assert calls(cached(), arguments, arguments) == 2


def test_a_method_runs_each_time() -> None:
    assert calls(cached(), A, A, receiver=Opaque("self")) == 2


def test_a_call_in_a_branch_is_forgotten_outside() -> None:
    machine, run = FakeMachine(SCRIPT), Counting()
    function = machine.function(traits=cached())
    recall(machine, function, A, run)
    take_back(machine, 0)
    recall(machine, function, A, run)
    assert run.times == 2
