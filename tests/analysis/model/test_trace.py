"""Traces: walked in program order, with unknowns replaced."""

from __future__ import annotations

from lrlint.analysis.model.computed import Counter
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.trace import (
    Block,
    Break,
    LoopRecord,
    LRWrite,
    Repeat,
    SchedulerStep,
    When,
    walk,
)
from lrlint.analysis.model.trace_numbers import substitute
from lrlint.symbolic import Atom, Expr

UNKNOWN = Atom("step", key=Counter(1, carried=True))
STEP = Expr.atom(UNKNOWN)
SEVEN = Expr.const(7)


def step(argument: Expr | None = None) -> SchedulerStep:
    return SchedulerStep(None, (), None, argument)


def loop(body: Block, trips: Expr | None = None) -> Repeat:
    return Repeat(LoopRecord(Atom("i", key=Counter(0), lower=0), trips, None), body)


def test_events_come_in_program_order_with_what_encloses_them() -> None:
    first, second, third, last = step(), step(), step(), step()
    inner = When(Relation(">", STEP, SEVEN), None, [second])
    outer = loop([first, inner, Break(1), third])
    located = list(walk([outer, last]))
    assert [item.event for item in located] == [first, second, third, last]
    assert [item.order for item in located] == [0, 1, 2, 3]
    assert [item.path for item in located] == [(outer,), (outer, inner), (outer,), ()]
    assert located[1].loops == (outer,)


def test_an_unknown_is_replaced_everywhere() -> None:
    event, write = step(STEP + 1), LRWrite(None, (), None, STEP)
    guard = When(Relation(">=", STEP, SEVEN), None, [write])
    outer = loop([event, guard], STEP * 2)
    substitute([outer], {UNKNOWN: SEVEN})
    assert outer.loop.trips == Expr.const(14)
    assert (event.argument, write.value) == (Expr.const(8), SEVEN)
    assert guard.condition == Relation(">=", SEVEN, SEVEN)


def test_what_turns_out_never_to_happen_is_removed() -> None:
    guard = When(Relation(">", STEP, SEVEN), None, [Break(1)])
    outer = loop([step(), guard])
    substitute([outer], {UNKNOWN: SEVEN})
    assert guard not in outer.body
