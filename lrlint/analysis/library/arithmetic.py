"""Arithmetic: `int`, `round`, `min`, `sum`, ``math`` and numpy's functions of the same names."""

from __future__ import annotations

import math
from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import escapes, operators, tables
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import (
    apply,
    compute,
    from_python,
    items_of,
    length_of,
    plain,
    to_number,
)
from lrlint.analysis.interpreter.truths import as_value, relation
from lrlint.analysis.library.registry import Model, models
from lrlint.analysis.model.value_queries import is_local
from lrlint.analysis.model.values import NONE, AnyValue, Const, ListValue, Opaque, Sized
from lrlint.symbolic import Expr, Strength, ceil, floor, maximum, minimum, rounded, truncate


def _rounding(operation: Callable[[Expr], Expr]) -> Model:
    """Return a model of a function that rounds a number or the number in a text."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        value = arguments.get(0)
        if isinstance(value, Const) and isinstance(value.value, str):
            return _parsed(machine, value)
        number = to_number(machine, value)
        return Opaque() if number is None else compute(operation, number)

    return model


def _parsed(machine: Machine, text: Const) -> AnyValue:
    """Return the number that a text spells, with the name and the strength of the text."""
    try:
        value = float(str(text.value))
    except ValueError:
        return Opaque()
    if not math.isfinite(value):
        return Const(value)
    if text.path is not None and text.strength is not Strength.CONSTANT:
        number = int(value) if value.is_integer() else value
        return machine.named_number(text.path, number, Strength.DEFAULT)
    return from_python(int(value) if value.is_integer() else value)


@models("builtins.divmod")
def _divmod(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    left, right = arguments.get(0), arguments.get(1)
    if left is None or right is None:
        return Opaque()
    kinds = (cst.FloorDivide, cst.Modulo)
    parts = [operators.apply(machine, kind, left, right) for kind in kinds]
    return ListValue(parts, kind="tuple")


@models("builtins.round")
def _round(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    number = to_number(machine, value)
    if number is None:
        return Opaque(measured=isinstance(value, Opaque) and value.measured)
    digits = arguments.get(1, "ndigits")
    if digits is None:
        return compute(rounded, number)
    if number.is_constant and number.value is not None and isinstance(digits, Expr):
        places = digits.value
        if isinstance(places, int):
            return from_python(round(number.value, places))
    return number


@models("builtins.float")
def _float(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _parsed(machine, value)
    number = to_number(machine, value)
    if number is None:
        return Opaque(measured=_is_measured(value), local=is_local(value))
    return number if number.value is None else number.with_value(float(number.value))


def _is_measured(value: AnyValue | None) -> bool:
    return isinstance(value, Opaque) and value.measured


def _extreme(operation: Callable[..., Expr]) -> Model:
    """Return a model of `min` or `max`, of several arguments or of the items of one."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        values = arguments.positional
        for function in arguments.keywords.values():
            escapes.escape(function, f"passed to {machine.unit.code(node.func)}(…)")
        if len(values) == 1:
            values = items_of(values[0]) or []
        numbers = [to_number(machine, value) for value in values]
        if not numbers or any(number is None for number in numbers):
            for value in arguments.positional:
                escapes.escape(value, f"chosen by {machine.unit.code(node.func)}(…)")
            return apply(machine, operation.__name__[:3], *values)
        return compute(operation, *(number for number in numbers if number is not None))

    return model


