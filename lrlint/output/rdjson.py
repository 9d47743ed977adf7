"""Reviewdog Diagnostic Format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Edit
from lrlint.output import Results, Style
from lrlint.output.places import replacements_in_file, span_in_file, split_lines, stretch
from lrlint.output.text import clean, encodable
from lrlint.span import Location

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.ADVICE: "INFO"}


def render(results: Results, style: Style) -> str:
    """Return one object with all findings."""
    report = {
        "source": {"name": "lrlint"},
        "diagnostics": [_diagnostic(diagnostic, results) for diagnostic in results.diagnostics],
    }
    return json.dumps(report, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, results: Results) -> dict[str, Any]:
    code = {"value": diagnostic.code}
    if diagnostic.url:
        code["url"] = diagnostic.url
    record: dict[str, Any] = {
        "message": f"{diagnostic.name}: {clean(diagnostic.message)}",
        "location": _location(diagnostic, results),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": code,
    }
    if diagnostic.related:
        record["related_locations"] = [
            {"message": clean(related.message), "location": _location(related, results)}
            for related in diagnostic.related
        ]
    text = results.files.text(diagnostic.filename)
    replacements = replacements_in_file(results, diagnostic)
    if text is not None and replacements:
        record["suggestions"] = [_suggestion(replacements, text)]
    return record


def _location(at: Diagnostic | Related, results: Results) -> dict[str, Any]:
    location: dict[str, Any] = {"path": encodable(at.filename)}
    span = span_in_file(results, at)
    if span is not None:
        text = results.files.text(at.filename)
        location["range"] = _range(*span, [] if text is None else split_lines(text))
    return location


def _suggestion(edits: Sequence[Edit], text: str) -> dict[str, Any]:
    """Return the edits of a fix as one: reviewdog takes several suggestions for alternatives."""
    edits = sorted(edits, key=lambda edit: edit.span.start)
    start, at = edits[0].span.start, edits[0].span.start
    new = ""
    for edit in edits:
        new += stretch(text, at, edit.span.start) + edit.content
        at = edit.span.end
    return {"range": _range(start, at, split_lines(text)), "text": encodable(new)}


def _range(start: Location, end: Location, lines: Sequence[str]) -> dict[str, Any]:
    return {"start": _position(start, lines), "end": _position(end, lines)}


def _position(at: Location, lines: Sequence[str]) -> dict[str, int]:
    """Return a line and a column, which counts the bytes of UTF-8."""
    before = lines[at.row - 1][: at.column - 1] if at.row <= len(lines) else ""
    wider = len(before.encode("utf-8", "surrogatepass")) - len(before)
    return {"line": at.row, "column": at.column + wider}
