"""SARIF 2.1.0, which GitHub code scanning and other dashboards read."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.output import Results, RulePage, Style
from lrlint.output.places import (
    fingerprints,
    from_root,
    line_hash,
    line_in_file,
    replacements_in_file,
    span_in_file,
    stretch,
)
from lrlint.output.text import clean, encodable
from lrlint.span import Location

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_PROBLEMS = {**_LEVELS, Severity.ADVICE: "recommendation"}
_PRECISIONS = {Severity.ERROR: "very-high", Severity.WARNING: "high", Severity.ADVICE: "medium"}
_LONGEST = 1000
"""Characters of a description: GitHub cuts at 1024."""


def render(results: Results, style: Style) -> str:
    """Return one run with all findings."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(results)]}
    return json.dumps(log, indent=2) + "\n"


def _run(results: Results) -> dict[str, Any]:
    diagnostics = results.diagnostics
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    about = results.about()
    names = {diagnostic.code: diagnostic for diagnostic in diagnostics}
    driver = {
        "name": "lrlint",
        "semanticVersion": version("lrlint"),
        "rules": [_rule(names[code], about.rules.get(code)) for code in codes],
    }
    if about.url:
        driver["informationUri"] = about.url
    marks = zip(diagnostics, fingerprints(results), strict=True)
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": "lrlint/"},
        "invocations": [_invocation(results)],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(diagnostic, codes.index(diagnostic.code), mark, results)
            for diagnostic, mark in marks
        ],
    }


def _invocation(results: Results) -> dict[str, Any]:
    notices = [
        {"level": "error", "message": {"text": clean(problem)}} for problem in results.problems
    ]
    return {"executionSuccessful": not notices, "toolExecutionNotifications": notices}


def _rule(diagnostic: Diagnostic, page: RulePage | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": diagnostic.code, "name": diagnostic.name}
    if page is None:
        title = diagnostic.name.replace("-", " ")
        page = RulePage(title, title, diagnostic.severity)
    rule |= {
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": _description(page)},
        "help": {"text": page.documentation, "markdown": page.documentation},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
        "properties": {
            "tags": ["correctness", "learning-rate", "pytorch"],
            "precision": _PRECISIONS[page.severity],
            "problem.severity": _PROBLEMS[page.severity],
        },
    }
    return {**rule, "helpUri": diagnostic.url} if diagnostic.url else rule


def _description(page: RulePage) -> str:
    """Return the first section of the page (``What it does``) as plain text, else the summary."""
    _, _, section = page.documentation.partition("## What it does")
    text = " ".join(section.partition("\n## ")[0].split()) or page.summary
    return textwrap.shorten(text, _LONGEST, placeholder=" …")


def _result(diagnostic: Diagnostic, index: int, mark: str, results: Results) -> dict[str, Any]:
    """Return a finding as a ``result`` object of SARIF."""
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": clean(diagnostic.message)},
        "locations": [_location(diagnostic, results)],
        "partialFingerprints": _fingerprints(diagnostic, mark, results),
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(related, results),
                "message": {"text": clean(related.message)},
            }
            for number, related in enumerate(diagnostic.related)
        ]
    if results.with_suppressed:
        result["suppressions"] = _suppressions(diagnostic)
    # SARIF has no fixes that need a review.
    if diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE:
        replacements = replacements_in_file(results, diagnostic)
        if replacements:
            result["fixes"] = [_fix(diagnostic, diagnostic.fix, replacements)]
    return result


def _suppressions(diagnostic: Diagnostic) -> list[dict[str, Any]]:
    """Return how a finding is silenced; an empty list says that it is not."""
    silenced = diagnostic.suppressed
    if silenced is None:
        return []
    suppression = {"kind": "inSource" if silenced.in_source else "external"}
    if silenced.reason:
        suppression["justification"] = clean(silenced.reason)
    return [suppression]


def _fingerprints(diagnostic: Diagnostic, mark: str, results: Results) -> dict[str, str]:
    found = {"lrlint/v1": mark}
    text = results.files.text(diagnostic.filename)
    if text is not None:
        row = line_in_file(results, diagnostic)
        found["primaryLocationLineHash"] = line_hash(text, row)
    return found


def _location(at: Diagnostic | Related, results: Results) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(at.filename)}}
    span = span_in_file(results, at)
    if span is not None:
        physical["region"] = _region(*span)
        text = results.files.text(at.filename)
        if text is not None:
            physical["region"]["snippet"] = {"text": encodable(stretch(text, *span))}
    location = {"physicalLocation": physical}
    if at.cell is None:
        return location
    name = f"cell {at.cell}, line {at.location.row}"
    return {**location, "logicalLocations": [{"name": name}]}


def _region(start: Location, end: Location) -> dict[str, Any]:
    return {
        "startLine": start.row,
        "startColumn": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }


def _fix(diagnostic: Diagnostic, fix: Fix, replacements: Sequence[Edit]) -> dict[str, Any]:
    return {
        "description": {"text": clean(fix.message)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(diagnostic.filename)},
                "replacements": [_replacement(edit) for edit in replacements],
            }
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": _region(edit.span.start, edit.span.end),
        "insertedContent": {"text": encodable(edit.content)},
    }


def uri(filename: str) -> str:
    """Return a relative reference, or a ``file:`` URI for an absolute path."""
    filename = from_root(filename, "GITHUB_WORKSPACE")
    if filename.startswith("/"):
        return "file://" + _quoted(filename)
    if filename[1:3] == ":/":  # a drive
        return "file:///" + _quoted(filename, safe="/:")
    # A colon in the first segment would read as a scheme.
    return _quoted(filename)


def _quoted(filename: str, safe: str = "/") -> str:
    """Return a percent-encoded path; a name that is not UTF-8 keeps its bytes."""
    try:
        return quote(filename, safe=safe, errors=sys.getfilesystemencodeerrors())
    except UnicodeEncodeError:  # a `--stdin-filename` that no file can have
        return quote(encodable(filename), safe=safe)
