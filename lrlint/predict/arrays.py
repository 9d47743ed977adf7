"""numpy as LR functions use it: functions of numbers, and arrays of one dimension.

A number of numpy's is a Python number here, which rounds alike.
"""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lrlint.analysis.model.computed import ELEMENTARY
from lrlint.predict.running import Unreadable


class Array:
    """An array of one dimension."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = list(items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Array(self.items[index])
        return self.items[operator.index(index)]

    def __bool__(self) -> bool:
        raise Unreadable("the truth value of an array")

    def __neg__(self) -> Array:
        return Array(-item for item in self.items)

    def __contains__(self, value: Any) -> bool:
        return value in self.items


def _binary(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Array]:
    return lambda left, right: Array(itertools.starmap(operation, _pairs(left, right)))


def _pairs(*operands: Any) -> Iterable[tuple[Any, ...]]:
    """Return the operands element by element; a number belongs to each element of the arrays."""
    sizes = {len(operand.items) for operand in operands if isinstance(operand, Array)}
    if len(sizes) != 1:
        raise Unreadable("arrays of different lengths")
    (size,) = sizes
    rows = [o.items if isinstance(o, Array) else [o] * size for o in operands]
    return zip(*rows, strict=True)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _operation = _binary(getattr(operator, _name))
    setattr(Array, f"__{_name}__", _operation)
    setattr(Array, f"__r{_name}__", lambda self, other, call=_operation: call(other, self))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Array, f"__{_name}__", _binary(getattr(operator, _name)))


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numbers that also takes arrays."""

    def compute(*operands: Any) -> Any:
        rows = [Array(o) if isinstance(o, (list, tuple)) else o for o in operands]
        try:
            if any(isinstance(row, Array) for row in rows):
                return Array(function(*items) for items in _pairs(*rows))
            return function(*rows)
        except (ValueError, ArithmeticError) as error:  # numpy gives inf or nan
            raise Unreadable(f"a function of numpy: {error}") from error

    return compute


def _items(values: Any) -> list[Any]:
    return values.items if isinstance(values, Array) else list(values)


def _array(values: Any, dtype: Any = float) -> Any:
    if dtype is not float:
        raise Unreadable("an array of another type")
    if not isinstance(values, (list, tuple, Array)):
        return values
    items = _items(values)
    if any(isinstance(item, (list, tuple, Array)) for item in items):
        raise Unreadable("an array of two dimensions")
    return Array(items)


def _linspace(start: float, stop: float, num: int = 50, endpoint: bool = True) -> Array:
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else math.nan
    items = [i * step + start for i in range(num)]
    if endpoint and num > 1:
        items[-1] = float(stop)
    return Array(items if parts > 0 else [float(start)] * num)


def _interp(x: Any, xp: Any, fp: Any, left: float | None = None, right: float | None = None) -> Any:
    """Return ``numpy.interp(x, xp, fp)``."""
    at, values = _items(xp), _items(fp)

    def value(x: float) -> float:
        if x < at[0]:
            return float(values[0] if left is None else left)
        if x > at[-1]:
            return float(values[-1] if right is None else right)
        if x == at[-1]:
            return float(values[-1])
        low = bisect.bisect_right(at, x) - 1
        slope = (values[low + 1] - values[low]) / (at[low + 1] - at[low])
        return float(slope * (x - at[low]) + values[low])

    return _elementwise(value)(x)


def _clip(
    x: Any, low: Any = None, high: Any = None, *, a_min: Any = None, a_max: Any = None
) -> Any:
    """Return ``numpy.clip(x, low, high)``."""
    least, most = (a_min if low is None else low), (a_max if high is None else high)
    if least is not None:
        x = _elementwise(max)(x, least)
    return x if most is None else _elementwise(min)(x, most)


def _searchsorted(values: Any, x: Any, side: str = "left") -> Any:
    find = bisect.bisect_left if side == "left" else bisect.bisect_right
    return _elementwise(lambda number: find(_items(values), number))(x)


def _digitize(x: Any, bins: Any, right: bool = False) -> Any:
    return _searchsorted(bins, x, side="left" if right else "right")


def _rounded(x: Any, decimals: int = 0) -> Any:
    if decimals < 0 or decimals > 15:
        raise Unreadable("numpy.round() to so many digits")
    scale = 10.0**decimals
    return _elementwise(lambda number: round(number * scale) / scale)(x)


_OF_NUMBERS: Mapping[str, Callable[..., Any]] = {
    **ELEMENTARY,
    "log1p": math.log1p,
    "hypot": math.hypot,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "deg2rad": math.radians,
    "radians": math.radians,
    "minimum": min,
    "maximum": max,
    "mod": operator.mod,
    "abs": abs,
    "where": lambda condition, yes, no: yes if condition else no,
    "heaviside": lambda x, middle: float(middle) if x == 0 else float(x > 0),
}


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and exponent < 0:
        raise Unreadable("a negative power of an integer of numpy")
    return operator.pow(base, exponent)


_OF_ARRAYS: Mapping[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "mean": lambda items: sum(items) / len(items),
    "prod": math.prod,
    "any": any,
    "all": all,
    "argmax": lambda items: items.index(max(items)),
    "count_nonzero": lambda items: sum(map(bool, items)),
}


def _of_array(function: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    return lambda values: function(_items(values))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"numpy.{name}": _elementwise(function) for name, function in _OF_NUMBERS.items()},
    **{f"numpy.{name}": _of_array(function) for name, function in _OF_ARRAYS.items()},
    "numpy.power": _elementwise(_power),
    "numpy.array": _array,
    "numpy.asarray": _array,
    "numpy.linspace": _linspace,
    "numpy.arange": lambda *bounds: Array(range(*bounds)),
    "numpy.concatenate": lambda rows: Array(item for row in rows for item in _items(row)),
    "numpy.cumsum": lambda values: Array(itertools.accumulate(_items(values))),
    "numpy.interp": _interp,
    "numpy.clip": _clip,
    "numpy.searchsorted": _searchsorted,
    "numpy.digitize": _digitize,
    "numpy.round": _rounded,
    "numpy.float64": float,
}
"""Functions of numpy, by their qualified names."""


def method(array: Array, name: str) -> Callable[..., Any] | None:
    """Return a method of an array; None where it is not modelled."""
    if name == "tolist":
        return lambda: list(array.items)
    function = _OF_ARRAYS.get(name)
    return None if function is None else lambda: function(array.items)
