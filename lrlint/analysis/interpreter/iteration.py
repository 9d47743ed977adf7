"""Iterables: which elements a loop over a value visits, and how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import escapes, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model import words
from lrlint.analysis.model.records import CopiedGroups, GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives, leaning
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    Opaque,
    Partial,
    Sized,
    Stream,
)
from lrlint.source.nodes import walk
from lrlint.symbolic import Expr, maximum


def iterate(machine: Machine, value: AnyValue, node: cst.CSTNode) -> Stream:
    """Return what a ``for`` loop over a value visits; ``node`` is how the user writes the value."""
    match value:
        case Stream():
            return _what_is_left(machine, value)
        case ListValue(once=once):
            stream = _over_list(machine, value)
            return stream if once is None else _what_is_left(machine, replace(stream, once=once))
        case DictValue(complete=True, store=store):
            machine.read(store, WHOLE)
            return _listed(
                machine,
                [Expr.const(key) if isinstance(key, int) else Const(key) for key in store.data],
            )
        case Const(value=str() as text):
            return _listed(machine, [Const(letter) for letter in text])
        case Loader(path=path, shared_out=shared_out):
            length = numbers.length_of(machine, value)
            written = path or source_text(machine, node)
            element = _of_share if shared_out else measured
            return Stream(length, element, text=written, over_loader=True)
        case Sized(path=path, element=element):
            visited = measured if element is None else element
            return Stream(numbers.length_of(machine, value), visited, text=path)
        case Choice():
            return _over_choice(machine, value, node)
        case GroupsValue(whole=True):
            return _over_groups(machine, value)
        case CopiedGroups():
            return Stream(None, _always(value), items=[value])  # it represents each of them
        case Instance() | Opaque():
            return _over_unknown(machine, value, node)
    return Stream(None, measured, text=source_text(machine, node))


def _what_is_left(machine: Machine, stream: Stream) -> Stream:
    """Return what a pass over a stream visits: a second one over an iterator visits nothing.

    In a loop, the body represents the first pass and the empty ones.
    """
    once = stream.once
    if once is None or stream.endless:
        return stream
    if once.begun or once.home is not machine.loop:
        return replace(stream, trips=None, items=None)
    once.begun = True
    if not once.drawn:
        return stream
    left = None
    if stream.trips is not None:
        drawn, none = Expr.const(once.drawn), Expr.const(0)
        left = numbers.compute(lambda trips: maximum(trips - drawn, none), stream.trips)
    items = None if stream.items is None else stream.items[once.drawn :]
    return replace(
        stream,
        trips=left if isinstance(left, Expr) else None,
        items=items,
        element=lambda index: stream.element(index + once.drawn),
    )


def _over_list(machine: Machine, value: ListValue) -> Stream:
    if not value.grows:
        machine.read(value, WHOLE)
    if value.source is not None:
        return value.source
    if value.items is not None and not (value.grows and not any(map(_worth_visiting, value.items))):
        return _listed(machine, value.items, numbers.length_of(machine, value))
    return Stream(value.length, measured if value.element is None else _always(value.element))


def _over_choice(machine: Machine, value: Choice, node: cst.CSTNode) -> Stream:
    """Iterate over the alternative that the defaults choose, or any if all are equally long."""
    lean = leaning(value)
    if lean is not value:
        return iterate(machine, lean, node)
    lengths = {numbers.length_of(machine, inner) for inner in alternatives(value)}
    if len(lengths) == 1:
        return iterate(machine, alternatives(value)[0], node)
    escapes.escape(value, "visited by a loop over one of several lists")
    return Stream(None, measured, text=source_text(machine, node))


def _over_groups(machine: Machine, value: GroupsValue) -> Stream:
    record = value.record
    if record.unknown_groups or len(record.groups) == 1:
        each = GroupsValue(record, whole=False)  # it represents all of them
        return Stream(None, _always(each), items=[each])
    return _listed(machine, numbers.items_of(value) or [])


def _over_unknown(machine: Machine, value: Instance | Opaque, node: cst.CSTNode) -> Stream:
    path = value.path or source_text(machine, node)
    if isinstance(value, Opaque) and value.path is None and path is not None:
        value.path = path
    length = numbers.length_of(machine, value)
    if isinstance(value, Instance) and machine.find_method(value, "__iter__") is not None:
        yielded = trips_of(machine, value)
        # Where an unknown iterable is passed on one by one, `__len__` may say how many it has.
        if not (_is_claimed(length) and yielded is not None and yielded.value is None):
            length = yielded if yielded is not None or _is_claimed(length) else length
    elif isinstance(value, Instance) and _is_claimed(length) and _is_indexed(machine, value):
        length = None  # it ends at an `IndexError`, whatever `__len__` says
    over_loader = path is not None and words.is_loader(path)
    return Stream(length, measured, text=path, over_loader=over_loader)


def _is_claimed(length: Expr | None) -> bool:
    return length is not None and length.value is not None


def _is_indexed(machine: Machine, value: Instance) -> bool:
    """Whether a loop over an object asks the project's code for one element after the other."""
    return isinstance(machine.find_method(value, "__getitem__"), FunctionValue)


