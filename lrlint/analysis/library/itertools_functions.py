"""``itertools``: what its functions yield, and how often."""

from __future__ import annotations

import itertools
import math

import libcst as cst

from lrlint.analysis.interpreter import escapes, iteration
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import (
    compute,
    items_of,
    to_number,
)
from lrlint.analysis.library.iterables import stream_of, unknown_element
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.values import (
    AnyValue,
    Iteration,
    ListValue,
    Opaque,
    Stream,
)
from lrlint.symbolic import Expr, ceil, maximum, minimum


@models("itertools.islice")
def _islice(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what a loop over a part of a stream visits."""
    inner = stream_of(machine, arguments, node)
    if inner is None:
        return Opaque()
    bounds = [to_number(machine, value) for value in arguments.positional[1:]]
    start, step = Expr.const(0), Expr.const(1)
    stop: Expr | None = None
    match bounds:
        case [Expr() as stop]:
            pass
        case [Expr() as start, Expr() as stop]:
            pass
        case [Expr() as start, Expr() as stop, Expr() as step]:
            pass
    trips: AnyValue | None = stop
    if stop is not None and not inner.endless:  # it may end with the stream
        trips = None if inner.trips is None else compute(minimum, stop, inner.trips)
    if isinstance(trips, Expr) and len(bounds) > 1:
        trips = compute(lambda n: maximum(ceil((n - start) / step), Expr.const(0)), trips)
    return Stream(
        trips if isinstance(trips, Expr) else None,
        lambda index: inner.element(start + index * step),
        text=inner.text,
        over_loader=inner.over_loader,
        once=Iteration(machine.loop),
    )


@models("itertools.cycle")
def _cycle(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    inner = stream_of(machine, arguments, node)
    over_loader = inner is not None and inner.over_loader
    text = machine.unit.code(node.func)
    return Stream(None, unknown_element, text=text, over_loader=over_loader, endless=True)


@models("itertools.count")
def _count(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    first = to_number(machine, arguments.get(0, "start")) or Expr.const(0)
    text = f"{machine.unit.code(node.func)}()"
    return Stream(None, lambda index: first + index, text=text, endless=True)


@models("itertools.repeat")
def _repeat(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value, times = arguments.get(0, "object"), arguments.get(1, "times")
    number = None if times is None else to_number(machine, times)
    known = None if number is None else number.value
    if value is not None and isinstance(known, int) and known <= machine.limits.unrolled:
        items = [value] * known
    else:
        items = None
    return Stream(
        number,
        unknown_element if value is None else lambda _: value,
        endless=times is None,
        items=items,
        once=Iteration(machine.loop),
    )


@models("itertools.pairwise")
def _pairwise(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    inner = stream_of(machine, arguments, node)
    trips = None
    if inner is not None and inner.trips is not None:
        trips = compute(lambda n: maximum(n - 1, Expr.const(0)), inner.trips)
    over_loader = inner is not None and inner.over_loader
    return Stream(
        trips if isinstance(trips, Expr) else None,
        unknown_element,
        over_loader=over_loader,
        once=Iteration(machine.loop),
    )


@models("itertools.zip_longest")
def _zip_longest(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    parts = [iteration.iterate(machine, value, node) for value in arguments.positional]
    trips: Expr | None = Expr.const(0)
    for part in parts:
        longest = None
        if trips is not None and part.trips is not None:
            longest = compute(maximum, trips, part.trips)
        trips = longest if isinstance(longest, Expr) else None
    over_loader = any(part.over_loader for part in parts)
    endless = any(part.endless for part in parts)
    return Stream(
        trips,
        unknown_element,
        over_loader=over_loader,
        endless=endless,
        once=Iteration(machine.loop),
    )


@models("itertools.accumulate")
def _accumulate(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the running sums of some numbers."""
    value = arguments.get(0)
    numbers = None if value is None else items_of(value)
    if numbers is None or len(arguments.all()) > 1:
        return Opaque()
    sums: list[AnyValue] = []
    total = Expr.const(0)
    for number in numbers:
        if not isinstance(number, Expr):
            return Opaque()
        total += number
        sums.append(total)
    return ListValue(sums, once=Iteration(machine.loop))


@models("itertools.chain")
def _chain(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _chained(machine, arguments.positional, node)


@models("itertools.chain.from_iterable")
def _flattened(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    parts = None if value is None else items_of(value)
    if parts is not None:
        return _chained(machine, parts, node)
    if value is not None:
        escapes.escape(value, "chained with others")
    return Opaque()


def _chained(machine: Machine, values: list[AnyValue], node: cst.Call) -> AnyValue:
    parts = [iteration.iterate(machine, value, node) for value in values]
    trips: Expr | None = Expr.const(0)
    for part in parts:
        trips = None if trips is None or part.trips is None else trips + part.trips
    items: list[AnyValue] | None = []
    for part in parts:
        items = None if items is None or part.items is None else [*items, *part.items]
    if items is None:
        for value in values:
            escapes.escape(value, "chained with others")
    over_loader = any(part.over_loader for part in parts)
    once = Iteration(machine.loop)
    return Stream(trips, unknown_element, items=items, over_loader=over_loader, once=once)


@models("itertools.product")
def _product(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    if arguments.keywords or arguments.open:
        return Opaque()
    parts = [iteration.iterate(machine, value, node) for value in arguments.positional]
    trips: Expr | None = Expr.const(1)
    for part in parts:
        trips = None if trips is None or part.trips is None else trips * part.trips
    items: list[AnyValue] | None = None
    known = [part.items for part in parts if part.items is not None]
    if len(known) == len(parts) and math.prod(map(len, known)) <= machine.limits.unrolled:
        items = [ListValue(list(row), kind="tuple") for row in itertools.product(*known)]
    over_loader = any(part.over_loader for part in parts)
    once = Iteration(machine.loop)
    return Stream(trips, unknown_element, over_loader=over_loader, items=items, once=once)
