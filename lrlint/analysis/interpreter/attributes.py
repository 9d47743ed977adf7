"""Attributes and items: reading, writing, and the names that numbers get by them."""

from __future__ import annotations

from dataclasses import replace

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import arguments, choices, escapes, imports
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import (
    any_value,
    class_member,
    dict_key,
    elements,
    item_path,
    opaque_member,
    path_suffix,
)
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Sized,
    Store,
    Superclass,
    leaning,
)
from lrlint.symbolic import Expr, Strength


def get_attribute(machine: Machine, owner: AnyValue, name: str) -> AnyValue:
    """``owner.name``."""
    match owner:
        case External(name=qualified, path=path):
            return imports.foreign(machine, f"{qualified}.{name}", f"{path}.{name}")
        case ModuleValue(unit=unit):
            return _module_member(machine, unit, name)
        case Instance():
            return _instance_member(machine, owner, name)
        case ClassValue():
            found = class_member(machine, owner, name)
            return Opaque(f"{owner.name}.{name}") if found is None else found
        case Superclass(receiver=receiver, owner=cls):
            return _super_member(machine, receiver, cls, name)
        case Choice(alternatives=alternatives):
            return choices.choice(
                machine,
                [
                    (condition, machine.get_attribute(item, name))
                    for condition, item in alternatives
                ],
            )
        case Opaque():
            return opaque_member(owner, f".{name}")
        case OptimizerValue(record=record):
            if name == "defaults":
                return DictValue(Store(dict(record.defaults.items())), complete=False)
            return GroupsValue(record) if name == "param_groups" else Method(owner, name)
        case SchedulerValue():
            return _scheduler_member(owner, name)
        case Loader(path=path, dataset=dataset) if name == "dataset":
            return dataset or Opaque(f"{path}.dataset" if path else None)
        case Loader(batch_size=size) if name == "batch_size" and size is not None:
            return size
        case File():
            return machine.library.member(owner, name) or Method(owner, name)
        case Sized(shape=tuple() as shape) if name == "shape":
            return ListValue(list(shape), kind="tuple")
        case Sized(length=Expr() as length) if name == "shape":
            return ListValue(None, element=Opaque(), length=length)
        case Expr() | Const():
            return Method(owner, name)
    return Method(owner, name)


def _module_member(machine: Machine, unit: ModuleUnit, name: str) -> AnyValue:
    scope = machine.scope_of(unit)
    value = scope.store.data.get(name)
    if isinstance(value, LazyImport):
        value = scope.store.data[name] = imports.resolve(machine, value)
    if value is not None:
        return value
    inner = machine.project.submodule(unit, name)
    if inner is not None:
        return ModuleValue(inner)
    starred = unit.star_imports.get(name)
    return External(starred, name) if starred is not None else Opaque(name)


def _instance_member(machine: Machine, owner: Instance, name: str) -> AnyValue:
    value = owner.store.data.get(name)
    if value is not None:
        return _named_member(machine, owner, name, value)
    found = machine.find_method(owner, name)
    if found is not None:
        return found
    if name == "__class__" and owner.cls is not None:
        return owner.cls
    found = delegated(machine, owner, name)
    if found is not None:
        return found
    path = f"{owner.path}.{name}" if owner.path else name
    if name == "__dict__":
        return DictValue(owner.store, complete=not owner.open, path=owner.path, setting=True)
    if owner.kind is not None and not owner.open:
        return Method(owner, name)
    value = Opaque(path)
    owner.store.data[name] = value
    return value


def delegated(machine: Machine, owner: Instance, name: str) -> AnyValue | None:
    """What ``__getattr__`` of an object gives that wraps an optimizer or a scheduler."""
    if not any(isinstance(one, (OptimizerValue, SchedulerValue)) for one in elements(owner)):
        return None
    found = machine.find_method(owner, "__getattr__")
    if not isinstance(found, FunctionValue):
        return None

    return machine.call_function(found, arguments.Arguments([Const(name)]))


def _named_member(machine: Machine, owner: Instance, name: str, value: AnyValue) -> AnyValue:
    """A setting gets its name when it is first read: only then is its owner's name known."""
    if owner.path is None and owner.kind is None:
        return value
    path = f"{owner.path}.{name}" if owner.path else name
    strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
    value = name_setting(machine, value, path, strength)
    owner.store.data[name] = value
    return value


