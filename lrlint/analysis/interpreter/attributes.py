"""Attributes and items: reading them, which gives settings their names."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import choices, escapes, imports, numbers, tables
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.comparisons import unknown_equals
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import (
    any_value,
    class_member,
    dict_key,
    initial_rate,
    item_path,
    lookup_order,
    opaque_member,
    option_of,
    path_suffix,
)
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model.computed import varies
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.records import CopiedGroups, GroupsValue, OptimizerValue, SchedulerValue
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
    Sized,
    Store,
    Superclass,
    elements,
    leaning,
)
from lrlint.symbolic import Expr, Strength

_MOST_CHOSEN = 8
"""Functions or classes of a dict that are each followed where the key is not known."""
_MOST_ENTRIES = 64
"""Entries of a dict that are told apart by a number that is not known."""


_OWN_NAMES = ("__name__", "__qualname__")


def get_attribute(machine: Machine, owner: AnyValue, name: str) -> AnyValue:
    """Return ``owner.name``."""
    match owner:
        case External(name=qualified, path=path):
            patched = machine.patched.data.get(f"{qualified}.{name}")
            if patched is not None:
                return patched
            return imports.foreign(machine, f"{qualified}.{name}", f"{path}.{name}")
        case ModuleValue(unit=unit):
            return _module_member(machine, unit, name)
        case Instance():
            return _instance_member(machine, owner, name)
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
            return Opaque(f"{record.variable or 'scheduler'}.last_epoch")
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


def _module_member(machine: Machine, unit: ModuleUnit, name: str) -> AnyValue:
    scope = machine.scope_of(unit)
    value = scope.store.data.get(name)
    if isinstance(value, LazyImport):
        value = scope.store.data[name] = imports.resolve(machine, value)
    if value is not None:
        return value
    submodule = machine.project.submodule(unit, name)
    if submodule is not None:
        return ModuleValue(submodule)
    starred = unit.star_imports.get(name)
    return External(starred, name) if starred is not None else Opaque(name)


# -- objects ----------------------------------------------------------------------------------


def _instance_member(machine: Machine, owner: Instance, name: str) -> AnyValue:
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
        return DictValue(owner.store, complete=not owner.open, path=owner.path, setting=True)
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


# -- items ------------------------------------------------------------------------------------


def get_item(machine: Machine, owner: AnyValue, key: AnyValue, text: str | None) -> AnyValue:
    """Return ``owner[key]``; ``text`` is the key as the user writes it."""
    match owner:
        case Choice():
            return choices.read(machine, owner, lambda inner: get_item(machine, inner, key, text))
        case DictValue():
            return _dict_item(machine, owner, key, text)
        case ListValue():
            return _list_item(machine, owner, key)
        case GroupsValue():
            return _group_item(machine, owner, key)
        case CopiedGroups() if isinstance(key, Expr):
            return owner
        case Opaque():
            return opaque_member(owner, path_suffix(key, text))
        case ModuleValue(unit=unit) if isinstance(name := dict_key(key), str):
            return _module_member(machine, unit, name)
        case External(name="sys.modules") if key == machine.scope.find("__name__"):
            return ModuleValue(machine.scope.unit)
        case Instance(cls=None) if isinstance(name := dict_key(key), str):
            return _instance_member(machine, owner, name)
        case Sized() if owner.element is not None:
            return tables.item(machine, owner, key)
        case Sized(shape=tuple() as shape) if isinstance(dict_key(key), int):
            return Sized(None) if len(shape) > 1 else Opaque()
    return Opaque(item_path(getattr(owner, "path", None), text))


def _list_item(machine: Machine, owner: ListValue, key: AnyValue) -> AnyValue:
    items, position = owner.items, dict_key(key)
    if not owner.grows:
        machine.read(owner, WHOLE)
    if items is None:
        if owner.source is not None:
            return tables.item(machine, owner, key)
        return Opaque() if owner.element is None else _fresh(owner.element)
    if isinstance(position, int) and -len(items) <= position < len(items):
        item = items[position]
        # Another iteration may find another number there.
        return Opaque() if owner.grows and isinstance(item, (Expr, Const)) else item
    if isinstance(position, int):
        return Opaque()
    if isinstance(key, Expr) and all(isinstance(item, Expr) for item in items):
        return numbers.apply(machine, "item", key, *items)
    if len(items) == 1:
        return items[0]
    escapes.escape(owner, "taken from a list by an unknown index")
    return Opaque()


def _fresh(element: AnyValue) -> AnyValue:
    """Return an element of a list that represents all; of unknown ones, each is another one."""
    return Opaque(last_of=element.last_of) if isinstance(element, Opaque) else element


def _group_item(machine: Machine, owner: GroupsValue, key: AnyValue) -> AnyValue:
    """Return one of an optimizer's param groups, or an option of a group."""
    record = owner.record
    match key:
        case Expr() if owner.whole:
            index = key.value if isinstance(key.value, int) else None
            several = record.unknown_groups or len(record.groups) > 1
            return GroupsValue(record, False, index, unknown=index is None and several)
        case Const(value=str() as name) if not owner.whole:
            unchanged = not record.driven and not machine.lr_writes and not machine.loops
            if unchanged and not owner.unknown and not record.unknown_groups:
                initial = record.groups[owner.index or 0].get(name)
                if initial is not None:
                    return initial
            option = initial_rate(owner) if name == "initial_lr" else option_of(owner, name)
            if option is not None:
                return option
            rate = numbers.rate_in_use(machine, owner) if name == "lr" else None
            return Opaque(f'param_group["{name}"]', measured=True, rate=rate)
    return Opaque()


