"""Assignments to items, and the deletion of items."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, lists, members, numbers
from lrlint.analysis.interpreter.attribute_assignment import (
    set_attribute,
    set_initial_lr,
    set_unknown_name,
    write_lr,
)
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import dict_key, entry_key, path_suffix
from lrlint.analysis.interpreter.names import name_value
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.records import CopiedGroups, GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import COPIED_LR, OptimizerCall, SchedulerCall
from lrlint.analysis.model.values import (
    UNKNOWN_KEYS,
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Method,
    ModuleValue,
    Opaque,
    Sized,
    Truth,
)
from lrlint.source.nodes import indices_of
from lrlint.symbolic import Expr


def set_item(machine: Machine, target: cst.Subscript, value: AnyValue, *, rename: bool) -> None:
    """Assign to ``owner[key]``."""
    owner = machine.evaluate(target.value)
    if isinstance(owner, ListValue) and (part := slice_node(target)) is not None:
        lists.assign_slice(machine, owner, known_slice(machine, part), value)
        return
    key = index_value(machine, target)
    match target.value:
        case cst.Attribute(value=holder, attr=cst.Name(value="defaults")) if dict_key(key) == "lr":
            whole = machine.evaluate(holder)
            if isinstance(whole, OptimizerValue):
                machine.emit(OptimizerCall(*machine.where(target), whole.record, "defaults ="))
        case cst.Attribute(value=holder, attr=cst.Name(value=attribute)):
            whole = machine.evaluate(holder)
            if isinstance(whole, SchedulerValue):
                machine.emit(SchedulerCall(*machine.where(holder), whole.record, f"{attribute} ="))
                return

    def set_on(alternative: AnyValue) -> AnyValue:
        _set_item_of(machine, alternative, key, value, target, rename)
        return value

    choices.distribute(machine, owner, target, set_on)


def _set_item_of(
    machine: Machine,
    owner: AnyValue,
    key: AnyValue,
    value: AnyValue,
    target: cst.Subscript,
    rename: bool,
) -> None:
    """Run ``owner[key] = value``.

    With ``rename``, the value takes the name of where it is stored.
    """
    name = dict_key(key)
    match owner:
        case External(name="os.environ" as module):
            machine.write(machine.patched, (module, name), value)
        case CopiedGroups(record=record) if name == "lr":
            machine.emit(OptimizerCall(*machine.where(target), record, COPIED_LR))
        case GroupsValue(whole=False) if name == "lr":
            write_lr(machine, owner, value, target)
        case GroupsValue(whole=False) if name == "initial_lr":
            set_initial_lr(machine, owner, value, target)
        case GroupsValue(whole=False) if isinstance(name, str):
            members.write_option(owner, name)
            escapes.escape(value, "stored in a container")
        case DictValue():
            if rename and owner.path and name is not None:
                value = name_value(machine, value, owner.path + path_suffix(key, None))
            at = entry_key(machine, owner, key)
            if name is None and machine.may_be_set(UNKNOWN_KEYS):
                # Another key, or another iteration, need not find this number.
                value = Opaque(measured=True) if isinstance(value, (Const, Expr, Truth)) else value
            machine.write(owner.store, at, value)
        case ListValue():
            lists.assign_item(machine, owner, name if isinstance(name, int) else None, value)
        case Sized():
            owner.element = None
        case ModuleValue() if isinstance(name, str):
            set_attribute(machine, owner, name, value, target, rename=rename)
        case ModuleValue():
            set_unknown_name(machine, owner, value)
        case Instance(cls=None, store=store) if isinstance(name, str):
            machine.write(store, name, value)
        case Method(receiver=SchedulerValue(record=record), name=attribute):
            machine.emit(SchedulerCall(*machine.where(target), record, f"{attribute} ="))
        case Opaque():
            owner.members[path_suffix(key, None)] = value
            escapes.escape(value, "stored in a container")
        case _:
            escapes.escape(value, "stored in a container")


def delete_item(machine: Machine, target: cst.Subscript) -> None:
    """Interpret ``del owner[key]``."""
    owner = machine.evaluate(target.value)
    if isinstance(owner, ListValue) and (part := slice_node(target)) is not None:
        lists.assign_slice(machine, owner, known_slice(machine, part), None)
        return
    key = dict_key(index_value(machine, target))
    match owner:
        case ListValue() if isinstance(key, int):
            end = key + 1 or None
            lists.assign_slice(machine, owner, slice(key, end), None)
        case ListValue():
            lists.forget(owner)
        case DictValue(store=store):
            members.forget_keys(owner)
            if key is None:
                owner.complete = False
                for entry, value in list(store.data.items()):
                    if not isinstance(value, (OptimizerValue, SchedulerValue)):
                        machine.write(store, entry, Opaque())
            else:
                machine.write(store, key, MISSING)


def slice_node(target: cst.Subscript) -> cst.Slice | None:
    """Return the slice of ``owner[lower:upper]``; None of ``owner[key]``."""
    match indices_of(target):
        case [cst.Slice() as part]:
            return part
    return None


def known_slice(machine: Machine, node: cst.Slice) -> slice | None:
    """Return a slice whose bounds are whole numbers by the script's defaults."""
    bounds: list[int | None] = []
    for bound in (node.lower, node.upper, node.step):
        number = None if bound is None else numbers.plain(machine.evaluate(bound))
        if bound is not None and not isinstance(number, int):
            return None
        bounds.append(number if isinstance(number, int) else None)
    return slice(*bounds)


def index_value(machine: Machine, node: cst.Subscript) -> AnyValue:
    """Return the key of ``x[key]``; a slice or several keys are unknown."""
    match indices_of(node):
        case [cst.Slice() | cst.Index()]:
            return Opaque()
        case [inner]:
            return machine.evaluate(inner)
    return Opaque()
