"""Loops that go on with another scheduler from a known iteration on.

``if epoch == 15: optimizer = …; scheduler = …`` at the start of a loop's body makes it two loops
with the branch between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, has_own_break, names_in
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.model.records import SchedulerRecord, SchedulerValue
from lrlint.analysis.model.values import Stream
from lrlint.source.nodes import statements_of
from lrlint.symbolic import Expr


@dataclass(frozen=True, slots=True)
class Split:
    """Where a loop is split."""

    branch: cst.If
    """What runs before the iteration ``at``, and never else."""
    at: Expr
    replaced: tuple[SchedulerRecord, ...]
    """The schedulers whose names the branch gives to others."""


def split_of(machine: Machine, node: cst.For, stream: Stream) -> Split | None:
    """Return where a loop over numbers replaces a scheduler; None where it does not."""
    if not isinstance(node.target, cst.Name) or stream.trips is None or has_own_break(node.body):
        return None
    first = stream.element(Expr.const(0))
    if not isinstance(first, Expr) or not isinstance(stream.trips.value, int):
        return None
    for statement in statements_of(node.body):
        if isinstance(statement, cst.If):
            limit = _limit(machine, statement, node.target.value)
            replaced = _replaced(machine, statement)
            if limit is None or not replaced:
                return None
            at = limit - first
            inside = isinstance(at.value, int) and 0 < at.value < stream.trips.value
            linear = stream.element(Expr.const(1)) == first + 1
            return Split(statement, at, replaced) if inside and linear else None
        if not isinstance(statement, cst.SimpleStatementLine) or "step" in names_in(statement):
            return None
    return None


def _limit(machine: Machine, statement: cst.If, counter: str) -> Expr | None:
    """Return the number that ``if epoch == number:`` compares the loop variable with."""
    match statement:
        case cst.If(
            test=cst.Comparison(
                left=cst.Name(value=name),
                comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=limit)],
            ),
            orelse=None,
        ) if name == counter:
            return to_number(machine, machine.evaluate(limit))
    return None


def _replaced(machine: Machine, statement: cst.If) -> tuple[SchedulerRecord, ...]:
    values = map(machine.scope.find, sorted(assigned_names(statement.body)))
    return tuple(value.record for value in values if isinstance(value, SchedulerValue))
