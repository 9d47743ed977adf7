"""Format with the findings of a file below its name."""

from __future__ import annotations

from itertools import groupby

from lrlint.diagnostics import Diagnostic
from lrlint.output import Results, Style
from lrlint.output.colour import Paint
from lrlint.output.summary import summary
from lrlint.output.text import clean, place


def render(results: Results, style: Style) -> str:
    """Return the findings by file, a blank line after each file, and the summary."""
    paint = Paint(style.colour, style.hyperlinks)
    groups = groupby(results.diagnostics, key=lambda diagnostic: diagnostic.filename)
    text = "".join(_group(filename, list(findings), paint) for filename, findings in groups)
    return text + summary(results, paint)


def _group(filename: str, findings: list[Diagnostic], paint: Paint) -> str:
    places = [_place(diagnostic) for diagnostic in findings]
    width = max(map(len, places))
    rows = [paint("bold", f"{place(filename)}:")]
    for diagnostic, where in zip(findings, places, strict=True):
        said = f"{paint.code(diagnostic)} {diagnostic.name}: {clean(diagnostic.message)}"
        rows.append(f"  {where:<{width}}  {said}")
    return "\n".join(rows) + "\n\n"


def _place(diagnostic: Diagnostic) -> str:
    within = "" if diagnostic.cell is None else f"cell {diagnostic.cell}:"
    return f"{within}{diagnostic.location.row}:{diagnostic.location.column}"
