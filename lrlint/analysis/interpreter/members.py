"""Members of values that need no code of the script to be run."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
    Stream,
)
from lrlint.symbolic import Expr


def opaque_member(owner: Opaque, suffix: str) -> AnyValue:
    """A part of an unknown: the same unknown each time it is asked for."""
    member = owner.members.get(suffix)
    if member is None:
        path = None if owner.path is None else owner.path + suffix
        external = f"{owner.external}{suffix}" if owner.external and suffix[0] == "." else None
        member = Opaque(path, measured=owner.measured, external=external)
        owner.members[suffix] = member
    return member


def class_member(machine: Machine, cls: ClassValue, name: str, depth: int = 0) -> AnyValue | None:
    """An attribute of a class or of its bases in the project, in method resolution order."""
    value = cls.scope.store.data.get(name)
    if value is not None:
        return value
    if depth < 20:
        for base in cls.bases:
            if isinstance(base, ClassValue):
                value = class_member(machine, base, name, depth + 1)
                if value is not None:
                    return value
    return None


def external_bases(cls: ClassValue, depth: int = 0) -> list[str]:
    """The library classes that a class derives from."""
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
    return f"{owner}[{text}]" if owner and text else None


def path_suffix(key: AnyValue, text: str | None) -> str:
    match key:
        case Const(value=str() as name):
            return f'["{name}"]'
        case Expr() if isinstance(key.value, int):
            return f"[{key.value}]"
    return f"[{text or '?'}]"


def forget_keys(owner: AnyValue) -> None:
    """From now on it is not known which settings there are: one is taken away, or may be."""
    if isinstance(owner, DictValue) and owner.setting:
        owner.complete = False


def any_value(owner: DictValue) -> AnyValue | None:
    """What the dict holds under any of its keys; None where that differs, or is not known.

    Whatever is done to the one that is taken is then not seen.
    """
    values = list(owner.store.data.values())
    if len(values) == 1:
        return values[0]
    for value in values:
        escapes.escape(value, "taken from a dict by a key that is not known")
    return None


def dict_of_pairs(
    machine: Machine, pairs: Sequence[AnyValue], *, complete: bool = True
) -> DictValue:
    """The dict of keys with their values, each pair a tuple of the two."""
    found = DictValue(Store(), complete=complete)
    for pair in pairs:
        match pair:
            case ListValue(items=[key, value]):
                found.store.data[entry(machine, found, key)] = value
            case _:
                found.complete = False
                escapes.escape(pair, "put into a dict")
    machine.dicts.append(found)
    return found


def entry(machine: Machine, owner: DictValue, key: AnyValue) -> Hashable:
    """Where a dict keeps what it holds under a key; where that is not known, it is incomplete."""
    name = dict_key(key)
    if name is None:
        owner.complete = False
        return "open", machine.fresh_key()
    return name


def dict_key(key: AnyValue) -> str | int | None:
    """A key that can be looked up: a string or a whole number."""
    match key:
        case Const(value=str() as name):
            return name
        case Expr() if isinstance(key.value, int):
            return key.value
    return None


def elements(value: AnyValue) -> list[AnyValue]:
    """The values held by a container, one level deep."""
    match value:
        case ListValue(items=list() as items):
            return items
        case DictValue(store=store) | Instance(store=store):
            return list(store.data.values())
        case Choice(alternatives=alternatives):
            return [item for _, item in alternatives]
        case Stream(items=list() as streamed):
            return streamed
    return []
