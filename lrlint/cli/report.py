"""Writes the results of ``lrlint check``: findings to standard output, the rest to stderr."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.cli.options import Options
from lrlint.cli.terminal import say, style_of, write, write_bytes, write_file
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.fix import Applicability
from lrlint.output import FOR_PEOPLE, Results, Style, render
from lrlint.output.summary import count

if TYPE_CHECKING:
    from lrlint.cli.work import Result  # loads the engine, which `--help` does not need
    from lrlint.linter.fixing import Fixed
    from lrlint.linter.report import Report


def emit(result: Result, options: Options) -> bool:
    """Write findings, diff or fixed input where they belong; return False if that failed."""
    if result.diff is not None:
        write(result.diff)
        say(f"would fix {_fixed(result.fixed)}" if result.fixed else "there is nothing to fix")
        return True
    if result.fixed and not options.hushed:
        say(f"{'silenced' if options.add_ignore is not None else 'fixed'} {_fixed(result.fixed)}")
    if options.fix_only:
        if result.stdin is not None:
            write_bytes(result.stdin)
        return True
    for_people = options.output_format in FOR_PEOPLE
    table = statistics(result.report.diagnostics) if options.statistics else ""
    stream = sys.stdout
    if result.stdin is not None:
        write_bytes(result.stdin)
        stream = sys.stderr
    style = style_of(stream) if options.output_file is None else Style()
    text = table if table and for_people else _findings(result.report, options, style)
    if options.output_file is None:
        if not options.silent:
            write(text, stream)
    elif (failure := write_file(options.output_file, text)) is not None:
        say(failure)
        return False
    if table and not for_people and not options.silent:
        write(table, sys.stderr)
    return True


def _findings(report: Report, options: Options, style: Style) -> str:
    if options.output_format in FOR_PEOPLE and not report.files_found and not report.diagnostics:
        return ""
    results = replace(report.results, quiet=options.hushed)
    if options.show_suppressed:
        findings = (*report.diagnostics, *report.suppressed)
        results = replace(results, diagnostics=findings, with_suppressed=True)
    if options.output_format == "github":
        append_job_summary(results)
    return render(options.output_format, results, style)


def append_job_summary(results: Results) -> None:
    """Add the findings to the summary of a job of GitHub Actions, if this is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(render("markdown", results) + "\n")
    except OSError as error:  # the annotations are worth more
        say(f"cannot write the job summary {path}: {error.strerror or error}")


def _fixed(fixed: tuple[Fixed, ...]) -> str:
    findings = count(sum(file.count for file in fixed), "finding")
    return f"{findings} in {count(len(fixed), 'file')}"


def statistics(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return the number of findings of each rule, the most frequent first."""
    numbers = Counter((found.code, found.name) for found in diagnostics)
    worst: dict[str, Severity] = {}
    for found in diagnostics:
        worst[found.code] = max(found.severity, worst.get(found.code, found.severity))
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        f"{number:>6}  {code}  {worst[code].label:<7}  {name}{_marked(code, diagnostics)}\n"
        for (code, name), number in ordered
    ]
    return "".join(rows) + f"{sum(numbers.values()):>6}  total\n"


def _marked(code: str, diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return ``[*]``, as ruff does, for a rule with a finding that ``--fix`` fixes."""
    fixes = (found.fix for found in diagnostics if found.code == code)
    safe = any(fix is not None and fix.applicability is Applicability.SAFE for fix in fixes)
    return "  [*]" if safe else ""


def announce(report: Report, configurations: Iterable[Path]) -> None:
    """Say what ``--verbose`` adds: configuration, files, what is undecided or not reported."""
    for file in configurations:
        say(f"configuration from {file}")
    analysed = f"{report.files_analysed} with a scheduler"
    say(f"{count(report.files_found, 'file')}, {analysed}")
    for line in report.undecided:
        say(f"undecided: {line}")
    for line in report.unreported:
        say(f"not reported: {line}")
    if report.cache_trouble is not None:
        say(report.cache_trouble)
