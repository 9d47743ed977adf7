"""Loops over the param groups of an optimizer, or over their numbers."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import Choice, Stream
from lrlint.source.nodes import indices_of, walk
from lrlint.symbolic import Expr

_LEAVES = (cst.Break, cst.Return, cst.Raise, cst.Yield)


def several_optimizers(machine: Machine, node: cst.For) -> Choice | None:
    """Return the param groups that a loop visits, where settings decide which optimizer has them.

    The body is then interpreted for each of them. A loop that may end early is left out.
    """
    groups = [
        inner
        for inner in walk(node.iter)
        if isinstance(inner, cst.Attribute) and inner.attr.value == "param_groups"
    ]
    if len(groups) != 1 or dotted(groups[0]) is None or node.orelse is not None:
        return None
    value = machine.evaluate(groups[0])
    if not isinstance(value, Choice) or not all(
        isinstance(inner, GroupsValue) for inner in alternatives(value)
    ):
        return None
    return None if any(isinstance(inner, _LEAVES) for inner in walk(node.body)) else value


def visits_groups(machine: Machine, stream: Stream, node: cst.For) -> bool:
    """Whether a loop over a few numbers picks param groups: ``param_groups[i]["lr"] = …``."""
    count = None if stream.trips is None else stream.trips.as_number()
    if stream.items is not None or count is None or count > machine.limits.unrolled:
        return False
    name = dotted(node.target)
    return name is not None and any(
        isinstance(inner, cst.Subscript)
        and (dotted(inner.value) or "").endswith("param_groups")
        and any(name == dotted(index) for index in indices_of(inner))
        for inner in walk(node.body)
    )


def one_by_one(stream: Stream) -> Stream:
    """Return a stream of a constant length with its elements."""
    count = 0 if stream.trips is None else int(stream.trips.as_number() or 0)
    return replace(stream, items=[stream.element(Expr.const(at)) for at in range(count)])
