"""torch and numpy: arrays, with their number of rows and their elements."""

from __future__ import annotations

from math import prod

import libcst as cst

from lrlint.analysis.interpreter import calls, choices, numbers, tables
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import arithmetic  # noqa: F401  (its models are used here)
from lrlint.analysis.library.registry import MODELS, Model, models, models_method, qualified
from lrlint.analysis.model.computed import SINGLE, Computed, varies
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    External,
    Instance,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr

_MODULES = ("torch", "numpy", "numpy.random", "torch.random")
_OF_ARRAYS = ("torch", "torch.cuda", "torch.nn.functional", "torch.special", "numpy")
_MOST_COMBINATIONS = 64
"""Combinations of alternatives for which joined arrays are computed one by one."""


@models(*qualified(_MODULES, "randn", "rand", "zeros", "ones", "empty", "full"))
def _of_shape(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``torch.randn(n, d)`` and ``torch.zeros((n, d))``."""
    size = arguments.keywords.get("size") or arguments.keywords.get("shape")
    shape = [size] if size is not None else list(arguments.positional)
    if shape and isinstance(shape[0], ListValue):
        shape = shape[0].items or []
    if not shape:
        return Sized(None)
    return Sized(numbers.to_number(machine, shape[0]), shape=tuple(shape))


@models(*qualified(_MODULES, "randint"), "numpy.random.normal")
def _randint(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``torch.randint(low, high, (n,))``."""
    shape = arguments.keywords.get("size")
    for value in arguments.positional:
        if isinstance(value, ListValue):
            shape = value
    if isinstance(shape, ListValue) and shape.items:
        return Sized(numbers.to_number(machine, shape.items[0]), shape=tuple(shape.items))
    return Sized(None)


@models("numpy.random.default_rng", "numpy.random.RandomState")
def _generator(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=LibraryKind.GENERATOR)


@models_method(LibraryKind.GENERATOR, "random", "rand", "randn", "standard_normal")
def _of_generator(
    machine: Machine, generator: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model ``rng.standard_normal((n, d))`` and ``rng.randn(n, d)``."""
    return _of_shape(machine, arguments, node)


@models_method(LibraryKind.GENERATOR, "normal", "uniform", "integers", "randint")
def _between(
    machine: Machine, generator: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model ``rng.normal(mean, deviation, (n, d))``."""
    size = arguments.get(2, "size")
    if size is None or isinstance(size, ListValue):
        return _randint(machine, arguments, node)
    return Sized(numbers.to_number(machine, size), shape=(size,))


@models(*qualified(("sklearn.datasets",), "make_classification", "make_regression"))
def _labelled(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``X, y = make_classification(n_samples, n_features)``."""
    samples = arguments.get(0, "n_samples")
    count = Expr.const(100) if samples is None else numbers.to_number(machine, samples)
    return ListValue([Sized(count), Sized(count)], kind="tuple")


@models("numpy.random.choice")
def _choice(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``numpy.random.choice(numbers, size)``."""
    size = arguments.get(1, "size")
    if isinstance(size, ListValue) and size.items:
        return Sized(numbers.to_number(machine, size.items[0]), shape=tuple(size.items))
    count = None if size is None or isinstance(size, Const) else numbers.to_number(machine, size)
    return Opaque() if count is None else Sized(count)


@models("torch.arange")
def _arange(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    bounds = [numbers.to_number(machine, value) for value in arguments.positional]
    match bounds:
        case [Expr() as stop]:
            return Sized(stop)
        case [Expr() as start, Expr() as stop]:
            return Sized(stop - start)
    return Sized(None)


@models("numpy.arange")
def _arange_of_numpy(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    array = _arange(machine, arguments, node)
    start = numbers.to_number(machine, arguments.get(0))
    if isinstance(array, Sized) and array.length is not None and not arguments.keywords:
        first = Expr.const(0) if len(arguments.positional) == 1 else start
        array.element = None if first is None else lambda i: first + i
    return array


@models("torch.linspace")
def _linspace(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    count = arguments.get(2, "steps") or arguments.get(2, "num")
    return Sized(None if count is None else numbers.to_number(machine, count))


@models("numpy.linspace")
def _linspace_of_numpy(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    length = numbers.to_number(machine, arguments.get(2, "num"))
    first, last = (
        numbers.to_number(machine, arguments.get(position, name))
        for position, name in enumerate(("start", "stop"))
    )
    plain = arguments.keywords.keys() <= {"start", "stop", "num"}
    if length is None or first is None or last is None or not plain:
        return Sized(length)
    slope = (last - first) / (length - 1)
    return Sized(length, element=lambda i: first + i * slope)


@models("numpy.array", "numpy.asarray")
def _array(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an array of the elements of a list; torch rounds those to fewer digits."""
    array = _of_list(machine, arguments, node)
    data = arguments.get(0, "object")
    if isinstance(array, Sized) and data is not None and not arguments.keywords:
        array.element = tables.element_of(data)
    return array


@models(
    "torch.tensor",
    *qualified(
        _OF_ARRAYS,
        "from_numpy",
        "as_tensor",
        "FloatTensor",
        "LongTensor",
    ),
)
def _of_list(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an array of as many rows as the argument has, or a number: `torch.tensor(0.1)`."""
    data = arguments.get(0, "data")
    if isinstance(data, (ListValue, Sized)):
        return Sized(numbers.length_of(machine, data))
    if not isinstance(data, Expr):
        return Opaque()
    return _rounded(machine, data, arguments.keywords.get("dtype"))


def _rounded(machine: Machine, number: Expr, dtype: AnyValue | None = None) -> AnyValue:
    """Return the number of a tensor, which torch keeps in single precision."""
    if isinstance(dtype, External) and dtype.name in ("torch.float64", "torch.double"):
        return number
    if varies(number):
        return numbers.apply(machine, SINGLE, number)
    return Opaque(number=number, tensor="built")


def _unrounded(value: AnyValue | None) -> AnyValue | None:
    """Return what a tensor is made from."""
    if isinstance(value, Opaque) and value.tensor:
        return value.number
    if isinstance(value, Expr):
        for atom in value.atoms():
            key = atom.key
            if isinstance(key, Computed) and key.function == SINGLE and value == Expr.atom(atom):
                return key.parts[0]
    return value


@models(
    *qualified(_OF_ARRAYS, "relu", "sigmoid", "zeros_like", "ones_like", "randn_like"),
)
def _of_elements(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an array of as many rows as the argument has, or an unknown number."""
    data = arguments.get(0)
    if isinstance(data, (ListValue, Sized)):
        return Sized(numbers.length_of(machine, data))
    return Opaque()


def _elementwise(name: str) -> Model:
    """Return a model of a function of arrays that also takes numbers."""
    of_number = MODELS["builtins.abs" if name == "abs" else f"math.{name}"]

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        data = arguments.get(0)
        if isinstance(data, Sized):
            return tables.elementwise(
                lambda value: of_number(machine, Arguments([value]), node), data
            )
        if isinstance(data, ListValue):
            return _of_elements(machine, arguments, node)
        exact = _unrounded(data)
        value = of_number(machine, Arguments([exact] if exact is not None else []), node)
        return value if exact is data or not isinstance(value, Expr) else _rounded(machine, value)

    return model


for _name in ("sin", "cos", "tan", "exp", "log", "tanh", "abs"):
    models(
        *qualified(_OF_ARRAYS, _name),
    )(_elementwise(_name))


@models("numpy.concatenate", "numpy.hstack", "torch.cat", "torch.hstack", "numpy.append")
def _joined(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``np.concatenate((a, b))`` and ``np.append(a, b)``."""
    parts = list(arguments.positional)
    if len(parts) == 1 and isinstance(parts[0], ListValue):
        parts = parts[0].items or []
    if not parts or prod(len(alternatives(part)) for part in parts) > _MOST_COMBINATIONS:
        return Sized(None)
    return _of_alternatives(machine, parts, node, [])


def _of_alternatives(
    machine: Machine, waiting: list[AnyValue], node: cst.Call, parts: list[AnyValue]
) -> AnyValue:
    """Return the array of several, for each alternative of those that a condition decides."""
    if not waiting:
        return tables.concatenated(machine, parts)
    first, *others = waiting
    return choices.distribute(
        machine, first, node, lambda part: _of_alternatives(machine, others, node, [*parts, part])
    )


@models(*qualified(_MODULES, "randperm", "permutation"))
def _randperm(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    count = arguments.get(0, "n")
    return Sized(None if count is None else numbers.to_number(machine, count))


@models("torch.distributed.get_world_size")
def _world_size(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the number of processes, which the user sets by the name that the script gives it."""
    return Opaque(machine.unit.code(node))


def without_gradients(
    machine: Machine, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Return ``torch.no_grad()`` of any library under its name, as ``with`` expects it."""
    return Opaque(name) if name.endswith(("no_grad", "inference_mode")) else None


def of_cuda(machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return what a function of ``torch.cuda`` says about the device, under its name."""
    if not name.startswith("torch.cuda."):
        return None
    calls.unknown_call(machine, External(name), arguments, node)
    return Opaque(f"{name}()")
