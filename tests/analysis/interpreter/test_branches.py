"""Branches: both sides are interpreted, and what they set and how they end is joined."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrlint.analysis.interpreter.branches import fork, run_if, run_match
from lrlint.analysis.interpreter.exceptions import run_handler
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Frame, Outcome
from lrlint.analysis.model.conditions import any_of, negate
from lrlint.analysis.model.trace import Break, LoopRecord, Repeat
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque, Store

from .fake import FakeMachine, flag, number, shape

A, B = flag("a"), flag("b")
CONTINUES, RAISES = Outcome(Exit.CONTINUE), Outcome(Exit.RAISE)
RETURNS = Outcome(Exit.OTHER, leaves_function=True)


class Sides:
    """A fork in a function: each side sets ``x``, locally and in an object, and ends somehow."""

    def __init__(self, first: Outcome, second: Outcome, *, in_loop: bool = False) -> None:
        self.machine = FakeMachine("x")
        self.shared = Store({"x": Const("old")})
        self.node = self.machine.statements[0]
        if in_loop:
            loop = LoopRecord(self.machine.index_atom("i"), None, self.machine.here(self.node))
            self.machine.loops.append(Repeat(loop, []))
        self.outcome = fork(
            self.machine, A, self.node, self.side("first", first), self.side("second", second)
        )

    def side(self, name: str, outcome: Outcome) -> Callable[[], Outcome]:
        def run() -> Outcome:
            self.machine.write(self.shared, "x", Const(name))
            self.machine.write(self.machine.scope.store, "local", Const(name))
            return outcome

        return run

    def values(self, store: Store, key: str) -> object:
        value = store.data.get(key)
        if isinstance(value, Choice):
            return [inner.value for _, inner in value.alternatives]
        return value.value if isinstance(value, Const) else value

    @property
    def x(self) -> object:
        return self.values(self.shared, "x")

    @property
    def local(self) -> object:
        return self.values(self.machine.scope.store, "local")


BOTH = ["first", "second"]


@pytest.mark.parametrize(
    ("first", "second", "x", "local", "outcome"),
    [
        (GOES_ON, GOES_ON, BOTH, BOTH, GOES_ON),
        (RAISES, GOES_ON, "second", "second", GOES_ON),
        (GOES_ON, RAISES, "first", "first", GOES_ON),
        (ENDS, GOES_ON, BOTH, BOTH, GOES_ON),
        (CONTINUES, GOES_ON, BOTH, BOTH, Outcome(escaped=A)),
        (GOES_ON, CONTINUES, BOTH, BOTH, Outcome(escaped=negate(A))),
        (RETURNS, GOES_ON, BOTH, "second", Outcome(escaped=A, leaves_function=True)),
        (GOES_ON, RETURNS, BOTH, "first", Outcome(escaped=negate(A), leaves_function=True)),
        (RAISES, RAISES, "second", "second", RAISES),
        (RAISES, RETURNS, "second", "second", ENDS),
        (RETURNS, RAISES, "first", "first", ENDS),
        (RETURNS, RETURNS, "first", "first", RETURNS),
        (CONTINUES, CONTINUES, "first", "first", CONTINUES),
        (RETURNS, CONTINUES, "first", "first", ENDS),
    ],
)
def test_how_two_branches_end(
    first: Outcome, second: Outcome, x: object, local: object, outcome: Outcome
) -> None:
    sides = Sides(first, second)
    assert (sides.x, sides.local, sides.outcome) == (x, local, outcome)


def test_a_return_out_of_a_loop_is_a_break() -> None:
    sides = Sides(RETURNS, GOES_ON, in_loop=True)
    assert sides.outcome == GOES_ON
    assert sides.machine.loops[-1].loop.may_break


def test_a_return_from_a_function_that_a_loop_calls_is_not() -> None:
    machine = FakeMachine("x")
    node = machine.statements[0]
    machine.loops.append(Repeat(LoopRecord(machine.index_atom("i"), None, machine.here(node)), []))
    machine.frames.append(Frame(None, 0, 1))
    outcome = fork(machine, A, node, lambda: RETURNS, lambda: GOES_ON)
    assert outcome == Outcome(escaped=A, leaves_function=True)


def test_a_break_on_a_flag_may_end_the_loop_early() -> None:
    sides = Sides(ENDS, GOES_ON, in_loop=True)
    assert (sides.outcome, sides.machine.loops[-1].loop.may_break) == (GOES_ON, True)
    assert not Sides(CONTINUES, GOES_ON, in_loop=True).machine.loops[-1].loop.may_break


def test_an_elif_that_leaves_too() -> None:
    inner = Outcome(escaped=B)
    assert Sides(CONTINUES, inner).outcome == Outcome(escaped=any_of(A, B))


def test_branches_that_leave_under_their_own_conditions() -> None:
    outcome = Sides(Outcome(escaped=B), GOES_ON).outcome
    assert outcome.exit is None
    assert outcome.escaped is not None
    assert set(outcome.escaped.parts) == {A, B}


def test_events_are_under_the_condition_of_their_branch() -> None:
    machine = FakeMachine("x")

    def emit(levels: int) -> Outcome:
        machine.emit(Break(levels))
        return GOES_ON

    fork(machine, A, machine.statements[0], lambda: emit(1), lambda: emit(2))
    assert shape(machine.trace) == [("a", ["break 1"]), ("not (a)", ["break 2"])]


# -- if -------------------------------------------------------------------------------------------

IF = "if test:\n    then\nelif other:\n    second\nelse:\n    third"


@pytest.mark.parametrize(
    ("truth", "ran"), [(True, ["then"]), (False, ["elif"]), (A, ["then", "elif"])]
)
def test_an_if_runs_the_branches_that_are_open(truth: bool, ran: list[str]) -> None:
    machine = FakeMachine(IF)
    machine.truths["test"] = truth
    run_if(machine, machine.statements[0])
    assert ["elif" if "other" in text else text for text in machine.ran] == ran


def test_an_else_and_the_guards_in_force() -> None:
    machine = FakeMachine("if test:\n    then\nelse:\n    otherwise\nx")
    machine.truths["test"] = A
    with machine.guard(negate(A), machine.statements[1]):
        run_if(machine, machine.statements[0])
    assert machine.ran == ["otherwise"]


# -- except ---------------------------------------------------------------------------------------


def test_an_exception_handler_leaves_new_names_only() -> None:
    machine = FakeMachine("x\ny")
    data = machine.scope.store.data
    data["x"] = number(1)

    def run(statement: object) -> Outcome:
        (guard,) = machine.guards
        assert guard.lean is False
        machine.write(machine.scope.store, "x", number(2))
        machine.write(machine.scope.store, "y", number(3))
        machine.emit(Break(1))
        return ENDS

    machine.run = run
    run_handler(machine, machine.statements[0], machine.statements[1:])
    assert data == {"x": number(1), "y": number(3)}
    assert machine.trace == []


# -- match ----------------------------------------------------------------------------------------

MATCH = """
match subject:
    case "a" | "b":
        first
    case "c":
        second
    case other:
        third
"""


def match(subject: AnyValue) -> FakeMachine:
    machine = FakeMachine(MATCH, values={"subject": subject})
    machine.values.update({f'"{name}"': Const(name) for name in "abc"})
    run_match(machine, machine.statements[0])
    return machine


@pytest.mark.parametrize(
    ("subject", "ran"), [("a", "first"), ("b", "first"), ("c", "second"), ("d", "third")]
)
def test_a_constant_matches_one_case(subject: str, ran: str) -> None:
    assert match(Const(subject)).ran == [ran]


def test_an_unknown_may_match_any_case() -> None:
    subject = Opaque("name")
    machine = match(subject)
    assert machine.ran == ["first", "second", "third"]
    assert machine.scope.store.data["other"] is subject
