"""Copies of values: ``copy``, ``dataclasses.asdict`` and ``dataclasses.replace``."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import calls, escapes, lists
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr


@models("copy.copy", "copy.replace", "dataclasses.replace")
def _copy(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``copy.copy(config)`` and ``dataclasses.replace(config, epochs=10)``."""
    value = arguments.get(0)
    if isinstance(value, Instance) and value.cls is not None:
        return _changed(machine, value, arguments)
    return _copied(machine, value, arguments, node, deep=False)


@models("copy.deepcopy")
def _deepcopy(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _copied(machine, arguments.get(0), arguments, node, deep=True)


@models_method(LibraryKind.DATACLASS, "_replace")
def _replace(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return _changed(machine, instance, arguments)


@models("dataclasses.asdict")
def _asdict(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if not isinstance(value, Instance):
        return Opaque()
    return _entries(machine, value)


def _entries(machine: Machine, value: Instance) -> DictValue:
    store = Store(
        {
            name: _entries(machine, member) if isinstance(member, Instance) else member
            for name, member in value.store.data.items()
        }
    )
    entries = DictValue(store, not value.open, value.path, value.setting)
    machine.dicts.append(entries)
    return entries


def _changed(machine: Machine, value: Instance, arguments: Arguments) -> Instance:
    """Return a copy of an object with other values for some of its attributes."""
    store = Store(dict(value.store.data))
    store.data.update(arguments.keywords)
    copy = replace(value, store=store, path=None, length=None)
    copy.open = value.open or arguments.open
    machine.instances.append(copy)
    return copy


def _copied(
    machine: Machine,
    value: AnyValue | None,
    arguments: Arguments,
    node: cst.Call,
    *,
    deep: bool,
) -> AnyValue:
    """Return a copy of a container or of settings; other objects are left to unseen code."""
    match value:
        case Expr() | Const() | Sized() | Opaque(state_of=None, path=None):
            return value
        case Opaque(state_of=None):
            return replace(value, members=dict(value.members))
        case Opaque():
            return value
        case DictValue() | ListValue() | Instance():
            if deep:
                escapes.escape(value, "copied by copy.deepcopy(…)")
            return _container(machine, value, {}, deep=deep)
    if not deep and not isinstance(value, (OptimizerValue, SchedulerValue)):
        return Opaque() if value is None else value
    # A copy of a scheduler has counters of its own, even where it shares the optimizer.
    name = "copy.deepcopy" if deep else "copy.copy"
    return calls.unknown_call(machine, External(name), arguments, node)


def duplicate(machine: Machine, value: AnyValue) -> AnyValue:
    """Return a copy of a container and of all in it, or a value that nothing changes."""
    return _container(machine, value, {}, deep=True)


def _container(
    machine: Machine, value: AnyValue, known: dict[int, AnyValue], *, deep: bool
) -> AnyValue:
    """Return a copy of a container; ``known`` has the copy of each object copied before."""
    if id(value) in known:
        return known[id(value)]
    copy: AnyValue
    match value:
        case DictValue():
            copy = replace(value, store=Store(dict(value.store.data)))
            machine.dicts.append(copy)
        case Instance():
            copy = replace(value, store=Store(dict(value.store.data)))
            machine.instances.append(copy)
        case SchedulerValue() | OptimizerValue() if deep:
            return Opaque()
        case ListValue():
            copy = lists.copied(machine, value)
        case _:
            return value
    known[id(value)] = copy
    match copy:
        case ListValue(items=list() as items) if deep:
            items[:] = [_container(machine, item, known, deep=True) for item in items]
        case DictValue(store=store) | Instance(store=store) if deep:
            for key, item in list(store.data.items()):
                store.data[key] = _container(machine, item, known, deep=True)
    return copy
