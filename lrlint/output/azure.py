"""Issues of Azure Pipelines: logging commands on standard output."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.output import Results, Style
from lrlint.output.places import from_root, span_in_file
from lrlint.output.text import clean

_ESCAPES = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"})


def render(results: Results, style: Style) -> str:
    """Return one logging command per finding."""
    return "".join(_command(diagnostic, results) for diagnostic in results.diagnostics)


def _command(diagnostic: Diagnostic, results: Results) -> str:
    span = span_in_file(results, diagnostic)
    row, column = (1, 1) if span is None else (span[0].row, span[0].column)
    properties = {
        # Azure knows errors and warnings only.
        "type": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "sourcepath": from_root(diagnostic.filename, "BUILD_SOURCESDIRECTORY"),
        "linenumber": str(row),
        "columnnumber": str(column),
        "code": diagnostic.code,
    }
    listed = "".join(f"{key}={_escaped(value)};" for key, value in properties.items())
    cell = "" if diagnostic.cell is None else f"cell {diagnostic.cell}: "
    message = f"{cell}{diagnostic.name}: {diagnostic.message}"
    return f"##vso[task.logissue {listed}]{_escaped(message)}\n"


def _escaped(text: str) -> str:
    return clean(text.translate(_ESCAPES))
