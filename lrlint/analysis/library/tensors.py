"""torch and numpy arrays, of which only the number of rows matters."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.values import AnyValue, ListValue, Opaque, Sized
from lrlint.symbolic import Expr

_MODULES = ("torch", "numpy", "numpy.random", "torch.random")


def _named(*names: str) -> list[str]:
    """Return the qualified names of these in each of the modules that offer them."""
    return [f"{module}.{name}" for module in _MODULES for name in names]


@models(*_named("randn", "rand", "zeros", "ones", "empty", "full"))
def _of_shape(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``torch.randn(n, d)``, ``torch.zeros((n, d))``."""
    size = arguments.keywords.get("size") or arguments.keywords.get("shape")
    shape = [size] if size is not None else list(arguments.positional)
    if shape and isinstance(shape[0], ListValue):
        shape = shape[0].items or []
    if not shape:
        return Sized(None)
    return Sized(numbers.to_number(machine, shape[0]), shape=tuple(shape))


@models(*_named("randint"), "numpy.random.normal")
def _randint(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``torch.randint(low, high, (n,))``."""
    shape = arguments.keywords.get("size")
    for value in arguments.positional:
        if isinstance(value, ListValue):
            shape = value
    if isinstance(shape, ListValue) and shape.items:
        return Sized(numbers.to_number(machine, shape.items[0]), shape=tuple(shape.items))
    return Sized(None)


@models(*_named("arange"))
def _arange(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    bounds = [numbers.to_number(machine, value) for value in arguments.positional]
    match bounds:
        case [Expr() as stop]:
            return Sized(stop)
        case [Expr() as start, Expr() as stop]:
            return Sized(stop - start)
    return Sized(None)


@models(*_named("linspace"))
def _linspace(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    count = arguments.get(2, "steps") or arguments.get(2, "num")
    return Sized(None if count is None else numbers.to_number(machine, count))


@models("torch.tensor", "numpy.array")
def _of_list(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    data = arguments.get(0, "data")
    if isinstance(data, (ListValue, Sized)):
        return Sized(numbers.length_of(machine, data))
    # A scalar tensor: `lr=torch.tensor(0.1)`.
    return data if isinstance(data, Expr) else Opaque()


@models(*_named("randperm", "permutation"))
def _randperm(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    count = arguments.get(0, "n")
    return Sized(None if count is None else numbers.to_number(machine, count))


_KEEPING = {
    "from_numpy",
    "as_tensor",
    "FloatTensor",
    "LongTensor",
    "zeros_like",
    "ones_like",
    "randn_like",
    "sin",
    "cos",
    "exp",
    "relu",
    "sigmoid",
    "tanh",
    "asarray",
    "abs",
}


def keeps_length(name: str) -> bool:
    """Whether a function of torch or numpy gives as many rows as it is handed."""
    return name.startswith(("torch.", "numpy.")) and name.rsplit(".", 1)[-1] in _KEEPING


def same_length(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """The result of a function that keeps the number of rows."""
    return _of_list(machine, arguments, node)
