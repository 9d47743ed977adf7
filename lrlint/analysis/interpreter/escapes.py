"""What leaves the analyser's sight: an optimizer or scheduler that other code may step."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    OptimizerValue,
    Partial,
    SchedulerValue,
    Stream,
)


def escape(value: AnyValue, how: str) -> None:
    """Mark every optimizer and scheduler that ``value`` holds as handed away."""
    _escape(value, how, 0, set())


def _escape(value: AnyValue, how: str, depth: int, seen: set[int]) -> None:
    # Objects know one another: each is looked into once.
    if depth > 6 or id(value) in seen:
        return
    seen.add(id(value))
    match value:
        case OptimizerValue(record=record) | SchedulerValue(record=record):
            if record.escapes is None:
                record.escapes = how
        case ListValue(items=list() as items):
            for item in items:
                _escape(item, how, depth + 1, seen)
        case ListValue(element=element) if element is not None:
            _escape(element, how, depth + 1, seen)
        case Stream(items=list() as items):
            for item in items:
                _escape(item, how, depth + 1, seen)
        case DictValue(store=store):
            for item in list(store.data.values()):
                _escape(item, how, depth + 1, seen)
        case Instance(store=store):
            for item in list(store.data.values()):
                # Who is handed an object rarely calls the functions that it keeps.
                if not isinstance(item, FunctionValue):
                    _escape(item, how, depth + 1, seen)
        case Choice(alternatives=alternatives):
            for _, item in alternatives:
                _escape(item, how, depth + 1, seen)
        case FunctionValue(receiver=receiver):
            if receiver is not None:
                _escape(receiver, how, depth + 1, seen)
            for item in _stepped_by(value):
                _escape(item, how, depth + 1, seen)
        case Method(receiver=receiver, name="step"):
            _escape(receiver, how, depth + 1, seen)
        case Partial(positional=positional, keywords=keywords):
            for item in (*positional, *keywords.values()):
                _escape(item, how, depth + 1, seen)


def _stepped_by(function: FunctionValue) -> Iterator[AnyValue]:
    """What a function may step, itself or through the functions that it calls.

    Told by the names in it: of what it knows from outside, all that may hold an optimizer or a
    scheduler, if it calls something ``step``.
    """
    unit = function.scope.unit
    called = unit.survey.part(function.node).called
    for name in called:
        known = function.scope.find(name)
        if isinstance(known, FunctionValue):
            yield known
    if "step" not in called:
        return
    body = unit.body_of(function.node)
    names = frozenset[str]() if body is None else names_in(body)
    for name in names:
        known = function.scope.find(name)
        if isinstance(known, Instance):
            yield from (known.store.data[one] for one in names if one in known.store.data)
        elif known is not None and not isinstance(known, FunctionValue):
            yield known
