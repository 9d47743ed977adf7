"""The journal of writes: undoing what one branch has set, to interpret the other.

Both branches of an ``if`` start from the same values. After each, its writes are taken back; in the
end the values of both are joined.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.trace import Block
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import AnyValue, Const, Opaque, Store, Truth
from lrlint.symbolic import Expr

Changes = dict[tuple[Store, Hashable], AnyValue]
"""The last value that a branch has written to each entry of a store."""

_PLAIN = (Const, Expr, Truth)


def take_back(machine: Machine, start: int) -> Changes:
    """Undo all writes since the journal had the length ``start``, and return them."""
    changes: Changes = {}
    for store, key, _ in machine.journal[start:]:
        changes[store, key] = store.data.get(key, MISSING)
        for uses in machine.first_uses:
            if uses.get((store, key)) is False:
                del uses[store, key]
    for store, key, old in reversed(machine.journal[start:]):
        if old is MISSING:
            store.data.pop(key, None)
        else:
            store.data[key] = old
    del machine.journal[start:]
    return changes


@contextmanager
def undone(machine: Machine) -> Iterator[Block]:
    """Undo the writes of the ``with`` block and leave out its events, which it yields."""
    start = len(machine.journal)
    try:
        with machine.forgotten() as events:
            yield events
    finally:
        take_back(machine, start)


def leave_numbers_unknown(machine: Machine, start: int) -> None:
    """Make the numbers unknown that calls out of sight may have changed any number of times.

    The calls are those of a function that was interpreted once since the journal had a length.
    """
    for store, key, old in machine.journal[start:]:
        if old is not MISSING and isinstance(store.data.get(key), _PLAIN):
            machine.write(store, key, Opaque(str(key)))


def apply_changes(machine: Machine, changes: Changes) -> None:
    """Write again what was taken back."""
    for (store, key), value in changes.items():
        machine.write(store, key, value)


def join_changes(
    machine: Machine,
    condition: Condition,
    then: Changes,
    otherwise: Changes,
    skip: Store | None = None,
) -> None:
    """Write what two branches have set, each value under the condition of its branch."""
    for store, key in [*then, *(entry for entry in otherwise if entry not in then)]:
        if store is skip:
            continue
        before = next(
            (one.data[key] for one in (store, *store.inherited) if key in one.data), MISSING
        )
        first = then.get((store, key), before)
        second = otherwise.get((store, key), before)
        if (first is MISSING or second is MISSING) and _may_be_there(machine, store, key):
            first, second = _unknown_beside(first, second), _unknown_beside(second, first)
        both = (store, key) in then and (store, key) in otherwise
        if _is_optional(machine, store, first, second):
            value = choices.optional(machine, condition, first, second)
        else:
            value = choices.join(machine, condition, first, second, str(key))
        machine.write(store, key, value, wholly=both)


def _is_optional(machine: Machine, store: Store, first: AnyValue, second: AnyValue) -> bool:
    """Whether a dict has an entry of plain data where one of two branches has run, only."""
    if (first is MISSING) is (second is MISSING) or store is machine.scope.store:
        return False
    value = second if first is MISSING else first
    if not all(inner is MISSING or isinstance(inner, _PLAIN) for inner in alternatives(value)):
        return False
    return any(mapping.store is store for mapping in machine.dicts)


def _may_be_there(machine: Machine, store: Store, key: Hashable) -> bool:
    """Whether an earlier iteration may have put an entry into a dict that seems to lack it."""
    return machine.may_be_set(key) and any(
        mapping.store is store and not mapping.complete for mapping in machine.dicts
    )


def _unknown_beside(value: AnyValue, other: AnyValue) -> AnyValue:
    """Return a value, or an unknown where it is missing and the other one is plain data."""
    plain = isinstance(other, _PLAIN)
    return Opaque(measured=True) if value is MISSING and plain else value
