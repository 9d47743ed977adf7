"""A Markdown table, for a comment on a pull request or the summary of a job."""

from __future__ import annotations

import re

from lrlint.diagnostics import Diagnostic, position
from lrlint.output import Results, Style
from lrlint.output.colour import Paint
from lrlint.output.summary import summary
from lrlint.output.text import clean

_SPECIAL = re.compile(r"[\\`*\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_])")
_ROWS = 500
"""Rows of a table: GitHub refuses comments above 64 KiB and summaries above 1 MiB."""


def render(results: Results, style: Style) -> str:
    """Return a heading, the table and what can be fixed."""
    text = summary(results, Paint(False)).splitlines()
    output = ["### lrlint", "", *text]
    diagnostics = results.diagnostics
    if diagnostics:
        output += ["", "| | rule | place | message |", "| --- | --- | --- | --- |"]
        output += [_row(diagnostic) for diagnostic in diagnostics[:_ROWS]]
    if len(diagnostics) > _ROWS:
        output += ["", f"{len(diagnostics) - _ROWS} more findings are left out."]
    return "\n".join(output) + "\n"


def _row(diagnostic: Diagnostic) -> str:
    where = position(diagnostic.filename, diagnostic.cell, diagnostic.location)
    code = diagnostic.code if not diagnostic.url else f"[{diagnostic.code}]({diagnostic.url})"
    rule = f"{code} {diagnostic.name}"
    return (
        f"| {diagnostic.severity.label} | {rule} | {escaped(where)} |"
        f" {escaped(diagnostic.message)} |"
    )


def escaped(text: str) -> str:
    """Return a text in which nothing is Markdown, HTML or a mention."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text)).replace("@", "@<!-- -->")
