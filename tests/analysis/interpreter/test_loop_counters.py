"""The body of a loop is interpreted once: counters become functions of the iteration."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.choices import join
from lrlint.analysis.interpreter.loop_counters import first_failure, repeating
from lrlint.analysis.model.conditions import Condition, Divisible, Relation
from lrlint.analysis.model.trace import Break, LoopRecord, SchedulerStep
from lrlint.analysis.model.values import AnyValue, Choice, ClassValue, Const, Instance, Store
from lrlint.symbolic import Expr, Strength, floor

from .fake import FakeMachine, flag, number, scheduler, shape

SCRIPT = """
for i in range(10):
    step += 1
    other = step
"""


class Loop:
    """A loop over ``i`` that changes ``step``; the test writes what its body does."""

    def __init__(self, step: Expr, trips: Expr | None = None, script: str = SCRIPT) -> None:
        self.machine = FakeMachine(script)
        self.data = self.machine.scope.store.data
        self.data["step"] = step
        self.record = LoopRecord(self.machine.index_atom("i"), trips, self.machine.here(self.node))

    @property
    def node(self) -> object:
        return self.machine.statements[0]

    @property
    def index(self) -> Expr:
        return Expr.atom(self.record.index)

    @property
    def step(self) -> Expr:
        value = self.data["step"]
        assert isinstance(value, Expr)
        return value

    def body(self, tests: list[Condition] | None = None):
        return repeating(self.machine, self.record, self.node, tests)

    def set(self, name: str, value: AnyValue) -> None:
        self.machine.write(self.machine.scope.store, name, value)


def test_a_counter_in_the_body_and_after_the_loop() -> None:
    loop = Loop(number(5), trips=number(10))
    sched = scheduler(loop.machine)
    with loop.body() as repeat:
        assert loop.step.value is None  # an unknown number
        event = SchedulerStep(*loop.machine.where(loop.node), sched.record, loop.step)
        loop.machine.emit(event)
        loop.set("step", loop.step + 2)
    assert event.argument == number(5) + loop.index * 2
    assert loop.step == number(25)
    assert repeat.loop.trips == number(10)


def test_a_counter_under_a_condition() -> None:
    loop = Loop(number(0), trips=number(10))
    sched = scheduler(loop.machine)
    with loop.body():
        event = SchedulerStep(*loop.machine.where(loop.node), sched.record, loop.step)
        loop.machine.emit(event)
        every = Divisible(loop.index + 1, number(4), number(0))
        joined = join(loop.machine, every, loop.step + 1, loop.step, "step")
        loop.set("step", joined)
    assert event.argument == floor(loop.index / 4)


def test_a_number_that_the_body_does_not_change() -> None:
    loop = Loop(number(5), trips=number(3))
    with loop.body():
        loop.machine.emit(Break(1))
    assert loop.step == number(5)


def test_a_number_that_changes_in_another_way_is_unknown_after_the_loop() -> None:
    loop = Loop(number(5), trips=number(3))
    with loop.body():
        loop.set("step", loop.step * 2)
        loop.machine.emit(Break(1))
    assert loop.step.value is None
    assert [atom.strength for atom in loop.step.atoms()] == [Strength.OPEN]


def test_the_loop_variable_keeps_its_last_value() -> None:
    loop = Loop(number(0), trips=number(7))
    with loop.body():
        loop.set("i", loop.index)
    assert loop.data["i"] == number(6)


def test_a_choice_holds_for_the_last_iteration() -> None:
    loop = Loop(number(0), trips=number(7))
    with loop.body():
        late = Relation(">", loop.step, number(3))
        loop.set("done", Choice(((late, Const(True)),)))
        loop.set("step", loop.step + 1)
    done = loop.data["done"]
    assert isinstance(done, Choice)
    assert done.alternatives[0][0] == Relation(">", loop.index, number(3))


@pytest.mark.parametrize(
    ("op", "limit", "by", "trips", "first"),
    [
        ("<", 10, 1, 10, 0),
        ("<=", 10, 1, 11, 0),
        ("<", 10, 3, 4, 0),
        ("!=", 10, 1, 10, 0),
        (">", -3, -1, 3, 0),
    ],
)
def test_a_while_loop_runs_until_its_counter_reaches_the_limit(
    op: str, limit: int, by: int, trips: int, first: int
) -> None:
    script = SCRIPT.replace("for i in range(10)", "while step < n")
    loop = Loop(number(first), script=script)
    tests: list[Condition] = []
    with loop.body(tests):
        tests.append(Relation(op, loop.step, number(limit)))
        loop.set("step", loop.step + by)
        loop.machine.emit(Break(1))
    assert loop.record.trips == number(trips)
    assert loop.record.first == number(first)


def test_a_while_loop_on_a_symbol() -> None:
    loop = Loop(number(0), script=SCRIPT.replace("for i in range(10)", "while step < n"))
    total = loop.machine.named_number("total_steps", None, Strength.OPEN)
    tests: list[Condition] = []
    with loop.body(tests):
        tests.append(Relation("<", loop.step, total))
        loop.set("step", loop.step + 1)
        loop.machine.emit(Break(1))
    assert loop.record.trips == total


@pytest.mark.parametrize(("at_start", "trips"), [(True, 5), (False, 6)])
def test_a_break_bounds_the_trips(at_start: bool, trips: int) -> None:
    loop = Loop(number(0), trips=number(100))
    machine = loop.machine
    sched = scheduler(machine).record
    with loop.body() as repeat:
        stop = Relation(">=", loop.index, number(5))
        events = [None, SchedulerStep(*machine.where(loop.node), sched, None)]
        for event in events if at_start else reversed(events):
            if event is None:
                with machine.guard(stop, loop.node):
                    machine.emit(Break(1))
            else:
                machine.emit(event)
    assert repeat.loop.trips == number(trips)
    assert shape(repeat.body) == ["SchedulerStep"]


def test_a_break_on_a_flag_does_not() -> None:
    loop = Loop(number(0), trips=number(100))
    with loop.body() as repeat:
        with loop.machine.guard(flag("done"), loop.node):
            loop.machine.emit(Break(1))
        loop.machine.emit(Break(2))
    assert repeat.loop.trips == number(100)
    assert len(repeat.body) == 2


def test_attributes_that_the_module_changes_are_counters() -> None:
    script = "for i in range(3):\n    train()\n\nclass T:\n    def f(self):\n        self.n += 1"
    loop = Loop(number(0), trips=number(3), script=script)
    cls = loop.machine.class_(1)
    assert isinstance(cls, ClassValue)
    instance = Instance(cls, Store({"n": number(0), "m": number(0)}))
    loop.machine.instances.append(instance)
    with loop.body():
        assert instance.store.data["m"] == number(0)
        n = instance.store.data["n"]
        assert n != number(0)
        loop.machine.write(instance.store, "n", n + 1)
    assert instance.store.data["n"] == number(3)


def test_a_loop_without_events_leaves_no_trace() -> None:
    loop = Loop(number(0), trips=number(3))
    with loop.body():
        pass
    assert loop.machine.trace == []
    assert loop.machine.loops == []


def test_nothing_is_carried_where_each_iteration_is_interpreted() -> None:
    loop = Loop(number(5), trips=number(1))
    with repeating(loop.machine, loop.record, loop.node, carries=False):
        assert loop.step == number(5)


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [("<", 1, 10, "10"), ("<", 0, 10, "None"), ("==", 1, 10, "None"), ("<", -1, 10, "None")],
)
def test_the_first_iteration_that_fails(op: str, left: int, right: int, expected: str) -> None:
    index = FakeMachine().index_atom("i")
    condition = Relation(op, Expr.atom(index) * left, number(right))
    assert str(first_failure(condition, index)) == expected
    assert first_failure(flag("a"), index) is None
