"""What exceptions and exits leave: a loop, a script, or the body of a ``try``."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import exceptions
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.trace import LoopRecord, SchedulerStep
from lrlint.analysis.model.values import Opaque
from lrlint.symbolic import Expr

from .fake import FakeMachine, flag, number, scheduler, shape

SCRIPT = """
for i in batches: pass
raise E
raise SystemExit(0)
assert ok
try: step
except OSError: recover
assert False, "no such scene"
"""
LOOP, RAISE, LEAVE, ASSERT, TRY, FAILS = range(6)


class Script:
    """A machine in the loop of a script."""

    def __init__(self) -> None:
        self.machine = FakeMachine(SCRIPT)
        self.record = LoopRecord(
            self.machine.index_atom("i"), number(9), self.machine.here(self.node(LOOP))
        )

    def node(self, position: int) -> object:
        statement = self.machine.statements[position]
        return statement.body[0] if position in (RAISE, LEAVE, ASSERT, FAILS) else statement

    def body(self):
        return repeating(self.machine, self.record, self.node(LOOP))

    def reaches(self, limit: int, nature: Nature = Nature.FLAG) -> Condition:
        return Relation("==", Expr.atom(self.record.index), number(limit), "i == 3", nature)


def test_a_raise_that_a_counter_decides_leaves_all_loops() -> None:
    script = Script()
    with script.body() as repeat, script.machine.guard(script.reaches(3), script.node(RAISE)):
        assert exceptions.run_raise(script.machine, script.node(RAISE)).exit is Exit.RAISE
        script.machine.emit(SchedulerStep(None, (), scheduler(script.machine).record, None))
    (when,) = repeat.body
    assert str(shape(when.body)[0]).startswith("break")


@pytest.mark.parametrize("other", [flag("strict"), flag("wrong", default=False)])
def test_a_raise_that_checks_something_else_happens_in_no_ordinary_run(other: Condition) -> None:
    script = Script()
    with (
        script.body() as repeat,
        script.machine.guard(script.reaches(3), script.node(RAISE)),
        script.machine.guard(other, script.node(RAISE)),
    ):
        exceptions.run_raise(script.machine, script.node(RAISE))
        assert not any("break" in str(entry) for entry in shape(repeat.body))


def test_a_measured_value_decides_no_ordinary_raise() -> None:
    script = Script()
    measured = script.reaches(3, Nature.METRIC)
    with script.body() as repeat, script.machine.guard(measured, script.node(RAISE)):
        exceptions.run_raise(script.machine, script.node(RAISE))
        assert "break" not in str(shape(repeat.body))


def test_system_exit_ends_the_script_where_an_ordinary_run_reaches_it() -> None:
    script = Script()
    with script.body() as repeat:
        assert exceptions.run_raise(script.machine, script.node(LEAVE)) is ENDS
        assert "break" in str(shape(repeat.body))
    other = Script()
    with other.body() as repeat, other.machine.guard(flag("dry_run"), other.node(LEAVE)):
        exceptions.leave_script(other.machine)
        assert "break" not in str(shape(repeat.body))


def test_assert_false_is_a_raise() -> None:
    script = Script()
    assert exceptions.run_assert(script.machine, script.node(FAILS)).exit is Exit.RAISE


def test_an_assertion_about_a_counter_may_end_the_script() -> None:
    script = Script()
    script.machine.truths["ok"] = script.reaches(3)
    with script.body() as repeat:
        assert exceptions.run_assert(script.machine, script.node(ASSERT)) is GOES_ON
        assert "break" in str(shape(repeat.body))
    settled = Script()
    settled.machine.truths["ok"] = flag("ok")
    with settled.body() as repeat:
        exceptions.run_assert(settled.machine, settled.node(ASSERT))
        assert shape(repeat.body) == []


def test_a_handler_takes_the_exception() -> None:
    machine = FakeMachine(SCRIPT)
    machine.outcomes["step"] = Outcome(Exit.RAISE)
    assert exceptions.run_try(machine, machine.statements[TRY]) == Outcome()
    assert machine.ran == ["step", "recover"]


def test_what_a_raise_may_leave_is_open() -> None:
    machine = FakeMachine(SCRIPT)
    sched = scheduler(machine)

    def run(node: object) -> Outcome:
        if machine.unit.code(node) != "step":
            return GOES_ON
        machine.emit(SchedulerStep(*machine.where(node), sched.record, None))
        machine.tries[-1].left = True
        return GOES_ON

    machine.run = run
    machine.write(machine.scope.store, "x", Opaque("x"))
    exceptions.run_try(machine, machine.statements[TRY])
    assert sched.record.miscounted
    assert "exception" in sched.record.escapes
