"""Loops and comprehensions: unrolled, or interpreted once."""

from __future__ import annotations

from typing import Any

import pytest

from lrlint.analysis.interpreter.comprehensions import run_comprehension
from lrlint.analysis.interpreter.loops import run_for, run_while
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome
from lrlint.analysis.model.conditions import Relation, negate
from lrlint.analysis.model.trace import Break, OptimizerStep, Repeat
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    ListValue,
    Loader,
    Opaque,
    Stream,
)
from lrlint.symbolic import Expr

from .fake import FakeMachine, flag, number, optimizer, scheduler, shape


class Looping(FakeMachine):
    """A machine whose statements note the loop variable ``x`` and emit an event."""

    def __init__(self, text: str, **values: AnyValue) -> None:
        super().__init__(text, values=values)
        self.visited: list[AnyValue | None] = []
        self.outcome = GOES_ON
        self.record = optimizer(self).record

    def run(self, node: Any) -> Outcome:
        self.ran.append(self.unit.code(node))
        self.visited.append(self.scope.store.data.get("x"))
        self.emit(OptimizerStep(*self.where(node), self.record))
        return self.outcome

    @property
    def only_loop(self) -> Repeat:
        (repeat,) = self.trace
        assert isinstance(repeat, Repeat)
        return repeat


def over(value: AnyValue, body: str = "step()", target: str = "x") -> Looping:
    machine = Looping(f"for {target} in things:\n    {body}", things=value)
    assert run_for(machine, machine.statements[0]) == GOES_ON
    return machine


# -- for ------------------------------------------------------------------------------------------


def test_a_loop_over_few_known_elements_is_unrolled() -> None:
    machine = over(ListValue([Const("train"), Const("val")]))
    assert machine.visited == [Const("train"), Const("val")]
    assert shape(machine.trace) == ["OptimizerStep", "OptimizerStep"]


def test_a_loop_over_batches_is_interpreted_once() -> None:
    machine = over(Loader(number(9), "train_loader"), target="x, y")
    record = machine.only_loop.loop
    assert (record.trips, record.over, record.over_loader) == (number(9), "train_loader", True)
    assert (record.target, record.first) == ("x", None)
    assert shape(machine.trace) == [("for x in 9", ["OptimizerStep"])]


def test_a_loop_over_a_range_counts() -> None:
    machine = over(Stream(number(90), lambda index: index + 5, text="range(5, 95)"))
    record = machine.only_loop.loop
    assert (record.over, record.first) == ("range(5, 95)", number(5))
    assert machine.visited == [Expr.atom(record.index) + 5]


def test_one_scheduler_represents_all() -> None:
    sched = scheduler(FakeMachine())
    machine = over(ListValue(None, element=sched))
    assert machine.visited == [sched]
    assert shape(machine.trace) == ["OptimizerStep"]


def test_a_break_in_an_unrolled_loop_has_a_loop_to_leave() -> None:
    machine = over(ListValue([number(5)]), body="break")
    assert shape(machine.trace) == [("for visit in 1", ["OptimizerStep"])]


def test_the_loop_variable_is_not_a_setting() -> None:
    assert over(ListValue([number(5), number(6)])).visited == [number(5), number(6)]
    assert over(Stream(number(90), lambda _: number(5))).visited == [number(5)]


@pytest.mark.parametrize(
    ("outcome", "visits", "expected"),
    [
        (GOES_ON, 2, GOES_ON),
        (Outcome(Exit.CONTINUE), 2, GOES_ON),
        (ENDS, 1, GOES_ON),
        (Outcome(Exit.OTHER, leaves_function=True), 1, Outcome(Exit.OTHER, leaves_function=True)),
    ],
)
def test_how_an_unrolled_loop_ends(outcome: Outcome, visits: int, expected: Outcome) -> None:
    machine = Looping("for x in y:\n    step()", y=ListValue([number(5), number(6)]))
    machine.outcome = outcome
    assert run_for(machine, machine.statements[0]) == expected
    assert len(machine.visited) == visits


@pytest.mark.parametrize("breaks", [False, True])
def test_the_else_of_a_loop(breaks: bool) -> None:
    script = "for x in y:\n    step()\nelse:\n    last()"
    machine = Looping(script, y=Loader(number(9), "loader"))

    def run(node: Any) -> Outcome:
        if breaks and machine.unit.code(node) == "step()":
            with machine.guard(flag("done"), node):
                machine.emit(Break(1))
        return Looping.run(machine, node)

    machine.run = run
    run_for(machine, machine.statements[0])
    body = [("done", ["break 1"]), "OptimizerStep"] if breaks else ["OptimizerStep"]
    last = [("not (done)", ["OptimizerStep"])] if breaks else ["OptimizerStep"]
    assert shape(machine.trace) == [("for x in 9", body), *last]


