"""What ``configure_optimizers`` returns: the optimizers, and how each scheduler is to be stepped.

Lightning reads ``interval``, ``frequency`` and ``monitor`` from the dict that holds the scheduler
only. Beside it, ``monitor`` is read for a bare `ReduceLROnPlateau`, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    ListValue,
    OptimizerValue,
    SchedulerValue,
    alternatives,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import string_of

SETTINGS = ("interval", "frequency", "monitor", "strict", "reduce_on_plateau", "name")


@dataclass(slots=True)
class Entry:
    """A setting as the script gives it."""

    value: AnyValue
    place: SyntaxPlace | None


@dataclass(slots=True)
class Scheduled:
    """A scheduler, and what Lightning is told of it."""

    scheduler: AnyValue
    place: SyntaxPlace | None
    """The dict with its settings; for a bare scheduler, where it is returned."""
    settings: dict[str, Entry] = field(default_factory=dict)
    misplaced: dict[str, Entry] = field(default_factory=dict)
    bare: bool = False
    """Whether no dict holds it."""


@dataclass(slots=True)
class Configuration:
    """One form of what ``configure_optimizers`` returns."""

    optimizers: list[AnyValue] = field(default_factory=list)
    schedulers: list[Scheduled] = field(default_factory=list)
    one: bool = False
    """Whether ``self.optimizers()`` returns the optimizer itself."""


class Unread(Exception):
    """What is returned has a form that is not read."""


def read(value: AnyValue) -> Configuration:
    """Return what one returned value says; raise `Unread` for what is not read."""
    match value:
        case Const(value=None):
            return Configuration()
        case OptimizerValue():
            return Configuration([value], one=True)
        case DictValue():
            return _of_dict(value)
        case ListValue(items=list() as items):
            return _of_list(value, items)
    if _is_optimizer(value):
        return Configuration([value], one=True)
    raise Unread


def _is_optimizer(value: AnyValue) -> bool:
    return all(isinstance(inner, OptimizerValue) for inner in alternatives(value))


def _of_dict(value: DictValue) -> Configuration:
    """Read ``{"optimizer": …, "lr_scheduler": …, "monitor": …}``."""
    entries = _entries(value)
    optimizer = entries.get("optimizer")
    if optimizer is None or not _is_optimizer(optimizer.value) or not value.complete:
        raise Unread
    configuration = Configuration([optimizer.value], one=True)
    given = entries.get("lr_scheduler")
    if given is None or given.value == NONE:
        return configuration
    scheduled = _scheduled(given)
    outer = {name: entries[name] for name in SETTINGS if name in entries}
    if scheduled.bare and "monitor" in outer:
        scheduled.settings["monitor"] = outer.pop("monitor")
    scheduled.misplaced = outer
    configuration.schedulers.append(scheduled)
    return configuration


def _of_list(value: ListValue, items: list[AnyValue]) -> Configuration:
    """Read ``[optimizers], [schedulers]``, a list of optimizers, and a list of such dicts."""
    places = _elements(value)
    match items:
        case [ListValue(items=list() as optimizers), schedulers]:
            return _of_two_lists(optimizers, schedulers, places[1] if places else None)
    configuration = Configuration()
    for item in items:
        if isinstance(item, DictValue):
            inner = _of_dict(item)
            for scheduled in inner.schedulers:
                _take_back_monitor(scheduled)
            configuration.optimizers += inner.optimizers
            configuration.schedulers += inner.schedulers
        elif _is_optimizer(item):
            configuration.optimizers.append(item)
        else:
            raise Unread
    configuration.one = len(configuration.optimizers) == 1
    return configuration


def _take_back_monitor(scheduled: Scheduled) -> None:
    """In a list of dicts, not even the ``monitor`` beside a bare scheduler is read."""
    if scheduled.bare and "monitor" in scheduled.settings:
        scheduled.misplaced["monitor"] = scheduled.settings.pop("monitor")


def _of_two_lists(
    optimizers: list[AnyValue], schedulers: AnyValue, place: SyntaxPlace | None
) -> Configuration:
    if not all(map(_is_optimizer, optimizers)):
        raise Unread
    configuration = Configuration(list(optimizers), one=len(optimizers) == 1)
    if schedulers == NONE:
        return configuration
    if isinstance(schedulers, ListValue):
        if schedulers.items is None:
            raise Unread
        places = _elements(schedulers) or [None] * len(schedulers.items)
        given = [Entry(item, at) for item, at in zip(schedulers.items, places, strict=True)]
    else:
        given = [Entry(schedulers, place)]
    configuration.schedulers += map(_scheduled, given)
    return configuration


def _scheduled(given: Entry) -> Scheduled:
    """Read a scheduler, or the dict that holds it."""
    value = given.value
    if isinstance(value, DictValue):
        entries = _entries(value)
        scheduler = entries.pop("scheduler", None)
        if scheduler is None or not value.complete or not _is_scheduler(scheduler.value):
            raise Unread
        settings = {name: entries[name] for name in SETTINGS if name in entries}
        return Scheduled(scheduler.value, value.place, settings)
    if not _is_scheduler(value):
        raise Unread
    return Scheduled(value, given.place, bare=True)


def _is_scheduler(value: AnyValue) -> bool:
    return all(isinstance(inner, SchedulerValue) for inner in alternatives(value))


def _entries(value: DictValue) -> dict[str, Entry]:
    """Return the entries of a dict, with where its display writes them."""
    places: dict[str, SyntaxPlace] = {}
    written = value.place
    if written is not None and isinstance(written.node, cst.Dict):
        for element in written.node.elements:
            if isinstance(element, cst.DictElement):
                key = string_of(element.key)
                if isinstance(key, str):
                    places[key] = SyntaxPlace(written.unit, element.value, written.statement)
    return {
        key: Entry(entry, places.get(key))
        for key, entry in value.store.data.items()
        if isinstance(key, str)
    }


def _elements(value: ListValue) -> list[SyntaxPlace | None] | None:
    """Return where a list display writes its elements."""
    written = value.place
    if written is None or not isinstance(written.node, (cst.List, cst.Tuple)):
        return None
    elements = written.node.elements
    if len(elements) != len(value.items or ()) or any(
        isinstance(element, cst.StarredElement) for element in elements
    ):
        return None
    return [SyntaxPlace(written.unit, element.value, written.statement) for element in elements]
