"""What the body of a loop may change: unknown where the body begins."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, once_flags, resized_lists
from lrlint.analysis.interpreter import carried_values
from lrlint.analysis.interpreter.carried_values import Entry
from lrlint.analysis.interpreter.leaving_flags import leaving_flags
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import class_member, lookup_order
from lrlint.analysis.interpreter.numbers import length_of
from lrlint.analysis.interpreter.outcomes import WHOLE, Variable
from lrlint.analysis.model.computed import Computed, Counter, computed
from lrlint.analysis.model.trace import (
    Repeat,
    has_break,
)
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    Growth,
    Instance,
    ListValue,
    Opaque,
    Scope,
    Store,
)
from lrlint.symbolic import Atom, Expr, NotRepresentable, TooComplex


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What is unknown where the body of a loop begins."""

    variables: list[Variable]
    """The numbers among them."""
    entries: set[Entry]
    absent: set[Entry]
    """Entries that a dict lacks before the loop: in the body it is unknown whether it has them."""
    others: list[tuple[Store, Hashable, AnyValue, AnyValue]]
    """Values other than numbers: where each is, its value before the loop and the unknown in it."""

    def restore(self, machine: Machine) -> None:
        """Give back its value to each entry that the body has not changed."""
        for store, key, before, unknown in self.others:
            if store.data.get(key) is unknown:
                machine.write(store, key, before)


def make_unknown(machine: Machine, node: cst.CSTNode) -> Unknowns:
    """Replace what the body may change by unknowns."""
    variables: list[Variable] = []
    others: list[tuple[Store, Hashable, AnyValue, AnyValue]] = []
    places: set[Entry] = set()
    absent: set[Entry] = set()
    held: set[Entry] = set(leaving_flags(machine, node))
    once = frozenset[str]()
    if isinstance(node, (cst.For, cst.While)):
        once = machine.unit.names_of(node.body, once_flags)
    unknown = set(held)
    unknown |= {(value, WHOLE) for value in carried_values.unknown_lists(machine)}
    for store, key, default in _changing(machine, node):
        if (store, key) in places:
            continue
        places.add((store, key))
        value = store.data.get(key, default)
        if isinstance(value, Const) and isinstance(value.value, float):
            # The best loss so far is infinite before the first one.
            value = computed(str(value.value), ())
        if isinstance(value, Expr):
            whole = all(map(_may_be_whole, value.atoms())) and not isinstance(value.value, float)
            counter = Counter(machine.fresh_key(), carried=True)
            # It may count down, or start at -1: no bound is known.
            atom = Atom(name=str(key), key=counter, lower=None, integer=whole)
            variables.append(Variable(store, key, value, atom))
            unknown.add((store, key))
            machine.write(store, key, Expr.atom(atom))
        elif (store, key) in held or value is None:
            absent.add((store, key))
        elif other := carried_values.unknown_at_start(value, changes=key in machine.carried):
            if key in once:
                other = Opaque()  # no measurement: it holds in the first iteration that asks
            unknown.add((store, key))
            others.append((store, key, value, other))
            machine.write(store, key, other)
    incomplete = {mapping.store for mapping in machine.dicts if not mapping.complete}
    absent = {(store, key) for store, key in absent if store in incomplete}
    return Unknowns(variables, unknown, absent, others)


def _may_be_whole(atom: Atom) -> bool:
    return atom.integer or not isinstance(atom.key, Computed)


def _changing(
    machine: Machine, node: cst.CSTNode
) -> Iterator[tuple[Store, Hashable, AnyValue | None]]:
    """Yield what the body of a loop may change: names, attributes and items.

    Each comes with its value before it is set: an object's attribute has that of the class.
    """
    if isinstance(node, (cst.For, cst.While)):
        names = machine.unit.names_of(node.body, assigned_names)
        if isinstance(node, cst.While):
            names |= machine.unit.names_of(node.test, assigned_names)
        for name in sorted(names):
            yield machine.scope.store, name, None
            value = machine.scope.store.data.get(name)
            if isinstance(value, DictValue):
                for key in list(value.store.data):
                    yield value.store, key, None
    mutations = machine.unit.survey.mutations
    for scope in _shared_scopes(machine):
        for name in _common(scope.unit.survey.shared_names, scope.store.data):
            yield scope.store, name, None
    carried = {key for key in machine.carried if isinstance(key, str)}
    changed = mutations.attributes | carried
    for cls in machine.classes:
        for name in _common(changed, cls.scope.store.data):
            yield cls.scope.store, name, None
    # A project has hundreds of objects, few of which have anything that changes.
    by_class: dict[ClassValue | None, tuple[set[str], set[str]]] = {}
    for instance in machine.instances:
        kind, data = instance.cls, instance.store.data
        if kind not in by_class:
            by_class[kind] = _changed_attributes(kind, carried)
        own, inherited = by_class[kind]
        for name in sorted({*_common(own, data), *inherited}) if inherited else _common(own, data):
            default = None if kind is None or name in data else class_member(machine, kind, name)
            yield instance.store, name, default
    entries = [key for key in machine.carried if not isinstance(key, cst.CSTNode)]  # no lists
    for mapping in machine.dicts if mutations.keys or entries else ():
        for name in _common(mutations.keys, mapping.store.data):
            yield mapping.store, name, None
        for key in entries:
            mapping.complete &= key in mapping.store.data
            yield mapping.store, key, None


def _common(names: Set[str], data: Mapping[Hashable, object]) -> Sequence[str]:
    """Return those of the names that a mapping has, sorted; mostly there are none."""
    return () if data.keys().isdisjoint(names) else sorted(names & data.keys())


def _changed_attributes(cls: ClassValue | None, carried: set[str]) -> tuple[set[str], set[str]]:
    """Return the attributes that objects of a class may change, and those that it gives them."""
    if cls is None:
        return carried, set()
    names = carried | cls.scope.unit.survey.mutations.attributes
    inherited = (_common(names, base.scope.store.data) for base in lookup_order(cls))
    return names, set[str]().union(*inherited)


def _shared_scopes(machine: Machine) -> Iterator[Scope]:
    """Yield the scopes whose names a function that the body calls may set."""
    scope: Scope | None = machine.scope
    while scope is not None:
        yield scope
        scope = scope.parent
    yield from machine.scopes.values()
    yield from machine.closures


def growing_lists(machine: Machine, body: cst.CSTNode, repeat: Repeat) -> list[ListValue]:
    """Make the lengths of lists unknown that the body changes: it is interpreted just once."""
    growing: list[ListValue] = []
    for path in machine.unit.names_of(body, resized_lists):
        name, _, attribute = path.partition(".")
        value = machine.scope.find(name)
        if isinstance(value, Instance):
            value = value.store.data.get(attribute)
        elif attribute:
            continue
        if isinstance(value, ListValue):
            length = length_of(machine, value)
            if length is not None and value.growth is None:
                value.growth = Growth(repeat, len(machine.guards), length)
                growing.append(value)
            value.grows = True
    return growing


def end_growth(value: ListValue, repeat: Repeat) -> None:
    """Give a list the length that it has after the loop, if each iteration appends as much."""
    growth, value.growth = value.growth, None
    trips = repeat.loop.trips
    if (
        growth is None
        or not (growth.regular and growth.each.as_number() != 0)
        or trips is None
        or repeat.loop.may_break
        or repeat.loop.left_by_exception
        or has_break(repeat.body)
    ):
        return
    with suppress(TooComplex, NotRepresentable):
        value.length = growth.before + trips * growth.each
        value.items, value.grows, value.source = None, False, None
