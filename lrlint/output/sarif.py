"""SARIF 2.1.0, which GitHub code scanning and other dashboards read."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.output import Results, Style
from lrlint.span import Location

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}


def render(results: Results, style: Style) -> str:
    """Return one run with all findings."""
    codes = sorted({diagnostic.code for diagnostic in results.diagnostics})
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "lrlint",
                        "semanticVersion": version("lrlint"),
                        "rules": [_rule(code, results) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(diagnostic, codes.index(diagnostic.code))
                    for diagnostic in results.diagnostics
                ],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str, results: Results) -> dict[str, Any]:
    first = next(diagnostic for diagnostic in results.diagnostics if diagnostic.code == code)
    rule: dict[str, Any] = {
        "id": code,
        "name": first.name,
        "shortDescription": {"text": first.name.replace("-", " ")},
    }
    return {**rule, "helpUri": first.url} if first.url else rule


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [
            _location(
                diagnostic.filename,
                diagnostic.cell,
                diagnostic.location,
                diagnostic.end_location,
            )
        ],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(related.filename, related.cell, related.location, related.end_location),
                "message": {"text": related.message},
            }
            for number, related in enumerate(diagnostic.related)
        ]
    # SARIF cannot address a cell, and has no fixes that need a review.
    if (
        diagnostic.fix is not None
        and diagnostic.cell is None
        and diagnostic.fix.applicability is Applicability.SAFE
    ):
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.filename)]
    return result


def _location(filename: str, cell: int | None, start: Location, end: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(filename)}}
    if cell is None:
        return {"physicalLocation": {**physical, "region": _region(start, end)}}
    # The rows of a notebook finding count within its cell, not within the file.
    name = f"cell {cell}, line {start.row}"
    return {"physicalLocation": physical, "logicalLocations": [{"name": name}]}


def _region(start: Location, end: Location) -> dict[str, int]:
    return {
        "startLine": start.row,
        "startColumn": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }


def _fix(fix: Fix, filename: str) -> dict[str, Any]:
    return {
        "description": {"text": fix.message},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(filename)},
                "replacements": [_replacement(edit) for edit in fix.edits],
            }
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": _region(edit.span.start, edit.span.end),
        "insertedContent": {"text": edit.content},
    }


def uri(filename: str) -> str:
    """Return a relative reference, or a ``file:`` URI for an absolute path."""
    if filename.startswith("/"):
        return "file://" + _quoted(filename)
    if filename[1:3] == ":/":  # a drive
        return "file:///" + _quoted(filename, safe="/:")
    # A colon in the first segment would read as a scheme.
    return _quoted(filename)


def _quoted(filename: str, safe: str = "/") -> str:
    """Return a percent-encoded path; a name that is not UTF-8 keeps its bytes."""
    return quote(filename, safe=safe, errors=sys.getfilesystemencodeerrors())
