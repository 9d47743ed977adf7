"""Interpreting the body of a loop once, for all iterations.

A variable that the body changes, such as a counter with ``step += 1``, starts the body as an
unknown number. After the body, its difference to that unknown tells what the unknown was: the value
before the loop plus the difference times the index of the loop. The unknown is then replaced in the
trace.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import carried_values, changing_values
from lrlint.analysis.interpreter.carried_values import Entry
from lrlint.analysis.interpreter.escapes import leave_block_open, leave_open, stepped_in
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import Variable
from lrlint.analysis.interpreter.reset_counters import Running, replace_condition, running_of
from lrlint.analysis.model import counting
from lrlint.analysis.model.computed import Counter, all_atoms, is_computed, replaced
from lrlint.analysis.model.condition_queries import indicators, is_loop_atom
from lrlint.analysis.model.conditions import Condition, Relation, flatten, negate
from lrlint.analysis.model.trace import (
    ALL_LOOPS,
    Block,
    Break,
    Carried,
    Left,
    LoopRecord,
    Node,
    Repeat,
    When,
    has_break,
    nodes_of,
    substitute,
)
from lrlint.analysis.model.values import (
    Choice,
    ListValue,
    OptimizerValue,
    SchedulerValue,
    Store,
    alternatives,
)
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex, ceil, floor, minimum

_UNREPRESENTABLE = (NotRepresentable, TooComplex, ZeroDivisionError)


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
    variables, unknown = (
        changing_values.make_unknown(machine, node) if carries else ([], set[Entry]())
    )
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
        if begun is not None:
            carried_values.end(machine, repeat, begun, unknown)
    if getattr(node, "orelse", None) is None:
        _end_at_break(repeat)
    unforeseen = _breaks_unforeseen(repeat.body, {variable.atom for variable in variables})
    running = _running(machine, variables)
    mapping = _resolve(variables, loop.index, running, loop.trips)
    if tests is not None and loop.trips is None:
        loop.trips = _trips(tests, loop, mapping)
    loop.carried = tuple(
        Carried(variable.atom, variable.before, variable.after)
        for variable in variables
        if variable.after is not None and variable.atom not in mapping
    )
    for variable, counter in running.items():
        if variable.atom in mapping:
            reached = counter.reached(variable.before, Expr.atom(loop.index))
            replace_condition(repeat.body, counter.condition, reached)
    if mapping:
        substitute([repeat], mapping)
        if loop.trips is None and getattr(node, "orelse", None) is None:
            _end_at_break(repeat)  # a counter of the script ends it
    if loop.trips is not None and machine.replaced:
        loop.otherwise = tuple(
            condition for atom in loop.trips.atoms() for condition in machine.replaced.get(atom, ())
        )
    _leave_replaced_open(machine, repeat, start)
    _write_last_values(machine, repeat, variables, mapping, start, closed=not unforeseen)
    _write_running(machine, repeat, running)
    for value in growing:
        changing_values.end_growth(value, repeat)
    if loop.left_by_exception:
        leave_block_open([repeat], "stepped in a loop that an exception may leave")
    if not repeat.body:
        outer.remove(repeat)


def _end_at_break(repeat: Repeat) -> None:
    """Bound the trip count by ``if i >= limit: break`` at the start or end of the body."""
    loop, body = repeat.loop, repeat.body
    if (loop.trips is None and not loop.unbounded) or len(body) < 2:
        return
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
            return


def _condition_of_break(node: Node) -> Condition | None:
    """Return the condition of an ``if`` that only breaks out of the loop around it."""
    match node:
        case When(condition=condition, body=[Break(levels=1)]):
            return condition
    return None


# -- variables that the body changes ----------------------------------------------------------


def _running(machine: Machine, variables: list[Variable]) -> dict[Variable, Running]:
    """Return the counters that start again at a limit, here or in a loop in the body."""
    running: dict[Variable, Running] = {}
    for variable in variables:
        after = variable.after
        if after is None:
            continue
        inner = machine.running.get(after)
        with suppress(*_UNREPRESENTABLE):
            if inner is None or inner.atom != variable.atom:
                inner = running_of(variable.atom, after)
            if inner is not None and inner.reset.may_start_at(variable.before):
                running[variable] = inner
    return running


def _resolve(
    variables: list[Variable],
    index: Atom,
    running: dict[Variable, Running],
    trips: Expr | None,
) -> dict[Atom, Expr]:
    """Return the unknowns as functions of the loop's index, as far as the body tells them."""
    unknowns = {variable.atom for variable in variables}
    mapping: dict[Atom, Expr] = {}
    for variable, counter in running.items():
        with suppress(*_UNREPRESENTABLE):
            reached = counter.reached(variable.before, Expr.atom(index))
            mapping[variable.atom] = counter.before(variable.before, Expr.atom(index))
            for indicator in _indicators_of(variables, counter.condition):
                mapping[indicator] = Expr.atom(replace(indicator, key=reached))
    changed: list[tuple[Variable, Expr]] = []
    for variable in variables:
        atom, before, after = variable.atom, variable.before, variable.after
        if after is None or atom in mapping:
            continue
        if after == Expr.atom(atom) or (after == before and not (all_atoms(after) & unknowns)):
            mapping[atom] = before
        else:
            changed.append((variable, after))
    for variable, after in changed:
        gain = _gain(variable, after, index, mapping, trips)
        if gain is not None:
            mapping[variable.atom] = variable.before + gain
    # A counter may depend on another one: two rounds are enough for two nested loops.
    for _ in range(2):
        for atom, value in list(mapping.items()):
            if value.atoms() & mapping.keys():
                mapping[atom] = value.subs({k: v for k, v in mapping.items() if k != atom})
    return mapping


