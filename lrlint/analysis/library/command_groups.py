"""Groups of commands of click and typer: they run the command that the user names."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import NONE, AnyValue, FunctionValue, Instance, Store


@models("typer.Typer")
def _application(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=LibraryKind.COMMANDS, open=True)


@models_method(LibraryKind.COMMANDS, "add_typer")
def _add(machine: Machine, application: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    inner = arguments.get(0, "typer_instance")
    if isinstance(inner, Instance):
        application.store.data[inner] = inner
    return NONE


@models_method(LibraryKind.COMMANDS, "__call__")
def _run(machine: Machine, application: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    machine.called.add(application)
    for inner in application.store.data.values():
        if isinstance(inner, Instance) and inner not in machine.called:
            _run(machine, inner, arguments, node)
    return NONE


def register(machine: Machine, decorator: cst.Call, function: FunctionValue) -> None:
    """Note the group of a function under ``@group.command()``, if it is a group of the project."""
    if not isinstance(decorator.func, cst.Attribute):
        return
    group = machine.evaluate(decorator.func.value)
    if isinstance(group, FunctionValue):
        machine.commands.append((group.node, function))
    elif isinstance(group, Instance) and group.kind is LibraryKind.COMMANDS:
        machine.commands.append((group, function))
