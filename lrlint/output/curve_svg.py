"""Learning-rate curves as a small SVG picture, for hovers of editors and for pages.

The background is transparent and every colour is readable on white and on nearly black.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from lrlint.output.curves import Curve, finite_part, round_distance, thinned

_MOST_POINTS = 600
"""The most points of one curve: more would not be visible."""
_COLOURS = ("#2f81f7", "#e36209", "#8957e5", "#2da44e")
_DASHES = ("", "6 4", "2 3", "8 3 2 3")
_TEXT, _GRID = "#808080", "#80808040"
_FONT = 11
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 10, 34
_LEGEND_ROW, _LABEL_WIDTH = 18, 150
"""Pixels: the margins, a row of the legend, and one of its labels."""


def curve_svg(
    curves: Sequence[Curve],
    *,
    width: int = 460,
    height: int = 200,
) -> str:
    """Return the curves over the optimizer steps as an SVG document; several get a legend.

    An LR that is not finite leaves out its point.
    """
    curves = [finite_part(curve) for curve in curves]
    rates = [rate for curve in curves for rate in curve.lr]
    legend = len(curves) > 1
    top = _TOP + (_LEGEND_ROW if legend else 0)
    last = max([2, *(curve.steps[-1] for curve in curves if curve.steps)])
    low, high = min([0.0, *rates]), max([0.0, *rates])
    if high - low < 1e-300:
        high = 1.0
    wide, tall = width - _LEFT - _RIGHT, height - top - _BOTTOM

    def x(step: float) -> float:
        return _LEFT + (step - 1) / (last - 1) * wide

    def y(lr: float) -> float:
        return top + (high - lr) / (high - low) * tall

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="{_FONT}">',
        *_axes(x, y, (1, last), (low, high), width, height),
        *(_line(curve, index, x, y) for index, curve in enumerate(curves)),
        *(_legend(curves) if legend else ()),
        "</svg>",
    ]
    return "".join(parts)


def _axes(
    x: Callable[[float], float],
    y: Callable[[float], float],
    steps: tuple[int, int],
    rates: tuple[float, float],
    width: int,
    height: int,
) -> Iterator[str]:
    """Yield grid lines with their numbers, and the name of the horizontal axis."""
    bottom, right = height - _BOTTOM, width - _RIGHT
    for rate in _ticks(*rates, most=5):
        at = f"{y(rate):.1f}"
        yield f'<path d="M{_LEFT} {at}H{right}" stroke="{_GRID}"/>'
        yield _text(_LEFT - 6, y(rate) + 4, f"{rate:.4g}", anchor="end")
    for step in _ticks(*steps, most=6, whole=True):
        yield f'<path d="M{x(step):.1f} {bottom}v4" stroke="{_TEXT}"/>'
        yield _text(x(step), bottom + 15, f"{step:,.0f}")
    yield f'<path d="M{_LEFT} {bottom}H{right}" stroke="{_TEXT}"/>'
    yield _text((_LEFT + right) / 2, height - 5, "optimizer step")


def _ticks(low: float, high: float, *, most: int, whole: bool = False) -> list[float]:
    """Return at most ``most`` round numbers between two; their distance is 1, 2 or 5 times 10^n."""
    distance = round_distance(high - low, most)
    if whole:
        distance = max(distance, 1.0)
    slack = 1e-9
    first, last = math.ceil(low / distance - slack), math.floor(high / distance + slack)
    return [number * distance for number in range(first, last + 1)]


def _line(
    curve: Curve, index: int, x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    shown = thinned(curve.lr, _MOST_POINTS)
    points = " ".join(f"{x(curve.steps[i]):.1f},{y(curve.lr[i]):.1f}" for i in shown)
    return f'<polyline points="{points}" fill="none" stroke-width="1.8"{_stroke(index)}/>'


def _legend(curves: Sequence[Curve]) -> Iterator[str]:
    for index, curve in enumerate(curves):
        left = _LEFT + index * _LABEL_WIDTH
        yield f'<path d="M{left} {_TOP + 2}h26" stroke-width="2"{_stroke(index)}/>'
        yield _text(left + 32, _TOP + 6, curve.label, anchor="start")


def _stroke(index: int) -> str:
    """Return colour and dashes: lines differ without colour, too."""
    dashes = _DASHES[index % len(_DASHES)]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f' stroke="{_COLOURS[index % len(_COLOURS)]}"{dashed}'


def _text(x: float, y: float, text: str, *, anchor: str = "middle") -> str:
    shown = escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{_TEXT}" text-anchor="{anchor}">{shown}</text>'
