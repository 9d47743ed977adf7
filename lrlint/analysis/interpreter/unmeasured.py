"""Flags that a loop changes without measuring anything: ``if epoch == 3: frozen = False``.

Where the body begins they are unknown, and taken for measurements such as a loss.
"""

from __future__ import annotations

from dataclasses import replace

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.reset_counters import replace_condition
from lrlint.analysis.model.computed import Measured, all_atoms
from lrlint.analysis.model.conditions import Compound, Condition, Flag, Not, natures
from lrlint.analysis.model.questions import Identity, Nature
from lrlint.analysis.model.trace import Repeat, When, nodes_of
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque
from lrlint.symbolic import Expr


def note_unmeasured(machine: Machine, repeat: Repeat, start: int) -> None:
    """Give conditions on such flags another nature; the body is journaled from ``start`` on."""
    for store, key, before in machine.journal[start:]:
        if not isinstance(before, Opaque) or not before.measured:
            continue
        subject = Identity(before)
        asked = [flag for flag in _flags(repeat) if flag.key.subject == subject]
        if asked and _is_computed(store.data.get(key), before, subject):
            for flag in asked:
                replace_condition(repeat.body, flag, replace(flag, nature=Nature.OTHER))


def _flags(repeat: Repeat) -> list[Flag]:
    return [
        part
        for node in nodes_of(repeat.body)
        if isinstance(node, When)
        for part in _parts(node.condition)
        if isinstance(part, Flag) and part.nature is Nature.METRIC
    ]


def _parts(condition: Condition) -> list[Condition]:
    match condition:
        case Not(of=inner):
            return _parts(inner)
        case Compound(parts=parts):
            return [inner for part in parts for inner in _parts(part)]
    return [condition]


def _is_computed(value: AnyValue | None, before: Opaque, subject: Identity) -> bool:
    """Whether a value after the body is ``before``, or follows from no measurement."""
    match value:
        case Choice(alternatives=alternatives):
            return all(
                _is_computed(inner, before, subject)
                and not any(_is_measured(part, subject) for part in _parts(condition))
                for condition, inner in alternatives
            )
        case Expr():
            return not any(isinstance(atom.key, Measured) for atom in all_atoms(value))
    return value is before or isinstance(value, Const)


def _is_measured(condition: Condition, subject: Identity) -> bool:
    about_itself = isinstance(condition, Flag) and condition.key.subject == subject
    return not about_itself and Nature.METRIC in natures(condition)
