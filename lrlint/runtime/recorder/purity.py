"""Whether a function of the script may be called once more without changing the training.

Told from its bytecode and a list of harmless functions: the function of a ``LambdaLR`` is nearly
always arithmetic on its argument, on constants and on settings.
"""

from __future__ import annotations

import builtins
import dis
import functools
import inspect
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
"""Functions that call functions."""
_GENERATOR_OR_COROUTINE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_WRITES = ("STORE_GLOBAL", "STORE_ATTR", "STORE_SUBSCR", "DELETE")
_OTHER_EFFECTS = ("IMPORT", "LOAD_BUILD_CLASS", "RAISE", "YIELD")


def is_pure(function: Any) -> bool:
    """Whether calling it has no effect but its value; False where that is not certain."""
    return _is_pure(function, _DEEPEST)


def _is_pure(function: Any, depth: int) -> bool:
    if isinstance(function, functools.partial):
        return _is_pure(function.func, depth)
    if not isinstance(function, FunctionType) or depth == 0:
        return False
    return _is_pure_code(function.__code__, function, depth)


def _is_pure_code(code: CodeType, function: FunctionType, depth: int) -> bool:
    if code.co_flags & _GENERATOR_OR_COROUTINE:
        return False
    if not all(_is_harmless(step, code, function, depth) for step in dis.get_instructions(code)):
        return False
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    if not all(_is_harmless_value(cell.cell_contents, depth) for cell in cells.values()):
        return False
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return all(_is_pure_code(constant, function, depth) for constant in inner)


def _is_harmless(
    instruction: dis.Instruction, code: CodeType, function: FunctionType, depth: int
) -> bool:
    name, argument = instruction.opname, instruction.argval
    if name.startswith(_WRITES + _OTHER_EFFECTS):
        return False
    if name == "STORE_DEREF" and argument in code.co_freevars:
        return False
    if name in ("LOAD_GLOBAL", "LOAD_NAME"):
        return _is_harmless_global(argument, function, depth)
    calls = name == "LOAD_METHOD" or (name == "LOAD_ATTR" and "NULL" in instruction.argrepr)
    return not calls or argument in _METHODS


def _is_harmless_global(name: str, function: FunctionType, depth: int) -> bool:
    if name in function.__globals__:
        return _is_harmless_value(function.__globals__[name], depth)
    return id(getattr(builtins, name, None)) in _BUILTINS


def _is_harmless_value(value: Any, depth: int) -> bool:
    """Whether reading or calling it does no harm."""
    if isinstance(value, ModuleType):
        return value.__name__ in _MODULES
    if not callable(value):
        return True
    listed = getattr(value, "__module__", None) in _MODULES or id(value) in _BUILTINS
    return listed or _is_pure(value, depth - 1)
