"""What a run leaves behind: a summary for the terminal, and the JSON of the contract."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lrlint.diagnostics import Diagnostic
from lrlint.output import Results, Style, render
from lrlint.output.colour import Paint
from lrlint.output.json import record
from lrlint.predict.curve import Line, draw
from lrlint.runtime.recording import SCHEMA, Recording, Track
from lrlint.runtime.verdicts import Verdict
from lrlint.source import SourceFile


@dataclass(frozen=True)
class RunReport:
    """A finished run."""

    status: int
    recording: Recording
    static: tuple[Diagnostic, ...]
    verdicts: tuple[Verdict, ...]
    sources: Mapping[str, SourceFile]
    cut: bool = False
    """Whether it ended before its last line."""

    def lines(self, filename: str, cell: int | None) -> Sequence[str] | None:
        """The source lines of a file that a finding speaks of."""
        source = self.sources.get(filename)
        return None if source is None or source.notebook is not None else source.text.split("\n")


def as_json(report: RunReport) -> dict[str, Any]:
    """The contract's object."""
    static = [
        record(one) | {"verdict": verdict.value}
        for one, verdict in zip(report.static, report.verdicts, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "exit_status": report.status,
        "static": static,
        "runtime": [record(one) for one in report.recording.findings],
        "schedules": [_finite(one) for one in report.recording.to_json()],
    }


def _finite(value: Any) -> Any:
    """NaN and infinity have no JSON form: null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def as_text(report: RunReport, style: Style) -> str:
    """The summary that a person reads in ten seconds."""
    paint = Paint(style.colour)
    blocks = ["\n".join(_schedule(track, paint, style)) for track in report.recording.schedules]
    if not blocks:
        blocks = ["lrlint: no scheduler of torch was built"]
    recording = report.recording
    if recording.findings:
        results = Results(recording.findings, 1, report.lines)
        blocks.append(render("full", results, style).rstrip("\n"))
    else:
        blocks.append("lrlint: the run shows nothing to report")
    if report.static:
        blocks.append("\n".join(_verdicts(report, paint)))
    blocks += [f"lrlint: {note}" for note in recording.notes]
    return "\n\n".join(blocks) + "\n"


def _schedule(track: Track, paint: Paint, style: Style) -> Iterator[str]:
    where = f"{track.filename}:{track.row}"
    rank = f", rank {track.rank}" if track.rank else ""
    yield f"{paint('bold', where)}  {track.scheduler} drives {track.optimizer}{rank}"
    epochs = "" if track.epochs is None else f" in {track.epochs} epochs"
    yield (
        f"  {track.optimizer_steps:,} optimizer steps, {track.scheduler_steps:,} scheduler"
        f" steps{epochs}"
    )
    yield f"  {_agreement(track)}"
    if track.lr and track.lr[0]:
        yield ""
        yield from (f"  {row}" for row in draw(list(_curves(track)), colour=style.colour))


def _agreement(track: Track) -> str:
    if track.first_divergence is not None:
        one = track.first_divergence
        return (
            f"departs from its schedule at optimizer step {one.step + 1}: {one.used:.6g} instead of"
            f" {one.expected:.6g}"
        )
    if track.expected is None or track.max_relative_error is None:
        return "no step used its LR" if not track.optimizer_steps else "its law is not known"
    error = track.max_relative_error
    return f"used the LR of its schedule at every step (largest relative error {error:.1e})"


def _curves(track: Track) -> Iterator[Line]:
    steps = [step + 1 for step in track.at]
    several = len(track.lr) > 1
    for group, lr in enumerate(track.lr):
        name = f"group {group}" if several else "used"
        yield Line(name, steps, lr)
        expected = None if track.expected is None else track.expected[group]
        if expected is not None and track.first_divergence is not None:
            yield Line(f"{name} as scheduled" if several else "as scheduled", steps, expected)


def _verdicts(report: RunReport, paint: Paint) -> Iterator[str]:
    yield "Found before the run:"
    roles = {Verdict.CONFIRMED: "error", Verdict.REFUTED: "good", Verdict.NOT_EXERCISED: "dim"}
    for one, verdict in zip(report.static, report.verdicts, strict=True):
        said = paint(roles[verdict], verdict.value.replace("-", " "))
        yield f"  {one.filename}:{one.location.row}  {one.code} {one.name}: {said}"
