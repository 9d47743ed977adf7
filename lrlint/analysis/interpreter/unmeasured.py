"""Flags that a loop changes without measuring anything: ``if epoch == 3: frozen = False``.

At the start of the body they are unknown, and unknowns count as measured, as a loss is. So do the
numbers that change under conditions on them: ``if best is None: count = 0``.
"""

from __future__ import annotations

from collections.abc import Hashable, Set
from dataclasses import replace

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.reset_counters import replace_condition
from lrlint.analysis.model.computed import Counter, Measured, all_atoms, replaced
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, Flag, natures, simple_parts
from lrlint.analysis.model.questions import Identity, Nature
from lrlint.analysis.model.trace import Repeat, When, nodes_of
from lrlint.analysis.model.trace_numbers import substitute
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque
from lrlint.symbolic import Atom, Expr


def note_unmeasured(machine: Machine, repeat: Repeat, start: int) -> None:
    """Give conditions on such flags a nature of their own; the body began at ``start``."""
    written = {(store, key): store.data.get(key) for store, key, _ in machine.journal[start:]}
    conditions = [node.condition for node in nodes_of(repeat.body) if isinstance(node, When)]
    flags = [
        part
        for condition in conditions
        for part in simple_parts(condition)
        if isinstance(part, Flag) and part.nature is Nature.METRIC
    ]
    numbers = [value for value in written.values() if isinstance(value, Expr)]
    atoms = [atom for atom in all_atoms(*conditions, *numbers) if isinstance(atom.key, Measured)]
    if not flags and not atoms:
        return
    changed = {
        Identity(before): (before, store.data.get(key))
        for store, key, before in machine.journal[start:]
        if isinstance(before, Opaque) and before.measured
    }
    known: set[Hashable] = set()
    while found := {  # one flag may follow from another
        subject
        for subject, (before, after) in changed.items()
        if subject not in known and _is_computed(after, before, known | {subject})
    }:
        known |= found
    for flag in flags:
        if flag.key.subject in known:
            replace_condition(repeat.body, flag, replace(flag, nature=Nature.OTHER))
    unmeasured = {
        atom: Expr.atom(replace(atom, key=atom.key.number))
        for atom in atoms
        if isinstance(atom.key, Measured) and not _is_measured(atom.key.condition, known)
    }
    if unmeasured:
        substitute(repeat.body, unmeasured)
        for (store, key), value in written.items():
            if isinstance(value, Expr) and not all_atoms(value).isdisjoint(unmeasured):
                machine.write(store, key, replaced(value, unmeasured))


def _is_computed(value: AnyValue | None, before: Opaque, known: Set[Hashable]) -> bool:
    """Whether a value after the body is ``before``, or follows from no measurement.

    ``known`` are the subjects of conditions that follow from none, either.
    """
    match value:
        case Choice(alternatives=alternatives):
            return all(
                _is_computed(inner, before, known) and not _is_measured(condition, known)
                for condition, inner in alternatives
            )
        case Expr():
            return all(_is_computable(atom, known) for atom in all_atoms(value))
    return value is before or isinstance(value, Const)


def _is_computable(atom: Atom, known: Set[Hashable]) -> bool:
    """Whether a number can be computed in each iteration, with the defaults of settings."""
    if isinstance(atom.key, Measured):
        return not _is_measured(atom.key.condition, known)
    if isinstance(atom.key, Counter) and atom.key.carried:
        return False
    return atom.value is not None or is_loop_atom(atom)


def _is_measured(condition: object, known: Set[Hashable]) -> bool:
    """Whether a measured value decides a condition, by itself or through a number in it."""
    if not isinstance(condition, Condition):
        return True
    for part in simple_parts(condition):
        if isinstance(part, Flag) and part.key.subject in known:
            continue
        if Nature.METRIC in natures(part):
            return True
        keys = [atom.key for atom in all_atoms(part)]
        if any(isinstance(key, Measured) and _is_measured(key.condition, known) for key in keys):
            return True
    return False
