"""Lines as ``pylint --output-format=parseable`` writes them, which Jenkins and editors read."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic
from lrlint.output import Results, Style
from lrlint.output.places import line_in_file
from lrlint.output.text import clean, place


def render(results: Results, style: Style) -> str:
    """Return one line per finding."""
    return "".join(_line(diagnostic, results) for diagnostic in results.diagnostics)


def _line(diagnostic: Diagnostic, results: Results) -> str:
    row = line_in_file(results, diagnostic)
    cell = "" if diagnostic.cell is None else f"cell {diagnostic.cell}"
    kind = f"[{diagnostic.code}({diagnostic.name}), {cell}]"
    return f"{place(diagnostic.filename)}:{row}: {kind} {clean(diagnostic.message)}\n"
