"""Annotations for GitHub Actions (workflow commands on standard output)."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic, Severity, position
from lrlint.output import Results, Style
from lrlint.output.text import clean

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(results: Results, style: Style) -> str:
    """Return one workflow command per finding."""
    return "".join(command(diagnostic) + "\n" for diagnostic in results.diagnostics)


def command(diagnostic: Diagnostic) -> str:
    properties = {
        "title": f"lrlint ({diagnostic.code} {diagnostic.name})",
        "file": diagnostic.filename,
        **_lines(diagnostic),
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    where = position(diagnostic.filename, diagnostic.cell, diagnostic.location)
    message = _data(f"{where}: {diagnostic.code} {diagnostic.message}")
    return f"::{_LEVELS[diagnostic.severity]} {listed}::{message}"


def _lines(diagnostic: Diagnostic) -> dict[str, str]:
    # The rows of a notebook finding count within its cell, not within the file.
    if diagnostic.cell is not None:
        return {"line": "1"}
    start, end = diagnostic.location, diagnostic.end_location
    lines = {"line": str(start.row), "endLine": str(end.row)}
    if start.row == end.row:  # GitHub refuses columns for a span of several lines
        lines |= {"col": str(start.column), "endColumn": str(end.column)}
    return lines


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return clean(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
