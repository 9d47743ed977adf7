"""Says what ``lrlint check`` has found: findings on standard output, all else on standard error."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from lrlint.cli.terminal import say, style_of, write, write_bytes, write_file
from lrlint.config import Settings
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.output import FOR_PEOPLE, Results, Style, render
from lrlint.output.summary import count

if TYPE_CHECKING:
    from lrlint.cli.options import Options
    from lrlint.cli.work import Result
    from lrlint.engine import Report
    from lrlint.fixing import Fixed


def emit(result: Result, options: Options) -> bool:
    """Write findings, diff or fixed input where they belong; False where that failed."""
    if result.diff is not None:
        write(result.diff)
        say(f"would fix {_fixed(result.fixed)}" if result.fixed else "there is nothing to fix")
        return True
    if result.fixed:
        say(f"fixed {_fixed(result.fixed)}")
    for_people = options.output_format in FOR_PEOPLE
    table = statistics(result.report.diagnostics) if options.statistics else ""
    stream = sys.stdout
    if result.stdin is not None:
        write_bytes(result.stdin)
        stream = sys.stderr
    style = style_of(stream) if options.output_file is None else Style()
    text = table if table and for_people else _findings(result.report, options, style)
    if options.output_file is None:
        write(text, stream)
    elif (failure := write_file(options.output_file, text)) is not None:
        say(failure)
        return False
    if table and not for_people:
        write(table, sys.stderr)
    return True


def _findings(report: Report, options: Options, style: Style) -> str:
    if options.output_format in FOR_PEOPLE and not report.files_found and not report.diagnostics:
        return ""
    results = Results(report.diagnostics, report.files_found, report.lines)
    return render(options.output_format, results, style)


def _fixed(fixed: tuple[Fixed, ...]) -> str:
    findings = count(sum(one.count for one in fixed), "finding")
    return f"{findings} in {count(len(fixed), 'file')}"


def statistics(diagnostics: tuple[Diagnostic, ...]) -> str:
    """How often each rule was broken, the most frequent first."""
    numbers = Counter((one.code, one.name) for one in diagnostics)
    worst: dict[str, Severity] = {}
    for one in diagnostics:
        worst[one.code] = max(one.severity, worst.get(one.code, one.severity))
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        f"{number:>6}  {code}  {worst[code].label:<7}  {name}\n" for (code, name), number in ordered
    ]
    return "".join(rows) + f"{sum(numbers.values()):>6}  total\n"


def announce(report: Report, settings: Settings) -> None:
    """What ``--verbose`` adds: the configuration, the files, what was left undecided and why."""
    if settings.file is not None:
        say(f"configuration from {settings.file}")
    analysed = f"{report.files_analysed} with a scheduler"
    say(f"{count(report.files_found, 'file')}, {analysed}")
    for line in report.undecided:
        say(f"undecided: {line}")
