"""Predicted schedules as a picture: SVG, PNG, or a page of HTML that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lrlint.errors import UserError
from lrlint.output.curve_svg import curve_svg
from lrlint.output.text import escaped
from lrlint.predict.events import key_steps
from lrlint.predict.forecast import FileForecast, Forecast
from lrlint.predict.forecast_text import curves, facts, rate, unknown

_WIDTH, _HEIGHT, _TITLE = 760, 300, 26
"""Pixels of a curve, and of the title above it."""
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font-family:system-ui,sans-serif;margin:2em auto;max-width:800px;padding:0 1em}"
    "svg{max-width:100%;height:auto}td,th{padding:.1em 1.2em .1em 0;text-align:left}"
    "h2{font-size:1.1em;margin-top:2.5em}"
)


def as_svg(files: Sequence[FileForecast], *, background: str | None = None) -> str:
    """Return the curves of all schedules, one below the other."""
    parts: list[str] = []
    height = 0
    for file in files:
        for forecast in file.schedules:
            title = f"{_title(file, forecast)}{_remark(forecast)}"
            parts.append(
                f'<text x="8" y="{height + 17}" font-family="sans-serif" font-size="13"'
                f' fill="#808080">{escaped(title)}</text>'
            )
            height += _TITLE
            picture = _curve(forecast)
            if picture is not None:
                parts.append(picture.replace("<svg ", f'<svg y="{height}" ', 1))
                height += _HEIGHT
    fill = f'<rect width="100%" height="100%" fill="{background}"/>' if background else ""
    size = f'width="{_WIDTH}" height="{height or 1}" viewBox="0 0 {_WIDTH} {height or 1}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{fill}{"".join(parts)}</svg>\n'


def as_png(files: Sequence[FileForecast]) -> bytes:
    """Return the picture of :func:`as_svg` on white. Raises UserError without the library."""
    try:
        import vl_convert  # of the extra `report`, which most installations lack
    except ImportError as error:
        raise UserError(
            f"a PNG needs the extra `report` (pip install 'lrlint[report]'): {error}; an SVG does"
            " not"
        ) from error
    convert: Any = vl_convert
    png: bytes = convert.svg_to_png(as_svg(files, background="white"), scale=2)
    return png


def as_html(files: Sequence[FileForecast]) -> str:
    """Return a page with the facts, the curve and the key steps of each schedule."""
    names = ", ".join(file.filename for file in files)
    body = "".join(
        part for file in files for forecast in file.schedules for part in _section(file, forecast)
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Learning rate of {escaped(names)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>Learning rate</h1>{body or '<p>No learning-rate schedule found.</p>'}</body>"
        "</html>\n"
    )


def _section(file: FileForecast, forecast: Forecast) -> Iterator[str]:
    yield f"<h2>{escaped(_title(file, forecast))}</h2><table>"
    for label, text in facts(forecast):
        yield f"<tr><th>{escaped(label)}</th><td>{escaped(text)}</td></tr>"
    yield "</table>"
    remark = _remark(forecast)
    if remark:
        yield f"<p>{escaped(remark.removeprefix(' · '))}</p>"
    picture = _curve(forecast)
    if picture is not None:
        yield f"{picture}<table><tr><th>step</th><th>LR</th><th></th></tr>"
        lr = _shown(forecast) or [[]]
        for step, what in key_steps(lr[0], forecast.prediction.optimizer_steps or 0).items():
            values = ", ".join(rate(group[step]) for group in lr)
            yield f"<tr><td>{step + 1:,}</td><td>{values}</td><td>{escaped(what)}</td></tr>"
        yield "</table>"


def _title(file: FileForecast, forecast: Forecast) -> str:
    schedule = forecast.schedule
    name = f" {schedule.variable}" if schedule.variable else ""
    return f"{file.filename}:{schedule.place.span().start.row} · {schedule.scheduler}{name}"


def _remark(forecast: Forecast) -> str:
    """Return what is unusual about a curve."""
    prediction = forecast.prediction
    if prediction.unresolved:
        return f" · {unknown(prediction)}"
    return f" · raises {prediction.raises}" if prediction.raises else ""


def _shown(forecast: Forecast) -> list[list[float]] | None:
    prediction = forecast.prediction
    return prediction.relative_lr if prediction.unresolved else prediction.lr


def _curve(forecast: Forecast) -> str | None:
    lr = _shown(forecast)
    if not lr or not lr[0]:
        return None
    return curve_svg(curves(lr), width=_WIDTH, height=_HEIGHT)
