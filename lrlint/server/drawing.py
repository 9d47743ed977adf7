"""The curves of a script's schedules: a picture, the key steps, and the LR at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lsprotocol import types

from lrlint.analysis import Project
from lrlint.facts import Place
from lrlint.linter.reader import Reader
from lrlint.linter.resolve import Resolver
from lrlint.output.curve_svg import curve_svg
from lrlint.output.curves import Curve
from lrlint.output.text import clean
from lrlint.predict.events import key_steps
from lrlint.predict.forecast import Forecast, forecast
from lrlint.predict.forecast_text import facts, rate
from lrlint.predict.simulation import Prediction
from lrlint.server.places import Places
from lrlint.server.tasks import Drawn, Task
from lrlint.source import Relevance, SourceFile, load

_MOST_GROUPS = 4
"""Param groups with a curve or a column: more cannot be told apart."""


def draw(task: Task, memory: Mapping[Path, SourceFile], resolver: Resolver) -> tuple[Drawn, ...]:
    """Predict the schedules of a document; raise SourceError where it cannot be parsed."""
    document = task.document
    source = load(document.path, data=document.data)
    reader = Reader(resolver, memory=memory)
    numbers = dict(resolver.settings(document.path).numbers)
    project = Project(Relevance(reader.imported), reader.disk)
    predicted = forecast(source, numbers, project=project)
    sources = {source.name: source}
    for item in predicted.schedules:
        for place in (item.schedule.place, *(site.place for site in item.schedule.sites)):
            home = getattr(place, "source", None)
            if isinstance(home, SourceFile):
                sources[home.name] = home
    places = Places((*task.others, document), task.encoding, sources)
    return tuple(_drawn(item, places) for item in predicted.schedules)


def _drawn(item: Forecast, places: Places) -> Drawn:
    def located(place: Place) -> tuple[str, types.Range]:
        span = place.span()
        return places.uri(span.filename, span.cell), places.of(span)

    uri, construction = located(item.schedule.place)
    return Drawn(
        uri=uri,
        construction=construction,
        steps=tuple(located(site.place) for site in item.schedule.sites),
        hint=_hint(item.prediction),
        words="\n".join(_words(item)),
        svg=_picture(item.prediction),
    )


def _hint(prediction: Prediction) -> str | None:
    """Return the LR at the end of the training: ``→ 0.001 after 3,910 steps``."""
    lr = _known(prediction)
    if not lr:
        return None
    ends = ", ".join(dict.fromkeys(rate(group[-1]) for group in lr))
    count = len(lr[0])
    steps = f"{count:,} step{'s' if count > 1 else ''}"
    error = ", then an error" if prediction.raises else ""
    if prediction.refused:
        error = " in older releases of torch"
    return f"→ {ends} after {steps}{error}"


def _known(prediction: Prediction) -> list[list[float]]:
    """Return the LR of each param group; an empty list where anything is unknown."""
    if prediction.unresolved or not prediction.lr or not prediction.lr[0]:
        return []
    return prediction.lr


def _words(item: Forecast) -> Iterator[str]:
    """Yield lines of Markdown."""
    schedule, prediction = item.schedule, item.prediction
    name = f" `{schedule.variable}`" if schedule.variable else ""
    yield f"**{schedule.scheduler}**{name}"
    yield ""
    yield from (f"- {label}: {_code(text)}" for label, text in facts(item))
    if prediction.raises:
        yield f"- raises: {_code(prediction.raises)}"
    if prediction.unresolved:
        names = ", ".join(_code(text) for text in prediction.unresolved)
        yield f"- unknown, so that the curve cannot be drawn: {names}"
    lr = _known(prediction)[:_MOST_GROUPS]
    if lr:
        titles = ["LR"] if len(lr) == 1 else [f"LR group {number}" for number in range(len(lr))]
        yield ""
        yield f"| step | {' | '.join(titles)} | |"
        yield f"| ---: | {' | '.join('---:' for _ in titles)} | --- |"
        for step, remark in key_steps(lr[0], prediction.optimizer_steps or len(lr[0])).items():
            values = " | ".join(rate(group[step]) for group in lr)
            yield f"| {step + 1:,} | {values} | {remark} |"


def _code(text: str) -> str:
    """Return a text of the script's as code, so that nothing in it is Markdown."""
    return f"`{clean(text).replace('`', '')}`"


def _picture(prediction: Prediction) -> str | None:
    lr = _known(prediction)[:_MOST_GROUPS]
    curves = [
        Curve(f"group {number}", range(1, len(group) + 1), group) for number, group in enumerate(lr)
    ]
    return curve_svg(curves) if curves else None
