"""Binding the arguments of a call to the parameters of a function."""

from __future__ import annotations

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import name_value
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    FunctionValue,
    ListValue,
    Loader,
    Opaque,
    Scope,
    Store,
)
from lrlint.source.nodes import star_parameter
from lrlint.symbolic import Expr, Strength


def bind_parameters(
    machine: Machine, function: FunctionValue, arguments: Arguments, scope: Scope
) -> None:
    """Bind the parameters of a function in the scope of a call."""
    parameters = function.node.params
    ordered = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    names = [*ordered, *(p.name.value for p in parameters.kwonly_params)]
    receiver = () if function.receiver is None else (function.receiver,)
    positional = [*receiver, *arguments.positional]
    data = scope.store.data
    for name, value in zip(ordered, positional, strict=False):
        data[name] = _named(value, name)
    star = star_parameter(parameters)
    rest = positional[len(ordered) :]
    if star is not None:
        data[star.name.value] = ListValue(None if arguments.open else rest, kind="tuple")
    elif rest:
        for value in positional:  # this cannot be the function that is called
            escapes.escape(value, "passed to a function that takes fewer arguments")
    extra: dict[object, AnyValue] = {}
    for name, value in arguments.keywords.items():
        if name in names:
            data[name] = _named(value, name)
        else:
            extra[name] = value
    if parameters.star_kwarg is not None:
        name = parameters.star_kwarg.name.value
        data[name] = DictValue(Store(extra), complete=not arguments.open, path=name)
    for name in names:
        if name not in data:
            data[name] = _default(machine, function, name, certain=not arguments.open)


def _named(value: AnyValue, name: str) -> AnyValue:
    """Return an argument, which has the name of the parameter where it has none: ``f(parse())``."""
    if isinstance(value, (Opaque, Loader)) and value.path is None:
        value.path = name
    return value


def _default(machine: Machine, function: FunctionValue, name: str, *, certain: bool) -> AnyValue:
    """Return the default of a parameter; it is certain if the call passes no other value."""
    default = function.defaults.get(name)
    if default is None:
        return Opaque(name, parameter=not certain)
    if certain:
        return name_value(machine, default, name)
    match default:
        case Expr(value=int() | float() as number) if not default.atoms():
            return machine.named_number(name, number, Strength.DEFAULT)
        case Const(value=None):
            return Opaque(name, parameter=True)
        case Const(value=value):
            return Const(value, Strength.DEFAULT, name)
    return default
