"""Members of values that are found without running code of the script."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import libcst as cst

from lrlint.analysis.code.queries import dotted, names_in
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import Condition, any_of
from lrlint.analysis.model.records import GroupsValue, OptimizerRecord
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    ListValue,
    Opaque,
    Store,
    UnknownKey,
)
from lrlint.source.nodes import small_statements, statements_of
from lrlint.symbolic import Expr


def opaque_member(owner: Opaque, suffix: str) -> AnyValue:
    """Return an attribute or item of an unknown, the same unknown each time."""
    member = owner.members.get(suffix)
    if member is None:
        path = None if owner.path is None else owner.path + suffix
        external = f"{owner.external}{suffix}" if owner.external and suffix[0] == "." else None
        member = Opaque(path, owner.measured, owner.planned, external=external, local=owner.local)
        owner.members[suffix] = member
    return member


def class_member(machine: Machine, cls: ClassValue, name: str) -> AnyValue | None:
    """Return an attribute of a class or of its bases in the project, as Python looks it up."""
    for base in lookup_order(cls):
        machine.read(base.scope.store, name)
        value = base.scope.store.data.get(name)
        if value is not None:
            return value
    return None


_ABC = "abc.ABC"
VIRTUAL = (_ABC, "register")
"""The key that a class of the project has where subclasses are registered with it."""


def register_subclass(machine: Machine, cls: ClassValue) -> bool:
    """Note a call of the ``register`` of an abstract class; return whether it is one."""
    if class_member(machine, cls, "register") is not None or _ABC not in external_bases(cls):
        return False
    for base in lookup_order(cls):
        machine.write(base.scope.store, VIRTUAL, Const(True))
    return True


def names_in_body(function: FunctionValue) -> frozenset[str]:
    """Return all names in the body of a function; none where it cannot be parsed."""
    body = function.scope.unit.body_of(function.node)
    return frozenset() if body is None else names_in(body)


def uses_groups(function: FunctionValue) -> bool:
    """Whether the body of a function mentions ``param_groups``, so that it may write an LR."""
    return "param_groups" in names_in_body(function)


def lookup_order(cls: ClassValue) -> Sequence[ClassValue]:
    """Return a class and the project's classes that it derives from, in Python's order (C3)."""
    if not cls.order:
        cls.order = tuple(_lookup_order(cls, 0))
    return cls.order


def _lookup_order(cls: ClassValue, depth: int) -> list[ClassValue]:
    bases = [base for base in cls.bases if isinstance(base, ClassValue)]
    if depth > 20 or not bases:
        return [cls]
    if len(bases) == 1:
        return [cls, *_lookup_order(bases[0], depth + 1)]
    waiting = [*(_lookup_order(base, depth + 1) for base in bases), bases]
    order = [cls]
    while waiting := [line for line in waiting if line]:
        later = {id(other) for line in waiting for other in line[1:]}
        heads = [line[0] for line in waiting]
        # Python refuses an order without a free head.
        head = next((head for head in heads if id(head) not in later), heads[0])
        order.append(head)
        waiting = [[other for other in line if other is not head] for line in waiting]
    return order


def external_bases(cls: ClassValue, depth: int = 0) -> list[str]:
    """Return the names of the library classes that a class derives from."""
    names: list[str] = []
    for base in cls.bases:
        if isinstance(base, External):
            names.append(base.name)
        elif isinstance(base, Opaque) and (base.external or base.path):
            names.append(str(base.external or base.path))
        elif isinstance(base, ClassValue) and depth < 20:
            names += external_bases(base, depth + 1)
    return names


def item_path(owner: str | None, text: str | None) -> str | None:
    """Return how the user writes ``owner[text]``, if both are known."""
    return f"{owner}[{text}]" if owner and text else None


def path_suffix(key: AnyValue, text: str | None) -> str:
    """Return how an item with a key is written after the path of its owner."""
    match key:
        case Const(value=str() as name):
            return f'["{name}"]'
        case Expr() if isinstance(key.value, int):
            return f"[{key.value}]"
    return f"[{text or '?'}]"


def forget_keys(owner: AnyValue) -> None:
    """Note that some setting has been removed, so that it is not known which there are."""
    if isinstance(owner, DictValue) and owner.setting:
        owner.complete = False


def any_value(owner: DictValue) -> AnyValue | None:
    """Return a dict's only value, which is the one under any key; None if there are several.

    Those escape: it is not seen which of them the script uses.
    """
    values = list(owner.store.data.values())
    if len(values) == 1:
        return values[0]
    for value in values:
        escapes.escape(value, "taken from a dict by an unknown key")
    return None


def lacking(value: AnyValue | None) -> Condition | None:
    """Return the condition under which a dict lacks an entry; None where it has it."""
    if not isinstance(value, Choice):
        return None
    parts = [condition for condition, inner in value.alternatives if inner is MISSING]
    return any_of(*parts) if parts else None


def has_option(group: GroupsValue, name: str) -> bool | None:
    """Whether a param group has an option of the script's own; None where that is not known."""
    record = group.record
    if record.unknown_groups or not name.startswith(OWN_OPTIONS):
        return None
    groups = record.groups if group.index is None else (record.groups[group.index],)
    found = {name in options for options in groups}
    return found.pop() if len(found) == 1 else None


