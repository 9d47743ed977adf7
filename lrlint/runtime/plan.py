"""What a run was meant to be: the schedules that, as the script reads, end with the training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lrlint.facts import Schedule, Training
from lrlint.judgement.whole_length import judged_length
from lrlint.linter.timeout import cpu_limit
from lrlint.source import load

PATIENCE = 20.0
"""Seconds of CPU time for reading a script once more."""

Planned = frozenset[tuple[str, int]]
"""Constructor calls, as file name and row."""


def planned(path: Path) -> Planned:
    """The schedules of a script that are as long as its training; none where that is not known."""
    from lrlint.analysis import analyse  # 0.1 s, which a watch does without

    try:
        with cpu_limit(PATIENCE):
            trainings = analyse(load(path)).trainings
            return frozenset(_key(one) for one in _all(trainings) if _fits(one))
    except Exception:  # the linter has said already why the script cannot be read
        return frozenset()


def _all(trainings: Iterable[Training]) -> list[Schedule]:
    return [schedule for training in trainings for schedule in training.schedules]


def _fits(schedule: Schedule) -> bool:
    found = judged_length(schedule)
    return found is not None and found.fits


def _key(schedule: Schedule) -> tuple[str, int]:
    span = schedule.place.span()
    return span.filename, span.start.row


def without_early_ends(training: Training) -> Training:
    """The training without the schedules whose length says nothing: it ended before they did."""
    schedules = tuple(one for one in training.schedules if one.ended_early is None)
    return replace(training, schedules=schedules)
