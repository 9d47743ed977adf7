"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import json
from typing import Any

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.output import Results, Style
from lrlint.output.places import fingerprints, from_root, span_in_file
from lrlint.output.text import clean, encodable

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.ADVICE: "info"}


def render(results: Results, style: Style) -> str:
    """Return one array with all findings."""
    marks = zip(results.diagnostics, fingerprints(results), strict=True)
    issues = [_issue(diagnostic, mark, results) for diagnostic, mark in marks]
    return json.dumps(issues, indent=2) + "\n"


def _issue(diagnostic: Diagnostic, fingerprint: str, results: Results) -> dict[str, Any]:
    span = span_in_file(results, diagnostic)
    lines = {"begin": 1} if span is None else {"begin": span[0].row, "end": span[1].row}
    return {
        "type": "issue",
        "check_name": diagnostic.code,
        "description": f"{diagnostic.code} {diagnostic.name}: {clean(diagnostic.message)}",
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": encodable(from_root(diagnostic.filename, "CI_PROJECT_DIR")),
            "lines": lines,
        },
    }
