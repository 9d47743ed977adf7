"""Format with one line per finding, as editors parse it: ``train.py:41:13: error[LR101] …``."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic, position
from lrlint.output import Results, Style
from lrlint.output.colour import Paint
from lrlint.output.summary import summary
from lrlint.output.text import clean, place


def render(results: Results, style: Style) -> str:
    """Return one line per finding and the summary."""
    paint = Paint(style.colour, style.hyperlinks)
    lines = [line(diagnostic, paint) + "\n" for diagnostic in results.diagnostics]
    return "".join(lines) + summary(results, paint)


def line(diagnostic: Diagnostic, paint: Paint) -> str:
    """Return a finding as one line: ``file:row:column: code name: message``."""
    where = place(position(diagnostic.filename, diagnostic.cell, diagnostic.location))
    code = paint.code(diagnostic)
    return f"{paint('bold', where)}: {code} {diagnostic.name}: {clean(diagnostic.message)}"
