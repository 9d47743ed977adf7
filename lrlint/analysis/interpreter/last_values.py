"""The values that a loop leaves behind in the names that its body writes."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import first_name
from lrlint.analysis.interpreter.escapes import leave_open, stepped_in
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import Variable
from lrlint.analysis.interpreter.reset_counters import Running
from lrlint.analysis.model import counting
from lrlint.analysis.model.computed import Counter, all_atoms, replaced
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import (
    ALL_LOOPS,
    Block,
    Left,
    LoopRecord,
    Repeat,
    breaks_out_of,
    has_break,
    nodes_of,
)
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import Choice, Store, Truth
from lrlint.symbolic import UNREPRESENTABLE, Atom, Expr, Strength


def leave_replaced_open(machine: Machine, repeat: Repeat, start: int) -> None:
    """Leave open what the body steps and then replaces: a later iteration steps the new one."""
    stepped = set(stepped_in(repeat.body))
    if not stepped:
        return
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


def write_last_values(
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
        elif isinstance(value, Truth) and mapping:
            machine.write(store, key, Truth(value.condition.subs(mapping)))
        if not isinstance(value, Expr) or all_atoms(value).isdisjoint(changing | irregular):
            continue
        variable = by_place.get((store, key))
        try:
            known = value = replaced(value, mapping)
            if (store, key) in counted:
                known = counted[store, key]
            elif last is not None:
                known = replaced(value, last)
        except UNREPRESENTABLE:
            known = value
        if not all_atoms(known).isdisjoint(changing | irregular):
            known = _left(machine, repeat, variable, str(key), value)
        machine.write(store, key, known)


def write_broken_target(
    machine: Machine, repeat: Repeat, target: cst.BaseExpression, planned: Expr | None
) -> None:
    """Leave open the variable of a loop that a break at the start of its body ends.

    The iteration of the break sets it, unless the ``planned`` elements are used up before.
    """
    trips, name = repeat.loop.trips, first_name(target)
    if name is None or trips is None or not isinstance(machine.scope.find(name), Expr):
        return
    most, count = None if planned is None else planned.value, trips.value
    if most is None or count is None or most > count:
        machine.write(machine.scope.store, name, machine.named_number(name, None, Strength.OPEN))


def _left(
    machine: Machine, repeat: Repeat, variable: Variable | None, name: str, after: Expr
) -> Expr:
    """Return a number that a loop has changed irregularly; only running the loop tells which."""
    number = machine.named_number(name, None, Strength.OPEN)
    loop = repeat.loop
    if variable is None or number.value is not None or not repeat.body or loop.left_by_exception:
        return number
    (atom,) = number.atoms()
    atom = replace(atom, key=Counter(machine.fresh_key(), carried=True))
    loop.left += (Left(atom, variable.atom, variable.before, after),)
    return Expr.atom(atom)


def breaks_unforeseen(block: Block, counters: set[Atom]) -> bool:
    """Whether a break may leave the loop around a block in an iteration that no counter tells.

    A break at a limit of one of ``counters`` is not meant: it follows from that counter.
    """
    return any(
        leaving.levels < ALL_LOOPS
        and any(
            any(map(is_loop_atom, atoms)) and atoms.isdisjoint(counters)
            for atoms in map(all_atoms, conditions)
        )
        for leaving, conditions in breaks_out_of(block)
    )


def _counted(
    variables: list[Variable], mapping: dict[Atom, Expr], loop: LoopRecord
) -> dict[tuple[Store, Hashable], Expr]:
    """Return what the variables that grow in some iterations only have after the last one."""
    counted: dict[tuple[Store, Hashable], Expr] = {}
    for variable in variables:
        after = variable.after
        if after is None or loop.trips is None or variable.atom not in mapping:
            continue
        with suppress(*UNREPRESENTABLE):
            gain = (after - Expr.atom(variable.atom)).subs(mapping)
            total = counting.summed(gain, loop.index, mapping, loop.trips, whole=True)
            if total is not None:
                counted[variable.store, variable.key] = variable.before + total
    return counted


def write_running(machine: Machine, repeat: Repeat, running: dict[Variable, Running]) -> None:
    """Give the counters that start again the values that they have after the loop."""
    loop = repeat.loop
    ends_early = loop.may_break or loop.left_by_exception or has_break(repeat.body)
    trips = None if ends_early else loop.trips
    for variable, counter in running.items():
        if trips is None:
            continue
        with suppress(*UNREPRESENTABLE):
            value, outer = counter.after(variable.before, Expr.atom(loop.index), trips)
            machine.write(variable.store, variable.key, value)
            if outer is not None:
                machine.running[value] = outer
