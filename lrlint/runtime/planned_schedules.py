"""Which schedules a script means to end with its training, found by analysing it."""

from __future__ import annotations

from pathlib import Path

from lrlint.analysis import analyse
from lrlint.facts import Schedule
from lrlint.judgement.whole_length import judged_length
from lrlint.linter.timeout import cpu_limit
from lrlint.source import load

CPU_SECONDS = 20.0
"""CPU time for reading a script once more."""


def planned_schedules(path: Path) -> frozenset[tuple[str, int]]:
    """Return the constructor calls, as file name and row, of schedules as long as the training.

    Empty where that is not known.
    """
    try:
        with cpu_limit(CPU_SECONDS):
            trainings = analyse(load(path)).trainings
            schedules = [schedule for training in trainings for schedule in training.schedules]
            return frozenset(_line(schedule) for schedule in schedules if _fits(schedule))
    except Exception:  # the linter has said already why the script cannot be read
        return frozenset()


def _fits(schedule: Schedule) -> bool:
    length = judged_length(schedule)
    return length is not None and length.fits


def _line(schedule: Schedule) -> tuple[str, int]:
    span = schedule.place.span()
    return span.filename, span.start.row
