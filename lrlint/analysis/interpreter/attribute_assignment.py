"""Assignments to attributes, and other writes into objects and param groups."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import (
    choices,
    escapes,
    late_entries,
    members,
    numbers,
    own_attributes,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import name_setting, name_value, named_entries
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.condition_queries import may_change
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import (
    GroupsValue,
    OptimizerValue,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import (
    REMOVES_GROUP,
    SETS_INITIAL_LR,
    UNPICKLED,
    InitialRate,
    LRWrite,
    OptimizerCall,
    Rebind,
    SchedulerCall,
)
from lrlint.analysis.model.value_queries import alternatives, leaning
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    ModuleValue,
    Opaque,
    Scope,
    Sized,
    Truth,
)
from lrlint.symbolic import Expr, Strength

_DATA = ("data", "samples", "imgs", "images")
"""Attributes of a data set that hold its samples."""
_FROM_A_CHECKPOINT = re.compile(
    r"(\bck|ckpt|check_?point|state|snapshot|saved|loaded)\w*\[", re.IGNORECASE
)


def note_rebinding(machine: Machine, old: AnyValue, new: AnyValue) -> None:
    """Record that a variable that held an optimizer or scheduler now holds another object."""
    if isinstance(new, SchedulerValue):
        _note_relay(machine, old, new)
    if machine.statement is None or not isinstance(old, (OptimizerValue, SchedulerValue)):
        return
    where = machine.where(machine.statement)
    match old, new:
        case OptimizerValue(), OptimizerValue() if old.record is not new.record:
            machine.emit(Rebind(*where, old.record, new.record))
        case OptimizerValue(), Choice(alternatives=parts):  # `x = SGD(…) if epoch == 5 else x`
            for condition, part in parts:
                if isinstance(part, OptimizerValue) and any(old == other for _, other in parts):
                    with machine.guard(condition, machine.statement):
                        note_rebinding(machine, old, part)
        case SchedulerValue(), Opaque(path=str() as path) if _FROM_A_CHECKPOINT.search(path):
            machine.emit(SchedulerCall(*where, old.record, UNPICKLED))
        case SchedulerValue(record=record), Opaque() if not machine.guards:
            escapes.leave_open(record, "replaced by an object that is not seen", paced=True)
        case OptimizerValue(), Opaque(path=str() as path) if _FROM_A_CHECKPOINT.search(path):
            machine.emit(OptimizerCall(*where, old.record, UNPICKLED))


def _note_relay(machine: Machine, old: AnyValue, new: SchedulerValue) -> None:
    """Mark the schedulers of ``if epoch == 10: scheduler = X(…)`` in a loop.

    The body is interpreted once for all iterations, so it is not known how long each is stepped.
    """
    records = [value.record for value in alternatives(old) if isinstance(value, SchedulerValue)]
    if machine.loops and records and any(map(may_change, machine.guards)):
        for record in (*records, new.record):
            record.relayed = True


def set_attribute(
    machine: Machine,
    owner: AnyValue,
    name: str,
    value: AnyValue,
    node: cst.CSTNode,
    *,
    rename: bool = True,
) -> None:
    """Assign to ``owner.name``."""
    match owner:
        case Instance() if (setter := _setter(machine, owner, name)) is not None:
            machine.call_function(setter, Arguments([value]))
        case Instance():
            _set_on_object(machine, owner, name, value, rename=rename)
        case ClassValue(scope=scope):
            machine.write(scope.store, name, name_value(machine, value, f"{owner.name}.{name}"))
        case ModuleValue(unit=unit):
            machine.write(machine.scope_of(unit).store, name, name_value(machine, value, name))
        case SchedulerValue() | OptimizerValue() if name == "step":
            escapes.leave_open(owner.record, "given another step()")
        case External(name=module):
            machine.write(machine.patched, f"{module}.{name}", value)
            escapes.escape(value, f"stored as an attribute {name}")
        case SchedulerValue(record=record):
            escapes.escape(value, f"stored as an attribute {name}")
            record.assigned.add(name)
            own_attributes.write(machine, owner, name, value)
            if not own_attributes.is_label(record, name):
                machine.emit(SchedulerCall(*machine.where(node), record, f"{name} ="))
        case OptimizerValue(record=record) if name in ("lr", "learning_rate"):
            machine.emit(OptimizerCall(*machine.where(node), record, f"{name} ="))
        case OptimizerValue(record=record) if name == "param_groups":
            remove_group(machine, GroupsValue(record), node)
        case OptimizerValue():
            escapes.escape(value, f"stored as an attribute {name}")
            own_attributes.write(machine, owner, name, value)
        case Choice():

            def set_on(alternative: AnyValue) -> AnyValue:
                set_attribute(machine, alternative, name, value, node)
                return value

            choices.distribute(machine, owner, node, set_on)
        case Sized() if name in _DATA:
            owner.length = None  # `train_set.samples = train_set.samples[:100]`
        case Opaque():
            owner.members[f".{name}"] = value
            escapes.escape(value, f"stored as {owner.path or 'an attribute'}.{name}")
        case _:
            escapes.escape(value, f"stored as an attribute {name}")


def _set_on_object(
    machine: Machine, owner: Instance, name: str, value: AnyValue, *, rename: bool
) -> None:
    store, path = owner.store, owner.path
    if name == "__dict__" and isinstance(value, DictValue):
        for key, inner in named_entries(machine, value).items():
            machine.write(store, key, inner)
        owner.open = owner.open or not value.complete
        return
    if isinstance(value, (Const, Expr)) and any(
        "__setattr__" in inherited.data for inherited in store.inherited
    ):
        value = Opaque(name)
    if owner.kind is LibraryKind.CFG_NODE and isinstance(value, (Const, Expr, ListValue)):
        value = name_setting(machine, value, f"{path or 'cfg'}.{name}", Strength.DEFAULT)
    elif rename and (path is not None or not isinstance(value, Expr)):
        value = name_value(machine, value, f"{path or 'self'}.{name}")
    value = late_entries.as_set_late(machine, store, name, value)
    note_rebinding(machine, store.data.get(name, MISSING), value)
    machine.write(store, name, value)


def _setter(machine: Machine, owner: Instance, name: str) -> FunctionValue | None:
    """Return the setter of a property, bound to its object."""
    member = None if owner.cls is None else members.class_member(machine, owner.cls, name)
    if not isinstance(member, FunctionValue) or member.traits.setter is None:
        return None
    return replace(member.traits.setter, receiver=owner)


def update_group(
    machine: Machine, group: GroupsValue, arguments: Arguments, node: cst.CSTNode
) -> None:
    """Write options into a param group: ``param_groups[0].update(lr=0.1)``, or ``|=``."""
    options = dict(arguments.keywords)
    other = arguments.get(0)
    if isinstance(other, DictValue) and other.complete:
        options |= {key: value for key, value in other.store.data.items() if isinstance(key, str)}
    elif other is not None:
        options |= {"lr": Opaque(), "initial_lr": Opaque()}
    for name in options:
        if name != "initial_lr":
            members.write_option(group, name)
    if "lr" in options:
        write_lr(machine, group, options["lr"], node)
    if "initial_lr" in options:
        set_initial_lr(machine, group, options["initial_lr"], node)


def write_lr(machine: Machine, group: GroupsValue, value: AnyValue, node: cst.CSTNode) -> None:
    """Record that a param group gets another LR, by default."""
    used = leaning(value)
    last = used.last_of if isinstance(used, Opaque) and not machine.lr_writes else None
    alone = len(group.record.groups) == 1 and not group.record.unknown_groups
    if alone and isinstance(last, SchedulerRecord) and last.optimizer is group.record:
        return  # the scheduler has already set it
    law = None if group.unknown else numbers.law_of(machine, group, value)
    where = machine.where(node)
    machine.emit(LRWrite(*where, group.record, value, group.index, law, group.visited))
    machine.lr_writes += 1


def set_initial_lr(
    machine: Machine,
    group: GroupsValue,
    value: AnyValue | None,
    node: cst.CSTNode,
    *,
    missing: bool = False,
) -> None:
    """Record that a param group gets an ``initial_lr``; that may be the LR that it has."""
    record, keeps = group.record, None
    if _is_in_use(machine, group, value):
        keeps = InitialRate(group.index, missing)
    if keeps and not (record.driven or machine.lr_writes or machine.loops or machine.guards):
        record.initial_as_built = True
    elif not (missing and record.driven):
        members.write_option(group, "initial_lr")
    machine.emit(OptimizerCall(*machine.where(node), record, SETS_INITIAL_LR, keeps=keeps))


def _is_in_use(machine: Machine, group: GroupsValue, value: AnyValue | None) -> bool:
    """Whether a value is the LR that a param group has now."""
    if value is None or group.unknown or group.record.unknown_groups:
        return False
    if isinstance(value, Expr):
        unchanged = not group.record.driven and not machine.lr_writes
        return unchanged and value == group.record.groups[group.index or 0].get("lr")
    rate = numbers.law_of(machine, group, value)
    return rate is not None and rate == numbers.rate_in_use(machine, group)


def update_module(
    machine: Machine, module: ModuleValue, arguments: Arguments, node: cst.CSTNode
) -> None:
    """Assign to names of a module: ``globals().update(EPOCHS=10)``."""
    other = arguments.get(0)
    known = other.store.data if isinstance(other, (DictValue, Instance)) else {}
    for name, value in [*known.items(), *arguments.keywords.items()]:
        set_attribute(machine, module, str(name), value, node)


def set_unknown_name(machine: Machine, owner: AnyValue, value: AnyValue) -> None:
    """Store a value under a name that is not known: each number may be another from then on.

    In a loop over the user's command line it is a setting, and by default none is given.
    """
    escapes.escape(value, "stored under an unknown name")
    if any("argv" in (repeat.loop.over or "") for repeat in machine.loops):
        return
    match owner:
        case ModuleValue(unit=unit):
            store = machine.scope_of(unit).store
        case Instance(store=store):
            pass
        case _:
            return
    for name, known in list(store.data.items()):
        if isinstance(known, (Expr, Const, Choice, Truth)) and not str(name).startswith("__"):
            machine.write(store, name, Opaque(str(name)))


def delete_attribute(machine: Machine, owner: AnyValue, name: str) -> None:
    """Interpret ``del owner.name``, after which an object has the attribute of its class."""
    match owner:
        case Instance(store=store) | ClassValue(scope=Scope(store=store)) if name in store.data:
            machine.write(store, name, MISSING)
        case OptimizerValue(record=record) | SchedulerValue(record=record):
            escapes.leave_open(record, f"left without {name}")


def remove_group(machine: Machine, groups: AnyValue, node: cst.CSTNode) -> None:
    """Record that a param group is removed, as by ``del optimizer.param_groups[1]``."""
    if isinstance(groups, GroupsValue):
        groups.record.unknown_groups, groups.record.by_default = True, None
        machine.emit(OptimizerCall(*machine.where(node), groups.record, REMOVES_GROUP))
