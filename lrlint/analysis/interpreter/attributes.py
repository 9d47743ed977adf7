"""Attributes of values: reading them, which gives settings their names."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import choices, class_objects, escapes, imports, own_attributes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import (
    class_member,
    lookup_order,
    opaque_member,
)
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import elements
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    Partial,
    Sized,
    Store,
    Superclass,
)
from lrlint.symbolic import Expr, Strength

_OWN_NAMES = ("__name__", "__qualname__")


def get_attribute(machine: Machine, owner: AnyValue, name: str) -> AnyValue:
    """Return ``owner.name``."""
    match owner:
        case External(name=qualified) if name in _OWN_NAMES and _is_class(qualified):
            return Const(qualified.rsplit(".", 1)[-1])
        case External(name=qualified, path=path):
            patched = machine.patched.data.get(f"{qualified}.{name}")
            if patched is not None:
                return patched
            return imports.foreign(machine, f"{qualified}.{name}", f"{path}.{name}")
        case ModuleValue(unit=unit):
            return module_member(machine, unit, name)
        case Instance():
            return instance_member(machine, owner, name)
        case ClassValue():
            member = class_member(machine, owner, name)
            if member is None and name in _OWN_NAMES:
                return Const(owner.name)
            return Opaque(f"{owner.name}.{name}") if member is None else _of_class(member, owner)
        case Superclass():
            return _super_member(machine, owner, name)
        case Choice():
            return choices.read(machine, owner, lambda inner: machine.get_attribute(inner, name))
        case Opaque():
            return opaque_member(owner, f".{name}")
    return _library_member(machine, owner, name) or Method(owner, name)


def _library_member(machine: Machine, owner: AnyValue, name: str) -> AnyValue | None:
    """Return an attribute of a value of a library's class; None where it may be a method."""
    match owner, name:
        case FunctionValue(node=cst.FunctionDef(name=own)), _ if name in _OWN_NAMES:
            return Const(own.value)
        case ((SchedulerValue() | OptimizerValue()), "__class__"):
            return class_objects.class_of(owner)
        case OptimizerValue(record=record), "defaults":
            return DictValue(Store(dict(record.defaults.items())), complete=False)
        case OptimizerValue(record=record), "param_groups":
            return GroupsValue(record)
        case SchedulerValue(record=record), "optimizer" if record.optimizer is not None:
            return OptimizerValue(record.optimizer)
        case ((SchedulerValue() | OptimizerValue()), "__dict__"):
            escapes.escape(owner, "changed through __dict__")
            return Opaque()
        case SchedulerValue(record=record), "_schedulers":
            for child in (record, *record.children):
                escapes.leave_open(child, "within reach of _schedulers")
            return Opaque()
        case SchedulerValue(record=record), "last_epoch":  # it changes with each step
            return Opaque(f"{record.variable or 'scheduler'}.last_epoch", planned=True)
        case ((SchedulerValue() | OptimizerValue()), _) if name in owner.record.attributes.data:
            return own_attributes.read(machine, owner, name)
        case SchedulerValue(record=record), _:
            argument = None if name in record.assigned else record.arguments.get(name)
            return argument if isinstance(argument, Expr) else None
        case Loader(path=path, dataset=dataset), "dataset":
            return dataset or Opaque(f"{path}.dataset" if path else None)
        case Loader(batch_size=size), "batch_size":
            return size
        case File(), _:
            return machine.library.member(machine, owner, name)
        case Sized(shape=tuple() as shape), "shape":
            return ListValue(list(shape), kind="tuple")
        case Sized(length=Expr() as length), "shape":
            return ListValue(None, element=Opaque(), length=length)
    return None


def _is_class(qualified: str) -> bool:
    """Whether a name of a library is that of a class: it is written ``StepLR``."""
    return qualified.rsplit(".", 1)[-1][:1].isupper()


def module_member(machine: Machine, unit: ModuleUnit, name: str) -> AnyValue:
    """Return what a module of the project binds a name to; a submodule where it binds none."""
    scope = machine.scope_of(unit)
    if name == "__dict__":
        names = [key for key in scope.store.data if isinstance(key, str) and "." not in key]
        return DictValue(Store({key: module_member(machine, unit, key) for key in names}))
    value = scope.store.data.get(name)
    if value is not None:
        value = scope.store.data[name] = imports.used(machine, value)
        return value
    submodule = machine.project.submodule(unit, name)
    if submodule is not None:
        return ModuleValue(submodule)
    starred = unit.star_imports.get(name)
    return External(starred, name) if starred is not None else Opaque(name)


