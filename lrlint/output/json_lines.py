"""One JSON object per line: the findings of the format ``json``, for tools that read a stream."""

from __future__ import annotations

import json

from lrlint.output import Results, Style
from lrlint.output.json import record


def render(results: Results, style: Style) -> str:
    """Return one line per finding."""
    return "".join(json.dumps(record(diagnostic)) + "\n" for diagnostic in results.diagnostics)
