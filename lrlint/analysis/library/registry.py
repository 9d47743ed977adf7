"""Where models of library code are registered, each under the names of what it models.

A model takes the place of code that the analyser does not read. To add one, decorate a function in
the module of its library or topic:

- ``@models("builtins.len")``: a function or class, by its qualified names;
- ``@models_unevaluated("builtins.isinstance")``: one whose arguments are not all evaluated;
- ``@models_last_name("prepare")``: a function of any library, by the last part of its name;
- ``@models_method(File, "exists")``: a method, by the kind of object that has it;
- ``@models_subclass("Trainer")``: the classes of the project that derive from a library's;
- ``@models_attribute(File, "parent")``: an attribute, by the kind of object that has it;
- ``@drives(LibraryKind.LIGHTNING_MODULE, "LightningModule")``: what a framework does with an object
  of a class of the project that derives from one of the framework's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import SchedulerValue
from lrlint.analysis.model.values import AnyValue, ClassValue, Instance, Value
from lrlint.symbolic import Expr

Model = Callable[[Machine, Arguments, cst.Call], AnyValue]
"""Returns the value of a call, given its evaluated arguments."""
Unevaluated = Callable[[Machine, cst.Call], AnyValue]
"""Returns the value of a call whose arguments it evaluates itself."""
LastNameModel = Callable[[Machine, Arguments, cst.Call], AnyValue | None]
"""Returns the value of a call, or None where its arguments do not fit what is modelled."""
MethodModel = Callable[[Machine, Any, Arguments, cst.Call], AnyValue]
"""Returns the value of a method call; the object is its second argument."""
AttributeModel = Callable[[Machine, Any], AnyValue]
"""Returns the value of an attribute of an object, which is its second argument."""
SubclassModel = Callable[[Machine, ClassValue, Arguments, cst.Call], AnyValue | None]
"""Returns an object of a class of the project, or None where it is as any other."""
Drive = Callable[[Machine, Instance], bool]
"""Does with an object what its framework does in a training; returns whether it trains it."""
ObjectKind = type[Value] | type[Expr] | LibraryKind
"""A class of values, or the library class that an `Instance` belongs to."""

MODELS: dict[str, Model] = {}
UNEVALUATED: dict[str, Unevaluated] = {}
LAST_NAMES: dict[str, LastNameModel] = {}
METHODS: dict[tuple[ObjectKind, str], MethodModel] = {}
SUBCLASSES: dict[str, SubclassModel] = {}
ATTRIBUTES: dict[tuple[ObjectKind, str], AttributeModel] = {}
BASES: dict[str, LibraryKind] = {}
"""The kinds of objects whose class derives from a library's, by the last part of its name."""
DRIVES: dict[LibraryKind, Drive] = {}


def models(*names: str) -> Callable[[Model], Model]:
    """Register a model under qualified names of functions or classes."""
    return _registering(MODELS, names)


def models_unevaluated(*names: str) -> Callable[[Unevaluated], Unevaluated]:
    """Register a model that evaluates the arguments of the call itself."""
    return _registering(UNEVALUATED, names)


def models_last_name(*names: str) -> Callable[[LastNameModel], LastNameModel]:
    """Register a model under the last part of a name: ``accelerator.prepare`` is ``prepare``."""
    return _registering(LAST_NAMES, names)


def models_method(kind: ObjectKind, *names: str) -> Callable[[MethodModel], MethodModel]:
    """Register a model under names of methods of a kind of object."""
    return _registering(METHODS, [(kind, name) for name in names])


def models_subclass(*bases: str) -> Callable[[SubclassModel], SubclassModel]:
    """Register a model of classes by the last part of the name of a base in a library."""
    return _registering(SUBCLASSES, bases)


def models_attribute(kind: ObjectKind, *names: str) -> Callable[[AttributeModel], AttributeModel]:
    """Register a model under names of attributes of a kind of object."""
    return _registering(ATTRIBUTES, [(kind, name) for name in names])


def drives(kind: LibraryKind, base: str) -> Callable[[Drive], Drive]:
    """Register what a framework does with an object whose class derives from one of its own.

    The objects are of that kind, so that their inherited methods can be modelled.
    """
    BASES[base] = kind
    return _registering(DRIVES, [kind])


def qualified(modules: Iterable[str], *names: str) -> list[str]:
    """Return qualified names: each name in each of the modules that may offer it."""
    return [f"{module}.{name}" for module in modules for name in names]


def kind_of(value: AnyValue) -> ObjectKind:
    """Return the kind under which methods and attributes of a value are registered."""
    if isinstance(value, Instance) and value.kind is not None:
        return value.kind
    if isinstance(value, SchedulerValue) and value.record.kind is not None:
        return value.record.kind
    return type(value)


_K = TypeVar("_K")
_M = TypeVar("_M")


def _registering(table: dict[_K, _M], keys: Iterable[_K]) -> Callable[[_M], _M]:
    def register(model: _M) -> _M:
        for key in keys:
            if key in table:
                raise ValueError(f"{key!r} has two models")
            table[key] = model
        return model

    return register
