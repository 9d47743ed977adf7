"""A finished run: a summary for the terminal, and the JSON of the contract."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.facts import HANDWRITTEN
from lrlint.linter.report import SourceFiles, about
from lrlint.output import Results, Style, render
from lrlint.output.colour import Paint
from lrlint.output.curves import Curve
from lrlint.output.json import record
from lrlint.predict.terminal_plot import draw
from lrlint.runtime.recording import SCHEMA, Recording
from lrlint.runtime.track import Track
from lrlint.runtime.verdicts import Judgement, Verdict, reported
from lrlint.source import SourceFile

_ROLES = {Verdict.CONFIRMED: "error", Verdict.REFUTED: "good", Verdict.NOT_EXERCISED: "dim"}


@dataclass(frozen=True)
class RunReport:
    """A finished run."""

    status: int
    recording: Recording
    static: tuple[Diagnostic, ...]
    judgements: tuple[Judgement, ...]
    """What the run shows about each static finding."""
    sources: Mapping[str, SourceFile]
    cut: bool = False
    """Whether it ended before its last line."""

    def has(self, least: Severity) -> bool:
        """Whether a finding is at least so severe; those that the run refutes do not count."""
        valid = [
            finding
            for finding, judgement in zip(self.static, self.judgements, strict=True)
            if judgement.verdict is not Verdict.REFUTED
        ]
        return any(finding.severity >= least for finding in (*valid, *self.recording.findings))

    @property
    def results(self) -> Results:
        """Return all findings, for the formats of ``lrlint check``."""
        files = SourceFiles(self.sources)
        findings = reported(self.static, self.recording.findings, self.judgements)
        return Results(
            findings,
            files_checked=1,
            files_with_scheduler=int(bool(self.recording.schedules)),
            lines=files.lines,
            files=files,
            about=about,
            problems=self.recording.notes,
        )


def as_json(report: RunReport) -> dict[str, Any]:
    """Return the object of ``lrlint run --output-format json``."""
    static = [
        record(finding)
        | {"verdict": judgement.verdict.value, "confirmed_as": judgement.confirmed_as}
        for finding, judgement in zip(report.static, report.judgements, strict=True)
    ]
    notes = report.recording.notes
    return {
        "schema": SCHEMA,
        "exit_status": report.status,
        "static": static,
        "runtime": [record(finding) for finding in report.recording.findings],
        "schedules": [_finite(track) for track in report.recording.to_json()],
        **({"notes": list(notes)} if notes else {}),
    }


def _finite(value: Any) -> Any:
    """Replace NaN and infinity, which have no JSON form, by null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list) else value


def as_text(report: RunReport, style: Style) -> str:
    """Return the summary that a person reads in ten seconds."""
    paint = Paint(style.colour)
    recording = report.recording
    blocks = ["\n".join(_schedule(track, paint, style)) for track in recording.schedules]
    if recording.incomplete:
        blocks.append("lrlint: the recording is incomplete: see the last line")
    elif not blocks:
        blocks.append(
            "lrlint: no LR scheduler was created, and the script does not change the LR itself:"
            " there is no schedule to verify"
        )
    if recording.findings:
        results = Results(recording.findings, 1, SourceFiles(report.sources).lines)
        blocks.append(render("full", results, style).rstrip("\n"))
    elif recording.schedules and not recording.incomplete:
        blocks.append("lrlint: no findings in this run")
    if report.static:
        blocks.append("\n".join(_verdicts(report, paint)))
    blocks += [f"lrlint: {note}" for note in recording.notes]
    return "\n\n".join(blocks) + "\n"


def _schedule(track: Track, paint: Paint, style: Style) -> Iterator[str]:
    where = f"{track.filename}:{track.row}"
    rank = f", rank {track.rank}" if track.rank else ""
    yield f"{paint('bold', where)}  {_driver(track)}, optimizer {track.optimizer}{rank}"
    epochs = "" if track.epochs is None else f" in {track.epochs} epochs"
    steps = "writes of the LR" if track.scheduler == HANDWRITTEN else "scheduler steps"
    yield f"  {track.optimizer_steps:,} optimizer steps, {track.scheduler_steps:,} {steps}{epochs}"
    yield f"  {_agreement(track)}"
    if track.lr and track.lr[0]:
        yield ""
        yield from (f"  {row}" for row in draw(list(_curves(track)), colour=style.colour))


def _driver(track: Track) -> str:
    return "an LR written by hand" if track.scheduler == HANDWRITTEN else track.scheduler


def _agreement(track: Track) -> str:
    """Say in a line whether the LR is the schedule's."""
    departure, error = track.first_divergence, track.max_relative_error
    if track.scheduler == HANDWRITTEN:
        if error is None:
            return "the script sets the LR itself; there is no prediction to compare it with"
        return f"LR matches the prediction at every step (max. rel. error {_error(error)})"
    if departure is not None:
        return (
            f"departs from its schedule at optimizer step {departure.step + 1}:"
            f" {departure.used:.6g} instead of {departure.expected:.6g}"
        )
    if track.expected is None or error is None:
        return "no step used its LR" if not track.optimizer_steps else "its law is not known"
    if track.overlaid_steps:
        return (
            f"something else scales the LR of {track.overlaid_steps:,} optimizer steps, and puts it"
            " back before the scheduler steps: a warm-up, for example"
        )
    return f"LR matches the scheduler at every step (max. rel. error {_error(error)})"


def _error(error: float) -> str:
    return f"{error:.1e}" if error else "0"


def _curves(track: Track) -> Iterator[Curve]:
    steps = [step + 1 for step in track.at]
    several = len(track.lr) > 1
    for group, lr in enumerate(track.lr):
        name = f"group {group}" if several else "used"
        yield Curve(name, steps, lr)
        expected = None if track.expected is None else track.expected[group]
        if expected is not None and track.first_divergence is not None:
            yield Curve(f"{name} as scheduled" if several else "as scheduled", steps, expected)


def _verdicts(report: RunReport, paint: Paint) -> Iterator[str]:
    """Say what the run shows about each static finding, the totals first."""
    counts = Counter(judgement.verdict for judgement in report.judgements)
    totals = ", ".join(
        f"{counts[verdict]} {_words(verdict)}"
        for verdict in Verdict
        if verdict in counts or verdict is not Verdict.NOT_EXERCISED
    )
    yield f"Static findings: {totals}"
    for finding, judgement in zip(report.static, report.judgements, strict=True):
        where = f"{finding.filename}:{finding.location.row}"
        said = paint(_ROLES[judgement.verdict], _words(judgement.verdict))
        if judgement.confirmed_as not in (None, finding.code):
            said += f", as {judgement.confirmed_as}"
        yield f"  {where}  {finding.code} {finding.name}: {said}"


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("-", " ")
