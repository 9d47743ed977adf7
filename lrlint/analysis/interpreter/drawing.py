"""``while`` loops that draw the elements of an iterator one by one."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.interpreter.iteration import iterate
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import Stream
from lrlint.source.nodes import lines_of, statements_of


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ``while`` loop that is a ``for`` loop in other words."""

    stream: Stream
    target: cst.BaseAssignTargetExpression
    body: list[cst.CSTNode]


def drawn_until_empty(machine: Machine, node: cst.While) -> Drawn | None:
    """Return what a ``while`` loop draws one by one, until nothing is left; None for any other."""
    body = list(statements_of(node.body))
    match node.test:
        case cst.Name(value="True"):
            match body[0]:
                case cst.Try(
                    handlers=[cst.ExceptHandler(type=cst.Name(value="StopIteration")) as handler],
                    orelse=None,
                    finalbody=None,
                    body=first,
                ):
                    return _tried(machine, lines_of(first), lines_of(handler.body), body[1:])
        case cst.Comparison(
            left=cst.NamedExpr(
                target=cst.Name() as target, value=cst.Call(args=[_, default]) as call
            ),
            comparisons=[
                cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name(value="None"))
            ],
        ) if isinstance(default.value, cst.Name) and default.value.value == "None":
            return _drawn_by(machine, call, target, body)
    return None


def _tried(
    machine: Machine, drawing: list[cst.CSTNode], ending: list[cst.CSTNode], body: list[cst.CSTNode]
) -> Drawn | None:
    """Return what ``try: batch = next(batches)`` with ``except StopIteration: break`` draws."""
    match drawing, ending:
        case (
            [cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Call() as call)],
            [cst.Break()],
        ) if len(call.args) == 1:
            return _drawn_by(machine, call, target, body)
    return None


def _drawn_by(
    machine: Machine,
    call: cst.Call,
    target: cst.BaseAssignTargetExpression,
    body: list[cst.CSTNode],
) -> Drawn | None:
    if not isinstance(call.func, cst.Name) or call.func.value != "next":
        return None
    source = machine.evaluate(call.args[0].value)
    if not isinstance(source, Stream) or source.once is None:
        return None
    return Drawn(iterate(machine, source, call.args[0].value), target, body)
