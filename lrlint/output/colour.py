"""ANSI colours and links, or none."""

from __future__ import annotations

from lrlint.diagnostics import Diagnostic, Severity

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
    """Wraps text in a colour if colours are on, and codes in a link if links are."""

    def __init__(self, on: bool, links: bool = False) -> None:
        self.on = on
        self._links = links

    def __call__(self, role: str, text: str) -> str:
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.on and text else text

    def severity(self, severity: Severity, text: str) -> str:
        return self(severity.label, text)

    def code(self, diagnostic: Diagnostic) -> str:
        """Return ``error[LR101]``; the code links to the rule's page if links are on."""
        code, url = diagnostic.code, diagnostic.url
        if self._links and url and url.isascii() and url.isprintable():
            code = f"\x1b]8;;{url}\x1b\\{code}\x1b]8;;\x1b\\"  # OSC 8
        return self.severity(diagnostic.severity, f"{diagnostic.severity.label}[{code}]")
