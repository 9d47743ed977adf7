"""What ``configure_optimizers`` returns: the optimizers, and how each scheduler is to be stepped.

Lightning reads ``interval``, ``frequency`` and ``monitor`` from the dict that holds the scheduler
only. Beside it, ``monitor`` is read for a bare `ReduceLROnPlateau`, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from lrlint.analysis.model.conditions import Condition, all_of
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    Instance,
    ListValue,
    Opaque,
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
    """A scheduler, and the settings that Lightning gets with it."""

    scheduler: AnyValue
    place: SyntaxPlace | None
    """The dict with its settings; for a bare scheduler, where it is returned."""
    settings: dict[str, Entry] = field(default_factory=dict)
    misplaced: dict[str, Entry] = field(default_factory=dict)
    bare: bool = False
    """Whether no dict holds it."""
    condition: Condition | None = None
    """When it is this one that is returned."""
    refused: bool = False
    """Whether Lightning refuses what is returned."""


@dataclass(slots=True)
class Configuration:
    """One form of what ``configure_optimizers`` returns."""

    optimizers: list[AnyValue] = field(default_factory=list)
    schedulers: list[Scheduled] = field(default_factory=list)
    one: bool = False
    """Whether ``self.optimizers()`` returns the optimizer itself."""


class Unread(Exception):
    """The returned value has a form that is not read."""


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
    """Whether a value is an optimizer, or may be one."""
    return all(isinstance(inner, (OptimizerValue, Opaque)) for inner in alternatives(value))


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
    for scheduled in _scheduled(given):
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
    for position, item in enumerate(items):
        if isinstance(item, SchedulerValue):
            place = places[position] if places else value.place
            configuration.schedulers.append(Scheduled(item, place, bare=True, refused=True))
        elif isinstance(item, DictValue):
            inner = _of_dict(item)
            for scheduled in inner.schedulers:
                _take_back_outer(scheduled)
            configuration.optimizers += inner.optimizers
            configuration.schedulers += inner.schedulers
        elif _is_optimizer(item):
            configuration.optimizers.append(item)
        else:
            raise Unread
    configuration.one = len(configuration.optimizers) == 1
    return configuration


def _take_back_outer(scheduled: Scheduled) -> None:
    """Drop what Lightning does not read in a list of dicts, such as a bare scheduler's
    ``monitor``."""
    if scheduled.bare and "monitor" in scheduled.settings:
        scheduled.misplaced["monitor"] = scheduled.settings.pop("monitor")
    scheduled.misplaced.pop("frequency", None)  # up to 1.9 that of the optimizer


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
    for entry in given:
        configuration.schedulers += _scheduled(entry)
    return configuration


def _scheduled(given: Entry, condition: Condition | None = None) -> list[Scheduled]:
    """Read a scheduler, or the dict that holds it; each of several under its condition."""
    match given.value:
        case SchedulerValue() as scheduler:
            return [Scheduled(scheduler, given.place, bare=True, condition=condition)]
        case DictValue(complete=True, place=place) as held:
            entries = _entries(held)
            if "scheduler" not in entries:
                raise Unread
            settings = {name: entries[name] for name in SETTINGS if name in entries}
            inner = _scheduled(entries["scheduler"], condition)
            for scheduled in inner:
                scheduled.place, scheduled.settings, scheduled.bare = place, settings, False
            return inner
        case Choice(alternatives=several):
            found: list[Scheduled] = []
            for inner_condition, value in several:
                both = inner_condition if condition is None else all_of(condition, inner_condition)
                found += _scheduled(Entry(value, given.place), both)
            return found
        case Opaque() | Const(value=None) | Instance():
            return []  # nothing that is known to be stepped
    raise Unread


def _entries(value: DictValue) -> dict[str, Entry]:
    """Return the entries of a dict, with their places in its display."""
    places: dict[str, SyntaxPlace] = {}
    written = value.place
    if written is not None and isinstance(written.node, cst.Dict):
        for element in written.node.elements:
            if isinstance(element, cst.DictElement):
                key = string_of(element.key)
                if isinstance(key, str):
                    places[key] = SyntaxPlace(written.unit, element.value, written.statement)
    if written is not None and isinstance(written.node, cst.Call):
        for argument in written.node.args:
            if argument.keyword is not None:
                name, value_node = argument.keyword.value, argument.value
                places[name] = SyntaxPlace(written.unit, value_node, written.statement)
    return {
        key: Entry(entry, places.get(key))
        for key, entry in value.store.data.items()
        if isinstance(key, str)
    }


def _elements(value: ListValue) -> list[SyntaxPlace | None] | None:
    """Return the places of the elements in a list display."""
    written = value.place
    if written is None or not isinstance(written.node, (cst.List, cst.Tuple)):
        return None
    elements = written.node.elements
    if len(elements) != len(value.items or ()) or any(
        isinstance(element, cst.StarredElement) for element in elements
    ):
        return None
    return [SyntaxPlace(written.unit, element.value, written.statement) for element in elements]