# -- objects ----------------------------------------------------------------------------------


def instance_member(machine: Machine, owner: Instance, name: str) -> AnyValue:
    """Return an attribute of an object: its own, then its class's, then one not known."""
    machine.read(owner.store, name)
    value = owner.store.data.get(name)
    intercepted = _is_intercepted(owner, name)
    if value is not None and not intercepted:
        return _named_member(machine, owner, name, value)
    value = machine.find_method(owner, name)
    if intercepted and not isinstance(value, FunctionValue):
        return Opaque(name)
    if value is not None:
        return value
    if name == "__class__" and owner.cls is not None:
        return owner.cls
    value = delegated(machine, owner, name)
    if value is not None:
        return value
    if name == "__dict__":
        complete = not owner.open or owner.kind is LibraryKind.COMMAND_LINE
        return DictValue(owner.store, complete, owner.path, setting=True)
    if owner.kind is not None:
        value = machine.library.member(machine, owner, name)
        if value is not None:
            return value
        if not owner.open:
            return Method(owner, name)
    value = owner.store.data[name] = Opaque(f"{owner.path}.{name}" if owner.path else name)
    return value


def _is_intercepted(owner: Instance, name: str) -> bool:
    """Whether code of the project decides what an attribute is: a descriptor, for example."""
    for store in owner.store.inherited:
        if "__getattribute__" in store.data:
            return True
        member = store.data.get(name)
        if isinstance(member, Instance) and _has(member, "__get__"):
            return True
    return False


def _has(owner: Instance, name: str) -> bool:
    """Whether a class of an object defines a method."""
    return any(name in store.data for store in owner.store.inherited)


def delegated(machine: Machine, owner: Instance, name: str) -> AnyValue | None:
    """Return what an object that wraps an optimizer or a scheduler gives by ``__getattr__``."""
    method = machine.find_method(owner, "__getattr__")
    if not isinstance(method, FunctionValue):
        return None
    holds = any(isinstance(held, (OptimizerValue, SchedulerValue)) for held in elements(owner))
    if not holds and not method.scope.unit.survey.part(method.node).relevant:
        return None
    return machine.call_function(method, Arguments([Const(name)]))


def _named_member(machine: Machine, owner: Instance, name: str, value: AnyValue) -> AnyValue:
    """Return a setting under its name, which it gets when it is read: then its owner has one."""
    if owner.path is None and owner.kind is None:
        return value
    path = f"{owner.path}.{name}" if owner.path else name
    strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
    value = name_setting(machine, value, path, strength)
    owner.store.data[name] = value
    return value


def find_method(machine: Machine, owner: Instance, name: str) -> AnyValue | None:
    """Return an attribute that an object has from its class; a method comes bound."""
    if owner.cls is None:
        return None
    member = class_member(machine, owner.cls, name)
    if isinstance(member, Partial) and member.of_method:
        function = member.function
        if isinstance(function, FunctionValue) and not function.traits.static:
            of_class = function.traits.of_class
            function = replace(function, receiver=owner.cls if of_class else owner)
        return replace(member, function=function, of_method=False)
    if not isinstance(member, FunctionValue) or member.receiver is not None:
        return member
    traits = member.traits
    if traits.static or traits.of_class:
        return _of_class(member, owner.cls)
    bound = replace(member, receiver=owner)
    if not traits.getter:
        return bound
    value = machine.call_function(bound, Arguments())
    if traits.cached:
        machine.write(owner.store, name, value)
    return value


def _of_class(member: AnyValue, cls: ClassValue) -> AnyValue:
    """Return what reading an attribute of a class gives; a class method comes bound to it."""
    if isinstance(member, FunctionValue) and member.traits.of_class:
        return replace(member, receiver=cls)
    return member


def _super_member(machine: Machine, owner: Superclass, name: str) -> AnyValue:
    receiver = owner.receiver
    own = receiver.cls if isinstance(receiver, Instance) else receiver
    order = lookup_order(own if isinstance(own, ClassValue) else owner.owner)
    if owner.owner not in order:
        order = lookup_order(owner.owner)
    for base in order[order.index(owner.owner) + 1 :]:
        member = base.scope.store.data.get(name)
        if isinstance(member, FunctionValue):
            of_class = member.traits.of_class and isinstance(own, ClassValue)
            return replace(member, receiver=own if of_class else receiver)
    return Opaque()
