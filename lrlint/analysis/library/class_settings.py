"""Settings made of the fields of a class: tyro, pyrallis, draccus, OmegaConf, Tap."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.namespaces import changeable, namespace
from lrlint.analysis.library.registry import models, models_method, models_subclass
from lrlint.analysis.library.subclasses import of_fields, without_name
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import library_name
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    FunctionValue,
    Instance,
    Opaque,
    Store,
)

_WRAPPERS = ("pyrallis.wrap", "draccus.wrap")
_NESTED = 8
"""Levels of settings within settings."""


def filled(machine: Machine, cls: ClassValue, node: cst.Call) -> Instance | None:
    """Return an object of a data class whose values the user may set on the command line."""
    made = machine.library.construct(machine, cls, Arguments(), node)
    if not isinstance(made, Instance):
        return None
    _open_to_user(made, _NESTED)
    return made


def _open_to_user(made: Instance, depth: int) -> None:
    made.setting = True
    fields = made.store.data
    for name, value in fields.items():
        fields[name] = without_name(value)
        if isinstance(value, Instance) and value.kind is LibraryKind.DATACLASS and depth:
            _open_to_user(value, depth - 1)


@models("omegaconf.OmegaConf.structured")
def _structured(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the fields of a data class, or of an object of one, as OmegaConf's settings."""
    target = arguments.get(0, "obj")
    made = filled(machine, target, node) if isinstance(target, ClassValue) else target
    if not isinstance(made, Instance) or made.kind is not LibraryKind.DATACLASS:
        return Opaque()
    return changeable(machine, _as_namespace(made, _NESTED))


def _as_namespace(made: Instance, depth: int) -> Instance:
    settings = namespace(Store(dict(made.store.data)))
    for name, value in made.store.data.items():
        if isinstance(value, Instance) and value.kind is LibraryKind.DATACLASS and depth:
            settings.store.data[name] = _as_namespace(value, depth - 1)
    return settings


@models(
    *("tyro.cli", "pyrallis.parse", "draccus.parse", "simple_parsing.parse"),
    *("simple_parsing.helpers.parse", "jsonargparse.CLI", "jsonargparse.auto_cli", "tap.tapify"),
)
def _parse(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the settings, or the result of the function whose parameters they are."""
    target = arguments.get(0, "f") or arguments.keywords.get("config_class")
    default = arguments.keywords.get("default")
    if isinstance(default, Instance):
        _open_to_user(default, _NESTED)
        return default
    if isinstance(target, FunctionValue):
        return machine.call(target, Arguments(open=True), node)
    made = filled(machine, target, node) if isinstance(target, ClassValue) else None
    return made or Opaque()


@models_subclass("Tap")
def _tap(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Return a parser of typed-argument-parser, which holds the settings, too."""
    made = of_fields(machine, cls, Arguments(), node)
    made.kind, made.open = LibraryKind.TAP, True
    _open_to_user(made, _NESTED)
    return made


@models_method(LibraryKind.TAP, "parse_args")
def _parse_tap(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the parser with its defaults, or unknowns where the script gives a line."""
    line = arguments.get(0, "args")
    if line is not None and line != NONE:
        for name in list(parser.store.data):
            machine.write(parser.store, name, Opaque())
    after = machine.find_method(parser, "process_args")
    if isinstance(after, FunctionValue):
        with machine.through(node):
            machine.call_function(after, Arguments())
    return parser


def wrapped(
    machine: Machine, function: cst.FunctionDef | cst.Lambda, decorator: cst.Call
) -> AnyValue | None:
    """Return the settings that ``@pyrallis.wrap()`` passes to a function, if it is that."""
    if library_name(machine.evaluate(decorator.func)) not in _WRAPPERS:
        return None
    return of_first_parameter(machine, function, decorator)


def of_first_parameter(
    machine: Machine, function: cst.FunctionDef | cst.Lambda, decorator: cst.Call
) -> Instance | None:
    """Return the settings of the data class that annotates the first parameter of a function."""
    parameters = function.params.params
    annotation = parameters[0].annotation if parameters else None
    cls = None if annotation is None else machine.evaluate(annotation.annotation)
    return filled(machine, cls, decorator) if isinstance(cls, ClassValue) else None
