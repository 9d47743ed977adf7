"""Interpreting the body of a loop once, for all iterations.

A variable that the body changes, such as a counter with ``step += 1``, starts the body as an
unknown number. After the body, its difference to that unknown tells what the unknown was: the value
before the loop plus the difference times the index of the loop. The unknown is then replaced in the
trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import libcst as cst

from lrlint.analysis.interpreter import carried_values, changing_values
from lrlint.analysis.interpreter.escapes import leave_block_open
from lrlint.analysis.interpreter.gains import resolve, running_counters
from lrlint.analysis.interpreter.last_values import (
    breaks_unforeseen,
    leave_replaced_open,
    write_broken_target,
    write_last_values,
    write_running,
)
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import Variable
from lrlint.analysis.interpreter.reset_counters import replace_condition
from lrlint.analysis.interpreter.unmeasured import note_unmeasured
from lrlint.analysis.model.computed import RateInUse, all_atoms, is_computed
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, Divisible, Relation, all_of, flatten, negate
from lrlint.analysis.model.trace import Break, Carried, LoopRecord, Node, Repeat, When
from lrlint.analysis.model.trace_numbers import substitute
from lrlint.analysis.model.values import ListValue
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Atom,
    Expr,
    NotRepresentable,
    TooComplex,
    ceil,
    floor,
    minimum,
)


@contextmanager
def repeating(
    machine: Machine,
    loop: LoopRecord,
    node: cst.CSTNode,
    tests: list[Condition] | None = None,
    *,
    carries: bool = True,
) -> Iterator[Repeat]:
    """Interpret the body of a loop in the ``with`` block; yield what it adds to the trace.

    ``tests`` are the conditions of a ``while`` loop, known only in its body. ``carries`` is False
    for a body that is interpreted once for each iteration.
    """
    repeat = Repeat(loop, [])
    start = len(machine.journal)
    unknowns = changing_values.make_unknown(machine, node) if carries else None
    variables = [] if unknowns is None else unknowns.variables
    growing: list[ListValue] = []
    if carries and isinstance(node, (cst.For, cst.While)):
        growing = changing_values.growing_lists(machine, node.body, repeat)
    outer = machine.block
    begun = carried_values.begin(machine) if carries else None
    machine.changing[repeat] = variables
    try:
        with machine.inside(repeat):
            yield repeat
    finally:
        del machine.changing[repeat]
        machine.past_loops.append(repeat)
        if begun is not None and unknowns is not None:
            carried_values.end(machine, repeat, begun, unknowns.entries, unknowns.absent)
            note_unmeasured(machine, repeat, begun.journal)
            unknowns.restore(machine)
    _settle(machine, repeat, node, variables, tests, start)
    for value in growing:
        changing_values.end_growth(value, repeat)
    if loop.left_by_exception:
        leave_block_open([repeat], "stepped in a loop that an exception may leave")
    if not repeat.body:
        outer.remove(repeat)


def _settle(
    machine: Machine,
    repeat: Repeat,
    node: cst.CSTNode,
    variables: list[Variable],
    tests: list[Condition] | None,
    start: int,
) -> None:
    """Put what the body has determined in the place of unknowns: the trip count and the variables.

    The body's writes are in the journal from ``start`` on; its names get their last values.
    """
    loop, without_else = repeat.loop, getattr(node, "orelse", None) is None
    planned = loop.trips
    at_start = without_else and _end_at_break(repeat)
    unforeseen = breaks_unforeseen(repeat.body, {variable.atom for variable in variables})
    running = running_counters(machine, variables)
    mapping = resolve(variables, loop.index, running, loop.trips)
    if tests is not None and loop.trips is None:
        loop.trips = _trips(tests, loop, mapping)
    loop.carried = tuple(
        Carried(variable.atom, variable.before, variable.after)
        for variable in variables
        if variable.after is not None and variable.atom not in mapping
    )
    if tests and loop.trips is None and without_else:
        _end_where_false(machine, repeat, [test.subs(mapping) for test in tests])
    for variable, counter in running.items():
        if variable.atom in mapping:
            reached = counter.reached(variable.before, Expr.atom(loop.index))
            replace_condition(repeat.body, counter.condition, reached)
    if mapping:
        substitute([repeat], mapping)
        if loop.trips is None and without_else:
            at_start = _end_at_break(repeat)  # a counter of the script ends it
    if loop.trips is not None and machine.replaced:
        loop.otherwise = tuple(
            condition for atom in loop.trips.atoms() for condition in machine.replaced.get(atom, ())
        )
    leave_replaced_open(machine, repeat, start)
    write_last_values(machine, repeat, variables, mapping, start, closed=not unforeseen)
    if at_start and isinstance(node, cst.For):
        write_broken_target(machine, repeat, node.target, planned)
    write_running(machine, repeat, running)


def _end_at_break(repeat: Repeat) -> bool:
    """Bound the trip count by ``if i >= limit: break`` at the start or end of the body.

    Return whether it was at the start: the last iteration then begins without being counted.
    """
    loop, body = repeat.loop, repeat.body
    planned = None if loop.trips is None else loop.trips.value
    if any(isinstance(node, Break) and node.levels == 1 for node in body) and (
        loop.unbounded or planned
    ):
        loop.trips, loop.unbounded = Expr.const(1), False  # a retry is for emergencies
        return False
    if (loop.trips is None and not loop.unbounded) or len(body) < 2:
        return False
    for position, visits in ((0, 0), (-1, 1)):
        condition = _condition_of_break(body[position])
        if condition is None or any(
            is_loop_atom(atom) and atom != loop.index for atom in condition.atoms()
        ):
            continue
        first = first_failure(negate(condition), loop.index)
        if first is None:
            continue
        with suppress(TooComplex, NotRepresentable):
            trips = first + visits
            loop.trips = trips if loop.trips is None else minimum(loop.trips, trips)
            loop.unbounded = False
            del body[position]
            return position == 0
    return False


def _end_where_false(machine: Machine, repeat: Repeat, tests: list[Condition]) -> None:
    """Let a loop end where running it tells that its test fails: ``while k < 50: k *= 2``.

    No formula gives the trip count of such a loop, and no measured value decides it.
    """
    loop = repeat.loop
    counters = [item.atom for item in loop.carried]
    asked = all_atoms(*tests)
    followed = asked.union(*(all_atoms(item.after) for item in loop.carried if item.atom in asked))
    decides = [atom for atom in asked if atom in counters or isinstance(atom.key, RateInUse)]
    # A float counter is rounded in each iteration.
    if not decides or not all(
        (atom in counters and atom.integer)
        or atom == loop.index
        or is_computed(atom)
        or isinstance(atom.key, RateInUse)
        or atom.value is not None
        for atom in followed
    ):
        return
    left = tuple((atom, Expr.atom(atom)) for atom in counters)
    place = loop.place
    repeat.body.insert(0, When(negate(all_of(*tests)), place, [Break(1, left)]))


def _condition_of_break(node: Node) -> Condition | None:
    """Return the condition of an ``if`` that only breaks out of the loop around it."""
    match node:
        case When(condition=condition, body=[Break(levels=1)]):
            return until_multiple(condition)
    return None


def until_multiple(condition: Condition) -> Condition:
    """Return ``step >= 100`` for the first ``step % 100 == 0`` of a counter that begins at 1."""
    match condition:
        case Divisible(value=value, by=by, remainder=remainder, text=text):
            start = value.subs(
                {atom: Expr.const(0) for atom in value.atoms() if is_loop_atom(atom)}
            )
            if start.as_number() == 1 and remainder.as_number() == 0 and (by.value or 1) > 0:
                return Relation(">=", value, by, text)
    return condition


def _trips(tests: list[Condition], loop: LoopRecord, mapping: dict[Atom, Expr]) -> Expr | None:
    """Return how often the test of a ``while`` loop holds, from the counter in it."""
    shortest: Expr | None = None
    for part in (part for test in tests for part in flatten(test.subs(mapping))):
        trips = first_failure(part, loop.index)
        if trips is None:
            if loop.index in part.atoms():
                return None
            loop.may_break |= any(map(is_loop_atom, part.atoms()))
            continue
        if shortest is None:
            loop.first = _start_of_counter(part, loop.index)
            shortest = trips
            continue
        try:
            shortest = minimum(shortest, trips)
        except UNREPRESENTABLE:
            return None
    return shortest


def _start_of_counter(condition: Condition, index: Atom) -> Expr | None:
    """Return the first value of the counter that a condition compares with a fixed number."""
    if not isinstance(condition, Relation):
        return None
    counters = [side for side in (condition.left, condition.right) if index in side.atoms()]
    line = counters[0].linear_in(index) if len(counters) == 1 else None
    return None if line is None else line[1]


def first_failure(condition: Condition, index: Atom) -> Expr | None:
    """Return the first iteration, from 0, in which a condition that is linear in it fails."""
    if not isinstance(condition, Relation):
        return None
    # Written as 0 < slope * index + offset, or with <=.
    match condition.op:
        case "<" | "<=" | "!=":
            gap = condition.right - condition.left
        case ">" | ">=":
            gap = condition.left - condition.right
        case _:
            return None
    parts = gap.linear_in(index)
    if parts is None:
        return None
    slope, offset = parts
    if index in all_atoms(slope, offset):
        return None
    speed = slope.value
    if speed is not None and speed >= 0 and not (condition.op == "!=" and speed):
        return None
    if speed is None and any(atom.lower is None for atom in slope.atoms()):
        return None
    if isinstance(speed, float):
        return None  # sums of fractions are rounded: 0.1 ten times is less than 1
    try:
        if condition.op == "!=":
            met = ceil(offset / -slope)
            never = met.value is not None and met.value < 0  # `if epoch + 1 == args.stop`, 0
            return None if never else met
        if condition.op in ("<", ">"):
            return ceil(offset / -slope)
        return floor(offset / -slope) + 1
    except UNREPRESENTABLE:
        return None
