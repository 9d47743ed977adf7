"""Loops and comprehensions: unrolled where their elements tell, else walked once.

What they visit is in ``streams``, how a body's counters become functions of the iteration in
``carrying``.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lrlint.analysis.code.queries import has_own_break
from lrlint.analysis.interpreter import assignment, branches, members
from lrlint.analysis.interpreter.iteration import iterate, source_text, worth_unrolling
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import GOES_ON, Exit, Outcome
from lrlint.analysis.model.conditions import Condition, any_of, negate
from lrlint.analysis.model.trace import Break, LoopRecord, Repeat, When
from lrlint.analysis.model.values import (
    AnyValue,
    ListValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Store,
    Stream,
)
from lrlint.source.nodes import statements_of
from lrlint.symbolic import Expr

# -- for --------------------------------------------------------------------------------------


def run_for(machine: Machine, node: cst.For) -> Outcome:
    """Interpret a ``for`` loop."""
    stream = iterate(machine, machine.evaluate(node.iter), node.iter)
    repeat: Repeat | None = None
    if stream.items is not None and worth_unrolling(machine, stream.items):
        outcome = _unrolled(machine, node, stream.items)
    elif (each := _each_of_many(stream)) is not None:
        outcome = _unrolled(machine, node, [each])
    else:
        name = _first_name(node.target) or "i"
        loop = LoopRecord(
            index=machine.index_atom(name),
            trips=stream.trips,
            place=machine.here(node),
            over=stream.text or source_text(machine, node.iter),
            over_loader=stream.over_loader,
            target=name,
            first=_first(node.target, stream),
            without_gradients=machine.without_gradients,
            unbounded=stream.endless,
        )
        with repeating(machine, loop, node) as repeat:
            element = stream.element(Expr.atom(loop.index))
            assignment.assign(machine, node.target, element, rename=False)
            machine.run_block(statements_of(node.body))
        outcome = GOES_ON
    return outcome if node.orelse is None else _run_else(machine, node.orelse, repeat)


def _each_of_many(stream: Stream) -> AnyValue | None:
    """What stands for each of some optimizers or schedulers, however many there are.

    ``for scheduler in schedulers: scheduler.step()`` steps each of them once.
    """
    if stream.items is not None or stream.endless:
        return None
    element = stream.element(Expr.const(0))
    parts = element.items if isinstance(element, ListValue) and element.items else [element]
    return (
        element if any(isinstance(one, (OptimizerValue, SchedulerValue)) for one in parts) else None
    )


def _run_else(machine: Machine, orelse: cst.Else, repeat: Repeat | None) -> Outcome:
    """The ``else`` of a loop runs where no ``break`` has left it."""
    breaks = (
        []
        if repeat is None
        else [
            node.condition
            for node in repeat.body
            if isinstance(node, When) and any(isinstance(inner, Break) for inner in node.body)
        ]
    )
    if not breaks:
        return machine.run_block(statements_of(orelse.body))
    return branches.fork(
        machine,
        any_of(*breaks),
        orelse,
        lambda: GOES_ON,
        lambda: machine.run_block(statements_of(orelse.body)),
    )


def _first_name(target: cst.CSTNode) -> str | None:
    match target:
        case cst.Name(value=name):
            return name
        case cst.Tuple(elements=elements) if elements:
            return _first_name(elements[0].value)
    return None


def _first(target: cst.CSTNode, stream: Stream) -> Expr | None:
    """The number that the loop variable starts from."""
    if not isinstance(target, cst.Name):
        return None
    value = stream.element(Expr.const(0))
    return value if isinstance(value, Expr) else None


def _unrolled(machine: Machine, node: cst.For, items: list[AnyValue]) -> Outcome:
    """Visit each element in turn, as with ``for phase in ["train", "val"]``."""
    if not has_own_break(node.body):
        return _visit(machine, node, items)
    # A loop of one iteration: what a `break` can leave.
    once = LoopRecord(
        index=machine.index_atom("visit"),
        trips=Expr.const(1),
        place=machine.here(node),
        without_gradients=machine.without_gradients,
    )
    with repeating(machine, once, node, carries=False):
        return _visit(machine, node, items)


def _visit(machine: Machine, node: cst.For, items: list[AnyValue]) -> Outcome:
    for item in items:
        assignment.assign(machine, node.target, item, rename=False)
        outcome = machine.run_block(statements_of(node.body))
        if outcome.exit not in (None, Exit.CONTINUE):
            return outcome if outcome.leaves_function else GOES_ON
    return GOES_ON


# -- while ------------------------------------------------------------------------------------


def run_while(machine: Machine, node: cst.While) -> Outcome:
    """Interpret a ``while`` loop; its trip count comes from the counter in its condition."""
    loop = LoopRecord(
        index=machine.index_atom("iteration"),
        trips=None,
        place=machine.here(node),
        without_gradients=machine.without_gradients,
        over=machine.unit.code(node.test),
    )
    holder: list[Condition] = []

    def prepare() -> bool:
        found = machine.truth(node.test)
        if found is False:
            return False
        if found is True:
            loop.unbounded = True
        else:
            holder.append(found)
        return True

    with repeating(machine, loop, node, tests=holder):
        if prepare():
            machine.run_block(statements_of(node.body))
            if loop.unbounded:
                _break_where_false(machine, node)
        else:
            loop.trips = Expr.const(0)
    if node.orelse is not None:
        machine.run_block(statements_of(node.orelse.body))
    return GOES_ON


def _break_where_false(machine: Machine, node: cst.While) -> None:
    """``while not done``: a flag that the body sets ends the loop as a ``break`` does."""
    if not isinstance(node.test, (cst.Name, cst.UnaryOperation, cst.Attribute)):
        return
    after = machine.truth(node.test)
    if isinstance(after, bool):
        if not after:
            machine.emit(Break(1))
        return
    with machine.guard(negate(after), node.test):
        machine.emit(Break(1))


# -- comprehensions ---------------------------------------------------------------------------


def run_comprehension(
    machine: Machine, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> AnyValue:
    """A comprehension: unrolled where its elements are known, else one representative element."""
    scope = Scope(Store(), machine.unit, parent=machine.scope, owner=machine.scope.owner)
    with machine.elsewhere(machine.unit, scope):
        machine.statement = machine.statement or node
        comp = node.for_in
        stream = iterate(machine, machine.evaluate(comp.iter), comp.iter)
        simple = comp.inner_for_in is None

        def element() -> AnyValue:
            inner = comp.inner_for_in
            if inner is not None:
                assignment.assign(machine, inner.target, Opaque(), rename=False)
            if isinstance(node, cst.DictComp):
                return ListValue([machine.evaluate(node.key), machine.evaluate(node.value)])
            return machine.evaluate(node.elt)

        visited: list[AnyValue] | None = None
        if simple and stream.items is not None and worth_unrolling(machine, stream.items):
            visited = stream.items
        elif simple and (count := _small(stream)) is not None:
            visited = [stream.element(Expr.const(position)) for position in range(count)]
        items = None if visited is None else _elements(machine, comp, visited, element)
        if items is not None:
            if isinstance(node, cst.DictComp):
                return members.dict_of_pairs(machine, items)
            return ListValue(items)
        simple = simple and not comp.ifs
        loop = LoopRecord(
            index=machine.index_atom(_first_name(comp.target) or "i"),
            trips=stream.trips if simple else None,
            place=machine.here(node),
            over=stream.text,
            without_gradients=True,
        )
        with repeating(machine, loop, node):
            assignment.assign(
                machine, comp.target, stream.element(Expr.atom(loop.index)), rename=False
            )
            value = element()
    if isinstance(node, cst.DictComp):
        return members.dict_of_pairs(machine, [value], complete=False)
    return ListValue(None, element=value, length=stream.trips if simple else None)


def _elements(
    machine: Machine,
    comp: cst.CompFor,
    visited: list[AnyValue],
    element: Callable[[], AnyValue],
) -> list[AnyValue] | None:
    """The elements of an unrolled comprehension; None where a filter is not decided."""
    items: list[AnyValue] = []
    for item in visited:
        assignment.assign(machine, comp.target, item, rename=False)
        kept = [machine.truth(part.test) for part in comp.ifs]
        if any(not isinstance(found, bool) for found in kept):
            return None
        if all(kept):
            items.append(element())
    return items


def _small(stream: Stream) -> int | None:
    """The number of elements, where a constant says that there are few."""
    if stream.trips is None or not stream.trips.is_constant or stream.over_loader:
        return None
    trips = stream.trips.value
    return trips if isinstance(trips, int) and trips <= 4 else None