def _indicators_of(variables: list[Variable], condition: Condition) -> set[Atom]:
    """Return the atoms that are 1 where a condition holds, among the values after the body."""
    return {
        indicator
        for variable in variables
        if variable.after is not None
        for indicator in indicators(variable.after)
        if indicator.key == condition
    }


def _gain(
    variable: Variable,
    after: Expr,
    index: Atom,
    mapping: dict[Atom, Expr],
    trips: Expr | None,
) -> Expr | None:
    """Return what a variable has gained before iteration ``index``; None where it is irregular."""
    try:
        delta = (after - Expr.atom(variable.atom)).subs(mapping)
    except _UNREPRESENTABLE:
        return None
    atoms = delta.atoms()
    if variable.atom in atoms or any(map(is_computed, atoms)):
        return None
    if index not in atoms and not indicators(delta):
        return delta * Expr.atom(index)
    return counting.summed(delta, index, mapping, trips)


def _leave_replaced_open(machine: Machine, repeat: Repeat, start: int) -> None:
    """Leave open what the body steps and then replaces: a later iteration steps the new one."""
    stepped = set(stepped_in(repeat.body))
    seen: set[tuple[Store, Hashable]] = set()
    for store, key, value in machine.journal[start:]:
        if (store, key) in seen:
            continue
        seen.add((store, key))
        before = [
            one for one in alternatives(value) if isinstance(one, (OptimizerValue, SchedulerValue))
        ]
        after = alternatives(store.data.get(key, value))
        if not any(one.record in stepped for one in before) or all(one in before for one in after):
            continue
        for one in (*before, *after):
            if isinstance(one, (OptimizerValue, SchedulerValue)):
                leave_open(one.record, "replaced by another in a loop that steps it")