@models("builtins.sum")
def _sum(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    items = None if value is None else items_of(value)
    numbers = [to_number(machine, item) for item in items or []]
    if items is None or any(number is None for number in numbers):
        return Opaque(measured=bool(machine.loops), local=is_local(value))
    total = Expr.const(0)
    for number in numbers:
        assert number is not None
        total = total + number
    return total


@models("builtins.abs")
def _abs(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = to_number(machine, arguments.get(0))
    if number is None or number.value is None:
        return apply(machine, "abs", *arguments.positional)
    return number if number.value >= 0 else -number


def of_math(function: Callable[..., float]) -> Model:
    """Return a model of a function of ``math``, of constants or of what changes in a loop."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        numbers = [plain(value) for value in arguments.positional]
        if None in numbers or not all(
            isinstance(value, Expr) and value.is_constant for value in arguments.positional
        ):
            if len(numbers) != 1:
                return Opaque()
            return apply(machine, function.__name__, *arguments.positional)
        try:
            return from_python(function(*numbers))
        except (ValueError, OverflowError, TypeError, ZeroDivisionError):
            return Opaque()

    return model


@models("builtins.pow", "math.pow", "numpy.power")
def _power(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    base, exponent = (to_number(machine, arguments.get(position)) for position in (0, 1))
    if base is None or exponent is None:
        return Opaque()
    power = compute(lambda: base**exponent)
    return power if isinstance(power, Expr) else apply(machine, "**", base, exponent)


@models("numpy.clip")
def _clip(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0, "a")
    for model, bound in (
        (_extreme(maximum), arguments.get(1, "a_min") or arguments.keywords.get("min")),
        (_extreme(minimum), arguments.get(2, "a_max") or arguments.keywords.get("max")),
    ):
        if value is not None and bound is not None and bound != NONE:
            value = model(machine, Arguments([value, bound]), node)
    return value or Opaque()


@models("numpy.interp")
def _interpolated(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a number on the straight lines between points, which are few and increasing."""
    given = arguments.get(1, "xp"), arguments.get(2, "fp")
    at = arguments.get(0, "x")
    rest = arguments.positional[1:]

    def at_each(x: AnyValue) -> AnyValue:
        return _interpolated(machine, Arguments([x, *rest], arguments.keywords), node)

    if isinstance(at, Sized):
        return tables.elementwise(at_each, at)
    if isinstance(at, ListValue):
        return Sized(length_of(machine, at), element=_of_items(at.items or [], at_each))
    places, heights = ([] if value is None else items_of(value) or [] for value in given)
    if not 2 <= len(places) == len(heights) <= _MOST_POINTS or len(arguments.all()) > 3:
        return Opaque(measured=True)
    total = heights[0]
    for i in range(len(places) - 1):
        width = operators.apply(machine, cst.Subtract, places[i + 1], places[i])
        rise = operators.apply(machine, cst.Subtract, heights[i + 1], heights[i])
        run = operators.apply(machine, cst.Subtract, at or NONE, places[i])
        share = operators.apply(machine, cst.Divide, run, width)
        limits = [Expr.const(0), Expr.const(1)]
        share = _clip(machine, Arguments([share, *limits]), node)
        step = operators.apply(machine, cst.Multiply, rise, share)
        total = operators.apply(machine, cst.Add, total, step)
    return total


def _of_items(items: list[AnyValue], function: Callable[[AnyValue], AnyValue]) -> tables.Element:
    """Return what gives the value of a function for the element with an index that is known."""

    def element(index: Expr) -> AnyValue:
        position = index.as_number()
        if not isinstance(position, int) or not 0 <= position < len(items):
            return Opaque()
        return function(items[position])

    return element


_MOST_POINTS = 5
"""Points of a curve of straight lines that is read."""


def _bisection(operator: str) -> Model:
    """Return a model of a function that counts the numbers of a list up to another number."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        row, value = arguments.get(0, "a"), to_number(machine, arguments.get(1, "x"))
        numbers = [to_number(machine, item) for item in (row and items_of(row)) or []]
        marks = [number for number in numbers if number is not None]
        known = [mark.value for mark in marks if mark.value is not None]
        if value is None or len(known) < len(numbers) or known != sorted(known):
            return Opaque()
        if len(arguments.all()) > 2 or not 0 < len(known) <= _MOST_MARKS:
            return Opaque()
        truths = [relation(value, operator, mark) for mark in marks]
        return _sum(machine, Arguments([ListValue([as_value(one) for one in truths])]), node)

    return model


_MOST_MARKS = 12
"""Numbers of a sorted list that are compared one by one."""

models("bisect.bisect", "bisect.bisect_right")(_bisection(">="))
models("bisect.bisect_left")(_bisection(">"))
models("builtins.int")(_rounding(truncate))
models("builtins.min", "numpy.min", "numpy.amin", "numpy.minimum")(_extreme(minimum))
models("builtins.max", "numpy.max", "numpy.amax", "numpy.maximum")(_extreme(maximum))
models("math.floor", "numpy.floor")(_rounding(floor))
models("math.ceil", "numpy.ceil")(_rounding(ceil))
models("math.sqrt", "numpy.sqrt")(of_math(math.sqrt))
for _name in ("log", "log10", "log2", "exp", "cos", "sin", "tan", "tanh"):
    models(f"math.{_name}")(of_math(getattr(math, _name)))
