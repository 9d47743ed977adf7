"""torch and numpy arrays, of which only the number of rows matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import numeric
from lrlint.analysis.library.registry import Model
from lrlint.analysis.values import AnyValue, ListValue, Opaque, Sized
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter


def _of_shape(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    """``torch.randn(n, d)``, ``torch.zeros((n, d))``."""
    size = arguments.keywords.get("size") or arguments.keywords.get("shape")
    shape = [size] if size is not None else list(arguments.positional)
    if shape and isinstance(shape[0], ListValue):
        shape = shape[0].items or []
    if not shape:
        return Sized(None)
    return Sized(numeric.to_number(at, shape[0]), shape=tuple(shape))


def _randint(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    """``torch.randint(low, high, (n,))``."""
    shape = arguments.keywords.get("size")
    for value in arguments.positional:
        if isinstance(value, ListValue):
            shape = value
    if isinstance(shape, ListValue) and shape.items:
        return Sized(numeric.to_number(at, shape.items[0]), shape=tuple(shape.items))
    return Sized(None)


def _arange(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    bounds = [numeric.to_number(at, value) for value in arguments.positional]
    match bounds:
        case [Expr() as stop]:
            return Sized(stop)
        case [Expr() as start, Expr() as stop]:
            return Sized(stop - start)
    return Sized(None)


def _linspace(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    count = arguments.get(2, "steps") or arguments.get(2, "num")
    return Sized(None if count is None else numeric.to_number(at, count))


def _of_list(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    data = arguments.get(0, "data")
    if isinstance(data, (ListValue, Sized)):
        return Sized(numeric.length_of(at, data))
    # A scalar tensor: `lr=torch.tensor(0.1)`.
    return data if isinstance(data, Expr) else Opaque()


def _randperm(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    count = arguments.get(0, "n")
    return Sized(None if count is None else numeric.to_number(at, count))


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


def same_length(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    """The result of a function that keeps the number of rows."""
    return _of_list(at, arguments, node)


MODELS: dict[str, Model] = {}
for _module in ("torch", "numpy", "numpy.random", "torch.random"):
    for _name in ("randn", "rand", "zeros", "ones", "empty", "full"):
        MODELS[f"{_module}.{_name}"] = _of_shape
    MODELS[f"{_module}.randint"] = _randint
    MODELS[f"{_module}.arange"] = _arange
    MODELS[f"{_module}.linspace"] = _linspace
    MODELS[f"{_module}.randperm"] = _randperm
    MODELS[f"{_module}.permutation"] = _randperm
MODELS["numpy.random.normal"] = _randint
MODELS["torch.tensor"] = _of_list
MODELS["numpy.array"] = _of_list
