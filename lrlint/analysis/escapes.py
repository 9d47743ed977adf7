"""What leaves the analyser's sight: an optimizer or scheduler that other code may step."""

from __future__ import annotations

from lrlint.analysis.values import (
    AnyValue,
    Choice,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
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
                _escape(item, how, depth + 1, seen)
        case Choice(alternatives=alternatives):
            for _, item in alternatives:
                _escape(item, how, depth + 1, seen)
        case FunctionValue(receiver=receiver) if receiver is not None:
            _escape(receiver, how, depth + 1, seen)
        case Partial(positional=positional, keywords=keywords):
            for item in (*positional, *keywords.values()):
                _escape(item, how, depth + 1, seen)