# -- while ----------------------------------------------------------------------------------------


def loop_while(test: bool | Relation, script: str = "while test:\n    step()") -> Looping:
    machine = Looping(script)
    machine.truths["test"] = test
    run_while(machine, machine.statements[0])
    return machine


def test_a_loop_that_never_runs() -> None:
    assert loop_while(False).ran == []


def test_a_loop_without_end() -> None:
    record = loop_while(True).only_loop.loop
    assert (record.unbounded, record.trips, record.over) == (True, None, "test")


def test_a_loop_that_counts() -> None:
    machine = Looping("while test:\n    n += 1")
    machine.scope.store.data["n"] = number(0)

    def truth(node: Any) -> Relation:
        n = machine.scope.store.data["n"]
        assert isinstance(n, Expr)
        return Relation("<", n, number(7))

    def run(node: Any) -> Outcome:
        n = machine.scope.store.data["n"]
        machine.write(machine.scope.store, "n", n + 1)
        return Looping.run(machine, node)

    machine.truth, machine.run = truth, run
    run_while(machine, machine.statements[0])
    assert machine.only_loop.loop.trips == number(7)


def test_a_flag_that_the_body_sets_is_a_break() -> None:
    machine = Looping("while test:\n    step()")
    truths: list[Any] = [True, negate(flag("done")), True, False]
    machine.truth = lambda node: truths.pop(0)
    run_while(machine, machine.statements[0])
    run_while(machine, machine.statements[0])
    assert shape(machine.trace) == [
        ("for iteration in None", ["OptimizerStep", ("done", ["break 1"])]),
        ("for iteration in 1", ["OptimizerStep", "break 1"]),
    ]


# -- comprehensions -------------------------------------------------------------------------------


class Comprehending(Looping):
    """A machine that evaluates ``x`` to the loop variable and anything else by text."""

    def evaluate(self, node: Any) -> AnyValue:
        text = self.unit.code(node)
        return self.scope.store.data["x"] if text == "x" else self.values[text]


def comprehend(text: str, things: AnyValue, **values: AnyValue) -> AnyValue:
    machine = Comprehending(text, things=things, **values)
    machine.truths.update(yes=True, no=False, maybe=flag("maybe"))
    return run_comprehension(machine, machine.expression())


TWO = ListValue([Const("a"), Const("b")])


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[x for x in things]", [Const("a"), Const("b")]),
        ("(x for x in things if yes)", [Const("a"), Const("b")]),
        ("[x for x in things if no]", []),
    ],
)
def test_a_comprehension_of_known_elements(text: str, items: list[AnyValue]) -> None:
    value = comprehend(text, TWO)
    assert isinstance(value, ListValue)
    assert value.items == items


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("[x for x in things if maybe]", None),
        ("[x for x in things for y in other]", None),
    ],
)
def test_one_element_represents_all(text: str, length: Expr | None) -> None:
    value = comprehend(text, TWO, other=Opaque())
    assert isinstance(value, ListValue)
    assert (value.items, value.length) == (None, length)


def test_a_comprehension_over_a_long_range() -> None:
    value = comprehend("[x for x in things]", Stream(number(90), lambda index: index))
    assert isinstance(value, ListValue)
    assert (value.items, value.length) == (None, number(90))
    short = comprehend("[x for x in things]", Stream(number(4), lambda index: index))
    assert isinstance(short, ListValue)
    assert short.items == [number(n) for n in range(4)]


def test_dict_comprehensions() -> None:
    known = comprehend("{x: v for x in things}", TWO, v=number(1))
    assert isinstance(known, DictValue)
    assert (known.store.data, known.complete) == ({"a": number(1), "b": number(1)}, True)
    unknown = comprehend("{x: v for x in things}", Opaque("names"), v=number(1))
    assert isinstance(unknown, DictValue)
    assert (list(unknown.store.data.values()), unknown.complete) == ([number(1)], False)


def test_the_variable_of_a_comprehension_is_local() -> None:
    machine = Comprehending("[x for x in things]", things=TWO)
    run_comprehension(machine, machine.expression())
    assert machine.scope.store.data == {}
