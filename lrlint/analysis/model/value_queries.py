"""What a value is, may be and contains."""

from __future__ import annotations

from lrlint.analysis.model.computed import Measured, all_atoms
from lrlint.analysis.model.conditions import natures
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Stream,
    Truth,
)
from lrlint.symbolic import Expr


def library_name(value: AnyValue | None) -> str | None:
    """Return the qualified name of a value from a library, seen or not: ``hydra.main``."""
    match value:
        case External(name=name) | Opaque(external=name):
            return name
    return None


def alternatives(value: AnyValue) -> list[AnyValue]:
    """Return the values that a value may have."""
    return [inner for _, inner in value.alternatives] if isinstance(value, Choice) else [value]


def is_local(*values: AnyValue | None) -> bool:
    """Whether one of the values, or of the items in them, comes from a share of the data."""
    return any(_is_local(value) for value in values)


def _is_local(value: AnyValue | None) -> bool:
    match value:
        case Opaque(local=local):
            return local
        case ListValue(items=list() as items):
            return any(isinstance(item, Opaque) and item.local for item in items)
        case ListValue(element=Opaque(local=local)):
            return local
    return False


def is_planned(value: AnyValue) -> bool:
    """Whether numbers and texts of the script decide a value, and no measurement."""
    match value:
        case Expr():
            return not any(isinstance(atom.key, Measured) for atom in all_atoms(value))
        case Truth(condition=condition):
            return Nature.METRIC not in natures(condition)
        case Opaque(planned=planned):
            return planned
        case ListValue(items=None, element=element):
            return element is not None and is_planned(element)
        case ListValue(grows=False) | DictValue(complete=True) | Choice():
            return all(map(is_planned, elements(value)))
    return isinstance(value, Const)


def elements(value: AnyValue) -> list[AnyValue]:
    """Return the values in a container, but not those in the containers among them."""
    match value:
        case ListValue(items=list() as items):
            return items
        case DictValue(store=store) | Instance(store=store):
            return list(store.data.values())
        case Choice():
            return alternatives(value)
        case Stream(items=list() as streamed):
            return streamed
    return []


def leaning(value: AnyValue) -> AnyValue:
    """Return the alternative that the script's defaults lead to, or the value itself."""
    if isinstance(value, Choice):
        for condition, inner in value.alternatives:
            if condition.lean:
                return leaning(inner)
    return value
