"""A predicted schedule as a person reads it: facts in words, key steps, and the curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click

from lrlint.facts import HANDWRITTEN, Cadence, Horizon, OptimizerUse, Schedule
from lrlint.output.curves import Curve
from lrlint.output.text import clean, place
from lrlint.predict.forecast import FileForecast, Forecast, horizon_unit
from lrlint.predict.spelling import Spelling
from lrlint.predict.terminal_plot import draw
from lrlint.symbolic import Expr

_PLURALS = {"epoch": "epochs", "batch": "batches", "step": "steps", "sample": "samples"}
_CADENCES = {
    Cadence.BATCH: ", once per batch",
    Cadence.EPOCH: ", once per epoch",
    Cadence.ONCE: ", outside of any training loop",
    Cadence.UNKNOWN: "",
}

_DRIVEN = {
    Cadence.BATCH: "after every update",
    Cadence.EPOCH: "once per epoch",
    Cadence.ONCE: "once",
    Cadence.UNKNOWN: "never",
}


def describe(file: FileForecast, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a file's report."""
    if not file.schedules:
        yield f"{place(file.filename)}: no learning-rate schedule found"
        return
    for position, forecast in enumerate(file.schedules):
        if position:
            yield ""
        yield from _describe_schedule(forecast, colour)


def _describe_schedule(forecast: Forecast, colour: bool) -> Iterator[str]:
    schedule, prediction = forecast.schedule, forecast.prediction
    span = schedule.place.span()
    where = place(f"{span.filename}:{span.start.row}:{span.start.column}")
    name = f" `{schedule.variable}`" if schedule.variable else ""
    what = clean(f"{schedule.scheduler}{name}")
    yield f"{click.style(where, bold=True) if colour else where}  {what}"
    yield from (f"  {label:<17}{clean(text)}" for label, text in facts(forecast))
    if prediction.unresolved:
        yield clean(f"  {'unknown':<17}{', '.join(prediction.unresolved)}")
        yield clean(f"  Cannot draw the curve{_remedy(prediction.unresolved)}.")
        return
    if prediction.raises:
        yield clean(f"  {'raises':<17}{prediction.raises}")
    if prediction.lr and prediction.lr[0]:
        yield ""
        yield from _table(prediction.lr, prediction.optimizer_steps or len(prediction.lr[0]))
        yield ""
        lines = [
            Curve(f"group {index}", range(1, len(values) + 1), values)
            for index, values in enumerate(prediction.lr)
        ]
        yield from (f"  {line}" for line in draw(lines, colour=colour))


def _remedy(unresolved: Sequence[str]) -> str:
    """Say what to set: what has a name in the script; the rest is described in several words."""
    names = [text for text in unresolved if " " not in text]
    if not names:
        return ""
    example = f"{names[0]}=100".replace("'", "'\"'\"'")  # a key of the script's may hold a quote
    return f": set {', '.join(names)}, for example --set '{example}'"


def facts(forecast: Forecast) -> Iterator[tuple[str, str]]:
    """Yield the facts of a schedule, each with its label."""
    schedule, prediction = forecast.schedule, forecast.prediction
    driver = schedule.stepping.driver
    if driver is not None:
        yield "driver", f"stepped by {driver.name}: {_DRIVEN[driver.per]} ({driver.words})"
    spell = Spelling(schedule)
    if schedule.optimizer is not None:
        yield "optimizer", _optimizer(schedule.optimizer)
    if schedule.horizon is not None:
        yield "horizon", _horizon(schedule, schedule.horizon, spell)
    if schedule.sites:
        count = _count(schedule.steps, prediction.steps, spell)
        lines = ", ".join(f"line {site.place.span().start.row}" for site in schedule.sites)
        label = "LR written" if schedule.scheduler == HANDWRITTEN else "scheduler steps"
        yield label, f"{count}{_CADENCES[schedule.per]} ({lines})"
    else:
        yield "scheduler steps", schedule.stepping.escapes or _without_steps(schedule)
    optimizer = schedule.optimizer
    if optimizer is not None and not optimizer.sites and optimizer.escapes is not None:
        yield "optimizer steps", optimizer.escapes
    else:
        yield (
            "optimizer steps",
            _count(schedule.stepping.optimizer_steps, prediction.optimizer_steps, spell),
        )


def _without_steps(schedule: Schedule) -> str:
    """Return what is known of a scheduler whose steps are not seen."""
    optimizer = schedule.optimizer
    elsewhere = optimizer is not None and optimizer.escapes is not None
    return "no step() is seen" if elsewhere else "never stepped"


def _optimizer(optimizer: OptimizerUse) -> str:
    name = f" `{optimizer.variable}`" if optimizer.variable else ""
    lrs = ", ".join(_value(group.lr) for group in optimizer.groups)
    return f"{optimizer.class_name}{name}, lr = {lrs}"


def _horizon(schedule: Schedule, horizon: Horizon, spell: Spelling) -> str:
    argument = schedule.argument(horizon.parameter)
    numbers = None if argument is None else argument.numbers
    length = ", ".join(map(_value, numbers)) if numbers else _value(horizon.length, spell)
    unit = horizon_unit(schedule)
    return f"{horizon.parameter} = {length}" + (f" {_PLURALS.get(unit, unit)}" if unit else "")


def _count(number: Expr | None, predicted: int | None, spell: Spelling) -> str:
    """Return a count as the script writes it, and its value."""
    if number is None:
        return "?" if predicted is None else f"{predicted:,}"
    text = spell(number)
    value = predicted if predicted is not None else number.value
    if value is None:
        return text
    return f"{value:,}" if text == str(value) else f"{text} = {value:,}"


def _value(number: Expr | None, spell: Callable[[Expr], str] = str) -> str:
    """Return a number as the script writes it, and its value."""
    if number is None:
        return "?"
    text, value = spell(number), number.value
    if value is None or text in (str(value), f"{value:g}"):
        return text
    return f"{text} = {value:g}" if isinstance(value, float) else f"{text} = {value:,}"


def _table(lr: list[list[float]], total: int) -> Iterator[str]:
    """Yield the key steps as lines."""
    yield f"  {'step':>10}  " + "  ".join(f"{_group_title(i, len(lr)):<12}" for i in range(len(lr)))
    for step, remark in key_steps(lr[0], total):
        values = "  ".join(f"{rate(group[step]):<12}" for group in lr)
        yield f"  {step + 1:>10,}  {values}{remark}".rstrip()


def key_steps(lr: Sequence[float], total: int) -> Iterator[tuple[int, str]]:
    """Yield the first, highest, lowest and last step, and the quarters, each with a remark."""
    count = len(lr)
    last = count - 1
    marks = {0: "first step", last: "last step" if count == total else "last step shown"}
    low = min(range(count), key=lr.__getitem__)
    high = max(range(count), key=lr.__getitem__)
    marks.setdefault(high, "highest")
    marks.setdefault(low, "lowest")
    for quarter in (1, 2, 3):
        marks.setdefault(last * quarter // 4, "")
    yield from sorted(marks.items())


def _group_title(index: int, groups: int) -> str:
    return "LR" if groups == 1 else f"LR group {index}"


def rate(value: float) -> str:
    """Return an LR with four digits."""
    return "0" if value == 0 else f"{value:.4g}"
