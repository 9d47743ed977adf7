"""What loops run over: `range`, `len`, `zip`, `list`, `dict`, `map`…"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import escapes, iteration, lists, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import (
    compute,
    items_of,
    length_atom,
    length_of,
    to_number,
)
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.values import (
    AnyValue,
    DictValue,
    Iteration,
    ListValue,
    Loader,
    Opaque,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, ceil, minimum


def stream_of(machine: Machine, arguments: Arguments, node: cst.Call) -> Stream | None:
    """Return what a loop over the first argument of a call visits; None where none is given."""
    value = arguments.get(0) or next(iter(arguments.keywords.values()), None)
    if value is None:
        return None
    argument = node.args[0].value if node.args else node
    return iteration.iterate(machine, value, argument)


@models("builtins.range")
def range_of(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what a loop over ``range(…)`` visits."""
    numbers = [to_number(machine, value) for value in arguments.positional]
    zero, one = Expr.const(0), Expr.const(1)
    match numbers:
        case [stop]:
            start, step = zero, one
        case [start, stop]:
            step = one
        case [start, stop, step]:
            pass
        case _:
            return Stream(None, unknown_element)
    text = machine.unit.code(node)
    if start is None or step is None:
        return Stream(None, unknown_element, text=text)
    first, by = start, step
    trips: AnyValue | None = None
    if stop is not None:
        gap = stop - first
        trips = gap if by.as_number() == 1 else compute(lambda: ceil(gap / by))
    if isinstance(trips, Expr) and trips.value is not None and trips.value < 0:
        trips = zero
    return Stream(
        trips if isinstance(trips, Expr) else None, lambda index: first + index * by, text=text
    )


def unknown_element(_: Expr) -> AnyValue:
    """Return the element of a stream of which nothing is known."""
    return Opaque()


