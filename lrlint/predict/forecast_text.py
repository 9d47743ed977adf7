"""A predicted schedule as a person reads it: facts in words, key steps, and the curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click

from lrlint.facts import HANDWRITTEN, Cadence, Horizon, OptimizerUse, Schedule
from lrlint.output.curves import Curve
from lrlint.output.text import clean, place
from lrlint.predict.events import key_steps
from lrlint.predict.forecast import FileForecast, Forecast, horizon_unit
from lrlint.predict.simulation import Prediction
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
    Cadence.BATCH: "after every optimizer step",
    Cadence.EPOCH: "once per epoch",
    Cadence.ONCE: "once",
    Cadence.UNKNOWN: "never",
}


def describe(file: FileForecast, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a file's report."""
    if not file.schedules:
        yield f"{place(file.filename)}: {clean(nothing_found(file))}"
        return
    for position, forecast in enumerate(file.schedules):
        if position:
            yield ""
        yield from _describe_schedule(forecast, colour)


def nothing_found(file: FileForecast) -> str:
    """Say that there is no schedule, which option builds one, or what may hide one."""
    for schedule in file.left_out:
        for guard in schedule.construction.guards:
            if guard.by_default is False:
                row = schedule.place.span().start.row
                is_name = all(part.isidentifier() for part in guard.text.split("."))
                remedy = f": --set {guard.text}=1" if is_name else ""
                return (
                    "no learning-rate schedule with the defaults;"
                    f" {schedule.scheduler} in line {row} needs `{guard.text}`{remedy}"
                )
    if file.not_followed:
        return f"no learning-rate schedule found, but there may be one: {file.not_followed[0]}"
    return "no learning-rate schedule found"


def _describe_schedule(forecast: Forecast, colour: bool) -> Iterator[str]:
    schedule, prediction = forecast.schedule, forecast.prediction
    span = schedule.place.span()
    where = place(f"{span.filename}:{span.start.row}:{span.start.column}")
    name = f" `{schedule.variable}`" if schedule.variable else ""
    what = clean(f"{schedule.scheduler}{name}")
    yield f"{click.style(where, bold=True) if colour else where}  {what}"
    yield from (f"  {label:<17}{clean(text)}" for label, text in facts(forecast))
    lr, unit = prediction.lr, "LR"
    if prediction.unresolved:
        lr, unit = prediction.relative_lr, "× base LR"
        yield clean(f"  {'unknown':<17}{', '.join(prediction.unresolved)}")
        yield clean(f"  {unknown(prediction)}")
    if prediction.raises:
        yield clean(f"  {'raises':<17}{prediction.raises}")
    if lr and lr[0]:
        yield ""
        yield from _table(lr, prediction.optimizer_steps or len(lr[0]), unit)
        yield ""
        yield from (f"  {line}" for line in draw(curves(lr), colour=colour, y_label=unit))


def unknown(prediction: Prediction) -> str:
    """Say what follows from what is unknown, and what to set."""
    relative = prediction.relative_lr is not None
    said = "Drawn relative to the base LR" if relative else "Cannot draw the curve"
    return f"{said}{_remedy(prediction.unresolved, 0.1 if relative else 100)}."


def curves(lr: Sequence[Sequence[float]]) -> list[Curve]:
    """Return the LRs of the param groups as curves."""
    return [
        Curve(f"group {index}", range(1, len(values) + 1), values)
        for index, values in enumerate(lr)
    ]


def _remedy(unresolved: Sequence[str], value: float) -> str:
    """Say which names of the script to set, and describe what else is unknown."""
    names = [text for text in unresolved if " " not in text]
    if not names:
        return ""
    if names[0].rpartition(".")[2].lower() in ("lr", "learning_rate"):
        value = 0.1
    example = f"{names[0]}={value}".replace("'", "'\"'\"'")  # a key may hold a quote
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
        rows = dict.fromkeys(site.place.span().start.row for site in schedule.sites)
        lines = ", ".join(f"line {row}" for row in rows)
        label = "LR written" if schedule.scheduler == HANDWRITTEN else "scheduler steps"
        yield label, f"{count}{_cadence(schedule)} ({lines})"
    else:
        yield "scheduler steps", schedule.stepping.escapes or _without_steps(schedule)
    optimizer = schedule.optimizer
    if optimizer is not None and not optimizer.sites and optimizer.escapes is not None:
        yield "optimizer steps", optimizer.escapes
    else:
        count = _count(schedule.stepping.optimizer_steps, prediction.optimizer_steps, spell)
        scaled = optimizer is not None and any(site.scaled for site in optimizer.sites)
        yield "optimizer steps", f"{count}, if the GradScaler skips none" if scaled else count
    loops = [loop for site in schedule.sites for loop in site.loops]
    early = [loop for loop in loops if loop.stops_early or loop.may_break]
    if early and not prediction.unresolved:
        row = early[0].place.span().start.row
        yield "may end early", f"where a measured value or a callback ends the loop in line {row}"


def _cadence(schedule: Schedule) -> str:
    loops = schedule.sites[0].loops
    if schedule.per is Cadence.ONCE and loops:
        return f", in the loop in line {loops[-1].place.span().start.row}"
    return _CADENCES[schedule.per]


def _without_steps(schedule: Schedule) -> str:
    """Return what is known of a scheduler whose steps are not seen."""
    optimizer = schedule.optimizer
    elsewhere = optimizer is not None and optimizer.escapes is not None
    return "no step() is seen" if elsewhere else "never stepped"


def _optimizer(optimizer: OptimizerUse) -> str:
    name = f" `{optimizer.variable}`" if optimizer.variable else ""
    lrs = ", ".join(_value(group.lr).removeprefix("lr = ") for group in optimizer.groups)
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


def _table(lr: Sequence[Sequence[float]], total: int, unit: str) -> Iterator[str]:
    """Yield the LR at the steps that say most about the curve of the first group."""
    titles = [unit if len(lr) == 1 else f"{unit} group {index}" for index in range(len(lr))]
    width = max(12, *(len(title) + 2 for title in titles))
    yield f"  {'step':>10}  " + "".join(f"{title:<{width}}" for title in titles).rstrip()
    for step, what in key_steps(lr[0], total).items():
        values = "".join(f"{rate(group[step]):<{width}}" for group in lr)
        yield f"  {step + 1:>10,}  {values}{what}".rstrip()


def rate(value: float) -> str:
    """Return an LR with four digits."""
    return "0" if value == 0 else f"{value:.4g}"
