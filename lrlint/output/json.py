"""One JSON array of findings; programs rely on its keys."""

from __future__ import annotations

import json
import math
from typing import Any

from lrlint.diagnostics import Diagnostic, Related
from lrlint.fix import Fix
from lrlint.output import Results, Style
from lrlint.span import Location


def render(results: Results, style: Style) -> str:
    """Return all findings as one array."""
    # Escaped to ASCII: safe in every encoding of a terminal or pipe.
    return json.dumps([record(diagnostic) for diagnostic in results.diagnostics], indent=2) + "\n"


def record(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return one finding as JSON data."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.label,
        "message": diagnostic.message,
        "filename": diagnostic.filename,
        "cell": diagnostic.cell,
        "location": _location(diagnostic.location),
        "end_location": _location(diagnostic.end_location),
        "related": [_related(related) for related in diagnostic.related],
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix),
        "url": diagnostic.url or None,
    }


def finite(value: Any) -> Any:
    """Replace NaN and infinity, which have no JSON form, by null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    return [finite(entry) for entry in value] if isinstance(value, list) else value


def _location(location: Location) -> dict[str, int]:
    return {"row": location.row, "column": location.column}


def _related(related: Related) -> dict[str, Any]:
    result = {
        "message": related.message,
        "filename": related.filename,
        "location": _location(related.location),
    }
    # Only a row of a notebook needs its cell; elsewhere the key is left out.
    return result if related.cell is None else {**result, "cell": related.cell}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [
            {
                "content": edit.content,
                "location": _location(edit.span.start),
                "end_location": _location(edit.span.end),
            }
            for edit in fix.edits
        ],
    }