def trips_of(machine: Machine, value: Instance) -> Expr | None:
    """Return how many elements an object's ``__iter__`` is seen to give, whatever ``__len__`` says.

    What the object holds escapes where that may step it between iterations.
    """
    method = machine.find_method(value, "__iter__")
    if not isinstance(method, FunctionValue):
        return None
    if method.scope.unit.survey.part(method.node).relevant:
        escapes.escape(method, "stepped by an iterator")
        return None
    elements = machine.call_function(method, Arguments())
    return None if elements is value else iterate(machine, elements, method.node).trips


def _listed(machine: Machine, items: list[AnyValue], trips: Expr | None = None) -> Stream:
    """Return a stream of elements that are known one by one."""

    def element(index: Expr) -> AnyValue:
        position = index.value
        if isinstance(position, int) and 0 <= position < len(items):
            return items[position]
        if len(items) == 1:
            return items[0]
        if (varying := _varying(machine, items, index)) is not None:
            return varying
        for item in items:
            escapes.escape(item, "taken from a list by an unknown index")
        return Opaque(measured=True)

    return Stream(Expr.const(len(items)) if trips is None else trips, element, items=items)


def _varying(machine: Machine, items: list[AnyValue], index: Expr) -> AnyValue | None:
    """Return the element at an index that varies: a number, or a row of them."""
    if items and all(isinstance(item, Expr) for item in items):
        return numbers.apply(machine, "item", index, *items)
    rows = [item.items or [] for item in items if isinstance(item, ListValue)]
    if not rows or len(rows) < len(items) or len({*map(len, rows)}) > 1:
        return None
    cells = [_varying(machine, list(column), index) for column in zip(*rows, strict=True)]
    known = [cell for cell in cells if cell is not None]
    return ListValue(known, kind="tuple") if known and len(known) == len(cells) else None


def _always(value: AnyValue) -> Callable[[Expr], AnyValue]:
    return lambda _: value


def _of_share(_: Expr) -> AnyValue:
    return Opaque(measured=True, visited=True, local=True)


def measured(_: Expr) -> AnyValue:
    """Return an unknown element that a loop visits."""
    return Opaque(measured=True, visited=True)


def source_text(machine: Machine, node: cst.CSTNode) -> str | None:
    """Return how the user writes an iterable, if that is a name or a call."""
    return dotted(node) or (machine.unit.code(node) if isinstance(node, cst.Call) else None)


# -- unrolling --------------------------------------------------------------------------------


_MOST_SETTINGS = 200
"""Elements with names that are visited one by one: large command lines have some hundred."""
_TAKES_SETTINGS = frozenset({"add_argument", "setattr"})


def worth_unrolling(
    machine: Machine, items: list[AnyValue], body: cst.CSTNode | None = None
) -> bool:
    """Whether a loop visits its elements one by one: they are few, and each may matter.

    Many are visited only if they have names, and the body takes them over as settings or looks for
    a class among them.
    """
    many = len(items) > machine.limits.unrolled
    if many and not (
        len(items) <= _MOST_SETTINGS
        and all(map(_is_named, items))
        and (_takes_settings(body) or any(map(_is_named_class, items)))
    ):
        return False
    return bool(items) and all(map(_worth_visiting, items))


def _is_named(item: AnyValue) -> bool:
    """Whether an element is a pair of a name and a value."""
    match item:
        case ListValue(items=[Const(), *_]):
            return True
    return False


def _is_named_class(item: AnyValue) -> bool:
    match item:
        case ListValue(items=[Const(), ClassValue()]):
            return True
    return False


def _takes_settings(body: cst.CSTNode | None) -> bool:
    return body is not None and any(
        isinstance(inner, cst.Call) and (dotted(inner.func) or "").split(".")[-1] in _TAKES_SETTINGS
        for inner in walk(body)
    )


def _worth_visiting(item: AnyValue, depth: int = 0) -> bool:
    """Whether the loop's body may do something else for this element than for others."""
    match item:
        case (
            OptimizerValue()
            | SchedulerValue()
            | Expr()
            | Instance()
            | GroupsValue()
            | CopiedGroups()
        ):
            return True
        case FunctionValue() | Method() | Partial() | Loader():
            return True
        case Const(value=value):
            return value is not None
        case Choice(alternatives=alternatives):
            return any(_worth_visiting(inner, depth) for _, inner in alternatives)
        case ListValue(items=list() as items) if depth < 2:
            return any(_worth_visiting(inner, depth + 1) for inner in items)
        case DictValue(complete=True, store=store) if depth < 2:
            return any(_worth_visiting(inner, depth + 1) for inner in store.data.values())
    return False