def option_of(group: GroupsValue, name: str) -> AnyValue | None:
    """Return an option of the script's own that torch does not change: ``lr_scale``."""
    record = group.record
    if not name.startswith(OWN_OPTIONS) or record.own_options.get(name, NONE) is None:
        return None
    if record.unknown_groups:
        unknown = record.own_options.setdefault(name, Opaque(f'param_group["{name}"]'))
        return unknown if isinstance(unknown, Opaque) else None
    groups = record.groups if group.index is None else (record.groups[group.index],)
    values = [options.get(name) for options in groups]
    record.own_options.setdefault(name, NONE)
    return values[0] if len(values) == 1 else None


def initial_rate(group: GroupsValue) -> AnyValue | None:
    """Return the LR from which a scheduler starts in a group, if nothing has changed it."""
    record = group.record
    if record.unknown_groups or record.own_options.get(_INITIAL, NONE) is None:
        return None
    groups = record.groups if group.index is None else (record.groups[group.index],)
    rates = [
        options.get(_INITIAL) or (options.get("lr") if record.initial_as_built else None)
        for options in groups
    ]
    first = rates[0]
    if not isinstance(first, Expr) or any(rate != first for rate in rates):
        return None
    record.own_options.setdefault(_INITIAL, NONE)
    return first


_INITIAL = "initial_lr"


def drive(machine: Machine, record: OptimizerRecord) -> None:
    """Note that a scheduler has been built on an optimizer."""
    if not record.driven:
        record.driven, record.initial_as_built = True, not machine.lr_writes


def write_option(group: GroupsValue, name: str) -> None:
    """Note that the script gives an option of its own another value, maybe after reading it."""
    record = group.record
    if record.own_options.get(name) is not None:
        record.escapes = record.escapes or f"given another {name}"
    record.own_options[name] = None


OWN_OPTIONS = ("lr_", "fix_lr", "name", "group_name")
"""Beginnings of the options by which scripts scale the LR of a group, or tell it apart."""


def only_key(owner: DictValue) -> Expr | None:
    """Return the key of a dict's only entry, where that is a number that is not known."""
    return owner.only_key if len(owner.store.data) == 1 else None


def dict_of_pairs(
    machine: Machine, pairs: Sequence[AnyValue], *, complete: bool = True
) -> DictValue:
    """Return the dict of some pairs of a key and a value."""
    mapping = DictValue(Store(), complete=complete)
    for pair in pairs:
        match pair:
            case ListValue(items=[key, value]):
                mapping.store.data[entry_key(machine, mapping, key)] = value
            case _:
                mapping.complete = False
                escapes.escape(pair, "put into a dict")
    machine.dicts.append(mapping)
    return mapping


def entry_key(machine: Machine, owner: DictValue, key: AnyValue) -> Hashable:
    """Return where a dict stores a value; under an unknown key it may replace any other."""
    name = dict_key(key)
    if name is None:
        owner.complete = False
        return UnknownKey(machine.fresh_key())
    return name


def dict_key(key: AnyValue) -> str | int | None:
    """Return a key as a plain string or whole number; None where it is unknown."""
    match key:
        case Const(value=str() as name):
            return name
        case Expr() if isinstance(key.value, int):
            return key.value
    return None


def field_names(cls: ClassValue, depth: int = 0) -> dict[str, bool]:
    """Return the fields of a class and its bases, and whether a constructor takes each in turn."""
    names: dict[str, bool] = {}
    for base in cls.bases:
        if isinstance(base, ClassValue) and depth < 20:
            names |= field_names(base, depth + 1)
    in_turn = True
    for statement in statements_of(cls.node.body):
        for part in small_statements(statement):
            match part:
                case cst.AnnAssign(annotation=kind, target=cst.Name(value=name), value=value):
                    if "ClassVar" in (asked := names_in(kind)):
                        continue
                    if "KW_ONLY" in asked:
                        in_turn = False
                        continue
                    names[name] = in_turn and not _is_apart(value)
    return names


def _is_apart(default: cst.BaseExpression | None) -> bool:
    """Whether ``field(init=False)`` or ``field(kw_only=True)`` keeps an argument from a field."""
    return isinstance(default, cst.Call) and any(
        argument.keyword is not None and (argument.keyword.value, dotted(argument.value)) in _APART
        for argument in default.args
    )


_APART = frozenset({("init", "False"), ("kw_only", "True")})
