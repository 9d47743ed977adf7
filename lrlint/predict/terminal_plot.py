"""Draw learning-rate curves in the terminal, in Braille characters."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence

import plotille

from lrlint.output.curves import Curve, finite_part, round_distance, thinned

_ROWS = 14
"""Rows of a picture, about: the step between two rows is a round number."""
_MOST_POINTS = 2_000
"""Points of one curve: far more than a terminal has dots."""
_COLOURS = ("cyan", "magenta", "yellow", "green")
_MARKERS = ("", "o", "x", "+", "*")
"""The marks of the curves, in order, where there are no colours; a single curve is a line."""
_TICK = 10
"""Columns between two numbers of the horizontal axis."""


def draw(curves: Sequence[Curve], *, colour: bool, y_label: str = "LR") -> list[str]:
    """Return the curves over the optimizer steps as lines of text, several with a legend."""
    finite = [curve for curve in map(finite_part, curves) if curve.lr]
    if not finite:
        return []
    figure = plotille.Figure()
    figure.origin = False
    figure.with_colors = colour
    figure.color_mode = "names"
    figure.x_label, figure.y_label = "optimizer step", y_label
    figure.register_label_formatter(float, _label)
    figure.register_label_formatter(int, _label)
    low = min(0.0, *(min(curve.lr) for curve in finite))
    high = max(0.0, *(max(curve.lr) for curve in finite))
    height = high - low if high - low > 1e-300 else 1.0
    rate = round_distance(height, _ROWS, (1, 2, 2.5, 5))
    first_row = math.floor(low / rate)
    rows = math.floor(high / rate + 1e-9) - first_row + 1  # what is at the upper end is not drawn
    figure.height = rows
    figure.set_y_limits(first_row * rate, (first_row + rows) * rate)
    last = max(2, *(curve.steps[-1] for curve in finite))
    # The axis takes twenty columns beside the canvas itself.
    ticks = max(min(shutil.get_terminal_size((80, 24)).columns, 110) - 20, 30) // _TICK
    steps = max(round_distance(last, ticks, (1, 2, 3, 4, 5)), 1.0)
    columns = math.ceil(last / steps)
    figure.width = columns * _TICK
    figure.set_x_limits(0, columns * steps)
    for index, curve in enumerate(finite):
        marker = "" if colour else _MARKERS[index % len(_MARKERS)]
        shown = thinned(curve.lr, _MOST_POINTS)
        if marker:  # three columns apart: what is under them can be seen
            shown = [*range(0, len(curve.lr), max(1, 3 * len(curve.lr) // figure.width))]
        figure.plot(
            [curve.steps[i] for i in shown],
            [curve.lr[i] for i in shown],
            lc=_COLOURS[index % len(_COLOURS)] if colour else None,
            interp=None if marker else "linear",
            label=curve.label,
            marker=marker or None,
        )
    drawn = str(figure.show(legend=len(finite) > 1))
    # Blank Braille cells are spaces to the eye and noise in a log.
    return [line.replace("\N{BRAILLE PATTERN BLANK}", " ").rstrip() for line in drawn.splitlines()]


def _label(value: float, chars: int, delta: float, left: bool = False) -> str:
    if not 1000 <= value < 1e12:
        text = f"{value:.3g}"
    else:
        text = f"{value:,.0f}" if value < 1e6 else f"{value / 1e6:g}M"
    return text.ljust(chars) if left else text.rjust(chars)
