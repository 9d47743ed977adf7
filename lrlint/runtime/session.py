"""One recording session: the hooks on, the rules asked, the result put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import ScheduleError
from lrlint.facts import HANDWRITTEN, Training
from lrlint.linter.report import SourceFiles
from lrlint.linter.resolve import Resolver
from lrlint.linter.settings import Settings
from lrlint.output import Style
from lrlint.output.colour import Paint
from lrlint.output.full import finding as framed
from lrlint.runtime.facts_of_run.hand_written import HandWritten, hand_written
from lrlint.runtime.facts_of_run.training_facts import training_of
from lrlint.runtime.planned_schedules import Plan
from lrlint.runtime.rank_gap import first_gap
from lrlint.runtime.ranks import gather, rank
from lrlint.runtime.recorder.hooks import Hooks
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.runtime.recorder.telling import tell
from lrlint.runtime.recording import Recording
from lrlint.runtime.run_judge import OF_ONE_STEP, RunJudge
from lrlint.runtime.trace_file import TraceWriter
from lrlint.runtime.track import Track
from lrlint.source import SourceFile


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
        settings: Settings | Resolver | None = None,
    ) -> None:
        self.mode = mode
        self.cut = False
        """Whether an exception has ended the training before its end."""
        self.recorder = Recorder(tuple(only))
        self._plan = Plan()
        on_step = self._raise_divergence if mode is Mode.RAISE else None
        self.hooks = Hooks(self.recorder, on_step)
        self._judge = RunJudge(settings)
        self._raised = False
        self._trace: TraceWriter | None = None
        self._notes: list[str] = []
        self._other_ranks: tuple[Track, ...] = ()

    def trace_to(self, path: Path) -> None:
        """Stream every LR to a file. Raises UserError where it cannot be written."""
        self._trace = TraceWriter(path, rank())
        self.recorder.stream(self._trace.write)

    def expect(self, plan: Plan) -> None:
        """Take in what the script means to do, as it reads."""
        self._plan = plan
        self.recorder.planned = plan.ends_with_training

    def start(self) -> None:
        """Begin to listen."""
        self.hooks.install()

    def stop(self) -> None:
        """Stop listening, and read what is still on devices."""
        self.hooks.remove()
        with self.hooks.safely():
            self.recorder.finish()
        if self._trace is not None:
            self._trace.close(
                [(optimizer, optimizer.steps) for optimizer in self.recorder.optimizers]
            )

    # -- findings and recordings

    def findings(self, *, finished: bool = True) -> tuple[Diagnostic, ...]:
        """Return what the rules say of the run so far, sorted.

        Of a training that is not ``finished``, they say nothing that depends on its length; where
        the recorder has failed, nothing but what a recorded step shows by itself.
        """
        return self._ask(self._judge, finished=finished)

    def evidence(self, *, finished: bool) -> tuple[Diagnostic, ...]:
        """Return what :meth:`findings` would if no rule were off: what verdicts rest on."""
        return self._ask(RunJudge(Settings()), finished=finished)

    def _ask(self, judge: RunJudge, *, finished: bool) -> tuple[Diagnostic, ...]:
        training = Training(optimizers=(), schedules=())
        with self.hooks.safely():
            training = training_of(self.recorder, self._hand_written())
        failed, finished = self.hooks.failure is not None, finished and not self.cut
        return judge.judge(training, finished=finished, only=OF_ONE_STEP if failed else None)

    def describe(self, findings: Sequence[Diagnostic]) -> str:
        """Return findings as a terminal shows them, with the lines that they are about."""
        lines, style, paint = SourceFiles(self._judge.sources).lines, Style(), Paint(False)
        return "\n\n".join("\n".join(framed(one, lines, style, paint)) for one in findings)

    def sources(self) -> dict[str, SourceFile]:
        """Return the files that findings point into, by their names there."""
        return self._judge.sources

    def recording(self, findings: tuple[Diagnostic, ...] | None = None) -> Recording:
        """Return the run so far, with the given findings or those that a finished run has."""
        with self.hooks.safely():
            self.recorder.drain()
        if findings is None:
            findings = self.findings()
        lost = (self.hooks.failure, *self._judge.failures, *self._notes)
        if self._trace is not None:
            lost += (self._trace.lost,)
        notes = tuple(note for note in lost if note is not None)
        tracks = (*self._tracks(), *self._other_ranks)
        return Recording(tracks, findings, notes, incomplete=self.hooks.failure is not None)

    def _drivers(self) -> list[RecordedScheduler]:
        """Return the schedulers that set an LR by themselves, not as parts of others."""
        return [
            scheduler
            for scheduler in self.recorder.schedulers
            if scheduler.parent is None and not scheduler.failed
        ]

    def _hand_written(self) -> list[HandWritten]:
        return list(hand_written(self.recorder, self._plan))

    def _tracks(self) -> tuple[Track, ...]:
        written: list[HandWritten] = []
        with self.hooks.safely():
            written = self._hand_written()
        return (*map(self._track, self._drivers()), *map(self._track_by_hand, written))

    def _track(self, scheduler: RecordedScheduler) -> Track:
        optimizer = scheduler.optimizer
        curve, unseen = optimizer.curve, any(one.unseen for one in optimizer.schedulers)
        return Track(
            scheduler=scheduler.name,
            optimizer=optimizer.class_name,
            optimizer_steps=optimizer.steps,
            scheduler_steps=scheduler.steps,
            at=tuple(curve.at),
            lr=curve.by_group(),
            expected=None if unseen else curve.expected_by_group(),
            epochs=self.recorder.passes.totals.passes or self.recorder.epochs,
            max_relative_error=None if unseen else optimizer.max_error,
            first_divergence=scheduler.departure,
            overlaid_steps=optimizer.overlaid_steps,
            rank=rank(),
            filename=scheduler.place.span().filename,
            row=scheduler.place.row,
        )

    def _track_by_hand(self, written: HandWritten) -> Track:
        optimizer, span = written.record, written.place.span()
        return Track(
            scheduler=HANDWRITTEN,
            optimizer=optimizer.class_name,
            optimizer_steps=optimizer.steps,
            scheduler_steps=written.writes,
            at=tuple(optimizer.curve.at),
            lr=optimizer.curve.by_group(),
            expected=written.expected,
            epochs=self.recorder.passes.totals.passes or self.recorder.epochs,
            max_relative_error=written.error,
            rank=rank(),
            filename=span.filename,
            row=span.start.row,
        )

    def share(self) -> bool:
        """Compare with the other ranks, which all do so now; return whether this one reports."""
        gathered = gather(self.recording(()))
        if gathered is None:
            return False
        self.compare_with(*gathered)
        return True

    def compare_with(self, others: Sequence[Recording], notes: Sequence[str]) -> None:
        """Take in what the other ranks have recorded, and find where they differ."""
        self._notes += notes
        drivers = self._drivers()
        tracks = self._tracks()[: len(drivers)]
        for index, (scheduler, track) in enumerate(zip(drivers, tracks, strict=True)):
            theirs = [other.schedules[index] for other in others if index < len(other.schedules)]
            scheduler.rank_gap = first_gap(track, theirs)
            unstepped = any(t.optimizer_steps and not t.scheduler_steps for t in theirs)
            scheduler.this_rank_only = unstepped and scheduler.steps > 0
        self._other_ranks = tuple(track for other in others for track in other.schedules)

    # -- assertion mode

    def _raise_divergence(self) -> None:
        """End the training at the first step whose LR is not the schedule's."""
        __tracebackhide__ = True  # of pytest
        if self._raised or self.mode is not Mode.RAISE:
            return
        if any(record.departure or record.bad_rate for record in self.recorder.optimizers):
            self.raise_error(finished=False)

    def raise_error(self, *, finished: bool = True) -> None:
        """Raise a ScheduleError where there is a finding of error severity."""
        __tracebackhide__ = True
        if self._raised:
            return
        findings = self.findings(finished=finished)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        if errors:
            self._raised = True
            raise ScheduleError(errors)

    def warn(self) -> None:
        """Print a line for each finding."""
        for finding in self.findings():
            where = f"{finding.filename}:{finding.location.row}"
            kind = f"{finding.severity.label}[{finding.code}] {finding.name}"
            tell(f"{where}: {kind}: {finding.message}")
