"""Annotations for GitHub Actions (workflow commands on standard output)."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic, Severity, position
from lrlint.output import Results, Style
from lrlint.output.places import from_root, span_in_file
from lrlint.output.text import clean

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(results: Results, style: Style) -> str:
    """Return one workflow command per finding."""
    return "".join(command(diagnostic, results) + "\n" for diagnostic in results.diagnostics)


def command(diagnostic: Diagnostic, results: Results) -> str:
    """Return the workflow command by which GitHub shows a finding next to its line."""
    properties = {
        "title": f"lrlint ({diagnostic.code} {diagnostic.name})",
        "file": from_root(diagnostic.filename, "GITHUB_WORKSPACE"),
        **_lines(diagnostic, results),
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    where = position(diagnostic.filename, diagnostic.cell, diagnostic.location)
    message = _data(f"{where}: {diagnostic.code} {diagnostic.message}")
    return f"::{_LEVELS[diagnostic.severity]} {listed}::{message}"


def _lines(diagnostic: Diagnostic, results: Results) -> dict[str, str]:
    span = span_in_file(results, diagnostic)
    if span is None:
        return {"line": "1"}
    start, end = span
    lines = {"line": str(start.row), "endLine": str(end.row)}
    if start.row == end.row:  # GitHub refuses columns for a span of several lines
        lines |= {"col": str(start.column), "endColumn": str(end.column)}
    return lines


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return clean(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
