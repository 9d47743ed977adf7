"""Python's builtins, ``math``, ``functools`` and ``itertools``."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis import attributes, comparisons, expressions, numeric, streams
from lrlint.analysis.conditions import Condition, Flag
from lrlint.analysis.library.registry import Model
from lrlint.analysis.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    OptimizerValue,
    Partial,
    SchedulerValue,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, Strength, ceil, floor, maximum, minimum, rounded, truncate

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter


def _stream_of(at: Interpreter, arguments: Arguments, node: cst.Call) -> Stream | None:
    value = arguments.get(0) or next(iter(arguments.keywords.values()), None)
    if value is None:
        return None
    argument = node.args[0].value if node.args else node
    return streams.iterate(at, value, argument)


def _range(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
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


def _len(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Opaque()
    length = numeric.length_of(at, value)
    if length is None and node.args:
        length = numeric.length_atom(at, at.unit.code(node.args[0].value))
    return Opaque() if length is None else length


def _enumerate(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
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


def _zip(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
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


def _pass_on(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    return Opaque() if value is None else value


def _as_list(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
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


def _sorted(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    items = None if value is None else numeric.items_of(value)
    numbers = [item.value for item in items or [] if isinstance(item, Expr)]
    if items is not None and len(numbers) == len(items) and None not in numbers:
        ordered = sorted(items, key=lambda item: numeric.plain(item) or 0)
        return ListValue(list(ordered))
    return ListValue(None, length=None if value is None else numeric.length_of(at, value))


def _dict(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    result = DictValue(Store(), complete=not arguments.open)
    first = arguments.get(0)
    if isinstance(first, DictValue):
        result.store.data.update(first.store.data)
        result.complete = result.complete and first.complete
    elif first is not None:
        result.complete = False
    for key, value in arguments.keywords.items():
        result.store.data[key] = value
    at.dicts.append(result)
    return result


def _rounding(operation: Callable[[Expr], Expr]) -> Model:
    def model(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
        value = arguments.get(0)
        if isinstance(value, Const) and isinstance(value.value, str):
            return _parsed(at, value)
        number = numeric.to_number(at, value)
        return Opaque() if number is None else numeric.compute(operation, number)

    return model


def _parsed(at: Interpreter, text: Const) -> AnyValue:
    try:
        value = float(str(text.value))
    except ValueError:
        return Opaque()
    if text.path is not None and text.strength is not Strength.CONSTANT:
        number = int(value) if value.is_integer() else value
        return at.named_number(text.path, number, Strength.DEFAULT)
    return numeric.from_python(int(value) if value.is_integer() else value)


def _round(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = numeric.to_number(at, arguments.get(0))
    if number is None:
        return Opaque()
    digits = arguments.get(1, "ndigits")
    if digits is None:
        return numeric.compute(rounded, number)
    if number.is_constant and number.value is not None and isinstance(digits, Expr):
        places = digits.value
        if isinstance(places, int):
            return numeric.from_python(round(number.value, places))
    return number


def _float(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _parsed(at, value)
    number = numeric.to_number(at, value)
    return number if number is not None else Opaque(measured=_is_measured(value))


def _is_measured(value: AnyValue | None) -> bool:
    return isinstance(value, Opaque) and value.measured


def _extreme(operation: Callable[..., Expr]) -> Model:
    def model(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
        values = arguments.positional
        if len(values) == 1:
            values = numeric.items_of(values[0]) or []
        numbers = [numeric.to_number(at, value) for value in values]
        if not numbers or any(number is None for number in numbers):
            return Opaque(measured=any(_is_measured(value) for value in arguments.positional))
        return numeric.compute(operation, *(number for number in numbers if number is not None))

    return model


def _sum(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    items = None if value is None else numeric.items_of(value)
    numbers = [numeric.to_number(at, item) for item in items or []]
    if items is None or any(number is None for number in numbers):
        return Opaque(measured=bool(at.loops))
    total = Expr.const(0)
    for number in numbers:
        assert number is not None
        total = total + number
    return total


def _abs(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = numeric.to_number(at, arguments.get(0))
    if number is None or number.value is None:
        return Opaque()
    return number if number.value >= 0 else -number


def _math(function: Callable[..., float]) -> Model:
    """A function of ``math`` on numbers that are all constant."""

    def model(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
        numbers = [numeric.plain(value) for value in arguments.positional]
        if None in numbers or not all(
            isinstance(value, Expr) and value.is_constant for value in arguments.positional
        ):
            return Opaque()
        try:
            return numeric.from_python(function(*numbers))
        except (ValueError, OverflowError, TypeError, ZeroDivisionError):
            return Opaque()

    return model


def _power(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    base, exponent = (numeric.to_number(at, arguments.get(position)) for position in (0, 1))
    if base is None or exponent is None:
        return Opaque()
    return numeric.compute(lambda: base**exponent)


def _getattr(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name = arguments.get(0), arguments.get(1)
    if owner is None:
        return Opaque()
    if isinstance(name, Const) and isinstance(name.value, str):
        found = attributes.get_attribute(at, owner, name.value)
        default = arguments.get(2)
        if default is not None and isinstance(owner, Instance) and isinstance(found, Opaque):
            known = owner.cls is not None and not owner.open
            return default if known and found.path and not found.members else found
        return found
    if isinstance(owner, External) and owner.name.startswith("torch.optim"):
        return External(f"{owner.name}.?")
    return Opaque()


def _setattr(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name, value = (arguments.get(position) for position in range(3))
    if owner is not None and value is not None:
        key = name.value if isinstance(name, Const) and isinstance(name.value, str) else "?"
        attributes.set_attribute(at, owner, key, value, node)
    return NONE


def _hasattr(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name = arguments.get(0), arguments.get(1)
    if isinstance(owner, Choice):
        truths = []
        for condition, item in owner.alternatives:
            inner = dataclasses.replace(arguments, positional=[item, *arguments.positional[1:]])
            value = _hasattr(at, inner, node)
            truths.append((condition, comparisons.truthiness(at, value, node)))
        return expressions.as_value(comparisons.any_alternative(truths))
    if owner == NONE:
        return Const(False)
    if isinstance(name, Const) and isinstance(name.value, str):
        if isinstance(owner, Instance):
            if name.value in owner.store.data or attributes.find_method(at, owner, name.value):
                return Const(True)
            if owner.cls is not None and not owner.open:
                return Const(False)
        if isinstance(owner, (SchedulerValue, OptimizerValue)):
            return Const(name.value in ("step", "state_dict", "load_state_dict", "param_groups"))
    return _open(at, node)


def _isinstance(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value, kind = arguments.get(0), arguments.get(1)
    if value is None or kind is None:
        return Opaque()
    return expressions.as_value(_instance_of(at, value, kind, node))


_CONTAINERS = ("list", "tuple", "dict", "Sequence")


def _instance_of(
    at: Interpreter, value: AnyValue, kind: AnyValue, node: cst.Call
) -> bool | Condition:
    if isinstance(value, Choice):
        return comparisons.any_alternative(
            [(c, _instance_of(at, item, kind, node)) for c, item in value.alternatives]
        )
    if value == NONE:
        return False
    kinds = kind.items if isinstance(kind, ListValue) and kind.items else [kind]
    names = [_class_name(item) for item in kinds]
    if isinstance(value, SchedulerValue):
        law = value.record.law
        if law == "?":
            return Flag(("isinstance", id(value.record), str(names)), at.unit.code(node))
        bases = {"LRScheduler", "_LRScheduler", law}
        if law == "ReduceLROnPlateau":
            bases = {law, "LRScheduler"}
        return any(name in bases for name in names)
    if isinstance(value, OptimizerValue):
        return any(name in ("Optimizer", value.record.class_name) for name in names)
    if isinstance(value, Instance) and value.cls is not None:
        if any(isinstance(item, ClassValue) and _derives(value.cls, item) for item in kinds):
            return True
        if all(isinstance(item, ClassValue) for item in kinds):
            return False
    python = {"int": int, "float": float, "str": str, "bool": bool}
    if isinstance(value, (Expr, Const)):
        plain = value.value
        known = plain is not None or isinstance(value, Const)
        if known and all(name in (*python, *_CONTAINERS) for name in names):
            return any(type(plain) is python.get(name) for name in names)
    if isinstance(value, ListValue) and all(name in (*python, *_CONTAINERS) for name in names):
        return value.kind in names or "Sequence" in names
    if isinstance(value, DictValue):
        return "dict" in names
    return Flag(("isinstance", id(value), str(names)), at.unit.code(node))


def _class_name(value: AnyValue) -> str:
    match value:
        case External(name=name):
            return name.rsplit(".", 1)[-1]
        case ClassValue(name=name):
            return name
        case Opaque(path=str() as path):
            return path.rsplit(".", 1)[-1]
    return ""


def _derives(cls: ClassValue, other: ClassValue, depth: int = 0) -> bool:
    return cls is other or (
        depth < 20
        and any(isinstance(b, ClassValue) and _derives(b, other, depth + 1) for b in cls.bases)
    )


def _open(at: Interpreter, node: cst.Call) -> AnyValue:
    text = at.unit.code(node)
    return expressions.as_value(Flag(("call", text), text))


def _bool(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Const(False)
    return expressions.as_value(comparisons.truthiness(at, value, node))


def _next(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Opaque(measured=True)


def _vars(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Instance):
        return DictValue(value.store, not value.open, value.path, value.setting)
    return Opaque()


def _exit(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Const(SystemExit)


def _map(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    from lrlint.analysis import calls

    function, value = arguments.get(0), arguments.get(1)
    items = None if value is None else numeric.items_of(value)
    if function is not None and items is not None and len(items) <= 64:
        return ListValue(
            [calls.call(at, function, calls.Arguments([item]), node) for item in items]
        )
    return ListValue(None, length=None if value is None else numeric.length_of(at, value))


def _partial(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    if not arguments.positional:
        return Opaque()
    function, *rest = arguments.positional
    if isinstance(function, (FunctionValue, ClassValue, External, Partial)) or (
        isinstance(function, Opaque) and function.external is not None
    ):
        return Partial(function, tuple(rest), dict(arguments.keywords))
    return Opaque()


def _islice(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
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


def _endless(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``itertools.cycle`` and ``itertools.count``."""
    inner = _stream_of(at, arguments, node)
    name = at.unit.code(node.func)
    if name.endswith("count"):
        start = numeric.to_number(at, arguments.get(0, "start")) if arguments.all() else None
        first = start or Expr.const(0)
        return Stream(None, lambda index: first + index, text=f"{name}()", endless=True)
    over_loader = inner is not None and inner.over_loader
    return Stream(None, _unknown, text=name, over_loader=over_loader, endless=True)