def _dict_item(machine: Machine, owner: DictValue, key: AnyValue, text: str | None) -> AnyValue:
    name = dict_key(key)
    data = owner.store.data
    if isinstance(key, Choice) and all(isinstance(entry, str) for entry in data):
        return choices.choice(
            machine,
            [(when, _dict_item(machine, owner, inner, text)) for when, inner in key.alternatives],
        )
    if name is None:
        if isinstance(key, Const) or not data:
            return Opaque()
        if isinstance(key, Expr) and owner.complete and (number := entry(machine, owner, key)):
            return number
        chosen = _among_code(machine, owner, key, text)
        return chosen or any_value(owner) or Opaque(item_path(owner.path, text))
    imports.fill(machine, owner, name)
    machine.read(owner.store, name)
    path = f"{owner.path}{path_suffix(key, None)}" if owner.path else None
    if path is None and owner.setting:
        path = str(name)
    value = data.get(name)
    if value is None:
        if data and not any(isinstance(known, str | int) for known in data):
            return any_value(owner) or Opaque(path)
        value = Opaque(path)
        if not owner.complete:
            data[name] = value
        return value
    if path is not None and isinstance(name, str):
        strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
        value = name_setting(machine, value, path, strength)
        data[name] = value
    return value


def _among_code(
    machine: Machine, owner: DictValue, key: AnyValue, text: str | None
) -> AnyValue | None:
    """Return the choice by an unknown key among functions or classes that build or step schedules.

    ``RUNNERS[config.runner](optimizer, scheduler)`` does what one of them does.
    """
    data = owner.store.data
    if not owner.complete or not isinstance(key, Opaque) or not 1 < len(data) <= _MOST_CHOSEN:
        return None
    if not all(isinstance(name, str) for name in data) or not any(map(_schedules, data.values())):
        return None
    machine.read(owner.store, WHOLE)
    results = [
        (unknown_equals(machine, key, Const(name), f"{text or 'the key'} == {name!r}"), value)
        for name, value in data.items()
    ]
    return choices.choice(machine, results)


def _schedules(value: AnyValue) -> bool:
    """Whether a value is a function or class that may build or step an optimizer or scheduler."""
    match value:
        case FunctionValue() | ClassValue():
            return value.scope.unit.survey.part(value.node).relevant
        case External(name=name):
            return name.startswith("torch.optim.lr_scheduler.")
    return False


def entry(
    machine: Machine, owner: DictValue, key: Expr, default: AnyValue | None = None
) -> AnyValue | None:
    """Return the number under one of a dict's whole numbers, of which it is not known which.

    ``default`` is the value for all other keys; without one, the dict has the key.
    """
    known = [(at, inner) for at, inner in owner.store.data.items() if isinstance(at, int)]
    if not varies(key) or len(known) < len(owner.store.data) or len(known) > _MOST_ENTRIES:
        return None
    parts = [(at, numbers.to_number(machine, inner)) for at, inner in known]
    value: AnyValue | None = parts.pop()[1] if default is None else default
    for at, number in reversed(parts):
        if number is None or not isinstance(value, Expr):
            return None
        value = choices.branch(Relation("==", key, Expr.const(at)), number, value)
    machine.read(owner.store, WHOLE)
    return value


def entries(machine: Machine, value: AnyValue) -> list[tuple[str, AnyValue]] | None:
    """Return the keywords and values that ``**value`` passes; None where they are not all known."""
    match value:
        case DictValue(complete=True, store=store) if all(isinstance(k, str) for k in store.data):
            return [
                (str(key), _dict_item(machine, value, Const(key), None)) for key in list(store.data)
            ]
        case Choice():
            lean = leaning(value)
            return None if lean is value else entries(machine, lean)
    return None
