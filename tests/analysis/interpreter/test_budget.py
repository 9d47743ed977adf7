"""What another module may spend of the budget, and what is given up where that is not enough."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import budget
from lrlint.analysis.interpreter.outcomes import BudgetExceeded, Limits
from lrlint.analysis.model.trace import BuildScheduler
from lrlint.analysis.model.values import AnyValue, Const, Instance, Opaque, Store

from .fake import FakeMachine, optimizer, scheduler

SCRIPT = "def fit():\n    scheduler.step()\n\ndef log():\n    print()\n"


def spend(machine: FakeMachine, nodes: int) -> AnyValue:
    for _ in range(nodes):
        machine.spend()
    return Const("done")


@pytest.mark.parametrize(
    ("position", "nodes", "done"), [(0, 50, True), (0, 51, False), (1, 12, True), (1, 13, False)]
)
def test_relevant_code_may_spend_half_and_other_code_an_eighth(
    position: int, nodes: int, done: bool
) -> None:
    machine = FakeMachine(SCRIPT, limits=Limits(nodes=100))
    function = machine.function(position)
    value = budget.call(machine, function, [], lambda: spend(machine, nodes))
    assert (value == Const("done")) is done
    assert machine.allowed == 100


@pytest.mark.parametrize(("nodes", "done"), [(10, True), (11, False)])
def test_deep_in_others_a_call_may_take_a_little_of_the_whole(nodes: int, done: bool) -> None:
    machine = FakeMachine(SCRIPT, limits=Limits(nodes=640))
    machine.allowed = 20
    value = budget.call(machine, machine.function(1), [], lambda: spend(machine, nodes))
    assert (value == Const("done")) is done


def test_a_method_of_a_relevant_class_is_relevant() -> None:
    machine = FakeMachine(f"{SCRIPT}class T:\n    def f(self):\n        scheduler.step()\n")
    machine.allowed = 100
    function = machine.function(1, owner=machine.class_(2))
    value = budget.call(machine, function, [], lambda: spend(machine, 50))
    assert value == Const("done")


def test_a_function_that_imports_what_lies_beside_chooses_what_is_trained() -> None:
    machine = FakeMachine(f"{SCRIPT}def make():\n    from .nets import Net\n    return Net()\n")
    machine.allowed = 100
    value = budget.call(machine, machine.function(2), [], lambda: spend(machine, 50))
    assert value == Const("done")


def test_what_was_passed_to_it_escapes() -> None:
    machine = FakeMachine(SCRIPT, limits=Limits(nodes=100))
    argument, held = optimizer(machine), optimizer(machine)
    receiver = Instance(None, Store({"opt": held}))
    function = machine.function(1, receiver=receiver)
    value = budget.call(machine, function, [argument], lambda: spend(machine, 90))
    assert isinstance(value, Opaque)
    for record in (argument.record, held.record):
        assert record.escapes == "passed to code that is too large to be followed to its end"
    assert receiver.open
    assert [text for _, text in machine.undecided] == [
        f"log() of {machine.unit.filename} is too large to be followed"
    ]


def test_nothing_that_it_wrote_remains() -> None:
    machine = FakeMachine(SCRIPT, limits=Limits(nodes=100))
    store = Store({"a": Const("old")})
    sched = scheduler(machine, optimizer=optimizer(machine).record).record

    def run() -> AnyValue:
        machine.write(store, "a", Const("new"))
        machine.emit(BuildScheduler(*machine.where(machine.statements[0]), sched))
        return spend(machine, 90)

    budget.call(machine, machine.function(0), [], run)
    assert store.data == {"a": Const("old")}
    assert sched.optimizer is not None
    assert sched.escapes == sched.optimizer.escapes is not None


def test_a_module_is_imported_outside_of_all_branches() -> None:
    machine = FakeMachine("first\nsecond")
    start = len(machine.frames)

    def run(statement: object) -> None:
        assert len(machine.frames) == start + 1
        machine.write(machine.scope.store, "x", Const("set"))

    machine.run_block = lambda statements: [run(s) for s in statements]
    budget.import_module(machine, machine.unit, machine.scope)
    assert machine.scope.store.data == {"x": Const("set")}
    assert machine.journal == []
    assert machine.undecided == []


def test_a_module_that_is_too_large() -> None:
    machine = FakeMachine("first", limits=Limits(nodes=10))
    machine.run_block = lambda statements: spend(machine, 9)
    budget.import_module(machine, machine.unit, machine.scope)
    assert len(machine.undecided) == 1


def test_what_a_trace_builds_is_given_up() -> None:
    machine = FakeMachine("x")
    sched = scheduler(machine, optimizer=optimizer(machine).record, escapes="earlier").record
    event = BuildScheduler(*machine.where(machine.statements[0]), sched)
    budget.give_up([event], "too large")
    assert sched.optimizer is not None
    assert (sched.escapes, sched.optimizer.escapes) == ("earlier", "too large")
    with pytest.raises(BudgetExceeded):
        spend(machine, machine.allowed + 1)
