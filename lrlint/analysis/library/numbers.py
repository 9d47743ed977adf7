"""Numbers: `int`, `round`, `min`, `sum`, ``math`` and their namesakes of numpy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from lrlint.analysis import numeric
from lrlint.analysis.library.registry import Model
from lrlint.analysis.values import (
    AnyValue,
    Const,
    Opaque,
)
from lrlint.symbolic import Expr, Strength, ceil, floor, maximum, minimum, rounded, truncate
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter


def _rounding(operation: Callable[[Expr], Expr]) -> Model:
    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
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


def _round(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
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


def _float(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _parsed(at, value)
    number = numeric.to_number(at, value)
    if number is None:
        return Opaque(measured=_is_measured(value))
    return number if number.value is None else number.with_value(float(number.value))


def _is_measured(value: AnyValue | None) -> bool:
    return isinstance(value, Opaque) and value.measured


def _extreme(operation: Callable[..., Expr]) -> Model:
    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
        values = arguments.positional
        if len(values) == 1:
            values = numeric.items_of(values[0]) or []
        numbers = [numeric.to_number(at, value) for value in values]
        if not numbers or any(number is None for number in numbers):
            return Opaque(measured=any(_is_measured(value) for value in arguments.positional))
        return numeric.compute(operation, *(number for number in numbers if number is not None))

    return model


def _sum(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
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


def _abs(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    number = numeric.to_number(at, arguments.get(0))
    if number is None or number.value is None:
        return Opaque()
    return number if number.value >= 0 else -number


def _math(function: Callable[..., float]) -> Model:
    """A function of ``math`` on numbers that are all constant."""

    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
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


def _power(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    base, exponent = (numeric.to_number(at, arguments.get(position)) for position in (0, 1))
    if base is None or exponent is None:
        return Opaque()
    return numeric.compute(lambda: base**exponent)


MODELS: dict[str, Model] = {
    "builtins.int": _rounding(truncate),
    "builtins.float": _float,
    "builtins.round": _round,
    "builtins.abs": _abs,
    "builtins.min": _extreme(minimum),
    "builtins.max": _extreme(maximum),
    "builtins.sum": _sum,
    "builtins.pow": _power,
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
}
