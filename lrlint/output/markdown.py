"""A Markdown table, for a comment on a pull request or the summary of a job."""

from __future__ import annotations

import re
from itertools import accumulate

from lrlint.diagnostics import Diagnostic, position
from lrlint.output import Results, Style
from lrlint.output.colour import Paint
from lrlint.output.summary import count, summary
from lrlint.output.text import clean

_SPECIAL = re.compile(r"[\\`*\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_])")
_MOST_CHARACTERS = 60_000
"""Of the rows of a table: GitHub refuses comments above 64 KiB."""


def render(results: Results, style: Style) -> str:
    """Return a heading, the table and what can be fixed."""
    text = summary(results, Paint(False)).splitlines()
    output = ["### lrlint", "", *text]
    diagnostics = results.diagnostics
    if diagnostics:
        output += ["", "| | rule | place | message |", "| --- | --- | --- | --- |"]
        rows = [_row(diagnostic) for diagnostic in diagnostics]
        sizes = accumulate(len(row) for row in rows)
        shown = [row for row, size in zip(rows, sizes, strict=True) if size <= _MOST_CHARACTERS]
        output += shown
        if len(shown) < len(rows):
            output += ["", f"{count(len(rows) - len(shown), 'more finding')} left out."]
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
    """Return a text without Markdown, HTML and mentions."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text)).replace("@", "@<!-- -->")