@models("builtins.len")
def _len(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Opaque()
    if isinstance(value, ListValue) and not value.grows:
        machine.read(value, WHOLE)
    length = length_of(machine, value)
    if length is None and node.args:
        length = length_atom(machine, machine.unit.code(node.args[0].value))
    return Opaque() if length is None else length


@models("builtins.enumerate")
def _enumerate(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    inner = stream_of(machine, arguments, node)
    if inner is None:
        return Opaque()
    start = arguments.get(1, "start")
    first = Expr.const(0) if start is None else to_number(machine, start) or Expr.const(0)
    items: list[AnyValue] | None = None
    if inner.items is not None and iteration.worth_unrolling(machine, inner.items):
        items = [
            ListValue([first + position, item], kind="tuple")
            for position, item in enumerate(inner.items)
        ]
    return Stream(
        inner.trips,
        lambda index: ListValue([first + index, inner.element(index)], kind="tuple"),
        text=inner.text,
        over_loader=inner.over_loader,
        endless=inner.endless,
        items=items,
        once=Iteration(machine.loop),
    )


@models("builtins.zip")
def _zip(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what a loop over several streams side by side visits; the shortest ends it."""
    parts = [iteration.iterate(machine, value, node) for value in arguments.positional]
    if not parts:
        return Opaque()
    known = [part.trips for part in parts if not part.endless]
    trips: Expr | None = None
    if known and all(length is not None for length in known):
        shortest = compute(minimum, *(length for length in known if length is not None))
        trips = shortest if isinstance(shortest, Expr) else None
    items: list[AnyValue] | None = None
    known_items = [part.items for part in parts if part.items is not None]
    if len(known_items) == len(parts) and any(
        iteration.worth_unrolling(machine, part) for part in known_items
    ):
        rows = zip(*known_items, strict=False)
        items = [ListValue(list(row), kind="tuple") for row in rows]
    return Stream(
        trips,
        lambda index: ListValue([part.element(index) for part in parts], kind="tuple"),
        text=next((part.text for part in parts if part.over_loader), parts[0].text),
        over_loader=any(part.over_loader for part in parts),
        endless=all(part.endless for part in parts),
        items=items,
        once=Iteration(machine.loop),
    )


@models("builtins.iter")
def _iter(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None or len(arguments.all()) != 1:
        for each in arguments.all():
            escapes.escape(each, "called by iter(…)")
        return Opaque()
    if isinstance(value, Stream) and value.once is not None:
        return value
    if isinstance(value, (Stream, Loader, ListValue, Sized)):
        inner = iteration.iterate(machine, value, node.args[0].value)
        return replace(inner, once=Iteration(machine.loop))
    return value


@models("builtins.reversed")
def _reversed(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None or isinstance(value, Opaque):
        return Opaque() if value is None else value
    if isinstance(value, ListValue) and value.items is not None:
        return ListValue(value.items[::-1], kind=value.kind)
    stream = iteration.iterate(machine, value, node)
    trips = stream.trips
    return replace(
        stream,
        items=None if stream.items is None else stream.items[::-1],
        element=unknown_element
        if trips is None
        else lambda index: stream.element(trips - 1 - index),
    )


@models("builtins.list", "builtins.tuple")
def _as_list(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return ListValue([], home=machine.loop, under=len(machine.guards))
    if isinstance(value, ListValue) and value.items is not None:
        return ListValue(list(value.items), home=machine.loop, under=len(machine.guards))
    if isinstance(value, (ListValue, Sized)):
        return value
    stream = iteration.iterate(machine, value, node)
    if stream.items is not None:
        return ListValue(list(stream.items), home=machine.loop, under=len(machine.guards))
    trips = stream.trips
    if (
        trips is not None
        and isinstance(trips.value, int)
        and (0 <= trips.value <= machine.limits.unrolled and not stream.over_loader)
    ):
        items = [stream.element(Expr.const(i)) for i in range(trips.value)]
        return ListValue(items, source=stream, home=machine.loop, under=len(machine.guards))
    # A range says more about a long list of its numbers than the length alone.
    return stream if isinstance(value, Stream) else ListValue(None, length=trips, home=machine.loop)


@models("builtins.sorted")
def _sorted(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    items = None if value is None else items_of(value)
    if items is not None:
        ordered = lists.in_order(machine, items, arguments.keywords, node)
        if ordered is not None:
            return ListValue(ordered, home=machine.loop, under=len(machine.guards))
    if value is not None:
        escapes.escape(value, "put in an order that is not known")
    length = None if value is None else length_of(machine, value)
    return ListValue(None, length=length, home=machine.loop)


@models("builtins.dict")
def _dict(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    first = arguments.get(0)
    place = machine.here(node) if first is None and not arguments.open else None
    result = DictValue(Store(), complete=not arguments.open, place=place)
    if isinstance(first, (ListValue, Stream)):
        first = _of_pairs(machine, first, node)
    if isinstance(first, DictValue):
        result.store.data.update(first.store.data)
        result.complete = result.complete and first.complete
    elif first is not None:
        result.complete = False
    for key, value in arguments.keywords.items():
        result.store.data[key] = value
    machine.dicts.append(result)
    return result


@models("collections.ChainMap")
def _chain_map(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a dict for several: what an earlier one has hides what a later one has."""
    result = DictValue(Store(), complete=not arguments.open)
    for value in reversed(arguments.positional):
        if isinstance(value, DictValue):
            result.store.data.update(value.store.data)
        result.complete &= isinstance(value, DictValue) and value.complete
    machine.dicts.append(result)
    return result


def _of_pairs(machine: Machine, pairs: AnyValue, node: cst.Call) -> DictValue:
    stream = iteration.iterate(machine, pairs, node)
    if stream.items is not None:
        return members.dict_of_pairs(machine, stream.items)
    pair = stream.element(Expr.atom(machine.index_atom("i")))
    return members.dict_of_pairs(machine, [pair], complete=False)


@models("builtins.next")
def _next(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    iterator = arguments.get(0)
    if isinstance(iterator, Stream) and (once := iterator.once) is not None:
        if once.begun or once.home is not machine.loop or machine.guards:
            once.begun = True
        else:
            once.drawn += 1
    for value in arguments.all():
        escapes.escape(value, "drawn by next(…)")
    counts = (
        isinstance(iterator, Stream)
        and not iterator.over_loader
        and (iterator.endless or isinstance(iterator.element(Expr.const(0)), Expr))
    )
    # Whether it is the default tells how many were drawn, as a counter does.
    return Opaque(measured=not counts and arguments.get(1) is None)


@models("builtins.map")
def _map(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    function, value = arguments.get(0), arguments.get(1)
    items = None if value is None else items_of(value)
    if function is not None and items is not None and len(items) <= 64:
        begun = len(machine.block)
        results = [machine.call(function, Arguments([item]), node) for item in items]
        why = "stepped where somebody asks for the elements of map(…)"
        escapes.leave_block_open(machine.block[begun:], why)
        return ListValue(results)
    if function is not None:
        escapes.escape(function, "passed to map(…)")
    if value is None or len(arguments.positional) != 2:
        return Opaque()
    inner = iteration.iterate(machine, value, node)
    return replace(inner, items=None, element=unknown_element, once=Iteration(machine.loop))


@models("functools.reduce")
def _reduce(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``reduce(function, values)``, and ``reduce(function, values, initial)``."""
    function, values = arguments.get(0), arguments.get(1)
    if function is None or values is None:
        return Opaque()
    begun, items = len(machine.block), items_of(values)
    if items is not None and len(items) <= machine.limits.unrolled:
        results = [*arguments.positional[2:], *items]
        while len(results) > 1:
            results[:2] = [machine.call(function, Arguments(results[:2]), node)]
        return results[0] if results else Opaque()
    element = iteration.iterate(machine, values, node).element(Expr.const(0))
    pair = machine.call(function, Arguments([element, element]), node)
    escapes.leave_block_open(machine.block[begun:], "stepped by the function of reduce(…)")
    if isinstance(pair, ListValue) and pair.items is None:
        return ListValue(None, pair.element)
    return Opaque()
