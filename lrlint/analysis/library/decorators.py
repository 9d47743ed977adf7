"""Decorators: what they make of a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import choices, escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import (
    class_settings,
    command_groups,
    hydra,
    ignite,
    registries,
)
from lrlint.analysis.library.command_line import click_default
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    External,
    FunctionTraits,
    FunctionValue,
    Instance,
    Opaque,
    Store,
)

_TRAITS: dict[str, Callable[[FunctionTraits], FunctionTraits]] = {
    "staticmethod": lambda traits: replace(traits, static=True),
    "classmethod": lambda traits: replace(traits, of_class=True),
    "property": lambda traits: replace(traits, getter=True),
    "cached_property": lambda traits: replace(traits, getter=True, cached=True),
    "cache": lambda traits: replace(traits, memory=Store()),
    "lru_cache": lambda traits: replace(traits, memory=Store()),
    "no_grad": lambda traits: replace(traits, without_gradients=True),
    "inference_mode": lambda traits: replace(traits, without_gradients=True),
}
"""What decorators make of the traits of a function, by the last part of their names."""


def decorate(
    machine: Machine,
    value: AnyValue,
    decorator: cst.BaseExpression,
    node: cst.FunctionDef | cst.ClassDef,
) -> AnyValue:
    """Return a function, or a class, with the properties that its decorator gives it."""
    registered = registries.registers(machine, value, decorator)
    if not isinstance(value, FunctionValue):
        return value
    if registered:
        machine.passed.append(value)  # a name that is not known may stand for it
        return value
    call = decorator if isinstance(decorator, cst.Call) else None
    name = dotted(call.func if call is not None else decorator) or ""
    defaults, traits = dict(value.defaults), value.traits
    last = name.rsplit(".", 1)[-1]
    if last in _TRAITS:
        return replace(value, traits=_TRAITS[last](traits))
    match last:
        case "setter" if isinstance(
            getter := machine.scope.find(name.rsplit(".", 2)[-2]), FunctionValue
        ):
            return replace(getter, traits=replace(getter.traits, setter=value))
        case "singledispatch" | "singledispatchmethod":
            escapes.escape(value, f"called by @{name}")
            return Opaque()  # the type of its argument decides which function runs
        case "option" | "argument" if call is not None:
            defaults |= click_default(machine, call)
        case "command" | "group" | "callback" if call is not None:
            value = replace(value, defaults=defaults, traits=traits)
            command_groups.register(machine, call, value)
            return value
        case "main" if call is not None and value.node.params.params:
            parameter = value.node.params.params[0].name.value
            settings = hydra.config(machine, call, parameter)
            if settings is None and hydra.is_main(machine, call):
                settings = class_settings.of_first_parameter(machine, value.node, call)
            defaults |= {} if settings is None else {parameter: settings}
        case "wrap" if (
            call is not None
            and (config := class_settings.wrapped(machine, value.node, call)) is not None
        ):
            defaults |= _first_parameter(value, config)
        case "on" if (engines := _engines(machine, call)) is not None and call is not None:
            event, *given = [machine.evaluate(argument.value) for argument in call.args] or [NONE]

            def register(engine: AnyValue, handler: FunctionValue = value) -> AnyValue:
                assert isinstance(engine, Instance)
                ignite.register(machine, engine, event, handler, given, decorator)
                return NONE

            choices.distribute(machine, engines, decorator, register)
            return value
        case _:
            wrapper = _wrapper(machine, value, decorator)
            if wrapper is not None:
                return wrapper
            machine.passed.append(value)  # it may be registered as a handler
            if not _is_known(machine, decorator):
                traits = replace(traits, wrapped_by=f"@{name}")
    return replace(value, defaults=defaults, traits=traits)


def _first_parameter(function: FunctionValue, value: AnyValue) -> dict[str, AnyValue]:
    """Return the default that a library gives to the first parameter."""
    return {parameter.name.value: value for parameter in function.node.params.params[:1]}


_KNOWN = frozenset(
    {
        *("abc", "atexit", "click", "contextlib", "dataclasses", "draccus", "functools", "hydra"),
        *("numba", "pyrallis", "pytest", "torch", "typer", "typing", "typing_extensions"),
    }
)


def _is_known(machine: Machine, decorator: cst.BaseExpression) -> bool:
    """Whether a decorator is one of Python's or of a library that calls the function as it is."""
    callee = decorator.func if isinstance(decorator, cst.Call) else decorator
    while isinstance(callee, cst.Attribute):
        callee = callee.value
    value = machine.evaluate(callee) if isinstance(callee, cst.Name) else None
    if not isinstance(value, (External, Opaque)):
        return True
    name = value.name if isinstance(value, External) else value.external or ""
    return not name or name.split(".")[0] in _KNOWN


def _engines(machine: Machine, call: cst.Call | None) -> AnyValue | None:
    """Return the engine of ignite, or the choice of some, of ``@engine.on(Events.STARTED)``."""
    if call is None or not isinstance(call.func, cst.Attribute):
        return None
    value = machine.evaluate(call.func.value)
    kinds = {getattr(each, "kind", None) for each in alternatives(value)}
    return value if kinds == {LibraryKind.IGNITE_ENGINE} else None


def _wrapper(
    machine: Machine, value: FunctionValue, decorator: cst.BaseExpression
) -> FunctionValue | None:
    """Return what a decorator of the project puts in place of a function; None for any other."""
    callee = machine.evaluate(decorator.func if isinstance(decorator, cst.Call) else decorator)
    if not isinstance(callee, (FunctionValue, ClassValue, Instance)):
        return None  # to evaluate `functools.wraps(function)` would call the function
    wraps = machine.evaluate(decorator) if isinstance(decorator, cst.Call) else callee
    if isinstance(wraps, (ClassValue, Instance)):
        escapes.escape(value, f"called by {machine.unit.code(decorator)}")
    if not isinstance(wraps, FunctionValue):
        return None
    result = machine.call_function(wraps, Arguments([value]))
    if not isinstance(result, FunctionValue):
        return None
    return result if result is value else replace(result, wraps=value.wraps or value)
