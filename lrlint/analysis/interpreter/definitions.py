"""Names: looking them up, and defining them by ``def`` and ``class``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import carried_values, escapes, imports
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import class_member, lookup_order
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Scope,
    Store,
)
from lrlint.source.nodes import decorators_of, statements_of, walk
from lrlint.symbolic import Expr, Strength


def bind_builtin_names(machine: Machine, scope: Scope, *, main: bool = False) -> None:
    """Bind the names that Python gives to every module."""
    scope.store.data["__name__"] = Const("__main__" if main else scope.unit.name)
    file = str(scope.unit.path or scope.unit.filename)
    scope.store.data["__file__"] = Const(file, Strength.DEFAULT, "__file__")


def lookup(machine: Machine, name: str) -> AnyValue:
    """Return the value of a name in the innermost scope that has it, else a builtin or unknown."""
    start = machine.scope
    if name in start.globals_:
        start = machine.scopes.get(start.unit, start)
    scope = start.with_name(name)
    if scope is not None:
        # Not written through the journal: the name has this value in every branch.
        value = scope.store.data[name] = imports.used(machine, scope.store.data[name])
        if machine.first_uses:
            carried_values.note_name(machine, scope.store, name, value)
        return value
    starred = machine.unit.star_imports.get(name)
    if starred is not None:
        return External(starred, name)
    return imports.foreign(machine, f"builtins.{name}", name)


def define_function(machine: Machine, node: cst.FunctionDef) -> None:
    """Bind the name of a function, whose body is interpreted where it is called."""
    value: AnyValue = FunctionValue(
        node, machine.scope, defaults=default_values(machine, node.params)
    )
    for decorator in reversed(decorators_of(node)):
        value = machine.library.decorate(machine, value, decorator, node)
    machine.write(machine.scope.store, node.name.value, value)


def named_function(machine: Machine, callee: cst.BaseExpression) -> FunctionValue | None:
    """Return the function of the project that ``f`` or ``object.f`` names, without a call."""
    value: AnyValue | None = None
    match callee:
        case cst.Name(value=name):
            value = machine.scope.find(name)
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)):
            instance = machine.scope.find(owner)
            if isinstance(instance, Instance):
                value = machine.find_method(instance, name)
    return value if isinstance(value, FunctionValue) else None


def coroutine_of(machine: Machine, node: cst.BaseExpression) -> FunctionValue | None:
    """Return the ``async`` function that a call without ``await`` calls."""
    if not isinstance(node, cst.Call):
        return None
    match named_function(machine, node.func):
        case FunctionValue(node=cst.FunctionDef(asynchronous=cst.Asynchronous())) as function:
            return function
    return None


def default_values(machine: Machine, parameters: cst.Parameters) -> dict[str, AnyValue]:
    """Return the defaults of a signature, evaluated where the function is defined."""
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
    """Interpret the body of a class and bind its name."""
    scope = Scope(Store(), machine.unit, parent=machine.scope)
    bases = tuple(machine.evaluate(base.value) for base in node.bases)
    value = ClassValue(node.name.value, node, scope, bases)
    with machine.elsewhere(machine.unit, scope):
        for statement in statements_of(node.body):
            machine.run(statement)
    for name, member in list(scope.store.data.items()):
        if isinstance(member, FunctionValue) and member.owner is None:
            member.owner = value
            if member.traits.setter is not None:
                member.traits.setter.owner = value
                member.traits.setter.scope = machine.scope
            if member.scope is scope:
                # Class bodies are not enclosing scopes of their methods.
                member.scope = machine.scope
        elif isinstance(member, Expr) and isinstance(name, str):
            scope.store.data[name] = _class_number(machine, node.name.value, name, member)
    machine.classes.append(value)
    _initialise_subclass(machine, value)
    value.metaclass = _metaclass(machine, value)
    for expression in reversed(decorators_of(node)):
        machine.library.decorate(machine, value, expression, node)
    decorators = list(_decorators(machine, node))
    for decorator in reversed(decorators):
        if not _returns_another(decorator):  # it may note the class in a table
            machine.call_function(decorator, Arguments([value]))
    call = None if value.metaclass is None else class_member(machine, value.metaclass, "__call__")
    value.remade = any(map(_returns_another, decorators)) or call is not None
    value.finished = isinstance(call, FunctionValue) and _sets_attributes(call)
    if _is_rewritten(value) or any(map(_changes_parameters, decorators)):
        _leave_open(value)
    machine.write(machine.scope.store, node.name.value, value)


def _initialise_subclass(machine: Machine, cls: ClassValue) -> None:
    """Call the hook of a base class, which may note the class in a table."""
    for base in lookup_order(cls)[1:]:
        hook = base.scope.store.data.get("__init_subclass__")
        if isinstance(hook, FunctionValue):
            given = {
                word.keyword.value: machine.evaluate(word.value)
                for word in cls.node.keywords
                if word.keyword is not None and word.keyword.value != "metaclass"
            }
            machine.call_function(replace(hook, receiver=cls), Arguments(keywords=given))
            return


def _metaclass(machine: Machine, cls: ClassValue) -> ClassValue | None:
    """Return the metaclass of a class, where that is one of the project."""
    for word in cls.node.keywords:
        if word.keyword is not None and word.keyword.value == "metaclass":
            kind = machine.evaluate(word.value)
            return kind if isinstance(kind, ClassValue) else None
    bases = (base.metaclass for base in cls.bases if isinstance(base, ClassValue))
    return next(filter(None, bases), None)


def _is_rewritten(cls: ClassValue) -> bool:
    """Whether a metaclass or `__init_subclass__` of the project sets attributes of a class."""
    hooks = [base.scope.store.data.get("__init_subclass__") for base in lookup_order(cls)[1:]]
    for kind in lookup_order(cls.metaclass) if cls.metaclass is not None else ():
        hooks += [kind.scope.store.data.get(name) for name in ("__new__", "__init__")]
    return any(isinstance(hook, FunctionValue) and _changes_parameters(hook) for hook in hooks)


def _sets_attributes(function: FunctionValue) -> bool:
    """Whether a method sets attributes of another object than its own."""
    body = function.scope.unit.body_of(function.node)
    parameters = function.node.params.params
    own = parameters[0].name.value if parameters else None
    for inner in () if body is None else walk(body):
        match inner:
            case (
                cst.AssignTarget(target=cst.Attribute(value=owner))
                | cst.AugAssign(target=cst.Attribute(value=owner))
            ) if dotted(owner) != own:
                return True
            case cst.Call(func=cst.Name(value="setattr")):
                return True
    return False


_CHANGES = frozenset({"pop", "setdefault", "update"})


def _changes_parameters(function: FunctionValue) -> bool:
    """Whether a function sets attributes or items of what it receives."""
    body = function.scope.unit.body_of(function.node)
    if body is None or isinstance(function.node, cst.Lambda):
        return False
    names = {parameter.name.value for parameter in function.node.params.params}

    def is_parameter(node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Name) and node.value in names

    for inner in walk(body):
        match inner:
            case (
                cst.AssignTarget(target=cst.Attribute(value=owner) | cst.Subscript(value=owner))
                | cst.AugAssign(target=cst.Attribute(value=owner) | cst.Subscript(value=owner))
            ) if is_parameter(owner):
                return True
            case cst.Call(func=cst.Name(value="setattr"), args=[first, *_]) if is_parameter(
                first.value
            ):
                return True
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=name))) if (
                name in _CHANGES and is_parameter(owner)
            ):
                return True
    return False


def _decorators(machine: Machine, node: cst.ClassDef) -> Iterator[FunctionValue]:
    """Yield the project's functions that decorate a class, as ``@register(…)`` returns one."""
    for decorator in decorators_of(node):
        callee = decorator.func if isinstance(decorator, cst.Call) else decorator
        value: AnyValue | None = named_function(machine, callee)
        if isinstance(value, FunctionValue) and isinstance(decorator, cst.Call):
            value = machine.evaluate(decorator)
        if isinstance(value, FunctionValue):
            yield value


