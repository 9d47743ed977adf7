"""ANSI colours, or none."""

from __future__ import annotations

from lrlint.diagnostics import Severity

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;36",
    "gutter": "1;34",
    "note": "1;34",
    "bold": "1",
    "dim": "2",
    "good": "1;32",
}


class Paint:
    """Wraps text in a colour if colours are on."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, role: str, text: str) -> str:
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.on and text else text

    def severity(self, severity: Severity, text: str) -> str:
        return self(severity.label, text)
