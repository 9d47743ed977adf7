"""The planned LR and the LR that results, each as a row of characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from lrlint.diagnostics import Sketch
from lrlint.facts import GuardKind, Schedule
from lrlint.formulas import LAWS, NoClosedForm, PastHorizon
from lrlint.judgement import wording
from lrlint.judgement.rates import curve_of
from lrlint.symbolic import Expr

_COLUMNS = 40
"""They fit into a narrow terminal with what is left and right of them."""
_SAMPLES = 12
"""Steps that are looked at for each column; of fewer, all."""
_MOST_STEPS = 10**8
"""Steps of a schedule that is drawn; a longer one is a mistake that another rule reports."""
_LEVELS = 8
"""Heights of a column: there are eight characters for them."""
_SWING = 0.4
"""A column whose LR goes up and down by this share of the height cannot be drawn."""

_Column = Sequence[float]


def sketches(schedule: Schedule, planned: Expr | None) -> tuple[Sketch, ...]:
    """Return the curve over so many planned steps and that over the steps taken.

    Nothing is drawn where a number is not known, where the scheduler does not step at one pace
    throughout, or where the two look the same.
    """
    curve, steps = curve_of(schedule), schedule.steps
    if curve is None or steps is None or planned is None or not _at_one_pace(schedule):
        return ()
    if schedule.parent is not None or schedule.construction.positioned:
        return ()
    counts = planned.value, steps.value
    drawn: list[tuple[int, list[_Column]]] = []
    for count in counts:
        if not isinstance(count, int) or not 1 < count <= _MOST_STEPS:
            return ()
        drawn.append((count, [_sampled(curve, column, count) for column in range(_COLUMNS)]))
    rates = [rate for _, columns in drawn for column in columns for rate in column]
    if not rates or max(rates) == min(rates):
        return ()
    low, high = min(rates), max(rates)
    rows = [_row(columns, low, high) for _, columns in drawn]
    if rows[0] == rows[1]:
        return ()
    labels = ("planned", "actual")
    texts = [_text(curve, count) for count, _ in drawn]
    return tuple(map(Sketch, labels, rows, texts))


def whole_plan(schedule: Schedule) -> Expr | None:
    """Return the horizon where that is the length of a whole training."""
    law, horizon = LAWS.get(schedule.scheduler), schedule.horizon
    if law is None or law.past_horizon is PastHorizon.PERIODIC or horizon is None:
        return None
    return horizon.length


def _at_one_pace(schedule: Schedule) -> bool:
    guards = [guard for site in schedule.sites for guard in site.guards]
    return len(schedule.sites) == 1 and all(guard.kind is GuardKind.EVERY_K for guard in guards)


def _sampled(curve: Callable[[float], list[float]], column: int, count: int) -> _Column:
    """Return the LR of the first param group at some steps of a column, as far as there is one."""
    first = column * count // _COLUMNS
    end = max((column + 1) * count // _COLUMNS, first + 1)
    stride = max((end - first) // _SAMPLES, 1)
    # An odd stride meets every phase of a wave whose length is even.
    return [
        rate for step in range(first, end, stride | 1) if (rate := _rate(curve, step)) is not None
    ]


def _rate(curve: Callable[[float], list[float]], step: int) -> float | None:
    try:
        rate = curve(step)[0]
    except (NoClosedForm, ArithmeticError, TypeError, ValueError, LookupError):
        return None
    return rate if abs(rate) < float("inf") else None


def _row(columns: Sequence[_Column], low: float, high: float) -> str:
    height = high - low
    row = ""
    for index, column in enumerate(columns):
        around = [rate for one in columns[max(index - 1, 0) : index + 2] for rate in one]
        moves = [after - before for before, after in pairwise(around)]
        rise, fall = sum(max(move, 0) for move in moves), sum(max(-move, 0) for move in moves)
        if not column:
            row += " "
        elif min(rise, fall, 2 * (max(column) - min(column))) > _SWING * height:
            row += "x"
        else:
            row += str(round((column[len(column) // 2] - low) / height * (_LEVELS - 1)))
    return row


def _text(curve: Callable[[float], list[float]], count: int) -> str:
    first, last = _rate(curve, 0), _rate(curve, count - 1)
    if first is None:
        return f"{count:,} steps"
    end = ", then an exception" if last is None else f" to {wording.number(last)}"
    return f"{wording.number(first)}{end} in {count:,} steps"