def _returns_another(function: FunctionValue) -> bool:
    """Whether a decorator returns a function or class that it defines."""
    body = function.scope.unit.body_of(function.node)
    if not isinstance(body, cst.BaseSuite):
        return False  # a lambda
    own = {
        statement.name.value
        for statement in statements_of(body)
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef))
    }
    return any(
        isinstance(inner, cst.Return)
        and isinstance(inner.value, cst.Name)
        and inner.value.value in own
        for inner in walk(body)
    )


def _leave_open(cls: ClassValue) -> None:
    """Make the numbers of a class unknown, and how often its methods step something."""
    members: dict[object, AnyValue] = {}
    for base in reversed(lookup_order(cls)):
        members |= base.scope.store.data
    for name, member in members.items():
        if isinstance(member, FunctionValue):
            escapes.leave_function_open(member, f"stepped by {cls.name}, which a hook may change")
        elif isinstance(member, (Const, Expr)) and not str(name).startswith("__"):
            cls.scope.store.data[name] = Opaque(f"{cls.name}.{name}")


def _class_number(machine: Machine, owner: str, name: str, number: Expr) -> Expr:
    """Return a number of a class body under the name that other code uses: ``Config.lr``."""
    atoms = number.atoms()
    if len(atoms) == 1 and number == Expr.atom(next(iter(atoms))):
        atom = next(iter(atoms))
        if atom.name == name and atom.value is not None:
            return machine.named_number(f"{owner}.{name}", atom.value, atom.strength)
    return number
