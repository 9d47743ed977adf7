"""Comprehensions and generator expressions."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.code.queries import dotted, first_name
from lrlint.analysis.interpreter import assignment, escapes, lists, members, tables
from lrlint.analysis.interpreter.iteration import (
    iterate,
    worth_unrolling,
)
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import all_of
from lrlint.analysis.model.trace import LoopRecord
from lrlint.analysis.model.values import (
    AnyValue,
    Iteration,
    ListValue,
    Opaque,
    Scope,
    Store,
    Stream,
)
from lrlint.symbolic import Atom, Expr

_Comprehension = cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp


def run_comprehension(machine: Machine, node: _Comprehension) -> AnyValue:
    """Return the list or dict that a comprehension builds."""
    scope = Scope(Store(), machine.unit, parent=machine.scope, owner=machine.scope.owner)
    begun = len(machine.block)
    with machine.elsewhere(machine.unit, scope):
        machine.statement = node
        comp = node.for_in
        stream = iterate(machine, machine.evaluate(comp.iter), comp.iter)
        items = _known_elements(machine, node, stream)
        complete = items is not None
        source: Stream | None = None
        if items is None:
            index = machine.index_atom(first_name(comp.target) or "i")
            items = [_any_element(machine, node, stream, index)]
            source = tables.tabulated(_trips(comp, stream), index, items[0])
    if isinstance(node, cst.GeneratorExp) and machine.block[begun:] and not _drawn(machine, node):
        why = "stepped where somebody asks for the elements of a generator"
        escapes.leave_block_open(machine.block[begun:], why)
    if isinstance(node, cst.DictComp):
        return members.dict_of_pairs(machine, items, complete=complete)
    if isinstance(node, cst.SetComp):
        elements = lists.distinct(items) if complete else None
        return ListValue(elements, kind="set")
    home, under = machine.loop, len(machine.guards)
    once = Iteration(home) if isinstance(node, cst.GeneratorExp) else None
    if complete:
        return ListValue(items, home=home, under=under, once=once)
    length = _trips(comp, stream)
    return ListValue(None, items[0], length, source=source, home=home, under=under, once=once)


_DRAWING = frozenset(
    {"dict", "frozenset", "fsum", "list", "max", "min", "set", "sorted", "sum", "tuple"}
)
"""Functions that draw all elements of their only argument before they return."""


def _drawn(machine: Machine, node: cst.GeneratorExp) -> bool:
    """Whether all elements of a generator are drawn at once: ``sum(train(batch) for …)``."""
    match (machine.unit.path_to(node) or [])[-3:-1]:
        case [cst.Call(func=function, args=[_]), cst.Arg(star="")]:
            return (dotted(function) or "").removeprefix("math.") in _DRAWING
    return False


def _trips(comp: cst.CompFor, stream: Stream) -> Expr | None:
    """Return the number of elements, unless a filter or an inner loop decides it."""
    return None if comp.inner_for_in is not None or comp.ifs else stream.trips


def _known_elements(
    machine: Machine, node: _Comprehension, stream: Stream
) -> list[AnyValue] | None:
    """Return the elements of an unrolled comprehension; None where it cannot be unrolled."""
    comp = node.for_in
    if comp.inner_for_in is not None:
        return None
    if stream.items is not None and worth_unrolling(machine, stream.items):
        visited = stream.items
    elif (count := _small_count(stream)) is not None:
        visited = [stream.element(Expr.const(position)) for position in range(count)]
    else:
        return None
    elements: list[AnyValue] = []
    for item in visited:
        assignment.assign(machine, comp.target, item, rename=False)
        tests = [machine.truth(condition.test) for condition in comp.ifs]
        if not all(isinstance(test, bool) for test in tests):
            return None
        if all(tests):
            elements.append(_element(machine, node))
    return elements


def _small_count(stream: Stream) -> int | None:
    """Return the number of elements, where it is constant and small."""
    if stream.trips is None or not stream.trips.is_constant or stream.over_loader:
        return None
    trips = stream.trips.value
    return trips if isinstance(trips, int) and trips <= 4 else None


def _any_element(machine: Machine, node: _Comprehension, stream: Stream, index: Atom) -> AnyValue:
    """Return an element that represents all."""
    comp = node.for_in
    loop = LoopRecord(
        index=index,
        trips=_trips(comp, stream),
        place=machine.here(node),
        over=stream.text,
        without_gradients=True,
    )
    with repeating(machine, loop, node):
        visited = stream.element(Expr.atom(loop.index))
        assignment.assign(machine, comp.target, visited, rename=False)
        if comp.inner_for_in is not None:
            assignment.assign(machine, comp.inner_for_in.target, Opaque(), rename=False)
        tests = [test for part in comp.ifs if (test := machine.truth(part.test)) is not True]
        if not tests:
            return _element(machine, node)
        condition = all_of(*(test for test in tests if not isinstance(test, bool)))
        if False in tests:
            return Opaque()
        with machine.guard(condition, node):
            return _element(machine, node)


def _element(machine: Machine, node: _Comprehension) -> AnyValue:
    if isinstance(node, cst.DictComp):
        return ListValue([machine.evaluate(node.key), machine.evaluate(node.value)])
    return machine.evaluate(node.elt)
