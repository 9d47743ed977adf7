"""What LR functions of scripts may use of Python and its library, as plain Python functions."""

from __future__ import annotations

import bisect
import collections
import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from lrlint.analysis.interpreter.class_objects import BASES
from lrlint.predict import arrays, tensors
from lrlint.predict.running import LibraryClass, Live, Unreadable

COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
    cst.In: lambda item, container: item in container,
    cst.NotIn: lambda item, container: item not in container,
}
_MATH = (
    *("cos", "sin", "tan", "exp", "log", "log2", "log10", "sqrt", "pow"),
    *("floor", "ceil", "fabs", "tanh", "fmod", "trunc", "prod", "hypot", "radians", "degrees"),
    *("sinh", "cosh", "asin", "acos", "atan", "atan2", "log1p", "expm1", "isclose", "copysign"),
    *("gcd", "comb", "factorial", "erf"),
)


def _type(value: Any) -> Any:
    if not isinstance(value, Live):
        return type(value)
    if value.kind is None:
        raise Unreadable("the type of an object")
    return value.kind


def _is_instance(value: Any, kinds: Any) -> bool:
    """Return ``isinstance(value, kinds)`` of plain types and of schedulers of torch."""
    several = kinds if isinstance(kinds, (list, tuple)) else [kinds]
    of_libraries = [kind for kind in several if isinstance(kind, LibraryClass)]
    if of_libraries and isinstance(value, Live):
        return any(_is_of_class(_type(value).name, kind.name) for kind in of_libraries)
    return isinstance(value, tuple(kind for kind in several if isinstance(kind, type)))


def _is_of_class(name: str, base: str) -> bool:
    return name == base or base.rsplit(".", 1)[-1] in BASES


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "builtins.min": min,
    "builtins.max": max,
    "builtins.abs": abs,
    "builtins.int": int,
    "builtins.float": float,
    "builtins.round": round,
    "builtins.pow": pow,
    "builtins.len": len,
    "builtins.sum": sum,
    "builtins.range": range,
    "builtins.bool": bool,
    "builtins.list": list,
    "builtins.tuple": tuple,
    "builtins.dict": dict,
    "builtins.enumerate": enumerate,
    "builtins.zip": zip,
    "builtins.sorted": sorted,
    "builtins.any": any,
    "builtins.all": all,
    "builtins.isinstance": _is_instance,
    "builtins.type": _type,
    "builtins.divmod": divmod,
    "bisect.bisect": bisect.bisect_right,
    "bisect.bisect_right": bisect.bisect_right,
    "bisect.bisect_left": bisect.bisect_left,
    "collections.Counter": collections.Counter,
    "builtins.map": lambda function, *rows: list(map(function, *rows)),
    "builtins.next": next,
    "builtins.set": set,
    "builtins.reversed": lambda row: list(reversed(row)),
    "functools.reduce": functools.reduce,
    **{f"math.{name}": getattr(math, name) for name in _MATH},
    **arrays.FUNCTIONS,
    **tensors.FUNCTIONS,
}
CONSTANTS: dict[str, Any] = {
    **{f"{module}.pi": math.pi for module in ("math", "numpy")},
    **{f"{module}.e": math.e for module in ("math", "numpy")},
    **{f"{module}.inf": math.inf for module in ("math", "numpy")},
    "math.tau": math.tau,
    **tensors.CONSTANTS,
}
