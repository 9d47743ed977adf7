"""The returned optimizers and schedulers: each once, how often it steps, and on which metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrlint.analysis.frameworks.lightning_configured import Entry, Scheduled
from lrlint.analysis.model.conditions import Condition, all_of
from lrlint.analysis.model.records import SchedulerRecord
from lrlint.analysis.model.values import AnyValue, Const, Opaque
from lrlint.facts import Argument, Cadence, Driver, Monitoring, Unknown
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr, Strength

NAME = "lightning.Trainer"


@dataclass(slots=True)
class Owned:
    """An optimizer or a scheduler of some of the returned forms."""

    value: AnyValue
    conditions: list[Condition]
    always: bool
    scheduled: Scheduled | None = None


def owned_by(
    forms: Sequence[tuple[Condition | None, Sequence[tuple[AnyValue, Scheduled | None]]]],
) -> list[Owned]:
    """Return each value of the returned forms once, with the conditions of its forms."""
    owned: dict[int, Owned] = {}
    for form, values in forms:
        for value, scheduled in values:
            record = getattr(value, "record", value)
            entry = owned.setdefault(id(record), Owned(value, [], False, scheduled))
            inner = None if scheduled is None else scheduled.condition
            held = [condition for condition in (form, inner) if condition is not None]
            if held:
                entry.conditions.append(all_of(*held))
            else:
                entry.always = True
    for entry in owned.values():
        whole = entry.scheduled is None or entry.scheduled.condition is None
        entry.always |= whole and len(entry.conditions) == len(forms)
    return list(owned.values())


def is_known(interval: AnyValue) -> bool:
    """Whether an interval is a constant, not the default of a setting."""
    return isinstance(interval, Const) and interval.strength is Strength.CONSTANT


def frequency_of(scheduled: Scheduled) -> Expr | None:
    """Return k of a scheduler that steps every k batches or epochs; None where it is not known."""
    given = scheduled.settings.get("frequency")
    if given is None:
        return Expr.const(1)
    value = given.value
    if not isinstance(value, Expr):
        return None
    number = value.value
    return value if number is None or (isinstance(number, int) and number > 0) else None


def metric_of(record: SchedulerRecord, scheduled: Scheduled) -> tuple[AnyValue | None, str]:
    """Return what a scheduler's step is given: the monitored value, for one that watches it."""
    law = LAWS.get(record.law)
    plain = scheduled.settings.get("reduce_on_plateau")
    if law is None or not law.takes_metric or (plain is not None and plain.value == Const(False)):
        return None, ""
    monitor = scheduled.settings.get("monitor")
    name = monitor.value if monitor is not None else None
    text = name.value if isinstance(name, Const) and isinstance(name.value, str) else "the metric"
    return Opaque(text, measured=True, visited=True), text


def driver_of(
    record: SchedulerRecord,
    scheduled: Scheduled,
    cadence: Cadence,
    monitoring: Monitoring | None,
) -> Driver:
    """Return what Lightning is told about when it steps a scheduler."""
    settings = {name: _argument(entry) for name, entry in scheduled.settings.items()}
    interval, frequency = settings.get("interval"), settings.get("frequency")
    if interval is None:
        words = 'interval left at "epoch"'
    else:
        words = f"interval={interval.text or interval.value}"
    if frequency is not None and frequency.number != Expr.const(1):
        words += f", frequency={frequency.number or frequency.text}"
    return Driver(
        name=NAME,
        per=cadence,
        words=words,
        place=scheduled.place or record.place,
        settings=settings,
        misplaced={name: _argument(entry) for name, entry in scheduled.misplaced.items()},
        monitoring=monitoring,
        refused=scheduled.refused,
        written=scheduled.bare or scheduled.place is not None,
    )


def _argument(entry: Entry) -> Argument:
    text = "" if entry.place is None else entry.place.text
    value: object = Unknown(text)
    if isinstance(entry.value, Expr):
        value = entry.value
    elif isinstance(entry.value, Const):
        value = entry.value.value
    return Argument(value=value, place=entry.place, text=text)
