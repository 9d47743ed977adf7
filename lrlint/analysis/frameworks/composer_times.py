"""composer's times (``"10ep"``, ``Time(100, "ba")``), and its own schedulers, which use them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.registry import Model, models, qualified
from lrlint.analysis.library.schedulers import as_value
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.formulas.composer_schedules import LIBRARY, NAMES, TIMES
from lrlint.source.nodes import string_parts
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex, floor

_TIME_MODULES = ("composer", "composer.core", "composer.core.time")
_UNITS = {"EPOCH": "ep", "BATCH": "ba", "DURATION": "dur"}
_TEXT = re.compile(r"([\d.eE+_-]+)(ep|ba|dur)")


@dataclass(frozen=True, slots=True)
class Time:
    """A stretch of a training."""

    count: Expr
    unit: str
    """``ep``, ``ba``, or ``dur`` for a share of the whole."""


# -- times


@models(*qualified(_TIME_MODULES, "Time"))
def _time(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _built(machine, arguments.get(0, "value"), arguments.get(1, "unit"))


def _of_unit(unit: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        return _built(machine, arguments.get(0), Const(unit))

    return model


for _name, _unit in (("from_epoch", "ep"), ("from_batch", "ba")):
    models(*qualified(_TIME_MODULES, f"Time.{_name}"))(_of_unit(_unit))


@models(*qualified(_TIME_MODULES, "Time.from_timestring"))
def _from_text(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    time = read_time(machine, arguments.get(0, "timestring"), arguments.place(0, "timestring"))
    return Opaque() if time is None else time_object(time)


def _built(machine: Machine, value: AnyValue | None, unit: AnyValue | None) -> AnyValue:
    number = to_number(machine, value)
    if isinstance(unit, External):
        unit = Const(_UNITS.get(unit.name.rpartition(".")[2]))
    if number is None or not isinstance(unit, Const) or unit.value not in _UNITS.values():
        return Opaque()
    return time_object(Time(number, str(unit.value)))


def time_object(time: Time) -> Instance:
    """Return a time as a value."""
    store: dict[object, AnyValue] = {"value": time.count, "unit": Const(time.unit)}
    return Instance(None, Store(store), kind=LibraryKind.COMPOSER_TIME)


def read_time(machine: Machine, value: AnyValue | None, place: SyntaxPlace | None) -> Time | None:
    """Return a time that is passed as one, as a text, or as an f-string at a place."""
    match value:
        case Instance(kind=LibraryKind.COMPOSER_TIME, store=store):
            count, unit = store.data["value"], store.data["unit"]
            if isinstance(count, Expr) and isinstance(unit, Const):
                return Time(count, str(unit.value))
            return None
        case Const(value=str() as text):
            return _of_text(value, text)
    if place is not None and isinstance(place.node, cst.FormattedString):
        match list(string_parts(place.node)):
            case [cst.BaseExpression() as written, str() as ending] if ending in _UNITS.values():
                number = to_number(machine, machine.evaluate(written))
                return None if number is None else Time(number, ending)
    return None


def _of_text(value: Const, text: str) -> Time | None:
    match = _TEXT.fullmatch(text.strip())
    try:
        number = None if match is None else float(match[1])
    except ValueError:
        return None
    if match is None or number is None or (match[2] != "dur" and not number.is_integer()):
        return None
    return Time(_as_sure(number if match[2] == "dur" else int(number), value), match[2])


def _as_sure(number: float, text: Const) -> Expr:
    """Return the number in a text, which is a default where the text is one."""
    if text.strength is Strength.CONSTANT:
        return Expr.const(number)
    return Expr.atom(
        Atom(
            name=f"{number:g}" if text.path is None else text.path,
            key=("time", text.path, number),
            strength=text.strength,
            value=number,
            lower=0,
            integer=not isinstance(number, float),
        )
    )


def in_batches(time: Time, whole: Time, per_epoch: Expr | None) -> Expr | None:
    """Return how many batches a time is in a training of that length; None if not known."""
    try:
        if time.unit == "ba":
            return time.count
        if time.unit == "ep":
            return None if per_epoch is None else time.count * per_epoch
        if whole.unit == "ba":
            return floor(time.count * whole.count)
        return None if per_epoch is None else floor(time.count * per_epoch * whole.count)
    except (NotRepresentable, TooComplex):
        return None


# -- schedulers


def _schedule(name: str) -> Model:
    law = LAWS[LIBRARY + name]

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        try:
            bound = law.bind(arguments.positional, arguments.keywords)
        except TypeError:
            return unknown_call(machine, External(LIBRARY + name), arguments, node)
        if arguments.open:
            return unknown_call(machine, External(LIBRARY + name), arguments, node)
        names = [parameter.name for parameter in law.parameters]
        places = {
            key if isinstance(key, str) else names[key]: place
            for key, place in arguments.places.items()
        }
        store: dict[object, AnyValue] = {key: as_value(value) for key, value in bound.items()}
        return Instance(
            None,
            Store({_NAME: Const(name), **store}),
            kind=LibraryKind.COMPOSER_SCHEDULE,
            place=machine.here(node),
            places=places,
        )

    return model


_NAME = object()
for _name in NAMES:
    models(*qualified(("composer.optim", "composer.optim.scheduler"), _name))(_schedule(_name))


def compiled(
    machine: Machine,
    schedule: Instance,
    optimizer: OptimizerValue,
    whole: Time,
    per_epoch: Expr | None,
) -> SchedulerValue | None:
    """Return what a Trainer makes of one of composer's schedulers; None if a time is not known."""
    name = schedule.store.data[_NAME]
    place = schedule.place
    if not isinstance(name, Const) or place is None:
        return None
    given = {str(key): value for key, value in schedule.store.data.items() if key is not _NAME}
    for key in given.keys() & set(TIMES):
        counted = _in_batches(machine, given[key], schedule.places.get(key), whole, per_epoch)
        if counted is None:
            return None
        given[key] = counted
    duration = in_batches(Time(Expr.const(1.0), "dur"), whole, per_epoch)
    if duration is None:
        return None
    arguments: Mapping[str, object] = {**given, "duration": duration}
    # No fix can write a number of batches where the script has the text of a time.
    places = {
        key: where
        for key, where in schedule.places.items()
        if key not in TIMES or key == "milestones"
    }
    law = LAWS[f"{LIBRARY}{name.value}"]
    return schedulers.build(machine, law, optimizer, arguments, places, place)


def _in_batches(
    machine: Machine,
    value: AnyValue,
    place: SyntaxPlace | None,
    whole: Time,
    per_epoch: Expr | None,
) -> AnyValue | None:
    if isinstance(value, ListValue):
        counts = [_in_batches(machine, item, None, whole, per_epoch) for item in value.items or ()]
        known = [count for count in counts if count is not None]
        return ListValue(known) if value.items and len(known) == len(counts) else None
    time = read_time(machine, value, place)
    return None if time is None else in_batches(time, whole, per_epoch)
