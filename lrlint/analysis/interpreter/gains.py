"""What a variable gains in each iteration of a loop, as a function of the loop's index."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import Variable
from lrlint.analysis.interpreter.reset_counters import Running, running_of
from lrlint.analysis.model import counting
from lrlint.analysis.model.computed import all_atoms, is_computed
from lrlint.analysis.model.condition_queries import indicators
from lrlint.analysis.model.conditions import Condition
from lrlint.symbolic import UNREPRESENTABLE, Atom, Expr


def running_counters(machine: Machine, variables: list[Variable]) -> dict[Variable, Running]:
    """Return the counters that start again at a limit, here or in a loop in the body."""
    running: dict[Variable, Running] = {}
    for variable in variables:
        after = variable.after
        if after is None:
            continue
        inner = machine.running.get(after)
        with suppress(*UNREPRESENTABLE):
            if inner is None or inner.atom != variable.atom:
                inner = running_of(variable.atom, after)
            if inner is not None and inner.reset.may_start_at(variable.before):
                running[variable] = inner
    return running


def resolve(
    variables: list[Variable],
    index: Atom,
    running: dict[Variable, Running],
    trips: Expr | None,
) -> dict[Atom, Expr]:
    """Return the unknowns that the body determines, as functions of the loop's index."""
    unknowns = {variable.atom for variable in variables}
    mapping: dict[Atom, Expr] = {}
    for variable, counter in running.items():
        with suppress(*UNREPRESENTABLE):
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
    while changed:
        left: list[tuple[Variable, Expr]] = []
        for variable, after in changed:
            unresolved = unknowns - mapping.keys() - {variable.atom}
            gain = _gain(variable, after, index, mapping, trips, unresolved)
            if gain is None:
                left.append((variable, after))
            else:
                mapping[variable.atom] = variable.before + gain
        if len(left) == len(changed):
            break
        changed = left
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
    unresolved: Collection[Atom],
) -> Expr | None:
    """Return what a variable has gained before iteration ``index``; None where it is irregular.

    It is not known where it gains one of the ``unresolved``, which may change as well.
    """
    try:
        delta = (after - Expr.atom(variable.atom)).subs(mapping)
    except UNREPRESENTABLE:
        return None
    atoms = delta.atoms()
    if variable.atom in atoms or any(map(is_computed, atoms)) or not atoms.isdisjoint(unresolved):
        return None
    if index not in atoms and not indicators(delta):
        return delta * Expr.atom(index)
    return counting.summed(delta, index, mapping, trips)
