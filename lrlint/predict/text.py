"""A predicted schedule as a person reads it: facts in words, key steps, and the curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from lrlint.facts import Cadence
from lrlint.output.text import clean, place
from lrlint.predict.curve import Line, draw
from lrlint.predict.report import FileForecast, Forecast, known, unit_of
from lrlint.symbolic import Expr

_PLURALS = {"epoch": "epochs", "batch": "batches", "step": "steps", "sample": "samples"}


def describe(file: FileForecast, *, colour: bool) -> Iterator[str]:
    """The lines of a file's report."""
    if not file.schedules:
        yield f"{place(file.filename)}: no learning-rate schedule found"
        return
    for position, item in enumerate(file.schedules):
        if position:
            yield ""
        yield from _describe_schedule(file, item, colour)


def _way_out(unresolved: Sequence[str]) -> str:
    # What has a name in the script can be set; the rest is a description, in several words.
    example = next((one for one in unresolved if " " not in one), None)
    if example is None:
        return ""
    quoted = f"{example}=100".replace("'", "'\"'\"'")  # a key of the script's may hold a quote
    return f": say for example --set '{quoted}'"


def _describe_schedule(file: FileForecast, item: Forecast, colour: bool) -> Iterator[str]:
    schedule, prediction = item.schedule, item.prediction
    span = schedule.place.span()
    where = place(f"{span.filename}:{span.start.row}:{span.start.column}")
    name = f" `{schedule.variable}`" if schedule.variable else ""
    what = clean(f"{schedule.scheduler}{name}")
    yield f"{click.style(where, bold=True) if colour else where}  {what}"
    yield from (f"  {label:<10}{clean(text)}" for label, text in _facts(item))
    if prediction.unresolved:
        yield clean("  open      " + ", ".join(prediction.unresolved))
        yield clean(f"  Nothing can be drawn while that is open{_way_out(prediction.unresolved)}.")
        return
    if prediction.raises:
        yield clean(f"  raises    {prediction.raises}")
    if prediction.lr and prediction.lr[0]:
        yield ""
        yield from _table(prediction.lr, prediction.optimizer_steps or len(prediction.lr[0]))
        yield ""
        lines = [
            Line(f"group {index}", range(1, len(values) + 1), values)
            for index, values in enumerate(prediction.lr)
        ]
        yield from (f"  {line}" for line in draw(lines, colour=colour))


def _facts(item: Forecast) -> Iterator[tuple[str, str]]:
    schedule, prediction = item.schedule, item.prediction
    optimizer = schedule.optimizer
    if optimizer is not None:
        rates = ", ".join(
            "?" if group.lr is None else _value(group.lr) for group in optimizer.groups
        )
        name = f" `{optimizer.variable}`" if optimizer.variable else ""
        yield "drives", f"{optimizer.class_name}{name}, lr = {rates}"
    horizon = schedule.horizon
    if horizon is not None:
        unit = unit_of(schedule)
        length = "?" if horizon.length is None else _value(horizon.length)
        yield (
            "horizon",
            f"{horizon.parameter} = {length}" + (f" {_PLURALS.get(unit, unit)}" if unit else ""),
        )
    if not schedule.sites:
        yield "steps", "never stepped" if schedule.escapes is None else schedule.escapes
    else:
        per = {
            Cadence.BATCH: "once per batch",
            Cadence.EPOCH: "once per epoch",
            Cadence.ONCE: "outside of any training loop",
            Cadence.UNKNOWN: "",
        }[schedule.per]
        sites = ", ".join(f"row {site.place.span().start.row}" for site in schedule.sites)
        count = _count(schedule.steps, prediction.steps)
        yield "steps", f"{count}{', ' + per if per else ''} ({sites})"
    yield (
        "updates",
        f"{_count(schedule.optimizer_steps, prediction.optimizer_steps)} optimizer steps",
    )


def _count(number: Expr | None, ran: int | None) -> str:
    if number is None:
        return "?" if ran is None else f"{ran:,}"
    text = str(number)
    value = ran if ran is not None else known(number)
    if value is None or text == str(value):
        return text if value is None else f"{value:,}"
    return f"{text} = {value:,}"


def _value(number: Expr) -> str:
    value = known(number)
    text = str(number)
    if value is None or text == str(value):
        return text
    return f"{text} = {value:g}" if isinstance(value, float) else f"{text} = {value:,}"


def _table(lr: list[list[float]], total: int) -> Iterator[str]:
    """The LR at the first, highest, lowest and last step, and at the quarters."""
    first = lr[0]
    count = len(first)
    last = count - 1
    marks = {0: "first step", last: "last step" if count == total else "last step shown"}
    low = min(range(count), key=first.__getitem__)
    high = max(range(count), key=first.__getitem__)
    marks.setdefault(high, "highest")
    marks.setdefault(low, "lowest")
    for quarter in (1, 2, 3):
        marks.setdefault(last * quarter // 4, "")
    yield f"  {'step':>10}  " + "  ".join(f"{_group_title(i, len(lr)):<12}" for i in range(len(lr)))
    for step in sorted(marks):
        values = "  ".join(f"{_rate(group[step]):<12}" for group in lr)
        yield f"  {step + 1:>10,}  {values}{marks[step]}".rstrip()


def _group_title(index: int, groups: int) -> str:
    return "LR" if groups == 1 else f"LR group {index}"


def _rate(value: float) -> str:
    return "0" if value == 0 else f"{value:.4g}"
