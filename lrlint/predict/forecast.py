"""A file's predicted schedules, as records that every output format reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lrlint.analysis import Project, interpret
from lrlint.analysis.derive import derive
from lrlint.analysis.derive.hand_written import hand_written
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.simulated_counts import never_happens
from lrlint.analysis.model.records import Owner
from lrlint.analysis.model.trace import Block, BuildScheduler, walk
from lrlint.facts import Cadence, Schedule
from lrlint.judgement.horizon_units import horizon_in_batches, horizon_in_epochs
from lrlint.predict.execute import predict
from lrlint.predict.simulation import Prediction
from lrlint.source import SourceFile


@dataclass(frozen=True)
class Forecast:
    """One schedule: its facts, and what running them gives."""

    schedule: Schedule
    prediction: Prediction


@dataclass(frozen=True)
class FileForecast:
    """All schedules of one file, in the order of their construction."""

    filename: str
    schedules: tuple[Forecast, ...]
    unused: frozenset[str] = field(default_factory=frozenset)
    """Names that were set and that the file does not use."""
    names: frozenset[str] = field(default_factory=frozenset)
    """What can be set, where anything was."""
    left_out: tuple[Schedule, ...] = ()
    """The schedules that the script does not build with its defaults."""
    not_followed: tuple[str, ...] = ()
    """What is too large to be followed, and may build others."""


def forecast(
    source: SourceFile,
    overrides: Mapping[str, object] | None = None,
    max_steps: int | None = None,
    command_line: Sequence[str] | None = None,
    project: Project | None = None,
    *,
    relative: bool = False,
) -> FileForecast:
    """Predict every schedule that the script builds with its own defaults and ``overrides``.

    ``command_line`` is what it finds in ``sys.argv``, where that is known. With ``relative``, an
    LR of which only the base LR is unknown is given as a multiple of that.
    Raises :class:`lrlint.source.SourceError` where the file cannot be parsed, and `BadOverride`
    where a number is set to something else.
    """
    interpreter, traces = interpret(source, project, overrides, command_line)

    def predicted(trace: Block, schedule: Schedule, record: Owner) -> Forecast:
        prediction = predict(
            interpreter, trace, record, max_steps, relative=relative, planned=_planned(schedule)
        )
        return Forecast(schedule, prediction)

    forecasts: list[Forecast] = []
    left_out: list[Schedule] = []
    for trace in traces:
        training = derive(trace)
        for schedule, event in zip(training.schedules, _constructions(trace), strict=True):
            construction = schedule.construction
            built = construction.on_default_path
            if built and construction.guards:
                built = not never_happens(trace, event)  # `if epoch == 40` of 30 epochs
            if schedule.parent is None and built and construction.seen:
                forecasts.append(predicted(trace, schedule, event.scheduler))
            elif not built:
                left_out.append(schedule)
        located = list(walk(trace))
        written = hand_written(located, Loops(located))
        for schedule, item in zip(training.written, written, strict=True):
            forecasts.append(predicted(trace, schedule, item.record))
    unused = frozenset(interpreter.overrides.unused(interpreter.scopes))
    asked = frozenset(interpreter.overrides.asked)
    not_followed = tuple(reason for place, reason in interpreter.undecided if place is None)
    return FileForecast(source.name, tuple(forecasts), unused, asked, tuple(left_out), not_followed)


def _planned(schedule: Schedule) -> float | None:
    """Return how often the script steps the scheduler or its optimizer, where that is known."""
    counts = (schedule.steps, schedule.stepping.optimizer_steps)
    return max((n.value for n in counts if n is not None and n.value is not None), default=None)


def _constructions(trace: Block) -> list[BuildScheduler]:
    """Return the first construction of each scheduler."""
    events: dict[int, BuildScheduler] = {}
    for item in walk(trace):
        if isinstance(item.event, BuildScheduler):
            events.setdefault(id(item.event.scheduler), item.event)
    return list(events.values())


def horizon_unit(schedule: Schedule) -> str | None:
    """Return what the horizon counts, as the rules judge it; None where that is not known."""
    if horizon_in_epochs(schedule) is not None:
        return Cadence.EPOCH.value
    if horizon_in_batches(schedule) is not None:
        return Cadence.BATCH.value
    horizon = schedule.horizon
    return None if horizon is None or horizon.unit is None else str(horizon.unit.value)
