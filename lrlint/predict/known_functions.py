"""What LR functions of scripts may use of Python, ``math`` and numpy, as plain Python functions."""

from __future__ import annotations

import bisect
import collections
import math
import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

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
    *("floor", "ceil", "fabs", "tanh", "fmod", "trunc"),
)
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
    "builtins.isinstance": isinstance,
    "builtins.divmod": divmod,
    "bisect.bisect": bisect.bisect_right,
    "bisect.bisect_right": bisect.bisect_right,
    "bisect.bisect_left": bisect.bisect_left,
    "collections.Counter": collections.Counter,
    "numpy.cos": math.cos,
    "numpy.sin": math.sin,
    "numpy.exp": math.exp,
    "numpy.sqrt": math.sqrt,
    "numpy.log": math.log,
    "numpy.power": pow,
    "numpy.minimum": min,
    "numpy.maximum": max,
    "numpy.clip": lambda x, low, high: min(max(x, low), high),
    "numpy.tanh": math.tanh,
    "numpy.abs": abs,
    "numpy.floor": lambda x: float(math.floor(x)),
    "numpy.ceil": lambda x: float(math.ceil(x)),
    "numpy.log2": math.log2,
    "numpy.log10": math.log10,
    "numpy.mod": operator.mod,
    "numpy.searchsorted": bisect.bisect_left,
    "numpy.array": list,
    "numpy.float64": float,
    **{f"math.{name}": getattr(math, name) for name in _MATH},
}
CONSTANTS = {"math.pi": math.pi, "numpy.pi": math.pi, "math.e": math.e, "math.inf": math.inf}
