"""Assignments: to names, and to tuples of targets."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.interpreter import choices, numbers
from lrlint.analysis.interpreter.attribute_assignment import note_rebinding, set_attribute
from lrlint.analysis.interpreter.item_assignment import set_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import choices_at_top, constant_at_top, name_value
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.value_queries import is_local
from lrlint.analysis.model.values import AnyValue, Choice, DictValue, ListValue, Opaque, Scope
from lrlint.symbolic import Expr


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
            set_item(machine, target, value, rename=rename)
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
            part = _one_number(machine, values[position], target.value)
        assign(machine, target.value, part, rename=rename)


def _one_number(machine: Machine, value: AnyValue, target: cst.CSTNode) -> AnyValue:
    """Return a choice of two numbers as one that has the name of its target."""
    match value, target:
        case Choice(alternatives=[(condition, Expr() as one), (_, Expr() as other)]), cst.Name():
            return choices.join(machine, condition, one, other, target.value)
    return value


def _unpack_starred(value: AnyValue, starred: int, count: int) -> list[AnyValue] | None:
    """Return the values of ``count`` targets; the one at ``starred`` takes a list."""
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


def bind(machine: Machine, name: str, value: AnyValue, *, rename: bool = True) -> None:
    """Assign to a name; without ``rename`` it is a loop that visits a value under that name."""
    scope = _scope_of_assignment(machine, name)
    old = scope.store.data.get(name, MISSING)
    if rename:
        value = name_value(machine, value, name)
        if scope is machine.scopes.get(scope.unit) and not (machine.guards or machine.loops):
            value = constant_at_top(machine, scope, name, value)
            if isinstance(value, DictValue):
                choices_at_top(machine, name, '{}["{}"]', value.store.data)
        note_rebinding(machine, old, value)
    machine.write(scope.store, name, value)


def _scope_of_assignment(machine: Machine, name: str) -> Scope:
    scope = machine.scope
    if name in scope.globals_:
        return machine.scopes.get(scope.unit, scope)
    if name in scope.nonlocals and scope.parent is not None:
        return scope.parent.with_name(name) or scope
    return scope
