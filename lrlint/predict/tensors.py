"""Tensors of one number, as LR functions compute with them: ``1 - torch.tensor(t) / 20``.

torch rounds each result to the tensor's type, single precision unless the script says otherwise.
Sums, products, quotients and comparisons are rounded in the same way everywhere, so that they are
computed here. ``torch.cos`` of a single-precision tensor differs in its last digit from one
machine to another, so that it is refused.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable, Mapping
from typing import Any

from lrlint.analysis.model.computed import ELEMENTARY
from lrlint.predict.running import Unreadable

_RANKS = ("bool", "int64", "float32", "float64")
"""The types of tensors, each before those that take its place in a sum."""


class Tensor:
    """A tensor of no dimensions on the CPU."""

    __slots__ = ("dtype", "value")

    def __init__(self, value: Any, dtype: str) -> None:
        self.dtype = dtype
        self.value = _cast(value, dtype)

    # -- what `lrlint.formulas` asks of an LR that is a tensor

    def clone(self) -> Tensor:
        return Tensor(self.value, self.dtype)

    def fill_(self, value: Any) -> Tensor:
        self.value = _cast(_plain(value), self.dtype)
        return self

    # -- conversions

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        if self.dtype not in ("int64", "bool"):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    # -- operators

    def __add__(self, other: Any) -> Tensor:
        return _arithmetic(operator.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Tensor:
        return _arithmetic(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _arithmetic(operator.sub, other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _arithmetic(operator.mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Tensor:
        return _arithmetic(operator.truediv, _floating(self), other)

    def __rtruediv__(self, other: Any) -> Tensor:
        reciprocal = _arithmetic(operator.truediv, 1, _floating(self))
        return reciprocal.__mul__(other)  # as torch computes it

    def __floordiv__(self, other: Any) -> Tensor:
        return _arithmetic(operator.floordiv, self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return _arithmetic(operator.floordiv, other, self)

    def __mod__(self, other: Any) -> Tensor:
        return _arithmetic(operator.mod, self, other)

    def __pow__(self, other: Any) -> Tensor:
        return power(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return power(other, self)

    def __neg__(self) -> Tensor:
        return Tensor(-self.value, self.dtype)

    def __abs__(self) -> Tensor:
        return Tensor(abs(self.value), self.dtype)

    def __lt__(self, other: Any) -> Tensor:
        return _comparison(operator.lt, self, other)

    def __le__(self, other: Any) -> Tensor:
        return _comparison(operator.le, self, other)

    def __gt__(self, other: Any) -> Tensor:
        return _comparison(operator.gt, self, other)

    def __ge__(self, other: Any) -> Tensor:
        return _comparison(operator.ge, self, other)

    def __eq__(self, other: object) -> Any:
        return _comparison(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _comparison(operator.ne, self, other)

    __hash__ = None  # type: ignore[assignment]  # equality gives a tensor, as in torch

    def __repr__(self) -> str:
        return f"tensor({self.value})"


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Tensor) else value


def _cast(value: Any, dtype: str) -> Any:
    if dtype == "float32":
        try:
            return float(struct.unpack("f", struct.pack("f", value))[0])
        except OverflowError:
            raise Unreadable("a number too large for a tensor") from None
    return {"float64": float, "int64": int, "bool": bool}[dtype](value)


def _dtype_of(value: Any) -> str:
    """Return the type of the tensor that torch makes of a Python number."""
    match value:
        case Tensor(dtype=dtype):
            return str(dtype)
        case bool():
            return "bool"
        case int():
            return "int64"
        case float():
            return "float32"
    raise Unreadable(f"a tensor with a {type(value).__name__}")


def _common(left: Any, right: Any) -> str:
    """Return the type that torch computes with for two operands.

    A Python number counts only where it is of another kind: ``torch.tensor(1) * 0.5``.
    """
    types = [_dtype_of(left), _dtype_of(right)]
    return max(types, key=_RANKS.index)


def _floating(tensor: Any) -> Tensor:
    dtype = _dtype_of(tensor)
    return Tensor(_plain(tensor), dtype if dtype.startswith("float") else "float32")


_DIVISIONS = (operator.truediv, operator.floordiv, operator.mod)


def _arithmetic(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Tensor:
    dtype = _common(left, right)
    if dtype == "bool":
        raise Unreadable("arithmetic of truth values")
    operands = (_cast(_plain(left), dtype), _cast(_plain(right), dtype))
    if operands[1] == 0 and operation in _DIVISIONS:
        raise Unreadable("a tensor divided by 0")
    if dtype == "float32" and operation is operator.floordiv:
        raise Unreadable("// of a single-precision tensor")
    return Tensor(operation(*operands), dtype)


def _comparison(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Tensor:
    dtype = _common(left, right)
    return Tensor(operation(_cast(_plain(left), dtype), _cast(_plain(right), dtype)), "bool")


def power(base: Any, exponent: Any) -> Tensor:
    """Return ``base ** exponent``."""
    dtype = _common(base, exponent)
    left, right = _plain(base), _plain(exponent)
    if dtype == "float32":
        if isinstance(exponent, Tensor) or right not in (1, 2):
            raise Unreadable("a power of a single-precision tensor")
        return Tensor(_cast(left, dtype) ** int(right), dtype)
    if (left == 0 and right < 0) or (left < 0 and right != int(right)) or right < 0 <= left < 0:
        raise Unreadable("a power that is not a number")
    if dtype == "int64" and right < 0:
        raise Unreadable("a negative power of an integer tensor")
    return Tensor(left**right, dtype)


# -- functions and methods


def tensor(data: Any, dtype: Any = None, device: Any = "cpu", requires_grad: bool = False) -> Any:
    """Return ``torch.tensor(data)``; of a list, the elements as tensors."""
    if device != "cpu":
        raise Unreadable("a tensor on another device")
    if isinstance(data, (list, tuple)):
        kinds = [_dtype_of(item) for item in data]
        kind = dtype or max(kinds, key=_RANKS.index, default="float32")
        return Row([Tensor(_plain(item), kind) for item in data])
    return Tensor(_plain(data), dtype or _dtype_of(data))


class Row:
    """A tensor of one dimension whose elements alone are read."""

    def __init__(self, items: list[Tensor]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Tensor:
        if isinstance(index, slice):
            raise Unreadable("a slice of a tensor")
        return self.items[operator.index(index)]


def _elementary(name: str, function: Callable[[float], float]) -> Callable[[Any], Tensor]:
    def compute(tensor: Any) -> Tensor:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor")
        if tensor.dtype != "float64":
            raise _differs(name)
        try:
            return Tensor(function(tensor.value), "float64")
        except (ValueError, OverflowError):
            raise Unreadable(f"torch.{name}({tensor.value})") from None

    return compute


def _differs(name: str) -> Unreadable:
    return Unreadable(f"torch.{name}() in single precision, which machines round differently")


def _rounding(function: Callable[[float], int]) -> Callable[[Any], Tensor]:
    return lambda tensor: Tensor(float(function(_own(tensor).value)), tensor.dtype)


def _own(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError("argument 'input' (position 1) must be Tensor")
    return value


def clamp(tensor: Any, min: Any = None, max: Any = None) -> Tensor:
    """Return ``torch.clamp(tensor, min, max)``."""
    result = _own(tensor)
    if min is not None:
        result = larger(result, min)
    return result if max is None else smaller(result, max)


def larger(one: Any, other: Any) -> Tensor:
    """Return the larger of two numbers."""
    return _arithmetic(max, one, other)


def smaller(one: Any, other: Any) -> Tensor:
    """Return the smaller of two numbers."""
    return _arithmetic(min, one, other)


def _of_two_tensors(function: Callable[[Any, Any], Tensor]) -> Callable[[Any, Any], Tensor]:
    return lambda one, other: function(_own(one), _own(other))


def where(condition: Any, yes: Any, no: Any) -> Tensor:
    """Return ``torch.where(condition, yes, no)``."""
    dtype = _common(yes, no)
    return Tensor(_plain(yes if _own(condition) else no), dtype)


def lerp(start: Any, end: Any, weight: Any) -> Tensor:
    """Return ``torch.lerp(start, end, weight)``."""
    first, last = _own(start), _own(end)
    if first.dtype != "float64" or last.dtype != "float64":
        raise _differs("lerp")
    distance: Tensor = (last - first) * _plain(weight)
    return first + distance


def _to(tensor: Tensor, *targets: Any, dtype: Any = None, device: Any = "cpu") -> Tensor:
    for target in targets:
        if target in _RANKS:
            dtype = target
        else:
            device = target
    if device != "cpu":
        raise Unreadable("a tensor on another device")
    return Tensor(tensor.value, dtype or tensor.dtype)


_ELEMENTARY: Mapping[str, Callable[[float], float]] = {
    **ELEMENTARY,
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "rsqrt": lambda x: 1.0 / math.sqrt(x),
}
_OF_TENSORS: Mapping[str, Callable[..., Any]] = {
    **{name: _elementary(name, function) for name, function in _ELEMENTARY.items()},
    "floor": _rounding(math.floor),
    "ceil": _rounding(math.ceil),
    "round": _rounding(round),
    "abs": lambda tensor: abs(_own(tensor)),
    "relu": lambda tensor: larger(_own(tensor), 0),
    "clamp": clamp,
    "clip": clamp,
    **dict.fromkeys(("min", "minimum"), _of_two_tensors(smaller)),
    **dict.fromkeys(("max", "maximum"), _of_two_tensors(larger)),
    "pow": power,
    "lerp": lerp,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"torch.{name}": function for name, function in _OF_TENSORS.items()},
    "torch.nn.functional.relu": _OF_TENSORS["relu"],
    "torch.tensor": tensor,
    "torch.as_tensor": tensor,
    "torch.scalar_tensor": tensor,
    "torch.where": where,
}
"""Functions of torch, by their qualified names."""
CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("torch.float32", "torch.float"), "float32"),
    **dict.fromkeys(("torch.float64", "torch.double"), "float64"),
    **dict.fromkeys(("torch.int64", "torch.long"), "int64"),
    "torch.pi": math.pi,
    "torch.e": math.e,
}
_METHODS: Mapping[str, Callable[..., Any]] = {
    **_OF_TENSORS,
    "item": lambda tensor: tensor.value,
    "tolist": lambda tensor: tensor.value,
    "float": lambda tensor: Tensor(tensor.value, "float32"),
    "double": lambda tensor: Tensor(tensor.value, "float64"),
    "long": lambda tensor: Tensor(tensor.value, "int64"),
    "clamp_min": larger,
    "clamp_max": smaller,
    "to": _to,
    **dict.fromkeys(("cpu", "detach", "clone", "squeeze"), lambda tensor: tensor.clone()),
}


def method(tensor: Tensor, name: str) -> Callable[..., Any] | None:
    """Return a method of a tensor; None where it is not modelled."""
    function = _METHODS.get(name)
    if function is None:
        return None
    return lambda *arguments, **keywords: function(tensor, *arguments, **keywords)
