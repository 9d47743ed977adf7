"""Names: how they are looked up, bound, and defined by ``def`` and ``class``."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import imports
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    External,
    FunctionValue,
    Scope,
    Store,
)
from lrlint.source.nodes import decorators_of, statements_of
from lrlint.symbolic import Expr, Strength


def bind_builtin_names(machine: Machine, scope: Scope, *, main: bool = False) -> None:
    """Give a module the names that every module has."""
    scope.store.data["__name__"] = Const("__main__" if main else scope.unit.name)
    file = str(scope.unit.path or scope.unit.filename)
    scope.store.data["__file__"] = Const(file, Strength.DEFAULT, "__file__")


def lookup(machine: Machine, name: str) -> AnyValue:
    """The value of a name, from the inside out; an unknown one is a builtin or opaque."""
    scope: Scope | None = machine.scope
    if name in machine.scope.globals_:
        scope = machine.scopes.get(machine.scope.unit, machine.scope)
    while scope is not None:
        value = scope.store.data.get(name)
        if isinstance(value, LazyImport):
            # Not a write that a branch may take back: the name always stood for this.
            value = scope.store.data[name] = imports.resolve(machine, value)
        if value is not None:
            return value
        scope = scope.parent
    starred = machine.unit.star_imports.get(name)
    if starred is not None:
        return External(starred, name)
    return imports.foreign(machine, f"builtins.{name}", name)


def define_function(machine: Machine, node: cst.FunctionDef) -> None:
    """``def``: the function is interpreted where it is called."""
    value: AnyValue = FunctionValue(
        node, machine.scope, defaults=default_values(machine, node.params)
    )
    for decorator in reversed(decorators_of(node)):
        value = machine.library.decorate(machine, value, decorator, node)
    machine.write(machine.scope.store, node.name.value, value)


def default_values(machine: Machine, parameters: cst.Parameters) -> dict[str, AnyValue]:
    """The values of a signature's defaults, evaluated where the function is defined."""
    return {
        parameter.name.value: machine.evaluate(parameter.default)
        for parameter in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
        )
        if parameter.default is not None
    }


def define_class(machine: Machine, node: cst.ClassDef) -> None:
    """``class``: its body is interpreted at once, its methods where they are called."""
    scope = Scope(Store(), machine.unit, parent=machine.scope)
    bases = tuple(machine.evaluate(base.value) for base in node.bases)
    value = ClassValue(node.name.value, node, scope, bases)
    with machine.elsewhere(machine.unit, scope):
        for statement in statements_of(node.body):
            machine.run(statement)
    for name, member in list(scope.store.data.items()):
        if isinstance(member, FunctionValue) and member.owner is None:
            member.owner = value
            # Class bodies are not enclosing scopes of their methods.
            member.scope = machine.scope
        elif isinstance(member, Expr) and isinstance(name, str):
            scope.store.data[name] = _class_number(machine, node.name.value, name, member)
    machine.write(machine.scope.store, node.name.value, value)


def _class_number(machine: Machine, owner: str, name: str, number: Expr) -> Expr:
    """A number of a class body, under the name that the rest of the script uses for it."""
    atoms = number.atoms()
    if len(atoms) == 1 and number == Expr.atom(next(iter(atoms))):
        atom = next(iter(atoms))
        if atom.name == name and atom.value is not None:
            return machine.named_number(f"{owner}.{name}", atom.value, atom.strength)
    return number
