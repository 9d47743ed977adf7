"""``lrlint run``: a training script with the recorder on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lrlint.cli.terminal import say, style_of, write, write_file
from lrlint.errors import UserError

if TYPE_CHECKING:
    from lrlint.runtime.launcher import ScriptEnd, Target
    from lrlint.runtime.run_report import RunReport


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--mode",
    type=click.Choice(["raise", "warn", "record"]),
    default="warn",
    show_default=True,
    help="What a finding does: end the training, be reported, or be kept for the report.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the summary at the end is written.",
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the summary here instead of to standard error.",
)
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Write a report too, of the kind its ending names: .html, .png, .svg or .json. "
    "May be given several times.",
)
@click.option(
    "--trace",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Stream the LR of every optimizer step there, as lines of JSON.",
)
@click.option("--pedantic", is_flag=True, help="Give advice, too.")
@click.option("-m", "module", is_flag=True, help="SCRIPT is the name of a module.")
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(
    mode: str,
    output_format: str,
    output_file: Path | None,
    reports: tuple[Path, ...],
    trace: Path | None,
    pedantic: bool,
    module: bool,
    script: str,
    arguments: tuple[str, ...],
) -> int:
    """Run a training script and verify the LR that it really uses.

    SCRIPT runs as `python SCRIPT ARGUMENTS...` would, with the same exit status. It is linted
    first; every finding is then confirmed or refuted by the run. Standard output belongs to the
    script: lrlint writes to standard error.
    """
    from lrlint.runtime.launcher import Target, die_of
    from lrlint.runtime.launcher import run as launch

    writers = [*map(_writer, reports)]
    target = Target(script, arguments, module)
    target.path()  # a missing script is no run at all
    try:
        import torch  # noqa: F401  # what there is to record
    except ImportError as error:
        raise UserError(f"lrlint run needs torch, which cannot be imported ({error})") from error
    finisher = _Finisher(
        target, mode, output_format, output_file, writers, trace=trace, pedantic=pedantic
    )
    outcome = launch(target, finisher.finish)
    if outcome.signal is not None:
        sys.stderr.flush()
        die_of(outcome.signal)
    return outcome.status or finisher.status


def _writer(path: Path) -> Callable[[RunReport], None]:
    """What writes the report; an ending that nothing stands behind is found out before the run."""
    if path.suffix == ".json":
        return lambda report: _write(path, _json(report))
    if path.suffix in (".html", ".png", ".svg"):
        from lrlint.runtime.picture import Picture

        picture = Picture(path)
        return lambda report: picture.write(report.recording)
    raise UserError(f"--report {path}: the name must end in .html, .png, .svg or .json")


def _try(writer: Callable[[RunReport], None], report: RunReport) -> None:
    try:
        writer(report)
    except Exception as error:  # a report is never worth a training
        say(f"the report could not be written: {' '.join(str(error).split())}")


def _json(report: RunReport) -> str:
    from lrlint.runtime.run_report import as_json

    return json.dumps(as_json(report), indent=2, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    failure = write_file(path, text)
    if failure is not None:
        say(failure)


class _Finisher:
    """Lints and starts to record at once; says what was found when the script ends."""

    def __init__(
        self,
        target: Target,
        mode: str,
        output_format: str,
        output_file: Path | None,
        writers: Sequence[Callable[[RunReport], None]],
        *,
        trace: Path | None,
        pedantic: bool,
    ) -> None:
        from lrlint import config
        from lrlint.engine import lint
        from lrlint.runtime.planned_schedules import planned_schedules
        from lrlint.runtime.session import Mode, Session
        from lrlint.runtime.watch import mode_of

        path = target.path()
        settings = config.load([path], None)
        settings = replace(settings, pedantic=pedantic or settings.pedantic)
        before = lint([path], settings)
        self._static, self._sources = before.diagnostics, dict(before.sources)
        self._mode = mode_of(mode)
        self._json, self._file, self._writers = output_format == "json", output_file, writers
        self._session = Session(self._mode, settings=settings)
        if trace is not None:
            self._session.trace_to(trace)
        self._session.recorder.planned = planned_schedules(path)
        self._raises = self._mode is Mode.RAISE
        self._silent = self._mode is Mode.RECORD and output_file is None and not self._json
        self.status = 0
        """What makes of a script that ended well a failed run."""
        self._session.start()

    def finish(self, outcome: ScriptEnd) -> None:
        """The script has ended."""
        from lrlint.diagnostics import Severity
        from lrlint.output import Style
        from lrlint.runtime import ranks
        from lrlint.runtime.run_report import RunReport, as_text
        from lrlint.runtime.verdicts import judge

        session = self._session
        session.stop()
        gathered = ranks.exchange(session.recording(()))
        if gathered is None:
            return  # rank 0 speaks for all
        session.compare_with(*gathered)
        findings = session.findings(finished=not outcome.cut)
        recording = session.recording(findings)
        if self._raises and any(one.severity is Severity.ERROR for one in findings):
            self.status = 1
        status = outcome.status or self.status
        report = RunReport(
            status=status,
            recording=recording,
            static=self._static,
            verdicts=tuple(judge(self._static, findings, recording.schedules)),
            sources=self._sources | session.sources(),
            cut=outcome.cut,
        )
        sys.stdout.flush()
        for writer in self._writers:
            _try(writer, report)
        if self._silent:
            return
        style = style_of(sys.stderr) if self._file is None else Style()
        text = _json(report) if self._json else as_text(report, style)
        if self._file is None:
            write(text, sys.stderr)
        else:
            _write(self._file, text)
