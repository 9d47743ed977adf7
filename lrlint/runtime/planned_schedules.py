"""The planned LR of a script, found by analysing it before it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lrlint.facts import HANDWRITTEN, Schedule, Training
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
    """The schedules of a script, analysed with the command line of a run."""

    ends_with_training: frozenset[Line] = frozenset()
    """The constructor calls of schedules as long as the training, where that is known."""
    steps: Mapping[Line, int] = field(default_factory=dict)
    """By constructor call, how often the scheduler is meant to step with that command line."""
    usual: frozenset[Line] = frozenset()
    """Those of them whose number of steps is the same with any command line."""
    _source: SourceFile | None = None
    _command_line: tuple[str, ...] = ()
    _known: dict[tuple[tuple[str, ...], tuple[tuple[str, object], ...]], tuple[Forecast, ...]] = (
        field(default_factory=dict)
    )

    def not_resumed(self, numbers: Mapping[str, object]) -> tuple[Forecast, ...]:
        """Do as ``hand_written``, for the same training without its interruption."""
        return self._predicted(numbers, _without_resume(self._command_line))

    def hand_written(self, numbers: Mapping[str, object]) -> tuple[Forecast, ...]:
        """Return the schedules whose law it writes itself, predicted.

        It writes the LRs into the param groups, or gives a scheduler the function of its law.

        ``numbers`` are those of the run, by their names in the script.
        """
        return self._predicted(numbers, self._command_line)

    def _predicted(
        self, numbers: Mapping[str, object], command_line: tuple[str, ...]
    ) -> tuple[Forecast, ...]:
        source, key = self._source, (command_line, tuple(sorted(numbers.items())))
        if source is None:
            return ()
        from lrlint.predict.forecast import forecast

        if key not in self._known:
            read = _within_limit(lambda: forecast(source, numbers, command_line=command_line))
            written = () if read is None else read.schedules
            self._known[key] = tuple(one for one in written if _has_own_law(one.schedule))
        return self._known[key]


_RESUMES = re.compile(r"-.*(resum|ckpt|checkpoint|restore|load|continue|start|snapshot)")


def _without_resume(command_line: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the options that make a training go on from a checkpoint, with their values."""
    kept: list[str] = []
    has_value = False
    for word in command_line:
        is_option = word.startswith("-")
        dropped = _RESUMES.match(word) is not None if is_option else has_value
        has_value = dropped and is_option and "=" not in word
        if not dropped:
            kept.append(word)
    return tuple(kept)


def plan_of(path: Path, command_line: tuple[str, ...] = ()) -> Plan:
    """Return what can be read of a script; nothing where it cannot be read."""
    from lrlint.analysis import analyse

    source = _within_limit(lambda: load(path))  # the script may change its own file
    read = None if source is None else _within_limit(lambda: analyse(source))
    if source is None or read is None:
        return Plan()
    schedules = _schedules(read.trainings)
    lines = _lines_that_fit(schedules)
    written = any(training.written for training in read.trainings)
    written = written or any(map(_has_own_law, schedules))
    steps = usual = _planned_steps(schedules)
    if len(command_line) > 1:
        schedules = _within_limit(lambda: _with_command_line(source, command_line)) or ()
        steps = _planned_steps(schedules)
    same = frozenset(line for line, count in steps.items() if usual.get(line) == count)
    return Plan(lines, steps, same, source if written else None, command_line)


def _schedules(trainings: Iterable[Training]) -> Sequence[Schedule]:
    return [schedule for training in trainings for schedule in training.schedules]


def _with_command_line(source: SourceFile, command_line: tuple[str, ...]) -> Sequence[Schedule]:
    from lrlint.analysis import interpret
    from lrlint.analysis.derive import derive

    _, traces = interpret(source, command_line=command_line)
    return _schedules(map(derive, traces))


def _planned_steps(schedules: Sequence[Schedule]) -> dict[Line, int]:
    planned: dict[Line, int] = {}
    for schedule in schedules:
        trips, line = _trips(schedule), schedule.place.span().line
        if trips is not None:  # of several schedules of one line, each steps at least so often
            planned[line] = min(trips, planned.get(line, trips))
    return planned


def _trips(schedule: Schedule) -> int | None:
    """Return how often a scheduler is stepped if no `break` ends a loop, where that is known."""
    if len(schedule.sites) != 1 or schedule.sites[0].guards or schedule.parent is not None:
        return None
    steps = 1
    for loop in schedule.sites[0].loops:
        trips = None if loop.trips is None else loop.trips.value
        if not isinstance(trips, int):
            return None
        steps *= trips
    return steps


def _has_own_law(schedule: Schedule) -> bool:
    return schedule.scheduler == HANDWRITTEN or schedule.law.steps is not None


def _within_limit(work: Callable[[], Result]) -> Result | None:
    try:
        with cpu_limit(CPU_SECONDS):
            return work()
    except Exception:  # the linter has said already why the script cannot be read
        return None


def _lines_that_fit(schedules: Iterable[Schedule]) -> frozenset[Line]:
    """Return the lines that build schedules as long as the training, and none of another length."""
    fitting, others = set[Line](), set[Line]()
    for schedule in schedules:
        length = judged_length(schedule)
        if length is not None:
            (fitting if length.fits else others).add(schedule.place.span().line)
    return frozenset(fitting - others)
