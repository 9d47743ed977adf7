"""The planned LR of a script, found by analysing it before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lrlint.facts import HANDWRITTEN, Schedule
from lrlint.judgement.whole_length import judged_length
from lrlint.linter.timeout import cpu_limit
from lrlint.source import SourceFile, load

# The analyser is imported in functions: it takes 0.2 s, which `lrlint.watch` saves.
if TYPE_CHECKING:
    from lrlint.predict.forecast import Forecast

CPU_SECONDS = 20.0
"""CPU time for reading a script once more."""

Line = tuple[str, int]
"""File name and row."""
Result = TypeVar("Result")


@dataclass
class Plan:
    """The schedules of a script, as it reads with the command line of a run."""

    ends_with_training: frozenset[Line] = frozenset()
    """The constructor calls of schedules as long as the training, where that is known."""
    _source: SourceFile | None = None
    _command_line: tuple[str, ...] = ()
    _known: dict[tuple[tuple[str, object], ...], tuple[Forecast, ...]] = field(default_factory=dict)

    def hand_written(self, numbers: Mapping[str, object]) -> tuple[Forecast, ...]:
        """Return the schedules that it writes into the param groups itself, predicted.

        ``numbers`` are those of the run, by their names in the script.
        """
        source, key = self._source, tuple(sorted(numbers.items()))
        if source is None:
            return ()
        from lrlint.predict.forecast import forecast

        if key not in self._known:
            command_line = self._command_line
            read = _within_limit(lambda: forecast(source, numbers, command_line=command_line))
            written = () if read is None else read.schedules
            self._known[key] = tuple(one for one in written if _is_hand_written(one.schedule))
        return self._known[key]


def plan_of(path: Path, command_line: tuple[str, ...] = ()) -> Plan:
    """Return what can be read of a script; nothing where it cannot be read."""
    from lrlint.analysis import analyse

    source = _within_limit(lambda: load(path))  # the script may change its own file
    read = None if source is None else _within_limit(lambda: analyse(source))
    if read is None:
        return Plan()
    schedules = [schedule for training in read.trainings for schedule in training.schedules]
    lines = frozenset(_line(schedule) for schedule in schedules if _fits(schedule))
    written = any(training.written for training in read.trainings)
    return Plan(lines, source if written else None, command_line)


def _is_hand_written(schedule: Schedule) -> bool:
    return schedule.scheduler == HANDWRITTEN


def _within_limit(work: Callable[[], Result]) -> Result | None:
    try:
        with cpu_limit(CPU_SECONDS):
            return work()
    except Exception:  # the linter has said already why the script cannot be read
        return None


def _fits(schedule: Schedule) -> bool:
    length = judged_length(schedule)
    return length is not None and length.fits


def _line(schedule: Schedule) -> Line:
    span = schedule.place.span()
    return span.filename, span.start.row
