"""A finished run: a summary for the terminal, and the JSON of the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.linter.report import SourceFiles, about
from lrlint.output import Results, Style, render
from lrlint.output.colour import Paint
from lrlint.output.json import finite, record
from lrlint.predict.terminal_plot import draw
from lrlint.runtime.recording import SCHEMA, Recording
from lrlint.runtime.track import Track
from lrlint.runtime.track_words import agreement, counts, curves, title
from lrlint.runtime.verdicts import Judgement, Verdict, reported
from lrlint.source import SourceFile

_ROLES = {Verdict.CONFIRMED: "error", Verdict.REFUTED: "good", Verdict.NOT_EXERCISED: "dim"}


@dataclass(frozen=True)
class Origin:
    """Where a run comes from."""

    command: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of lrlint, Python and torch."""
    began: str = ""
    """Date and time."""
    seconds: float = 0.0
    """How long it took."""


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
    origin: Origin = Origin()

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
        "schedules": [finite(track) for track in report.recording.to_json()],
        **({"notes": list(notes)} if notes else {}),
    }


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
    yield f"{paint('bold', where)}  {title(track)}"
    yield f"  {counts(track)}"
    yield f"  {agreement(track)}"
    if track.lr and track.lr[0]:
        yield ""
        yield from (f"  {row}" for row in draw(list(curves(track)), colour=style.colour))


def _verdicts(report: RunReport, paint: Paint) -> Iterator[str]:
    """Say what the run shows about each static finding, the totals first."""
    counts = Counter(judgement.verdict for judgement in report.judgements)
    totals = ", ".join(
        f"{counts[verdict]} {_words(verdict)}"
        for verdict in Verdict
        if verdict in counts or verdict is not Verdict.NOT_EXERCISED
    )
    yield f"Static findings: {totals}"
    for (where, rule, said), judgement in zip(verdict_rows(report), report.judgements, strict=True):
        verdict, _, rest = said.partition(",")
        painted = paint(_ROLES[judgement.verdict], verdict) + (f",{rest}" if rest else "")
        yield f"  {where}  {rule}: {painted}"


def verdict_rows(report: RunReport) -> list[tuple[str, str, str]]:
    """Return the place, the rule and the verdict of each static finding."""
    rows: list[tuple[str, str, str]] = []
    for finding, judgement in zip(report.static, report.judgements, strict=True):
        said = _words(judgement.verdict)
        if judgement.confirmed_as not in (None, finding.code):
            said += f", as {judgement.confirmed_as}"
        where = f"{finding.filename}:{finding.location.row}"
        rows.append((where, f"{finding.code} {finding.name}", said))
    return rows


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("-", " ")
