"""Loops and comprehensions: unrolled where their elements tell, else walked once.

What they visit is in ``streams``, how a body's counters become functions of the iteration in
``carrying``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lrlint.analysis import attributes, binding, branches, expressions
from lrlint.analysis.carrying import repeating
from lrlint.analysis.conditions import (
    Condition,
    any_of,
    negate,
)
from lrlint.analysis.prescan import has_own_break
from lrlint.analysis.state import CONTINUE, GOES_ON, Outcome
from lrlint.analysis.streams import iterate, source_text, worth_unrolling
from lrlint.analysis.trace import Break, LoopRecord, Repeat, When
from lrlint.analysis.values import (
    AnyValue,
    ListValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Store,
    Stream,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


# -- for --------------------------------------------------------------------------------------


def run_for(at: Interpreter, node: syn.For) -> Outcome:
    """Interpret a ``for`` loop."""
    stream = iterate(at, at.evaluate(node.iter), node.iter)
    repeat: Repeat | None = None
    if stream.items is not None and worth_unrolling(at, stream.items):
        outcome = _unrolled(at, node, stream.items)
    elif (each := _each_of_many(stream)) is not None:
        outcome = _unrolled(at, node, [each])
    else:
        name = _first_name(node.target) or "i"
        loop = LoopRecord(
            index=at.index_atom(name),
            trips=stream.trips,
            place=at.here(node),
            over=stream.text or source_text(at, node.iter),
            over_loader=stream.over_loader,
            target=name,
            first=_first(node.target, stream),
            without_gradients=at.without_gradients,
            unbounded=stream.endless,
        )
        with repeating(at, loop, node) as repeat:
            element = stream.element(Expr.atom(loop.index))
            binding.assign(at, node.target, element, node.iter, rename=False)
            at.run_block(node.body.body)
        outcome = GOES_ON
    return outcome if node.orelse is None else _run_else(at, node.orelse, repeat)


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


def _run_else(at: Interpreter, orelse: syn.Else, repeat: Repeat | None) -> Outcome:
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
        return at.run_block(orelse.body.body)
    return branches.fork(
        at,
        any_of(*breaks),
        orelse,
        lambda: GOES_ON,
        lambda: at.run_block(orelse.body.body),
    )


def _first_name(target: syn.Node) -> str | None:
    match target:
        case syn.Name(value=name):
            return name
        case syn.Tuple(elements=elements) if elements:
            return _first_name(elements[0].value)
    return None


def _first(target: syn.Node, stream: Stream) -> Expr | None:
    """The number that the loop variable starts from."""
    if not isinstance(target, syn.Name):
        return None
    value = stream.element(Expr.const(0))
    return value if isinstance(value, Expr) else None


def _unrolled(at: Interpreter, node: syn.For, items: list[AnyValue]) -> Outcome:
    """Visit each element in turn, as with ``for phase in ["train", "val"]``."""
    if not has_own_break(node.body):
        return _visit(at, node, items)
    # A loop of one iteration: what a `break` can leave.
    once = LoopRecord(
        index=at.index_atom("visit"),
        trips=Expr.const(1),
        place=at.here(node),
        without_gradients=at.without_gradients,
    )
    with repeating(at, once, node, carries=False):
        return _visit(at, node, items)


def _visit(at: Interpreter, node: syn.For, items: list[AnyValue]) -> Outcome:
    for item in items:
        binding.assign(at, node.target, item, node.iter, rename=False)
        outcome = at.run_block(node.body.body)
        if outcome.ends and outcome.escaped is not CONTINUE:
            return outcome if outcome.leaves_function else GOES_ON
    return GOES_ON


# -- while ------------------------------------------------------------------------------------


def run_while(at: Interpreter, node: syn.While) -> Outcome:
    """Interpret a ``while`` loop; its trip count comes from the counter in its condition."""
    loop = LoopRecord(
        index=at.index_atom("iteration"),
        trips=None,
        place=at.here(node),
        without_gradients=at.without_gradients,
        over=at.unit.code(node.test),
    )
    holder: list[Condition] = []

    def prepare() -> bool:
        found = expressions.truth(at, node.test)
        if found is False:
            return False
        if found is True:
            loop.unbounded = True
        else:
            holder.append(found)
        return True

    with repeating(at, loop, node, tests=holder):
        if prepare():
            at.run_block(node.body.body)
            if loop.unbounded:
                _break_where_false(at, node)
        else:
            loop.trips = Expr.const(0)
    if node.orelse is not None:
        at.run_block(node.orelse.body.body)
    return GOES_ON


def _break_where_false(at: Interpreter, node: syn.While) -> None:
    """``while not done``: a flag that the body sets ends the loop as a ``break`` does."""
    if not isinstance(node.test, (syn.Name, syn.UnaryOperation, syn.Attribute)):
        return
    after = expressions.truth(at, node.test)
    if isinstance(after, bool):
        if not after:
            at.emit(Break(1))
        return
    with at.guard(negate(after), node.test):
        at.emit(Break(1))


# -- comprehensions ---------------------------------------------------------------------------


def run_comprehension(
    at: Interpreter, node: syn.ListComp | syn.GeneratorExp | syn.SetComp | syn.DictComp
) -> AnyValue:
    """A comprehension: unrolled where its elements are known, else one representative element."""
    scope = Scope(Store(), at.unit, parent=at.scope, owner=at.scope.owner)
    with at.elsewhere(at.unit, scope):
        at.statement = at.statement or node
        comp = node.for_in
        stream = iterate(at, at.evaluate(comp.iter), comp.iter)
        simple = comp.inner_for_in is None

        def element() -> AnyValue:
            inner = comp.inner_for_in
            if inner is not None:
                binding.assign(at, inner.target, Opaque(), inner.iter, rename=False)
            if isinstance(node, syn.DictComp):
                return ListValue([at.evaluate(node.key), at.evaluate(node.value)])
            return at.evaluate(node.elt)

        visited: list[AnyValue] | None = None
        if simple and stream.items is not None and worth_unrolling(at, stream.items):
            visited = stream.items
        elif simple and (count := _small(stream)) is not None:
            visited = [stream.element(Expr.const(position)) for position in range(count)]
        items = None if visited is None else _elements(at, comp, visited, element)
        if items is not None:
            if isinstance(node, syn.DictComp):
                return attributes.dict_of_pairs(at, items)
            return ListValue(items)
        simple = simple and not comp.ifs
        loop = LoopRecord(
            index=at.index_atom(_first_name(comp.target) or "i"),
            trips=stream.trips if simple else None,
            place=at.here(node),
            over=stream.text,
            without_gradients=True,
        )
        with repeating(at, loop, node):
            binding.assign(
                at, comp.target, stream.element(Expr.atom(loop.index)), comp.iter, rename=False
            )
            value = element()
    if isinstance(node, syn.DictComp):
        return attributes.dict_of_pairs(at, [value], complete=False)
    return ListValue(None, element=value, length=stream.trips if simple else None)


def _elements(
    at: Interpreter,
    comp: syn.CompFor,
    visited: list[AnyValue],
    element: Callable[[], AnyValue],
) -> list[AnyValue] | None:
    """The elements of an unrolled comprehension; None where a filter is not decided."""
    items: list[AnyValue] = []
    for item in visited:
        binding.assign(at, comp.target, item, comp.iter, rename=False)
        kept = [expressions.truth(at, part.test) for part in comp.ifs]
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