def _chain(at: Interpreter, arguments: Arguments, node: cst.Call) -> AnyValue:
    parts = [streams.iterate(at, value, node) for value in arguments.positional]
    trips: Expr | None = Expr.const(0)
    for part in parts:
        trips = None if trips is None or part.trips is None else trips + part.trips
    return Stream(trips, _unknown, over_loader=any(part.over_loader for part in parts))


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
    "builtins.int": _rounding(truncate),
    "builtins.float": _float,
    "builtins.round": _round,
    "builtins.abs": _abs,
    "builtins.min": _extreme(minimum),
    "builtins.max": _extreme(maximum),
    "builtins.sum": _sum,
    "builtins.bool": _bool,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.hasattr": _hasattr,
    "builtins.isinstance": _isinstance,
    "builtins.next": _next,
    "builtins.vars": _vars,
    "builtins.map": _map,
    "builtins.pow": _power,
    "builtins.exit": _exit,
    "builtins.quit": _exit,
    "sys.exit": _exit,
    "os._exit": _exit,
    "math.floor": _rounding(floor),
    "math.ceil": _rounding(ceil),
    "math.pow": _power,
    "numpy.floor": _rounding(floor),
    "numpy.ceil": _rounding(ceil),
    "math.sqrt": _math(math.sqrt),
    "math.log": _math(math.log),
    "math.log10": _math(math.log10),
    "math.log2": _math(math.log2),
    "math.exp": _math(math.exp),
    "math.cos": _math(math.cos),
    "math.sin": _math(math.sin),
    "numpy.sqrt": _math(math.sqrt),
    "functools.partial": _partial,
    "itertools.islice": _islice,
    "itertools.cycle": _endless,
    "itertools.count": _endless,
    "itertools.chain": _chain,
}
