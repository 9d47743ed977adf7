"""Sequences and functions: `range`, `len`, `zip`, `list`…, ``functools`` and ``itertools``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import attributes, comparisons, escapes, expressions, numeric, streams
from lrlint.analysis.library.registry import Model
from lrlint.analysis.values import (
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    ListValue,
    Opaque,
    Partial,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, ceil, minimum
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter


def _stream_of(at: Interpreter, arguments: Arguments, node: syn.Call) -> Stream | None:
    value = arguments.get(0) or next(iter(arguments.keywords.values()), None)
    if value is None:
        return None
    argument = node.args[0].value if node.args else node
    return streams.iterate(at, value, argument)


def _range(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    numbers = [numeric.to_number(at, value) for value in arguments.positional]
    zero, one = Expr.const(0), Expr.const(1)
    match numbers:
        case [stop]:
            start, step = zero, one
        case [start, stop]:
            step = one
        case [start, stop, step]:
            pass
        case _:
            return Stream(None, _unknown)
    text = at.unit.code(node)
    if start is None or step is None:
        return Stream(None, _unknown, text=text)
    first, by = start, step
    trips: AnyValue | None = None
    if stop is not None:
        gap = stop - first
        trips = gap if by.as_number() == 1 else numeric.compute(lambda: ceil(gap / by))
    if isinstance(trips, Expr) and trips.value is not None and trips.value < 0:
        trips = zero
    return Stream(
        trips if isinstance(trips, Expr) else None, lambda index: first + index * by, text=text
    )


def _unknown(_: Expr) -> AnyValue:
    return Opaque()


def _len(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Opaque()
    length = numeric.length_of(at, value)
    if length is None and node.args:
        length = numeric.length_atom(at, at.unit.code(node.args[0].value))
    return Opaque() if length is None else length


def _enumerate(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    inner = _stream_of(at, arguments, node)
    if inner is None:
        return Opaque()
    start = arguments.get(1, "start")
    first = Expr.const(0) if start is None else numeric.to_number(at, start) or Expr.const(0)
    items: list[AnyValue] | None = None
    if inner.items is not None and streams.worth_unrolling(at, inner.items):
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
    )


def _zip(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    parts = [streams.iterate(at, value, node) for value in arguments.positional]
    if not parts:
        return Opaque()
    known = [part.trips for part in parts if not part.endless]
    trips: Expr | None = None
    if known and all(length is not None for length in known):
        shortest = numeric.compute(minimum, *(length for length in known if length is not None))
        trips = shortest if isinstance(shortest, Expr) else None
    items: list[AnyValue] | None = None
    if all(streams.worth_unrolling(at, part.items or []) for part in parts):
        items = [
            ListValue(list(row), kind="tuple")
            for row in zip(*(part.items or [] for part in parts), strict=False)
        ]
    return Stream(
        trips,
        lambda index: ListValue([part.element(index) for part in parts], kind="tuple"),
        text=next((part.text for part in parts if part.over_loader), parts[0].text),
        over_loader=any(part.over_loader for part in parts),
        endless=all(part.endless for part in parts),
        items=items,
    )


def _pass_on(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    return Opaque() if value is None else value


def _as_list(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return ListValue([], home=at.loop)
    if isinstance(value, ListValue) and value.items is not None:
        return ListValue(list(value.items), home=at.loop)
    if isinstance(value, (ListValue, Sized)):
        return value
    stream = streams.iterate(at, value, node)
    if stream.items is not None:
        return ListValue(list(stream.items), home=at.loop)
    trips = stream.trips
    if (
        trips is not None
        and isinstance(trips.value, int)
        and (0 <= trips.value <= at.limits.unrolled and not stream.over_loader)
    ):
        items = [stream.element(Expr.const(i)) for i in range(trips.value)]
        return ListValue(items, source=stream, home=at.loop)
    # A long list of numbers is as good as the range that it was made of.
    return stream if isinstance(value, Stream) else ListValue(None, length=trips)


def _sorted(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    items = None if value is None else numeric.items_of(value)
    numbers = [item.value for item in items or [] if isinstance(item, Expr)]
    if items is not None and len(numbers) == len(items) and None not in numbers:
        ordered = sorted(items, key=lambda item: numeric.plain(item) or 0)
        return ListValue(list(ordered))
    return ListValue(None, length=None if value is None else numeric.length_of(at, value))


def _dict(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    result = DictValue(Store(), complete=not arguments.open)
    first = arguments.get(0)
    if isinstance(first, (ListValue, Stream)):
        first = _of_pairs(at, first, node)
    if isinstance(first, DictValue):
        result.store.data.update(first.store.data)
        result.complete = result.complete and first.complete
    elif first is not None:
        result.complete = False
    for key, value in arguments.keywords.items():
        result.store.data[key] = value
    at.dicts.append(result)
    return result


def _of_pairs(at: Interpreter, pairs: AnyValue, node: syn.Call) -> DictValue:
    stream = streams.iterate(at, pairs, node)
    if stream.items is not None:
        return attributes.dict_of_pairs(at, stream.items)
    one = stream.element(Expr.atom(at.index_atom("i")))
    return attributes.dict_of_pairs(at, [one], complete=False)


def _bool(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Const(False)
    return expressions.as_value(comparisons.truthiness(at, value, node))


def _next(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return Opaque(measured=True)


def _exit(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return Const(SystemExit)


def _map(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    from lrlint.analysis import calls

    function, value = arguments.get(0), arguments.get(1)
    items = None if value is None else numeric.items_of(value)
    if function is not None and items is not None and len(items) <= 64:
        return ListValue(
            [calls.call(at, function, calls.Arguments([item]), node) for item in items]
        )
    return ListValue(None, length=None if value is None else numeric.length_of(at, value))


def _partial(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    if not arguments.positional:
        return Opaque()
    function, *rest = arguments.positional
    if isinstance(function, (FunctionValue, ClassValue, External, Partial)) or (
        isinstance(function, Opaque) and function.external is not None
    ):
        return Partial(function, tuple(rest), dict(arguments.keywords))
    return Opaque()


def _islice(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    inner = _stream_of(at, arguments, node)
    if inner is None:
        return Opaque()
    bounds = [numeric.to_number(at, value) for value in arguments.positional[1:]]
    trips: AnyValue | None = None
    if len(bounds) == 1 and bounds[0] is not None:
        # Shorter than the whole, or the whole: the smaller of the two where both are known.
        trips = (
            bounds[0]
            if inner.endless or inner.trips is None
            else numeric.compute(minimum, bounds[0], inner.trips)
        )
    return Stream(
        trips if isinstance(trips, Expr) else None,
        inner.element,
        text=inner.text,
        over_loader=inner.over_loader,
    )


def _endless(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    """``itertools.cycle`` and ``itertools.count``."""
    inner = _stream_of(at, arguments, node)
    name = at.unit.code(node.func)
    if name.endswith("count"):
        start = numeric.to_number(at, arguments.get(0, "start")) if arguments.all() else None
        first = start or Expr.const(0)
        return Stream(None, lambda index: first + index, text=f"{name}()", endless=True)
    over_loader = inner is not None and inner.over_loader
    return Stream(None, _unknown, text=name, over_loader=over_loader, endless=True)


def _chain(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    parts = [streams.iterate(at, value, node) for value in arguments.positional]
    trips: Expr | None = Expr.const(0)
    for part in parts:
        trips = None if trips is None or part.trips is None else trips + part.trips
    items: list[AnyValue] | None = []
    for part in parts:
        items = None if items is None or part.items is None else [*items, *part.items]
    if items is None:
        for value in arguments.positional:
            escapes.escape(value, "chained with others")
    over_loader = any(part.over_loader for part in parts)
    return Stream(trips, _unknown, items=items, over_loader=over_loader)


MODELS: dict[str, Model] = {
    "builtins.range": _range,
    "builtins.len": _len,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.iter": _pass_on,
    "builtins.reversed": _pass_on,
    "builtins.list": _as_list,
    "builtins.tuple": _as_list,
    "builtins.sorted": _sorted,
    "builtins.dict": _dict,
    "builtins.bool": _bool,
    "builtins.next": _next,
    "builtins.map": _map,
    "builtins.exit": _exit,
    "builtins.quit": _exit,
    "sys.exit": _exit,
    "os._exit": _exit,
    "functools.partial": _partial,
    "itertools.islice": _islice,
    "itertools.cycle": _endless,
    "itertools.count": _endless,
    "itertools.chain": _chain,
}
