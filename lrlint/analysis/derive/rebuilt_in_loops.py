"""Schedulers that are built in a loop: in every iteration anew, or in the first only."""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.model.records import OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import Located, Repeat, When
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import decorators_of


def built_each_time(
    built: Located, record: SchedulerRecord, home: Located | None, loops: Loops
) -> bool:
    """Whether every iteration of a training loop builds a scheduler, for a lasting optimizer."""
    outside = () if home is None else home.path
    around = [
        position
        for position, node in enumerate(built.path)
        if isinstance(node, Repeat) and node not in outside and loops.kind(node).trains
    ]
    if not around:
        return False
    loop = built.path[around[-1]]
    within = built.path[around[-1] + 1 :]
    if any(isinstance(node, When) and node.condition.lean is not True for node in within):
        return False
    assert isinstance(loop, Repeat)
    places = (*built.event.via, built.event.place)
    if any(_only_once(place, loop) for place in places):
        return False
    return not (home is None and _made_in(loop, record.optimizer))


def built_on_demand(built: Located, loops: Loops) -> bool:
    """Whether the first iteration of a training loop builds a scheduler for all iterations."""
    places = (*built.event.via, built.event.place)
    return any(
        _only_once(place, node)
        for node in built.path
        if isinstance(node, Repeat) and loops.kind(node).trains
        for place in places
    )


def _only_once(place: SyntaxPlace, loop: Repeat) -> bool:
    """Whether a place is below ``if scheduler is None:`` or in a cached property."""
    unit = place.unit
    path = unit.path_to(place.node) or []
    if loop.loop.place.node in path:
        del path[: path.index(loop.loop.place.node)]
    functions = [i for i, node in enumerate(path) if isinstance(node, cst.FunctionDef)]
    return any(
        _is_cached(node)
        if isinstance(node, cst.FunctionDef)
        else isinstance(node, cst.If) and _asks_whether_there_is_one(unit.code(node.test))
        for node in path[functions[-1] if functions else 0 :]
    )


def _is_cached(function: cst.FunctionDef) -> bool:
    names = [dotted(decorator) or "" for decorator in decorators_of(function)]
    return any(name.rsplit(".", 1)[-1] == "cached_property" for name in names)


def _asks_whether_there_is_one(test: str) -> bool:
    return bool(re.search(r"\bNone\b|\bnot\b|\bhasattr\b|\bfirst\b", test))


def _made_in(loop: Repeat, optimizer: OptimizerRecord | None) -> bool:
    """Whether a loop assigns the name of an optimizer whose construction is not seen."""
    node = loop.loop.place.node
    if optimizer is None or optimizer.variable is None:
        return True
    if not isinstance(node, (cst.For, cst.While)):
        return False
    root = re.split(r"[.\[]", optimizer.variable)[0]
    if root == "self":
        written = loop.loop.place.unit.code(node)
        return re.search(rf"{re.escape(optimizer.variable)}\s*=[^=]", written) is not None
    return root in assigned_names(node.body)
