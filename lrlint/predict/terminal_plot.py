"""Draw learning-rate curves in the terminal, in Braille characters."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import plotille

from lrlint.output.curves import Curve, thinned

_HEIGHT = 12
_MOST_POINTS = 2_000
_COLOURS = ("cyan", "magenta", "yellow", "green")


def draw(lines: Sequence[Curve], *, colour: bool) -> list[str]:
    """Return the curves over the optimizer steps as lines of text, several with a legend."""
    figure = plotille.Figure()
    # The axis takes twenty columns beside the canvas itself.
    figure.width = max(min(shutil.get_terminal_size((80, 24)).columns, 110) - 20, 30)
    figure.height = _HEIGHT
    figure.with_colors = colour
    figure.color_mode = "names"
    figure.x_label, figure.y_label = "optimizer step", "LR"
    figure.register_label_formatter(float, _label)
    figure.register_label_formatter(int, _label)
    highest = max(max(line.lr) for line in lines)
    figure.set_y_limits(min(0.0, *(min(line.lr) for line in lines)), highest * 1.05 or 1.0)
    figure.set_x_limits(1, max(*(line.steps[-1] for line in lines), 2))
    for index, line in enumerate(lines):
        shown = thinned(line.lr, _MOST_POINTS)
        figure.plot(
            [line.steps[i] for i in shown],
            [line.lr[i] for i in shown],
            lc=_COLOURS[index % len(_COLOURS)] if colour else None,
            label=line.label,
        )
    drawn = str(figure.show(legend=len(lines) > 1))
    # Blank Braille cells are spaces to the eye and noise in a log.
    return [line.replace("\N{BRAILLE PATTERN BLANK}", " ").rstrip() for line in drawn.splitlines()]


def _label(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:.3g}"
    return text.ljust(chars) if left else text.rjust(chars)
