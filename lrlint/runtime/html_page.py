"""A finished run as one page of HTML that needs no network and follows the browser's colours."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.linter.report import SourceFiles
from lrlint.output import Style
from lrlint.output.colour import Paint
from lrlint.output.full import finding as framed
from lrlint.output.text import escaped
from lrlint.runtime.html_parts import schedule_section, table
from lrlint.runtime.run_report import RunReport, verdict_rows
from lrlint.source import replace_file

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font-family:system-ui,sans-serif;margin:2em auto;max-width:860px;padding:0 1em}"
    "table{border-collapse:collapse}"
    "td,th{padding:.15em 1.2em .15em 0;text-align:left;vertical-align:top}"
    "td{overflow-wrap:anywhere}"
    "pre{overflow-x:auto;padding:.8em;border:1px solid #80808066;border-radius:4px}"
    "h2{font-size:1.2em;margin-top:2em}h3{font-size:1em;margin:1.6em 0 .2em}"
    "small{font-weight:normal;opacity:.75}p{margin:.2em 0}"
)


def write_page(path: Path, report: RunReport) -> None:
    """Write the page, all of it or nothing; an OSError says why not."""
    replace_file(path, page(report).encode("utf-8", errors="replace"))


def page(report: RunReport) -> str:
    """Return the page."""
    script = next((word for word in report.origin.command if word != "-m"), "a run")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Learning rate of {escaped(script)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>Learning rate of {escaped(script)}</h1>{''.join(_body(report))}</body></html>\n"
    )


def _body(report: RunReport) -> Iterator[str]:
    recording = report.recording
    yield table(_facts(report))
    for note in recording.notes:
        yield f"<p><b>{escaped(note)}</b></p>"
    yield "<h2>Schedules</h2>"
    if not recording.schedules:
        yield "<p>No LR scheduler was created, and the script does not change the LR itself.</p>"
    yield from map(schedule_section, recording.schedules)
    yield "<h2>Findings in the run</h2>"
    yield from (_finding(one, report) for one in recording.findings)
    if not recording.findings:
        yield "<p>No findings in this run.</p>"
    if report.static:
        yield "<h2>Static findings</h2>"
        yield table(verdict_rows(report), ("line", "rule", "the run"))


def _facts(report: RunReport) -> Iterator[tuple[str, str]]:
    origin = report.origin
    if origin.command:
        yield "command", shlex.join(origin.command)
    if origin.versions:
        yield "versions", ", ".join(f"{name} {text}" for name, text in origin.versions.items())
    if origin.began:
        yield "began", origin.began
        yield "duration", f"{origin.seconds:,.1f} s"
    ranks = {track.rank for track in report.recording.schedules}
    if len(ranks) > 1:
        yield "ranks", str(len(ranks))
    early = " (the script did not reach its last line)" if report.cut else ""
    yield "exit status", f"{report.status}{early}"


def _finding(finding: Diagnostic, report: RunReport) -> str:
    lines = SourceFiles(report.sources).lines
    frame = "\n".join(map(escaped, framed(finding, lines, Style(), Paint(False))))
    link = ""
    if finding.url is not None and finding.url.startswith("https://"):
        link = f'<p><a href="{escaped(finding.url)}">{escaped(finding.code)}</a></p>'
    return f"<pre>{frame}</pre>{link}"
