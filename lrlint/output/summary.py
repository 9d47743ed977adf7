"""The last lines of the formats for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.fix import Applicability
from lrlint.output import Results
from lrlint.output.colour import Paint


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 file``, ``2 files``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def summary(results: Results, paint: Paint) -> str:
    """Say how many findings there are, and how many of them lrlint can fix."""
    if results.quiet:
        return ""
    diagnostics = results.diagnostics
    if not diagnostics:
        checked = f"{count(results.files_checked, 'file')} checked"
        with_scheduler = f"{results.files_with_scheduler} with a scheduler"
        return paint("good", f"All clear: {checked}, {with_scheduler}.") + "\n"
    by_severity = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = ", ".join(
        count(
            by_severity[severity],
            severity.label,
            severity.label if severity is Severity.ADVICE else None,
        )
        for severity in sorted(by_severity, reverse=True)
    )
    files = len({diagnostic.filename for diagnostic in diagnostics})
    head = f"Found {count(len(diagnostics), 'finding')} ({parts}) in {count(files, 'file')}."
    return paint("bold", head) + "\n" + _fixes(diagnostics)


def _fixes(diagnostics: Iterable[Diagnostic]) -> str:
    kinds = Counter(
        diagnostic.fix.applicability for diagnostic in diagnostics if diagnostic.fix is not None
    )
    safe, unsafe = kinds[Applicability.SAFE], kinds[Applicability.UNSAFE]
    if safe and unsafe:
        return f"{safe} can be fixed with --fix, {unsafe} more with --fix --unsafe-fixes.\n"
    if safe:
        return f"{safe} can be fixed with --fix.\n"
    if unsafe:
        return (
            f"{unsafe} can be fixed with --fix --unsafe-fixes, which may change behaviour;"
            " review them.\n"
        )
    return ""