def find_method(machine: Machine, owner: Instance, name: str) -> AnyValue | None:
    """An attribute that the class of an object gives it; methods come bound."""
    if owner.cls is None:
        return None
    found = class_member(machine, owner.cls, name)
    if isinstance(found, FunctionValue) and found.receiver is None:
        if found.traits.static:
            return found
        bound = replace(found, receiver=owner)
        if found.traits.getter:
            value = machine.call_function(bound, arguments.Arguments())
            if found.traits.cached:
                machine.write(owner.store, name, value)
            return value
        return bound
    return found


def _super_member(machine: Machine, receiver: AnyValue, cls: ClassValue, name: str) -> AnyValue:
    for base in cls.bases:
        if isinstance(base, ClassValue):
            found = class_member(machine, base, name)
            if isinstance(found, FunctionValue):
                return replace(found, receiver=receiver)
    return Opaque()


def _scheduler_member(owner: SchedulerValue, name: str) -> AnyValue:
    record = owner.record
    if name == "optimizer" and record.optimizer is not None:
        return OptimizerValue(record.optimizer)
    argument = record.arguments.get(name)
    if isinstance(argument, Expr):
        return argument
    return Method(owner, name)


def get_item(machine: Machine, owner: AnyValue, key: AnyValue, text: str | None) -> AnyValue:
    """``owner[key]``."""
    match owner, key:
        case Choice(alternatives=alternatives), _:
            return choices.choice(
                machine,
                [
                    (condition, get_item(machine, item, key, text))
                    for condition, item in alternatives
                ],
            )
        case DictValue(), _:
            return _dict_item(machine, owner, key, text)
        case (ListValue(items=list() as items), Expr()) if isinstance(key.value, int):
            position = int(key.value)
            if -len(items) <= position < len(items):
                item: AnyValue = items[position]
                return item
        case ListValue(items=[item]), _:
            return item
        case ListValue(items=list()), _:
            escapes.escape(owner, "taken from a list by an index that is not known")
        case ListValue(element=Opaque() | None, items=None), _:
            return Opaque(item_path(None, text))
        case ListValue(element=element, items=None), _ if element is not None:
            return element
        case GroupsValue(record=record, whole=True), Expr():
            index = key.value if isinstance(key.value, int) else None
            return GroupsValue(record, whole=False, index=index)
        case GroupsValue(record=record, index=index, whole=False), Const(value=str() as name):
            if not record.driven and not machine.loops and not record.unknown_groups:
                initial = record.groups[index or 0].get(name)
                if initial is not None:
                    return initial
            return Opaque(f'param_group["{name}"]', measured=True)
        case Opaque(), _:
            return opaque_member(owner, path_suffix(key, text))
        case Instance(), _:
            path = f"{owner.path}[{text}]" if owner.path else None
            if isinstance(key, Const) and isinstance(key.value, str) and owner.cls is None:
                return _instance_member(machine, owner, key.value)
            return Opaque(path)
        case Sized(shape=tuple() as shape), Expr() if isinstance(key.value, int):
            return Sized(None) if len(shape) > 1 else Opaque()
    return Opaque(item_path(getattr(owner, "path", None), text))


def _dict_item(machine: Machine, owner: DictValue, key: AnyValue, text: str | None) -> AnyValue:
    name = dict_key(key)
    if name is None:
        if isinstance(key, Const) or not owner.store.data:
            return Opaque()
        return any_value(owner) or Opaque(item_path(owner.path, text))
    suffix = f'["{name}"]' if isinstance(name, str) else f"[{name}]"
    path = f"{owner.path}{suffix}" if owner.path else None
    if path is None and owner.setting:
        path = str(name)
    value = owner.store.data.get(name)
    if value is None:
        if owner.store.data and not any(isinstance(one, str | int) for one in owner.store.data):
            return any_value(owner) or Opaque(path)
        value = Opaque(path)
        if not owner.complete:
            owner.store.data[name] = value
        return value
    if path is not None and isinstance(name, str):
        strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
        value = name_setting(machine, value, path, strength)
        owner.store.data[name] = value
    return value


def entries(machine: Machine, value: AnyValue) -> list[tuple[str, AnyValue]] | None:
    """The string keys and values that ``**value`` hands over; None where some are open."""
    match value:
        case DictValue(complete=True, store=store) if all(isinstance(k, str) for k in store.data):
            return [
                (str(key), _dict_item(machine, value, Const(key), None)) for key in list(store.data)
            ]
        case Choice():
            lean = leaning(value)
            return None if lean is value else entries(machine, lean)
    return None
