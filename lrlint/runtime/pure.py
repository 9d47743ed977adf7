"""Whether a function of the script may be called once more without changing the training.

Told from its bytecode, and by a list of what is known to do no harm: a factor of a ``LambdaLR`` is
nearly always arithmetic on its argument, on constants and on settings.
"""

from __future__ import annotations

import builtins
import dis
import functools
import math
from types import CodeType, FunctionType, ModuleType
from typing import Any

_BUILTINS = frozenset(
    map(id, (abs, all, any, bool, divmod, float, int, len, max, min, pow, range, round, sum, zip))
) | frozenset(map(id, (enumerate, list, reversed, sorted, tuple)))
_MODULES = frozenset({"math", "numpy", "bisect"})
_METHODS = (
    frozenset(dir(math))
    | frozenset({"bisect", "bisect_left", "bisect_right", "clip", "cos", "maximum", "minimum"})
    | frozenset({"power", "interp", "get", "count", "index", "float32", "float64"})
)
_DEEPEST = 4


def is_pure(function: Any) -> bool:
    """Whether calling it has no effect but its value; False where that is not certain."""
    return _harmless(function, _DEEPEST)


def _harmless(function: Any, depth: int) -> bool:
    if isinstance(function, functools.partial):
        return _harmless(function.func, depth)
    if not isinstance(function, FunctionType) or depth == 0:
        return False
    return _code_harmless(function.__code__, function, depth)


def _code_harmless(code: CodeType, function: FunctionType, depth: int) -> bool:
    if code.co_flags & 0x2A0:  # generators and coroutines
        return False
    for one in dis.get_instructions(code):
        name = one.opname
        if name.startswith(("STORE_GLOBAL", "STORE_ATTR", "STORE_SUBSCR", "DELETE")):
            return False
        if name == "STORE_DEREF" and one.argval in code.co_freevars:
            return False
        if name.startswith(("IMPORT", "LOAD_BUILD_CLASS", "RAISE", "YIELD")):
            return False
        if name in ("LOAD_GLOBAL", "LOAD_NAME") and not _known(one.argval, function, depth):
            return False
        called = name == "LOAD_METHOD" or (name == "LOAD_ATTR" and "NULL" in one.argrepr)
        if called and one.argval not in _METHODS:
            return False
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    if not all(_value_harmless(cell.cell_contents, depth) for cell in cells.values()):
        return False
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return all(_code_harmless(one, function, depth) for one in inner)


def _known(name: str, function: FunctionType, depth: int) -> bool:
    """Whether what a global name stands for does no harm, called or read."""
    if name in function.__globals__:
        return _value_harmless(function.__globals__[name], depth)
    return id(getattr(builtins, name, None)) in _BUILTINS


def _value_harmless(value: Any, depth: int) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__ in _MODULES
    if not callable(value):
        return True
    named = getattr(value, "__module__", None) in _MODULES or id(value) in _BUILTINS
    return named or _harmless(value, depth - 1)
