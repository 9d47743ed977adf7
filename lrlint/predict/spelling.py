"""Numbers as the script writes them: ``args.epochs * len(loader)``, though the length is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.facts import LoopKind, Schedule
from lrlint.symbolic import Atom, Expr, NotRepresentable, TooComplex

_NAME = re.compile(r"[A-Za-z_][\w.]*")


class Spelling:
    """Writes the numbers of one schedule, with ``len(loader)`` for the batches of its loops."""

    def __init__(self, schedule: Schedule) -> None:
        self._lengths = dict(_lengths(schedule))
        self._factors = (Expr.const(1), *(() if schedule.epochs is None else (schedule.epochs,)))

    def __call__(self, number: Expr) -> str:
        """Return the text of a number: a loader's length, or so many times that, plus a rest."""
        for name, length in self._lengths.items():
            for factor in self._factors:
                rest = _difference(number, factor, length)
                if rest is not None and rest.is_constant:
                    return str(factor * Expr.atom(Atom(name)) + rest)
        return str(number)


def _difference(number: Expr, factor: Expr, length: Expr) -> Expr | None:
    try:
        return number - factor * length
    except (TooComplex, NotRepresentable):
        return None


def _lengths(schedule: Schedule) -> Iterator[tuple[str, Expr]]:
    optimizer = schedule.optimizer
    for site in (*schedule.sites, *(() if optimizer is None else optimizer.sites)):
        for loop in site.loops:
            trips, over = loop.trips, loop.over
            if loop.kind is not LoopKind.BATCH or trips is None or over is None:
                continue
            if _NAME.fullmatch(over) and not trips.is_constant:
                yield f"len({over})", trips
