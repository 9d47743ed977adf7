"""One recording session: the hooks on, the rules asked, the result put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import ScheduleError
from lrlint.facts import Schedule, Training
from lrlint.linter.report import SourceFiles
from lrlint.linter.resolve import Resolver
from lrlint.linter.settings import Settings
from lrlint.output import Style
from lrlint.output.colour import Paint
from lrlint.output.full import finding as framed
from lrlint.runtime.facts_of_run.hand_written import HandWritten, hand_written, own_laws, unchanged
from lrlint.runtime.facts_of_run.training_facts import training_of
from lrlint.runtime.planned_schedules import Plan
from lrlint.runtime.rank_gap import compare_ranks, is_steady
from lrlint.runtime.ranks import gather, rank
from lrlint.runtime.recorder.hooks import Hooks
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.telling import tell
from lrlint.runtime.recording import Recording
from lrlint.runtime.run_judge import OF_ONE_STEP, Evidence, RunJudge
from lrlint.runtime.trace_file import TraceWriter
from lrlint.runtime.track import Track
from lrlint.runtime.tracks_of_run import Tracked, tracks_of
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
        """Take in the schedules that the script plans, as its source says."""
        self._plan = plan
        self.recorder.planned = plan.ends_with_training
        self.recorder.planned_steps, self.recorder.usual_steps = plan.steps, plan.usual

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
        return self._ask(self._judge, self._facts(), finished=finished)

    def findings_and_evidence(self, *, finished: bool) -> tuple[tuple[Diagnostic, ...], Evidence]:
        """Return the findings, and what they would be if no rule were off: verdicts rest on it."""
        training, judge = self._facts(), RunJudge(Settings())
        findings = self._ask(self._judge, training, finished=finished)
        return findings, Evidence(self._ask(judge, training, finished=finished), judge.silences)

    def _facts(self) -> Training:
        with self.hooks.safely():
            return training_of(self.recorder, self._hand_written(), self._own_laws())
        return Training(optimizers=(), schedules=())  # it has failed

    def _ask(
        self, judge: RunJudge, training: Training, *, finished: bool
    ) -> tuple[Diagnostic, ...]:
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

    def _hand_written(self) -> list[HandWritten]:
        return list(hand_written(self.recorder, self._plan))

    def _own_laws(self) -> list[Schedule]:
        return list(own_laws(self.recorder, self._plan))

    def lines_of_own_laws(self) -> frozenset[tuple[str, int]]:
        """Return where schedulers are built whose law the script writes, and which was read."""
        laws: list[Schedule] = []
        with self.hooks.safely():
            laws = self._own_laws()
        return frozenset(law.place.span().line for law in laws)

    def _tracks(self) -> tuple[Track, ...]:
        written: list[HandWritten] = []
        with self.hooks.safely():
            written = self._hand_written()
        return tuple(track for _, track in tracks_of(self.recorder, written))

    # -- ranks

    def for_other_ranks(self) -> Recording:
        """Return what ranks are compared by: the run with the LRs that nothing changes, too."""
        recording = self.recording(())
        tracks: list[Track] = []
        with self.hooks.safely():
            tracks += [track for _, track in self._compared()]
        return replace(recording, schedules=tuple(tracks))

    def _compared(self) -> list[tuple[Tracked, Track]]:
        written = self._hand_written()
        others = unchanged(self.recorder, written)
        return list(tracks_of(self.recorder, [*written, *others]))

    def share(self) -> bool:
        """Compare with the other ranks, which all do so now; return whether this one reports."""
        gathered = gather(self.for_other_ranks())
        if gathered is None:
            return False
        self.compare_with(*gathered)
        return True

    def compare_with(self, others: Sequence[Recording], notes: Sequence[str]) -> None:
        """Take in what the other ranks have recorded, and find where they differ."""
        self._notes += notes
        with self.hooks.safely():
            compare_ranks(self._compared(), [other.schedules for other in others])
        shown = {track.optimizer_key for track in self._tracks()}
        self._other_ranks = tuple(
            track
            for other in others
            for track in other.schedules
            if not is_steady(track) or track.optimizer_key in shown
        )

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
