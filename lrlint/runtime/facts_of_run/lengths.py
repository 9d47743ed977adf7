"""How long a schedule of a run is, and whether the run ended before it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lrlint.facts import EarlyEnd, Horizon
from lrlint.runtime.facts_of_run.fact_values import number_fact
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler

_NEARLY_ALL = 0.9
"""The share of its planned length after which a run counts as complete."""


def steps_of(record: RecordedScheduler) -> int:
    """Return how far the training takes a schedule.

    accelerate goes on calling a OneCycleLR that is at its end, but does not step it.
    """
    steps, optimizer = max(record.furthest, record.counter), record.optimizer
    stepped = record.last_optimizer_steps - record.optimizer_steps_before
    if not record.prepared or record.name != "OneCycleLR" or not stepped:
        return steps
    late = optimizer.steps - record.last_optimizer_steps
    return steps + round(late * Fraction(record.steps, stepped))


def horizon_of(record: RecordedScheduler) -> Horizon | None:
    """Return the argument that says how long a schedule is."""
    law, arguments = record.law, record.arguments
    if law is None or not law.horizon:
        return None
    if law.name == "OneCycleLR":
        parameter, length = _length_of_one_cycle(record)
    else:
        parameter = law.horizon[0]
        length = arguments.get(parameter)
        if isinstance(length, (list, tuple)):
            length = max(length, default=None)
        if law.positioned:
            length = _with_cycles(arguments, length)
    return Horizon(parameter=parameter, length=number_fact(length), unit=None, place=record.place)


def _with_cycles(arguments: Mapping[str, Any], length: Any) -> float | None:
    """Return the length of a schedule of timm's with all its cycles and the warm-up before them."""
    if not isinstance(length, (int, float)):
        return None
    if "cycle_limit" in arguments:
        if arguments.get("cycle_mul") != 1 and arguments["cycle_limit"] != 1:
            return None
        length *= max(arguments["cycle_limit"], 1)
    whole: float = length + (arguments["warmup_t"] if arguments.get("warmup_prefix") else 0)
    return whole


def _length_of_one_cycle(record: RecordedScheduler) -> tuple[str, object]:
    arguments = record.arguments
    total = arguments.get("total_steps")
    if total is not None:
        return "total_steps", total
    epochs, steps = arguments.get("epochs"), arguments.get("steps_per_epoch")
    if isinstance(epochs, int) and isinstance(steps, int):
        total = epochs * steps
    return "epochs * steps_per_epoch", total


def is_partial(record: RecordedScheduler, recorder: Recorder) -> bool:
    """Whether a run has made fewer steps than the script plans."""
    if early_end(record, recorder) is not None:
        return True
    planned = recorder.planned_steps.get(record.place.span().line, 0)
    return _knows_position(record) and record.counter < _NEARLY_ALL * planned


def may_go_on(record: RecordedScheduler, recorder: Recorder) -> bool:
    """Whether nothing says how many steps a training has: a run may have been stopped."""
    driver = record if record.parent is None else record.parent
    return driver.place.span().line not in recorder.usual_steps and not recorder.is_length_given


def _knows_position(record: RecordedScheduler) -> bool:
    """Whether its counter says how far the training is."""
    departure = record.departure
    restarted = record.starts_over is not None or (departure is not None and departure.resumed)
    return not (record.unseen or record.continued or restarted)


def early_end(record: RecordedScheduler, recorder: Recorder) -> EarlyEnd | None:
    """Return where the run ended, if it was planned to be longer than that."""
    optimizer, law = record.optimizer, record.law
    if law is None or law.takes_metric or not record.steps or not optimizer.curve.lr:
        return None
    if recorder.total_steps is not None:
        steps, planned = round(optimizer.steps * record.past), recorder.total_steps
        unit = "optimizer steps"
    else:
        horizon = horizon_of(record)
        length = None if horizon is None else horizon.length
        if length is None or not _knows_position(record):
            return None
        if record.place.span().line not in recorder.planned:
            return None
        steps, planned, unit = record.counter, int(length.as_number() or 0), "scheduler steps"
    if steps >= _NEARLY_ALL * planned:
        return None
    return EarlyEnd(steps=steps, planned=planned, unit=unit, lrs=last_lrs(optimizer) or ())


def last_lrs(optimizer: RecordedOptimizer) -> tuple[float, ...] | None:
    """Return the LRs of the last optimizer step; None where there was none."""
    lrs = optimizer.last_lrs or (optimizer.curve.lr[-1] if optimizer.curve.lr else ())
    return tuple(lrs) or None
