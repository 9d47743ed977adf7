"""Assignments: to names, attributes and items."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, numbers
from lrlint.analysis.interpreter.choices import choice
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import dict_key, entry, path_suffix
from lrlint.analysis.interpreter.names import named
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model import values
from lrlint.analysis.model.trace import (
    REMOVES_GROUP,
    SETS_INITIAL_LR,
    UNPICKLED,
    LRWrite,
    OptimizerCall,
    Rebind,
    SchedulerCall,
)
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    DictValue,
    GroupsValue,
    Instance,
    ListValue,
    ModuleValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
)
from lrlint.source.nodes import indices_of
from lrlint.symbolic import Expr


def set_attribute(
    machine: Machine,
    owner: AnyValue,
    name: str,
    value: AnyValue,
    node: cst.CSTNode,
    *,
    rename: bool = True,
) -> None:
    """``owner.name = value``."""
    match owner:
        case Instance(store=store, path=path):
            if rename and (path is not None or not isinstance(value, Expr)):
                value = named(machine, value, f"{path or 'self'}.{name}")
            note_rebinding(machine, store.data.get(name, MISSING), value)
            machine.write(store, name, value)
        case ClassValue(scope=scope):
            machine.write(scope.store, name, named(machine, value, f"{owner.name}.{name}"))
        case ModuleValue(unit=unit):
            machine.write(machine.scope_of(unit).store, name, named(machine, value, name))
        case SchedulerValue(record=record):
            machine.emit(SchedulerCall(machine.here(node), tuple(machine.via), record, f"{name} ="))
        case OptimizerValue(record=record) if name == "param_groups":
            remove_group(machine, GroupsValue(record), node)
        case Choice():
            choices.distribute(
                machine, owner, node, lambda item: _set_and_return(machine, item, name, value, node)
            )
        case Opaque():
            owner.members[f".{name}"] = value
            escapes.escape(value, f"stored as {owner.path or 'an attribute'}.{name}")
        case _:
            escapes.escape(value, f"stored as an attribute {name}")


def remove_group(machine: Machine, groups: AnyValue, node: cst.CSTNode) -> None:
    """``del optimizer.param_groups[1]`` and the like."""
    if isinstance(groups, GroupsValue):
        groups.record.unknown_groups = True
        machine.emit(
            OptimizerCall(machine.here(node), tuple(machine.via), groups.record, REMOVES_GROUP)
        )


def _set_and_return(
    machine: Machine, owner: AnyValue, name: str, value: AnyValue, node: cst.CSTNode
) -> AnyValue:
    set_attribute(machine, owner, name, value, node)
    return value


def set_item(machine: Machine, target: cst.Subscript, value: AnyValue, *, rename: bool) -> None:
    """``owner[key] = value``."""

    owner = machine.evaluate(target.value)
    key = index_value(machine, target)
    choices.distribute(
        machine, owner, target, lambda item: _set_item(machine, item, key, value, target, rename)
    )


def _set_item(
    machine: Machine,
    owner: AnyValue,
    key: AnyValue,
    value: AnyValue,
    target: cst.Subscript,
    rename: bool,
) -> AnyValue:
    name = dict_key(key)
    match owner:
        case GroupsValue(record=record, whole=False, index=index) if name == "lr":
            machine.emit(LRWrite(machine.here(target), tuple(machine.via), record, value, index))
        case GroupsValue(record=record, whole=False) if name == "initial_lr":
            machine.emit(
                OptimizerCall(machine.here(target), tuple(machine.via), record, SETS_INITIAL_LR)
            )
        case DictValue():
            if rename and owner.path and name is not None:
                suffix = f'["{name}"]' if isinstance(name, str) else f"[{name}]"
                value = named(machine, value, owner.path + suffix)
            machine.write(owner.store, entry(machine, owner, key), value)
        case ListValue(items=list() as items) if isinstance(name, int):
            if -len(items) <= name < len(items):
                items[name] = value
        case Instance(cls=None, store=store) if isinstance(name, str):
            machine.write(store, name, value)
        case Opaque():
            owner.members[path_suffix(key, None)] = value
            escapes.escape(value, "stored in a container")
        case _:
            escapes.escape(value, "stored in a container")
    return value


def _home(machine: Machine, name: str) -> Scope:
    """The scope that an assignment to ``name`` writes to."""
    if name in machine.scope.globals_:
        return machine.scopes.get(machine.scope.unit, machine.scope)
    if name in machine.scope.nonlocals:
        scope = machine.scope.parent
        while scope is not None:
            if name in scope.store.data:
                return scope
            scope = scope.parent
    return machine.scope


def bind(machine: Machine, name: str, value: AnyValue, *, rename: bool = True) -> None:
    """Bind a name in the current scope."""
    home = _home(machine, name)
    old = home.store.data.get(name, MISSING)
    if rename:
        value = named(machine, value, name)
    note_rebinding(machine, old, value)
    machine.write(home.store, name, value)


def note_rebinding(machine: Machine, old: AnyValue, new: AnyValue) -> None:
    _note_relay(machine, old, new)
    if (
        isinstance(old, OptimizerValue)
        and isinstance(new, OptimizerValue)
        and old.record is not new.record
        and machine.statement is not None
    ):
        machine.emit(
            Rebind(machine.here(machine.statement), tuple(machine.via), old.record, new.record)
        )
    elif (
        isinstance(old, (OptimizerValue, SchedulerValue))
        and isinstance(new, Opaque)
        and _FROM_A_CHECKPOINT.search(new.path or "")
        and machine.statement is not None
    ):
        place, via = machine.here(machine.statement), tuple(machine.via)
        if isinstance(old, SchedulerValue):
            machine.emit(SchedulerCall(place, via, old.record, UNPICKLED))
        else:
            machine.emit(OptimizerCall(place, via, old.record, UNPICKLED))


def _note_relay(machine: Machine, old: AnyValue, new: AnyValue) -> None:
    """``if epoch == 10: scheduler = X(...)``: from then on it is stepped instead of the other.

    A loop's body is walked once for all iterations, so how long each of them lasts is not known.
    """
    if not isinstance(new, SchedulerValue) or not machine.loops:
        return

    others = [one.record for one in values.alternatives(old) if isinstance(one, SchedulerValue)]
    if others and any(map(choices.may_change, machine.guards)):
        for record in (*others, new.record):
            record.relayed = True


_FROM_A_CHECKPOINT = re.compile(
    r"(ckpt|check_?point|state|snapshot|saved|loaded)\w*\[", re.IGNORECASE
)


def assign(
    machine: Machine,
    target: cst.CSTNode,
    value: AnyValue,
    source: cst.CSTNode,
    *,
    rename: bool = True,
) -> None:
    """Assign to a name, an attribute, an item or a tuple of those."""
    match target:
        case cst.Name(value=name):
            bind(machine, name, value, rename=rename)
        case cst.Attribute(value=owner_node, attr=cst.Name(value=name)):
            owner = machine.evaluate(owner_node)
            set_attribute(machine, owner, name, value, owner_node, rename=rename)
        case cst.Subscript():
            set_item(machine, target, value, rename=rename)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            _unpack(machine, elements, value, source)
        case cst.StarredElement(value=inner):
            assign(machine, inner, value, source)


def _unpack(
    machine: Machine,
    elements: Sequence[cst.BaseElement],
    value: AnyValue,
    source: cst.CSTNode,
) -> None:
    parts = unpacked(machine, value, len(elements))
    starred = next(
        (i for i, item in enumerate(elements) if isinstance(item, cst.StarredElement)), None
    )
    if starred is not None:
        parts = None
        items = numbers.items_of(value)
        if items is not None and len(items) >= len(elements) - 1:
            after = len(elements) - starred - 1
            middle = items[starred : len(items) - after]
            parts = [
                *items[:starred],
                ListValue(middle),
                *items[len(items) - after :],
            ]
    measured = isinstance(value, Opaque) and value.measured
    for position, element in enumerate(elements):
        part: AnyValue = Opaque(None, measured=measured) if parts is None else parts[position]
        assign(machine, element.value, part, source)


def unpacked(machine: Machine, value: AnyValue, count: int) -> list[AnyValue] | None:
    """The ``count`` elements of a sequence, or None where they are not known."""
    if isinstance(value, Choice):
        columns: list[list[tuple[object, AnyValue]]] = [[] for _ in range(count)]
        for condition, item in value.alternatives:
            parts = unpacked(machine, item, count)
            if parts is None:
                parts = [Opaque() for _ in range(count)]
            for column, part in zip(columns, parts, strict=True):
                column.append((condition, part))

        return [choice(machine, column) for column in columns]  # type: ignore[arg-type]
    items = numbers.items_of(value)
    if items is not None and len(items) == count:
        return items
    if isinstance(value, ListValue) and value.element is not None:
        return [value.element] * count
    return None


def index_value(machine: Machine, node: cst.Subscript) -> AnyValue:
    """The key of ``x[key]``; a slice or several keys are unknown."""
    match indices_of(node):
        case [cst.Slice() | cst.Index()]:
            return Opaque()
        case [inner]:
            return machine.evaluate(inner)
    return Opaque()
