"""Assignments: to names, attributes and items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, lists, members, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import dict_key, entry_key, path_suffix
from lrlint.analysis.interpreter.names import constant_at_top, name_value
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import Condition
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
    Const,
    DictValue,
    External,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    ModuleValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Sized,
    Truth,
    alternatives,
    is_local,
)
from lrlint.source.nodes import indices_of
from lrlint.symbolic import Expr

_DATA = ("data", "samples", "imgs", "images")
"""Attributes of a data set that hold its samples."""
_FROM_A_CHECKPOINT = re.compile(
    r"(ckpt|check_?point|state|snapshot|saved|loaded)\w*\[", re.IGNORECASE
)


# -- targets ----------------------------------------------------------------------------------


def assign(machine: Machine, target: cst.CSTNode, value: AnyValue, *, rename: bool = True) -> None:
    """Assign to a name, an attribute, an item or a tuple of those.

    With ``rename``, a number gets the name of its target, as a setting of the user.
    """
    match target:
        case cst.Name(value=name):
            bind(machine, name, value, rename=rename)
        case cst.Attribute(value=owner_node, attr=cst.Name(value=name)):
            owner = machine.evaluate(owner_node)
            set_attribute(machine, owner, name, value, owner_node, rename=rename)
        case cst.Subscript():
            _set_item(machine, target, value, rename=rename)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            _unpack(machine, elements, value, rename=rename)
        case cst.StarredElement(value=inner):
            assign(machine, inner, value, rename=rename)


def _unpack(
    machine: Machine, targets: Sequence[cst.BaseElement], value: AnyValue, *, rename: bool
) -> None:
    starred = [isinstance(target, cst.StarredElement) for target in targets]
    if True in starred:
        values = _unpack_starred(value, starred.index(True), len(targets))
    else:
        values = unpacked(machine, value, len(targets))
    measured = isinstance(value, Opaque) and value.measured
    local = is_local(value)
    for position, target in enumerate(targets):
        part: AnyValue = Opaque(measured=measured, local=local)
        if values is not None:
            part = values[position]
        assign(machine, target.value, part, rename=rename)


def _unpack_starred(value: AnyValue, starred: int, count: int) -> list[AnyValue] | None:
    """Return the values of ``count`` targets, of which the one at ``starred`` takes a list."""
    items = numbers.items_of(value)
    after = count - starred - 1
    if items is None or len(items) < starred + after:
        return None
    end = len(items) - after
    return [*items[:starred], ListValue(items[starred:end]), *items[end:]]


def unpacked(machine: Machine, value: AnyValue, count: int) -> list[AnyValue] | None:
    """Return the ``count`` elements of a sequence, or None where they are not known."""
    if isinstance(value, Choice):
        columns: list[list[tuple[Condition, AnyValue]]] = [[] for _ in range(count)]
        for condition, alternative in value.alternatives:
            row = unpacked(machine, alternative, count) or [Opaque() for _ in range(count)]
            for column, element in zip(columns, row, strict=True):
                column.append((condition, element))
        return [choices.choice(machine, column) for column in columns]
    items = numbers.items_of(value)
    if items is not None and len(items) == count:
        return items
    if isinstance(value, GroupsValue) and value.whole:
        return [GroupsValue(value.record, False, number) for number in range(count)]
    if isinstance(value, ListValue) and value.element is not None:
        return [value.element] * count
    return None


# -- names ------------------------------------------------------------------------------------


def bind(machine: Machine, name: str, value: AnyValue, *, rename: bool = True) -> None:
    """Assign to a name; without ``rename`` it is a loop that visits a value under that name."""
    scope = _scope_of_assignment(machine, name)
    old = scope.store.data.get(name, MISSING)
    if rename:
        value = name_value(machine, value, name)
        if scope is machine.scopes.get(scope.unit) and not (machine.guards or machine.loops):
            value = constant_at_top(machine, scope, name, value)
        _note_rebinding(machine, old, value)
    machine.write(scope.store, name, value)


def _scope_of_assignment(machine: Machine, name: str) -> Scope:
    scope = machine.scope
    if name in scope.globals_:
        return machine.scopes.get(scope.unit, scope)
    if name in scope.nonlocals and scope.parent is not None:
        return scope.parent.with_name(name) or scope
    return scope


def _note_rebinding(machine: Machine, old: AnyValue, new: AnyValue) -> None:
    """Record that a variable that held an optimizer or scheduler now holds another object."""
    if isinstance(new, SchedulerValue):
        _note_relay(machine, old, new)
    if machine.statement is None or not isinstance(old, (OptimizerValue, SchedulerValue)):
        return
    where = machine.where(machine.statement)
    match old, new:
        case OptimizerValue(), OptimizerValue() if old.record is not new.record:
            machine.emit(Rebind(*where, old.record, new.record))
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
    if machine.loops and records and any(map(choices.may_change, machine.guards)):
        for record in (*records, new.record):
            record.relayed = True


# -- attributes and items ---------------------------------------------------------------------


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
        case Instance(store=store, path=path):
            if rename and (path is not None or not isinstance(value, Expr)):
                value = name_value(machine, value, f"{path or 'self'}.{name}")
            _note_rebinding(machine, store.data.get(name, MISSING), value)
            machine.write(store, name, value)
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
            machine.emit(SchedulerCall(*machine.where(node), record, f"{name} ="))
        case OptimizerValue(record=record) if name in ("lr", "learning_rate"):
            machine.emit(OptimizerCall(*machine.where(node), record, f"{name} ="))
        case OptimizerValue(record=record) if name == "param_groups":
            remove_group(machine, GroupsValue(record), node)
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
    where, record = machine.where(node), group.record
    for name in options:
        members.write_option(group, name)
    if "lr" in options:
        write_lr(machine, group, options["lr"], node)
    if "initial_lr" in options:
        machine.emit(OptimizerCall(*where, record, SETS_INITIAL_LR))


def write_lr(machine: Machine, group: GroupsValue, value: AnyValue, node: cst.CSTNode) -> None:
    """Record that a param group gets another LR."""
    law = numbers.law_of(machine, group, value)
    machine.emit(LRWrite(*machine.where(node), group.record, value, group.index, law))
    machine.lr_writes += 1


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

    In a loop over the user's command line it is a setting, of which there is none.
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


def remove_group(machine: Machine, groups: AnyValue, node: cst.CSTNode) -> None:
    """Record that a param group is removed, as by ``del optimizer.param_groups[1]``."""
    if isinstance(groups, GroupsValue):
        groups.record.unknown_groups, groups.record.by_default = True, None
        machine.emit(OptimizerCall(*machine.where(node), groups.record, REMOVES_GROUP))


def _set_item(machine: Machine, target: cst.Subscript, value: AnyValue, *, rename: bool) -> None:
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
    name = dict_key(key)
    match owner:
        case GroupsValue(whole=False) if name == "lr":
            write_lr(machine, owner, value, target)
        case GroupsValue(record=record, whole=False) if name == "initial_lr":
            members.write_option(owner, name)
            machine.emit(OptimizerCall(*machine.where(target), record, SETS_INITIAL_LR))
        case GroupsValue(whole=False) if isinstance(name, str):
            members.write_option(owner, name)
            escapes.escape(value, "stored in a container")
        case DictValue():
            if rename and owner.path and name is not None:
                value = name_value(machine, value, owner.path + path_suffix(key, None))
            machine.write(owner.store, entry_key(machine, owner, key), value)
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