def _write_last_values(
    machine: Machine,
    repeat: Repeat,
    variables: list[Variable],
    mapping: dict[Atom, Expr],
    start: int,
    *,
    closed: bool,
) -> None:
    """Give what the body has written since ``start`` the value that the last iteration leaves.

    ``closed`` is False where it is not known which iteration is the last.
    """
    loop = repeat.loop
    inner = [node.loop for node in nodes_of(repeat.body) if isinstance(node, Repeat)]
    changing = {loop.index, *(variable.atom for variable in variables)}
    irregular = {item.atom for record in inner for item in record.left}
    last = None if loop.trips is None or not closed else {loop.index: loop.trips - 1}
    by_place = {(variable.store, variable.key): variable for variable in variables}
    counted = _counted(variables, mapping, loop) if closed else {}
    for store, key in dict.fromkeys((store, key) for store, key, _ in machine.journal[start:]):
        value = store.data.get(key)
        if isinstance(value, Choice) and mapping:
            # `done` is true where the condition held in the last iteration.
            alternatives = tuple((c.subs(mapping), inner) for c, inner in value.alternatives)
            machine.write(store, key, Choice(alternatives))
        if not isinstance(value, Expr) or all_atoms(value).isdisjoint(changing | irregular):
            continue
        variable = by_place.get((store, key))
        try:
            known = value = replaced(value, mapping)
            if (store, key) in counted:
                known = counted[store, key]
            elif last is not None:
                known = replaced(value, last)
        except _UNREPRESENTABLE:
            known = value
        if not all_atoms(known).isdisjoint(changing | irregular):
            known = _left(machine, repeat, variable, str(key), value)
        machine.write(store, key, known)


def _left(
    machine: Machine, repeat: Repeat, variable: Variable | None, name: str, after: Expr
) -> Expr:
    """Return a number that a loop has changed irregularly; only running the loop can tell it."""
    number = machine.named_number(name, None, Strength.OPEN)
    loop = repeat.loop
    if variable is None or number.value is not None or not repeat.body or loop.left_by_exception:
        return number
    (atom,) = number.atoms()
    atom = replace(atom, key=Counter(machine.fresh_key(), carried=True))
    loop.left += (Left(atom, variable.atom, variable.before, after),)
    return Expr.atom(atom)


def _breaks_unforeseen(block: Block, counters: set[Atom], depth: int = 0) -> bool:
    """Whether a break may leave the loop around a block in an iteration that no counter tells.

    What compares one of ``counters`` with a limit still does so in the iterations that follow.
    """
    for node in block:
        match node:
            case When(condition=condition, body=body):
                atoms = all_atoms(condition)
                counts = any(map(is_loop_atom, atoms)) and atoms.isdisjoint(counters)
                if counts and _leaves_loop(body, depth):
                    return True
                if _breaks_unforeseen(body, counters, depth):
                    return True
            case Repeat(body=body) if _breaks_unforeseen(body, counters, depth + 1):
                return True
    return False


def _leaves_loop(block: Block, depth: int) -> bool:
    for node in block:
        match node:
            case Break(levels=levels) if depth < levels < ALL_LOOPS:
                return True
            case When(body=body) if _leaves_loop(body, depth):
                return True
            case Repeat(body=body) if _leaves_loop(body, depth + 1):
                return True
    return False


def _counted(
    variables: list[Variable], mapping: dict[Atom, Expr], loop: LoopRecord
) -> dict[tuple[Store, Hashable], Expr]:
    """Return what the variables that grow in some iterations only have after the last one."""
    counted: dict[tuple[Store, Hashable], Expr] = {}
    for variable in variables:
        after = variable.after
        if after is None or loop.trips is None or variable.atom not in mapping:
            continue
        with suppress(*_UNREPRESENTABLE):
            gain = (after - Expr.atom(variable.atom)).subs(mapping)
            total = counting.summed(gain, loop.index, mapping, loop.trips, whole=True)
            if total is not None:
                counted[variable.store, variable.key] = variable.before + total
    return counted


def _write_running(machine: Machine, repeat: Repeat, running: dict[Variable, Running]) -> None:
    """Give the counters that start again the values that they have after the loop."""
    loop = repeat.loop
    ends_early = loop.may_break or loop.left_by_exception or has_break(repeat.body)
    trips = None if ends_early else loop.trips
    for variable, counter in running.items():
        if trips is None:
            continue
        with suppress(*_UNREPRESENTABLE):
            value, outer = counter.after(variable.before, Expr.atom(loop.index), trips)
            machine.write(variable.store, variable.key, value)
            if outer is not None:
                machine.running[value] = outer


# -- trip counts ------------------------------------------------------------------------------


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
        except _UNREPRESENTABLE:
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
    try:
        if condition.op in ("<", ">", "!="):
            return ceil(offset / -slope)
        return floor(offset / -slope) + 1
    except _UNREPRESENTABLE:
        return None
