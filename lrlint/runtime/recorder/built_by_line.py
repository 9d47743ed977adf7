"""How many schedulers each line of code has built for one optimizer."""

from __future__ import annotations

from collections import Counter

from lrlint.runtime.recorder.call_sites import RunPlace
from lrlint.runtime.recorder.records import RecordedScheduler

MOST_PER_LINE = 64
"""Schedulers of one line of code that are kept: a loop that builds one per batch must not fill the
memory."""


class BuiltByLine:
    """Counts schedulers by the line that builds them, and by their optimizer."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[RunPlace, int]] = Counter()

    def add(self, record: RecordedScheduler) -> bool:
        """Count a scheduler; return whether it is among the first, which are kept."""
        self._counts[_line(record)] += 1
        return self._counts[_line(record)] <= MOST_PER_LINE

    def remove(self, record: RecordedScheduler) -> None:
        """Count a scheduler no longer."""
        self._counts[_line(record)] -= 1

    def clear(self, record: RecordedScheduler) -> None:
        """Count from 0 again at the line of a scheduler."""
        self._counts[_line(record)] = 0

    def of(self, record: RecordedScheduler) -> int:
        """Return how many the line of a scheduler has built; 0 for a part of another one."""
        return 0 if record.parent is not None else self._counts[_line(record)]


def _line(record: RecordedScheduler) -> tuple[RunPlace, int]:
    return record.place, record.optimizer.order
