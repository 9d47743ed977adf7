"""Counts that have no closed form: the trace is run with the script's numbers.

A running counter, a ``break`` at a limit or a flag that ends both loops are counted like this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lrlint.analysis.derive.step_guards import conditions
from lrlint.analysis.derive.step_sites import Step, has_other_trips
from lrlint.analysis.model.compiling import NotComputable
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.records import OptimizerRecord, Owner, SchedulerRecord
from lrlint.analysis.model.running import Indices, Runner, TraceCompiler
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    Event,
    Located,
    OptimizerStep,
    Repeat,
    SchedulerStep,
)
from lrlint.analysis.model.words import unknown_trips
from lrlint.symbolic import Atom, Expr, Strength

_MOST_ITERATIONS = 400_000
"""Iterations that are run for one schedule: a tenth of a second each hundred thousand."""


class _Ends(Exception):
    """The training of the schedule is over: another one begins."""


def counted_by_running(trace: Block, built: Located, *steps: list[Step]) -> tuple[list[Step], ...]:
    """Return steps with counts from a construction on, where only the counts were unknown."""
    if all(step.site.count is not None for several in steps for step in several):
        return steps
    counts = _counts(trace, built)
    if counts is None:
        return steps
    return tuple([_counted(step, counts) for step in several] for several in steps)


def _counted(step: Step, counts: Mapping[int, Expr]) -> Step:
    count = counts.get(id(step.located.event))
    if step.site.count is not None or count is None:
        return step
    return step._replace(site=replace(step.site, count=count))


def _counts(trace: Block, built: Located) -> Mapping[int, Expr] | None:
    """Return how often each step of a scheduler and its optimizer runs from a construction on.

    The counts are by the identity of the step's event; None where some number is not known.
    """
    match built.event:
        case BuildScheduler(scheduler=record):
            owners: tuple[Owner | None, ...] = (record, record.optimizer)
        case BuildOptimizer(optimizer=optimizer):
            owners = (optimizer,)
        case _:
            return None
    if any(_is_miscounted(owner) for owner in owners):
        return None
    counter = _Counter(trace, conditions(built.path), built.event, owners)
    program = counter.program()
    if counter.unresolved:
        return None
    try:
        program([])
    except _Ends:
        pass
    except (NotComputable, ArithmeticError):
        return None
    return {key: _number(count, key, counter) for key, count in counter.counts.items()}


def _is_miscounted(owner: Owner | None) -> bool:
    match owner:
        case SchedulerRecord(miscounted=miscounted, relayed=relayed):
            return miscounted or relayed
        case OptimizerRecord(miscounted=miscounted):
            return miscounted
    return False


def _number(count: int, key: int, counter: _Counter) -> Expr:
    if not counter.by_defaults:
        return Expr.const(count)
    atom = Atom(str(count), ("simulated", key), strength=Strength.DEFAULT, value=count, lower=0)
    return Expr.atom(atom)


class _Counter(TraceCompiler):
    """Counts the steps of some owners after an event."""

    def __init__(
        self,
        trace: Block,
        assumed: Sequence[Condition],
        start: Event,
        owners: Sequence[Owner | None],
    ) -> None:
        self.unresolved: list[str] = []
        self.counts: dict[int, int] = {}
        super().__init__(trace, assumed, self.unresolved, _MOST_ITERATIONS)
        self._start = start
        self._owners = owners
        self._started = False

    def _concerns(self, event: Event) -> bool:
        match event:
            case BuildScheduler(scheduler=owner) | SchedulerStep(scheduler=owner):
                return owner in self._owners
            case BuildOptimizer(optimizer=owner) | OptimizerStep(optimizer=owner):
                return owner in self._owners
        return False

    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        if isinstance(event, (BuildScheduler, BuildOptimizer)):
            return self._begin if event is self._start else self._end
        self.counts[id(event)] = 0
        return lambda stack: self._count(event, 1)

    def _repeat(self, node: Repeat, indices: tuple[Atom, ...]) -> Runner | None:
        steps = [inner for inner in node.body if isinstance(inner, (OptimizerStep, SchedulerStep))]
        if len(steps) < len(node.body) or node.loop.trips is None or self._leaves(node):
            return super()._repeat(node, indices)
        # All iterations are the same, so that they are counted at once.
        trips = self._trips(node, indices, ends=False)
        if trips is None:
            return None
        counted = [step for step in steps if self._concerns(step)]
        self.counts |= {id(step): 0 for step in counted}

        def run(stack: Indices) -> None:
            times = max(int(trips(*stack)), 0)
            if times:
                self._last[node.loop.index] = times - 1
            for step in counted:
                self._count(step, times)

        return run

    def _trips(
        self, node: Repeat, indices: tuple[Atom, ...], *, ends: bool
    ) -> Callable[..., Any] | None:
        if has_other_trips(node, self._assumed):
            self._unresolved.append(unknown_trips(node.loop.over))
            return None
        return super()._trips(node, indices, ends=ends)

    def _count(self, step: Event, times: int) -> None:
        if self._started:
            self.counts[id(step)] += times

    def _begin(self, stack: Indices) -> None:
        self._end(stack)
        self._started = True

    def _end(self, stack: Indices) -> None:
        if self._started:
            raise _Ends


class _Reached(Exception):
    """The run gets to the event."""


class _Seeker(TraceCompiler):
    """Runs a trace up to one event."""

    def __init__(self, trace: Block, event: Event) -> None:
        self.unresolved: list[str] = []
        super().__init__(trace, (), self.unresolved, _MOST_ITERATIONS)
        self._sought = event

    def _concerns(self, event: Event) -> bool:
        return event is self._sought

    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        return self._reach

    def _reach(self, stack: Indices) -> None:
        raise _Reached


def never_happens(trace: Block, event: Event) -> bool:
    """Whether a run with the script's own numbers ends without an event."""
    seeker = _Seeker(trace, event)
    program = seeker.program()
    if seeker.unresolved:
        return False
    try:
        program([])
    except (_Reached, NotComputable, ArithmeticError):
        return False
    return True
