"""A file's predicted schedules, as records that every output format reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lrlint.analysis import interpreter_for
from lrlint.analysis.derive import derive
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.model.trace import BuildScheduler, walk
from lrlint.analysis.model.values import SchedulerRecord
from lrlint.facts import Cadence, Place, Schedule
from lrlint.predict.execute import Prediction, predict
from lrlint.source import SourceFile
from lrlint.symbolic import Expr, Strength


@dataclass(frozen=True)
class Forecast:
    """One schedule: its facts, and what running them gives."""

    schedule: Schedule
    prediction: Prediction


@dataclass(frozen=True)
class FileForecast:
    """All schedules of one file, in the order of their construction."""

    filename: str
    schedules: tuple[Forecast, ...]
    unused: frozenset[str] = field(default_factory=frozenset)
    """Names that were set and that the file does not use."""


def forecast(
    source: SourceFile,
    overrides: Mapping[str, object] | None = None,
    max_steps: int | None = None,
) -> FileForecast:
    """Predict every schedule that the script builds with its own defaults and ``overrides``.

    Raises :class:`lrlint.source.SourceError` where the file cannot be parsed, and `BadOverride`
    where a number is set to something else.
    """
    interpreter = interpreter_for(source, overrides=overrides)
    found: list[Forecast] = []
    for trace in traces(interpreter):
        training = derive(trace)
        records = _records(trace)
        for schedule, record in zip(training.schedules, records, strict=True):
            if schedule.parent is None and schedule.on_default_path:
                found.append(Forecast(schedule, predict(interpreter, trace, record, max_steps)))
    return FileForecast(source.name, tuple(found), frozenset(interpreter.unused_overrides()))


def _records(trace: Any) -> list[SchedulerRecord]:
    records: list[SchedulerRecord] = []
    for item in walk(trace):
        if isinstance(item.event, BuildScheduler) and item.event.scheduler not in records:
            records.append(item.event.scheduler)
    return records


# -- JSON -------------------------------------------------------------------------------------


def as_json(files: list[FileForecast]) -> dict[str, Any]:
    """The contract's object: ``{"schema": 1, "files": […]}``."""
    return {
        "schema": 1,
        "files": [
            {
                "filename": file.filename,
                "schedules": [_schedule_json(item) for item in file.schedules],
            }
            for file in files
        ],
    }


def _schedule_json(item: Forecast) -> dict[str, Any]:
    schedule, prediction = item.schedule, item.prediction
    optimizer = schedule.optimizer
    return {
        "scheduler": schedule.scheduler,
        "variable": schedule.variable,
        "location": _location(schedule.place),
        "optimizer": None
        if optimizer is None
        else {
            "class": optimizer.class_name,
            "variable": optimizer.variable,
            "location": _location(optimizer.place),
            "lr": [None if group.lr is None else known(group.lr) for group in optimizer.groups],
        },
        "horizon": _horizon_json(schedule),
        "steps": {
            "expression": _expression(schedule.steps, prediction.steps),
            "value": prediction.steps
            if prediction.steps is not None
            else (known(schedule.steps) if not prediction.unresolved else None),
            "sites": [{**_location(site.place), "per": site.per.value} for site in schedule.sites],
        },
        "optimizer_steps": {
            "expression": _expression(schedule.optimizer_steps, prediction.optimizer_steps),
            "value": prediction.optimizer_steps
            if prediction.optimizer_steps is not None
            else (known(schedule.optimizer_steps) if not prediction.unresolved else None),
        },
        "unresolved": prediction.unresolved,
        "raises": prediction.raises,
        "lr": prediction.lr,
    }


def _expression(number: Expr | None, value: int | None) -> str | None:
    if number is not None:
        return str(number)
    return None if value is None else str(value)


def known(number: Expr | None) -> int | float | None:
    """The number with the script's defaults and what was set, or None while it is open."""
    return None if number is None else number.value


def _horizon_json(schedule: Schedule) -> dict[str, Any] | None:
    horizon = schedule.horizon
    if horizon is None:
        return None
    length = horizon.length
    return {
        "parameter": horizon.parameter,
        "expression": None if length is None else str(length),
        "value": known(length),
        "unit": unit_of(schedule),
    }


def unit_of(schedule: Schedule) -> str | None:
    """What the horizon counts: by the names in it, else by the loop that advances it."""
    horizon = schedule.horizon
    if horizon is not None and horizon.unit is not None:
        return str(horizon.unit.value)
    return schedule.per.value if schedule.per in (Cadence.EPOCH, Cadence.BATCH) else None


def _location(place: Place) -> dict[str, int]:
    start = place.span().start
    return {"row": start.row, "column": start.column}


def rests_on_defaults(number: Expr | None) -> bool:
    """Whether a number holds only as long as the user overrides nothing."""
    return number is not None and number.strength is Strength.DEFAULT
