"""Flags that a loop changes without measuring anything: ``if epoch == 3: frozen = False``.

At the start of the body they are unknown, and unknowns count as measured, as a loss is.
"""

from __future__ import annotations

from collections.abc import Hashable, Set
from dataclasses import replace

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.reset_counters import replace_condition
from lrlint.analysis.model.computed import Counter, Measured, all_atoms
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, Flag, natures, simple_parts
from lrlint.analysis.model.questions import Identity, Nature
from lrlint.analysis.model.trace import Repeat, When, nodes_of
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque
from lrlint.symbolic import Atom, Expr


def note_unmeasured(machine: Machine, repeat: Repeat, start: int) -> None:
    """Give conditions on such flags a nature of their own; the body began at ``start``."""
    asked = _flags(repeat)
    if not asked:
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
    for flag in asked:
        if flag.key.subject in known:
            replace_condition(repeat.body, flag, replace(flag, nature=Nature.OTHER))


def _flags(repeat: Repeat) -> list[Flag]:
    return [
        part
        for node in nodes_of(repeat.body)
        if isinstance(node, When)
        for part in simple_parts(node.condition)
        if isinstance(part, Flag) and part.nature is Nature.METRIC
    ]


def _is_computed(value: AnyValue | None, before: Opaque, known: Set[Hashable]) -> bool:
    """Whether a value after the body is ``before``, or follows from no measurement.

    ``known`` are the subjects of conditions that follow from none, either.
    """
    match value:
        case Choice(alternatives=alternatives):
            return all(
                _is_computed(inner, before, known)
                and not any(_is_measured(part, known) for part in simple_parts(condition))
                for condition, inner in alternatives
            )
        case Expr():
            return all(map(_is_computable, all_atoms(value)))
    return value is before or isinstance(value, Const)


def _is_computable(atom: Atom) -> bool:
    """Whether a number can be computed in each iteration, with the defaults of settings."""
    if isinstance(atom.key, Measured) or (isinstance(atom.key, Counter) and atom.key.carried):
        return False
    return atom.value is not None or is_loop_atom(atom)


def _is_measured(condition: Condition, known: Set[Hashable]) -> bool:
    if isinstance(condition, Flag) and condition.key.subject in known:
        return False
    return Nature.METRIC in natures(condition)
