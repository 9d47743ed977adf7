"""Items of containers: reading them, which gives settings their names."""

from __future__ import annotations

from lrlint.analysis.interpreter import choices, escapes, imports, numbers, tables
from lrlint.analysis.interpreter.attributes import instance_member, module_member
from lrlint.analysis.interpreter.comparisons import unknown_equals
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import (
    any_value,
    dict_key,
    initial_rate,
    item_path,
    lacking,
    opaque_member,
    option_of,
    path_suffix,
)
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model.computed import varies
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.analysis.model.records import CopiedGroups, GroupsValue
from lrlint.analysis.model.value_queries import leaning
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
    Sized,
    UnknownKey,
)
from lrlint.symbolic import Expr, Strength

_MOST_CHOSEN = 8
"""Functions or classes of a dict that are each followed where the key is not known."""
_MOST_ENTRIES = 64
"""Entries of a dict that are told apart by a number that is not known."""


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
            return module_member(machine, unit, name)
        case External(name="sys.modules") if key == machine.scope.find("__name__"):
            return ModuleValue(machine.scope.unit)
        case Instance(cls=None) if isinstance(name := dict_key(key), str):
            return instance_member(machine, owner, name)
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
    """Return the element that represents all of a list; an unknown one is new each time."""
    if not isinstance(element, Opaque):
        return element
    return Opaque(planned=element.planned, last_of=element.last_of)


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
    """Return ``owner[key]``; where the key is not known, what any entry may be."""
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
        if len(data) == 1 and isinstance(only := next(iter(data)), UnknownKey):
            machine.read(owner.store, only)
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
    stored, value = value, choices.present(machine, value)
    if path is not None and isinstance(name, str):
        strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
        value = name_setting(machine, value, path, strength)
        if lacking(stored) is None:
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
    """Return the number under one of a dict's keys, all whole numbers, where it is unknown which.

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
                (str(key), _keyword(machine, value, str(key)))
                for key, entry in list(store.data.items())
                if not ((missing := lacking(entry)) and missing.lean)
            ]
        case Choice():
            lean = leaning(value)
            return _of_either(machine, value) if lean is value else entries(machine, lean)
    return None


def _keyword(machine: Machine, owner: DictValue, name: str) -> AnyValue:
    """Return the value of a keyword; it is not known where a branch decides whether it is given."""
    entry, value = owner.store.data[name], get_item(machine, owner, Const(name), None)
    missing = lacking(entry)
    if missing is None or missing.lean is False:
        return value
    return Opaque()


def _of_either(machine: Machine, value: Choice) -> list[tuple[str, AnyValue]] | None:
    """Return the keywords of several dicts; unknown where a dict does not have one of them."""
    several: list[tuple[Condition, dict[str, AnyValue]]] = []
    for condition, inner in value.alternatives:
        pairs = entries(machine, inner)
        if pairs is None:
            return None
        several.append((condition, dict(pairs)))
    names = dict.fromkeys(name for _, found in several for name in found)
    return [
        (
            name,
            choices.choice(machine, [(part, found.get(name, Opaque())) for part, found in several]),
        )
        for name in names
    ]
