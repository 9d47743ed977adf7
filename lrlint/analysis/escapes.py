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


def escape(value: AnyValue, how: str, depth: int = 0) -> None:
    """Mark every optimizer and scheduler that ``value`` holds as handed away."""
    if depth > 6:
        return
    match value:
        case OptimizerValue(record=record) | SchedulerValue(record=record):
            if record.escapes is None:
                record.escapes = how
        case ListValue(items=list() as items):
            for item in items:
                escape(item, how, depth + 1)
        case ListValue(element=element) if element is not None:
            escape(element, how, depth + 1)
        case Stream(items=list() as items):
            for item in items:
                escape(item, how, depth + 1)
        case DictValue(store=store):
            for item in list(store.data.values()):
                escape(item, how, depth + 1)
        case Instance(store=store):
            for item in list(store.data.values()):
                escape(item, how, depth + 1)
        case Choice(alternatives=alternatives):
            for _, item in alternatives:
                escape(item, how, depth + 1)
        case FunctionValue(receiver=receiver) if receiver is not None:
            escape(receiver, how, depth + 1)
        case Partial(positional=positional, keywords=keywords):
            for item in (*positional, *keywords.values()):
                escape(item, how, depth + 1)
