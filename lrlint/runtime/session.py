"""One recording session: the hooks on, the rules asked, the result put together."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import ScheduleError, internal_error
from lrlint.linter.config import Settings
from lrlint.linter.ruleset import Ruleset
from lrlint.rule import Finding
from lrlint.runtime import ranks
from lrlint.runtime.derive import training_of
from lrlint.runtime.hooks import Hooks
from lrlint.runtime.plan import without_early_ends
from lrlint.runtime.recorder import Recorder
from lrlint.runtime.recording import Recording, Track
from lrlint.runtime.records import ScheduleRecord
from lrlint.runtime.trace import TraceWriter
from lrlint.source import SourceError, SourceFile, load

ABOUT_THE_END = frozenset(
    {"LR101", "LR102", "LR103", "LR110", "LR201", "LR203", "LR205", "LR301", "LR902"}
)
"""Rules that need to know how long the whole training is."""
UNFINISHED = "LR902"
"""The rule that speaks of schedules which the training did not come to the end of."""
ABOUT_TOO_FEW = frozenset({"LR202"})
"""Rules that need to know it only to warn of too few steps; too many are an error at once."""


class Mode(Enum):
    """What a finding does to the training."""

    RAISE = "raise"
    """One of error severity ends it with a ScheduleError."""
    WARN = "warn"
    """It is reported, the training goes on."""
    RECORD = "record"
    """It is kept, and nothing is said."""


class Session:
    """Records from ``start()`` to ``stop()``; findings are asked for at any time."""

    def __init__(
        self,
        mode: Mode = Mode.WARN,
        only: Iterable[object] = (),
        settings: Settings | None = None,
    ) -> None:
        self.mode = mode
        self.recorder = Recorder(tuple(only))
        self._ruleset = Ruleset(settings or Settings())
        watch = self._raise_divergence if mode is Mode.RAISE else None
        self.hooks = Hooks(self.recorder, watch)
        self._raised = False
        self._trace: TraceWriter | None = None
        self._notes: list[str] = []
        self._elsewhere: tuple[Track, ...] = ()
        self._failures: dict[str, str] = {}
        self._sources: dict[str, SourceFile | None] = {}

    def trace_to(self, path: Path) -> None:
        """Stream every LR to a file. Raises UserError where it cannot be written."""
        self._trace = TraceWriter(path, ranks.rank())
        self.recorder.stream(self._trace.row)

    def start(self) -> None:
        """Begin to listen."""
        self.recorder.attach()
        self.hooks.install()

    def stop(self) -> None:
        """Stop listening, and read what is still on devices."""
        self.hooks.remove()
        self.recorder.finish()
        if self._trace is not None:
            self._trace.close([(one, one.steps) for one in self.recorder.optimizers])

    # -- what was found

    def findings(self, *, finished: bool = True) -> tuple[Diagnostic, ...]:
        """What the rules say of the run so far, sorted.

        Of a training that is not ``finished``, nothing is said that rests on its length.
        """
        training = training_of(self.recorder)
        complete = without_early_ends(training)
        found: dict[tuple[object, ...], Diagnostic] = {}
        for rule in self._ruleset.rules:
            if not finished and rule.code in ABOUT_THE_END:
                continue
            of_length = rule.code in ABOUT_THE_END | ABOUT_TOO_FEW and rule.code != UNFINISHED
            about = complete if of_length else training
            try:
                resolved = [
                    self._diagnostic(verdict)
                    for verdict in self._ruleset.ask(rule, about)
                    if isinstance(verdict, Finding)
                ]
            except Exception as error:  # a bug in one rule does not cost the others
                self._failures[rule.code] = internal_error(f"rule {rule.code} {rule.name}", error)
                continue
            for one in resolved:
                short = rule.code in ABOUT_TOO_FEW and one and one.severity < Severity.ERROR
                if one is not None and (finished or not short):
                    found.setdefault((one.code, one.filename, one.location), one)
        return tuple(sorted(found.values(), key=lambda one: one.sort_key))

    def _diagnostic(self, finding: Finding) -> Diagnostic | None:
        source = self._source(getattr(finding.place, "filename", ""))
        if source is None:
            return None
        resolved = self._ruleset.diagnostic(finding, source)
        return None if resolved is None else resolved.diagnostic

    def _source(self, filename: str) -> SourceFile | None:
        """The file of a finding, for the comments that silence it."""
        if filename not in self._sources:
            try:
                self._sources[filename] = load(Path(filename))
            except (OSError, SourceError):  # typed at a prompt, or gone: nothing silences it
                self._sources[filename] = load(Path(filename or "<stdin>"), data=b"")
        return self._sources[filename]

    def sources(self) -> dict[str, SourceFile]:
        """The files that findings point into, by the name that findings call them."""
        return {one.name: one for one in self._sources.values() if one is not None}

    def recording(self, findings: tuple[Diagnostic, ...] | None = None) -> Recording:
        """The run so far, with the given findings or those that a finished run has."""
        for record in self.recorder.optimizers:
            self.recorder.drain(record)
        notes: tuple[str, ...] = () if self.hooks.failure is None else (self.hooks.failure,)
        found = self.findings() if findings is None else findings
        notes += (*self._failures.values(), *self._notes)
        if self._trace is not None and self._trace.lost is not None:
            notes += (self._trace.lost,)
        tracks = (*self._tracks(), *self._elsewhere)
        return Recording(tracks, found, notes)

    def _drivers(self) -> list[ScheduleRecord]:
        schedules = self.recorder.schedules
        return [one for one in schedules if one.parent is None and not one.failed]

    def _tracks(self) -> tuple[Track, ...]:
        return tuple(map(self._track, self._drivers()))

    def compare_with(self, others: Sequence[Recording], notes: Sequence[str]) -> None:
        """Take in what the other ranks have recorded, and find where they differ."""
        self._notes += notes
        for index, (record, mine) in enumerate(zip(self._drivers(), self._tracks(), strict=True)):
            theirs = [one.schedules[index] for one in others if index < len(one.schedules)]
            record.rank_gap = ranks.gap(mine, theirs)
            still = [one for one in theirs if one.optimizer_steps and not one.scheduler_steps]
            record.only_here = bool(still) and record.steps > 0
        self._elsewhere = tuple(track for one in others for track in one.schedules)

    def _track(self, schedule: ScheduleRecord) -> Track:
        optimizer, loader = schedule.optimizer, self.recorder.passes.loader
        curve = optimizer.curve
        return Track(
            scheduler=schedule.name,
            optimizer=optimizer.class_name,
            optimizer_steps=optimizer.steps,
            scheduler_steps=schedule.steps,
            at=tuple(curve.at),
            lr=curve.by_group(),
            expected=curve.expected_by_group(),
            epochs=loader.passes or None,
            max_relative_error=optimizer.max_error,
            first_divergence=optimizer.departure,
            rank=ranks.rank(),
            filename=schedule.place.span().filename,
            row=schedule.place.row,
        )

    # -- assertion mode

    def _raise_divergence(self) -> None:
        """End the training at the first step whose LR is not the schedule's."""
        recorder = self.recorder
        if self._raised or not any(one.departure or one.bad for one in recorder.optimizers):
            return
        self.raise_error(finished=False)

    def raise_error(self, *, finished: bool = True) -> None:
        """Raise a ScheduleError where there is a finding of error severity."""
        if self._raised:
            return
        found = self.findings(finished=finished)
        errors = [one for one in found if one.severity is Severity.ERROR]
        if errors:
            self._raised = True
            raise ScheduleError(errors)

    def warn(self) -> None:
        """Say in one line each what was found."""
        for one in self.findings():
            where = f"{one.filename}:{one.location.row}"
            print(
                f"lrlint: {where}: {one.severity.label}[{one.code}] {one.name}: {one.message}",
                file=sys.stderr,
            )
