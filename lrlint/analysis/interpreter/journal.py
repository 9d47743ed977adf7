"""The journal of writes: what a branch set, taken back and joined."""

from __future__ import annotations

from collections.abc import Hashable

from lrlint.analysis.interpreter.choices import join
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.values import AnyValue, Store

Changes = dict[tuple[int, Hashable], tuple[Store, Hashable, AnyValue]]


# -- the journal ------------------------------------------------------------------------------


def take_back(machine: Machine, start: int) -> Changes:
    """Undo all writes since ``start`` and return what they had set."""
    changes: Changes = {}
    for store, key, _ in machine.journal[start:]:
        changes[id(store), key] = (store, key, store.data.get(key, MISSING))
    for store, key, old in reversed(machine.journal[start:]):
        if old is MISSING:
            store.data.pop(key, None)
        else:
            store.data[key] = old
    del machine.journal[start:]
    return changes


def apply_changes(machine: Machine, changes: Changes) -> None:
    for store, key, value in changes.values():
        machine.write(store, key, value)


def join_changes(
    machine: Machine,
    condition: Condition,
    then: Changes,
    otherwise: Changes,
    skip: Store | None = None,
) -> None:
    """Write back what two branches set, each value under its condition."""
    for place in [*then, *(key for key in otherwise if key not in then)]:
        store, key, _ = then.get(place) or otherwise[place]
        if store is skip:
            continue
        before = store.data.get(key, MISSING)
        one = then[place][2] if place in then else before
        other = otherwise[place][2] if place in otherwise else before
        machine.write(store, key, join(machine, condition, one, other, str(key)))
