"""Predicted schedules as JSON: the object of ``lrlint predict --output-format json``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lrlint.facts import OptimizerUse, Place, Schedule
from lrlint.output.json import finite
from lrlint.predict.forecast import FileForecast, Forecast, horizon_unit
from lrlint.symbolic import Expr


def as_json(files: Sequence[FileForecast]) -> dict[str, Any]:
    """Return ``{"schema": 1, "files": […]}``."""
    return {
        "schema": 1,
        "files": [
            {
                "filename": file.filename,
                "schedules": [finite(_schedule(forecast)) for forecast in file.schedules],
            }
            for file in files
        ],
    }


def _schedule(forecast: Forecast) -> dict[str, Any]:
    schedule, prediction = forecast.schedule, forecast.prediction
    complete = not prediction.unresolved
    driver = schedule.stepping.driver
    return {
        "scheduler": schedule.scheduler,
        "variable": schedule.variable,
        "location": _location(schedule.place),
        "driver": None if driver is None else {"name": driver.name, "per": driver.per.value},
        "optimizer": None if schedule.optimizer is None else _optimizer(schedule.optimizer),
        "horizon": _horizon(schedule),
        "steps": {
            **_count(schedule.steps, prediction.steps, complete),
            "sites": [{**_location(site.place), "per": site.per.value} for site in schedule.sites],
        },
        "optimizer_steps": _count(
            schedule.stepping.optimizer_steps, prediction.optimizer_steps, complete
        ),
        "unresolved": prediction.unresolved,
        "raises": prediction.raises,
        "lr": prediction.lr,
    }


def _optimizer(optimizer: OptimizerUse) -> dict[str, Any]:
    return {
        "class": optimizer.class_name,
        "variable": optimizer.variable,
        "location": _location(optimizer.place),
        "lr": [_value(group.lr) for group in optimizer.groups],
    }


def _horizon(schedule: Schedule) -> dict[str, Any] | None:
    horizon = schedule.horizon
    if horizon is None:
        return None
    length = horizon.length
    value = _value(length)
    if isinstance(value, float) and math.isclose(value, round(value), rel_tol=1e-12):
        value = round(value)  # a horizon is a number of steps, which division leaves as a float
    return {
        "parameter": horizon.parameter,
        "expression": None if length is None else str(length),
        "value": value,
        "unit": horizon_unit(schedule),
    }


def _count(number: Expr | None, predicted: float | None, complete: bool) -> dict[str, Any]:
    """Return a count as the script writes it, and its value where everything is known."""
    counted = number if number is not None else predicted
    if predicted is None and complete:
        predicted = _value(number)
    return {"expression": None if counted is None else str(counted), "value": predicted}


def _value(number: Expr | None) -> int | float | None:
    """Return the value with the script's defaults and what was set; None where it is unknown."""
    return None if number is None else number.value


def _location(place: Place) -> dict[str, int]:
    start = place.span().start
    return {"row": start.row, "column": start.column}
