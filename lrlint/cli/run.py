"""``lrlint run``: runs a training script and records its LR."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import click

from lrlint.cli import USAGE_ERROR
from lrlint.cli.configuration import resolver_for, split
from lrlint.cli.options import (
    SEVERITIES,
    config_option,
    file_option,
    flag,
    format_option,
    isolated_option,
    parameters,
    rules,
)
from lrlint.cli.report import append_job_summary
from lrlint.cli.terminal import say, style_of, write, write_file
from lrlint.diagnostics import Severity
from lrlint.errors import Interrupted, UserError
from lrlint.linter.keys import fail_on
from lrlint.output import FORMATS, Style, render

# The engine and the runtime are imported in functions: they take 0.1 s, and `--help` needs none.
if TYPE_CHECKING:
    from lrlint.linter.resolve import Resolver
    from lrlint.runtime.launcher import Target
    from lrlint.runtime.run_report import Origin, RunReport
    from lrlint.runtime.silent_exits import ScriptEnd


@dataclass(frozen=True)
class Options:
    """What ``lrlint run`` is asked to do."""

    mode: Annotated[
        str,
        click.Option(
            ["--mode"],
            type=click.Choice(["raise", "warn", "record"]),
            default="warn",
            show_default=True,
            help="What a finding does: end the training, be reported, or be kept for the report.",
        ),
    ]
    output_format: Annotated[
        str,
        format_option(
            {
                "text": "each schedule with its curve, findings and verdicts",
                "json": "one JSON object",
                **{name: kind.summary for name, kind in FORMATS.items() if name != "json"},
            },
            "the report at the end is",
        ),
    ]
    output_file: Annotated[
        Path | None,
        file_option("--output-file", help="Write the summary here instead of to standard error."),
    ]
    reports: Annotated[
        tuple[Path, ...],
        file_option(
            "--report",
            "reports",
            multiple=True,
            help="Write a report too, of the kind its ending names: .html, .png, .svg or .json. "
            "May be given several times.",
        ),
    ]
    trace: Annotated[
        Path | None,
        file_option(
            "--trace",
            help="Stream the LR of every optimizer step to this file, as lines of JSON.",
        ),
    ]
    fail_on: Annotated[
        str | None,
        click.Option(
            ["--fail-on"],
            type=click.Choice(SEVERITIES),
            help="Minimum severity of a finding that turns exit status 0 into 1.  [default: never]",
        ),
    ]
    select: Annotated[tuple[str, ...], rules("--select", help="Only these rules.")]
    extend_select: Annotated[tuple[str, ...], rules("--extend-select", help="These rules as well.")]
    ignore: Annotated[tuple[str, ...], rules("--ignore", help="Not these rules.")]
    pedantic: Annotated[bool, flag("--pedantic", help="Show findings of severity advice too.")]
    config: Annotated[
        tuple[str, ...],
        config_option("A file to read instead of the nearest configuration, or a setting."),
    ]
    isolated: Annotated[bool, isolated_option()]
    module: Annotated[bool, flag("-m", "module", help="SCRIPT is the name of a module.")]
    script: Annotated[str, click.Argument(["script"])]
    arguments: Annotated[
        tuple[str, ...], click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    ]


@click.command(
    params=parameters(Options),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
def run(**values: Any) -> int:
    """Run a training script and verify the LR that it really uses.

    SCRIPT runs as `python SCRIPT ARGUMENTS...` would, with the same exit status unless --fail-on or
    --mode raise turns 0 into 1. It is linted first; every finding is then confirmed or refuted by
    the run. Standard output belongs to the script: lrlint writes to standard error.
    """
    from lrlint.runtime.launcher import Target
    from lrlint.runtime.launcher import run as launch

    options = Options(**values)
    writers = [*map(_writer, options.reports)]
    target = Target(options.script, options.arguments, options.module)
    target.path()  # raises where the script is missing: nothing is linted or run then
    try:
        import torch  # noqa: F401  # nothing could be recorded without it
    except ImportError as error:
        raise UserError(f"lrlint run needs torch, which cannot be imported ({error})") from error
    finisher = _Finisher(target, options, writers)
    _hint_at_swallowed_options(target)
    outcome = launch(target, finisher.finish)
    if outcome.signal is not None:
        raise Interrupted
    return outcome.status


def _resolver(options: Options, script: Path) -> Resolver:
    """Return the settings of files, overridden by the command line."""
    from lrlint.linter.unused import UNUSED

    chosen = {
        "select": split(options.select),
        "extend-select": split(options.extend_select),
        "ignore": split(options.ignore),
    }
    given: dict[str, Any] = {key: value for key, value in chosen.items() if value}
    # A run neither confirms nor refutes what is said of comments, and may have use for one.
    given["extend-ignore"] = (UNUSED[0],)
    if options.pedantic:
        given["pedantic"] = True
    return resolver_for(options.config, given, isolated=options.isolated, near=script)


def _hint_at_swallowed_options(target: Target) -> None:
    """Say which options after the script look like ours, where the script does not name them."""
    text = target.path().read_text(encoding="utf-8", errors="replace")
    ours = [name for parameter in parameters(Options) for name in parameter.opts]
    given = [argument.partition("=")[0] for argument in target.arguments]
    for name in dict.fromkeys(given):
        words = rf"\b({re.escape(name[2:])}|{re.escape(name[2:].replace('-', '_'))})\b"
        if name.startswith("--") and name in ours and re.search(words, text) is None:
            say(f"{name} goes to the script: options of `lrlint run` come before {target.name}")


def _writer(path: Path) -> Callable[[RunReport], None]:
    """Return the function that writes a report; UserError for an unknown suffix."""
    absolute = path.absolute()  # the script may change the working directory
    if path.suffix == ".json":
        return lambda report: _write(absolute, _json(report))
    if path.suffix == ".html":
        return lambda report: _write_page(absolute, report)
    if path.suffix in (".png", ".svg"):
        from lrlint.runtime.picture import Picture

        picture = Picture(absolute)
        return lambda report: picture.write(report.recording)
    raise UserError(f"--report {path}: the name must end in .html, .png, .svg or .json")


def _try(writer: Callable[[RunReport], None], report: RunReport) -> bool:
    """Write a report; return False where that failed, which is not worth losing a training."""
    try:
        writer(report)
    except UserError as error:
        say(str(error))
    except Exception as error:
        say(f"the report could not be written: {' '.join(str(error).split())}")
    else:
        return True
    return False


def _json(report: RunReport) -> str:
    from lrlint.runtime.run_report import as_json

    return json.dumps(as_json(report), indent=2, allow_nan=False) + "\n"


def _write_page(path: Path, report: RunReport) -> None:
    from lrlint.runtime.html_page import write_page

    write_page(path, report)


def _origin(target: Target, began: float) -> Origin:
    import torch

    from lrlint.runtime.run_report import Origin

    name = ("-m", target.name) if target.module else (target.name,)
    python = sys.version.split()[0]
    return Origin(
        command=(*name, *target.arguments),
        versions={"lrlint": version("lrlint"), "Python": python, "torch": str(torch.__version__)},
        began=time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(began)),
        seconds=time.time() - began,
    )


def _write(path: Path, text: str) -> None:
    failure = write_file(path, text)
    if failure is not None:
        raise UserError(failure)


class _Finisher:
    """Lints the script and starts recording; reports when the script has ended."""

    def __init__(
        self, target: Target, options: Options, writers: Sequence[Callable[[RunReport], None]]
    ) -> None:
        from lrlint.linter.engine import lint
        from lrlint.runtime.planned_schedules import plan_of
        from lrlint.runtime.session import Mode, Session
        from lrlint.runtime.watch import mode_of

        path = target.path()
        resolver = _resolver(options, path)
        before = lint([path], resolver)
        self._static, self._sources = before.diagnostics, dict(before.sources)
        self._mode = mode_of(options.mode)
        self._format = options.output_format or "text"
        self._fail_on = None if options.fail_on is None else fail_on(options.fail_on)
        self._file = None if options.output_file is None else options.output_file.absolute()
        self._writers = writers
        self._session = Session(self._mode, settings=resolver)
        if options.trace is not None:
            self._session.trace_to(options.trace)
        self._session.expect(plan_of(path, (target.name, *target.arguments)))
        self._raises = self._mode is Mode.RAISE
        self._stderr = None if sys.stderr is None else _duplicate(2)
        """Where standard error went when the script began."""
        self._silent = self._mode is Mode.RECORD and self._file is None and self._format == "text"
        self._target, self._began, self._folder = target, time.time(), os.getcwd()
        self._session.start()

    def finish(self, outcome: ScriptEnd) -> int:
        """Judge the recorded LR and write the reports, now that the script has ended.

        Return the exit status: the script's, unless that is 0 and a finding or a report that could
        not be written says otherwise.
        """
        from lrlint.runtime import ranks
        from lrlint.runtime.run_report import RunReport
        from lrlint.runtime.verdicts import judge, one_severity

        for stream in ("stdout", "stderr"):  # the script may have deleted it
            vars(sys).setdefault(stream, None)
        _leave_removed_folder(self._folder)
        session = self._session
        session.stop()
        gathered = ranks.exchange(session.for_other_ranks())
        if gathered is None:
            return outcome.status  # rank 0 reports for all ranks
        session.compare_with(*gathered)
        findings, evidence = session.findings_and_evidence(finished=not outcome.cut)
        recording = session.recording(findings)
        complete = not outcome.cut and not recording.incomplete
        seen = () if recording.incomplete else recording.schedules  # their silence says nothing
        laws = session.lines_of_own_laws()
        judgements = judge(
            self._static,
            evidence.findings,
            seen,
            silences=evidence.silences,
            complete=complete,
            own_laws=laws,
        )
        findings = one_severity(self._static, findings, judgements)
        recording = replace(recording, findings=findings)
        errors = any(found.severity is Severity.ERROR for found in findings)
        report = RunReport(
            status=outcome.status or int(self._raises and errors),
            recording=recording,
            static=self._static,
            judgements=tuple(judgements),
            sources=self._sources | session.sources(),
            cut=outcome.cut,
            origin=_origin(self._target, self._began),
        )
        if self._fail_on is not None and report.has(self._fail_on):
            report = replace(report, status=report.status or 1)
        status = report.status
        with suppress(AttributeError, OSError, ValueError):  # the script may have closed it
            sys.stdout.flush()
        written = [_try(writer, report) for writer in self._writers]
        if not self._silent:
            written.append(_try(self._summarise, report))
        return status if all(written) else status or USAGE_ERROR

    def _summarise(self, report: RunReport) -> None:
        from lrlint.runtime.run_report import as_text

        style = style_of(sys.stderr) if self._file is None else Style()
        if self._format == "json":
            text = _json(report)
        elif self._format == "text":
            text = as_text(report, style)
        else:
            results = report.results
            text = render(self._format, results, style)
            if self._format == "github":
                append_job_summary(results)
        if self._file is not None:
            _write(self._file, text)
        elif self._stderr is None or _is_open(sys.stderr):
            write(text, sys.stderr)
        else:
            with os.fdopen(self._stderr, "w", encoding="utf-8", errors="replace") as stream:
                stream.write(text)


def _leave_removed_folder(folder: str) -> None:
    """Go back to a folder, or to what is left of its parents, if the script has removed its own."""
    for place in (os.curdir, folder, *map(str, Path(folder).parents)):
        with suppress(OSError):
            os.chdir(place)
            os.getcwd()
            return


def _duplicate(file: int) -> int | None:
    try:
        return os.dup(file)
    except OSError:
        return None


def _is_open(stream: TextIO | None) -> bool:
    """Whether a stream takes text; the script may have closed it, or the file under it."""
    if stream is None or getattr(stream, "closed", False):
        return False
    try:
        os.fstat(stream.fileno())
    except (AttributeError, io.UnsupportedOperation):  # an object without a file
        return True
    except (OSError, ValueError):
        return False
    return True
