"""Registries of fvcore, detectron2 and OpenMMLab: functions and classes that settings name.

A registry that the project writes itself is interpreted as any other code.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lrlint.analysis.interpreter import calls, choices
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entries
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)

_BUILD = "Registry.build"
_REGISTERS = frozenset({"register", "register_module"})


@models(
    *("fvcore.common.registry.Registry", "detectron2.utils.registry.Registry"),
    *("mmcv.Registry", "mmcv.utils.Registry", "mmengine.Registry", "mmengine.registry.Registry"),
)
def _registry(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a registry; its store maps names, in a tuple each, to what they stand for."""
    return Instance(None, Store(), kind=LibraryKind.REGISTRY, open=True)


def registers(machine: Machine, value: AnyValue, decorator: cst.BaseExpression) -> bool:
    """Enter a function or class in its registry; return whether the decorator registers it."""
    if not isinstance(decorator, cst.Call) or not isinstance(decorator.func, cst.Attribute):
        return False
    if decorator.func.attr.value not in _REGISTERS:
        return False
    registry = machine.evaluate(decorator.func.value)
    if not _is_registry(registry):
        return False
    given = calls.evaluate_arguments(machine, decorator)
    _note(machine, registry, value, given.get(0, "name"))
    return True


@models_method(LibraryKind.REGISTRY, *_REGISTERS)
def _register(
    machine: Machine, registry: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model ``SCHEDULERS.register(build_cosine)`` and ``.register_module(module=Cosine)``."""
    given = [*arguments.positional, *arguments.keywords.values()]
    found = next((one for one in given if isinstance(one, (ClassValue, FunctionValue))), None)
    if found is None:
        return Opaque()
    _note(machine, registry, found, arguments.keywords.get("name"))
    return found


@models_method(LibraryKind.REGISTRY, "get")
def _get(machine: Machine, registry: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what a name stands for, which may be that of another library."""
    name = arguments.get(0, "name") or arguments.get(0, "key") or Opaque()
    return choices.distribute(machine, name, node, lambda one: _named(registry, one) or Opaque())


@models_method(LibraryKind.REGISTRY, "build")
def _build(machine: Machine, registry: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``SCHEDULERS.build(dict(type="Cosine", length=10), default_args=…)``."""
    settings = dict(entries(machine, arguments.keywords.get("default_args") or Opaque()) or [])
    settings |= dict(entries(machine, arguments.get(0, "cfg") or Opaque()) or [])
    kind = settings.pop("type", None)
    found = kind if isinstance(kind, (ClassValue, FunctionValue)) else _named(registry, kind)
    if found is None:
        return calls.unknown_call(machine, External(_BUILD, _BUILD), arguments, node)
    given = {key: value for key, value in settings.items() if isinstance(key, str)}
    given |= {k: v for k, v in arguments.keywords.items() if k not in ("cfg", "default_args")}
    return machine.call(found, Arguments(arguments.positional[1:], given), node)


def _is_registry(value: AnyValue) -> bool:
    return isinstance(value, Instance) and value.kind is LibraryKind.REGISTRY


def _named(registry: Instance, name: AnyValue | None) -> AnyValue | None:
    return registry.store.data.get((name.value,)) if isinstance(name, Const) else None


def _note(machine: Machine, registry: AnyValue, value: AnyValue, name: AnyValue | None) -> None:
    assert isinstance(registry, Instance)
    for one in _names(value, name):
        machine.write(registry.store, (one,), value)


def _names(value: AnyValue, name: AnyValue | None) -> Iterator[str]:
    """Yield the names of an entry: those that are given, else its own."""
    given = name.items or [] if isinstance(name, ListValue) else [name]
    names = [one.value for one in given if isinstance(one, Const) and isinstance(one.value, str)]
    if names:
        yield from names
    elif isinstance(value, ClassValue):
        yield value.name
    elif isinstance(value, FunctionValue) and isinstance(value.node, cst.FunctionDef):
        yield value.node.name.value
