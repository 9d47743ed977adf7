"""Links on codes, in terminals that are known to show them, where there is an address."""

from __future__ import annotations

import re

import pytest

from lrlint.cli.terminal import style_of
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.output import Results, Style, render
from lrlint.span import Location

LINK = "error[\x1b]8;;https://example.org/lr101\x1b\\LR101\x1b]8;;\x1b\\]"
AT = Location(1, 1)


class Terminal:
    closed = False

    def __init__(self, isatty: bool = True) -> None:
        self.isatty = lambda: isatty


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "TERM_PROGRAM", "VTE_VERSION", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)


def shows_links(terminal: Terminal) -> bool:
    return style_of(terminal).hyperlinks  # type: ignore[arg-type]  # only two of its methods count


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("TERM", "xterm-256color", False),
        ("TERM", "xterm-kitty", True),
        ("TERM_PROGRAM", "vscode", True),
        ("TERM_PROGRAM", "Apple_Terminal", False),
        ("WT_SESSION", "x", True),
        ("VTE_VERSION", "6800", True),
        ("VTE_VERSION", "4000", False),
        ("VTE_VERSION", "odd", False),
    ],
)
def test_known_terminals(
    name: str, value: str, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert shows_links(Terminal()) is shown
    assert not shows_links(Terminal(isatty=False))
    monkeypatch.setenv("TERM", "dumb")
    assert not shows_links(Terminal())


def test_the_user_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    assert shows_links(Terminal(isatty=False))
    monkeypatch.setenv("FORCE_HYPERLINK", "0")
    monkeypatch.setenv("TERM", "xterm-kitty")
    assert not shows_links(Terminal())


@pytest.mark.parametrize("name", ["full", "concise", "grouped"])
@pytest.mark.parametrize(
    ("url", "linked"),
    [("https://example.org/lr101", True), (None, False), ("https://x/\x1b\\\x07", False)],
)
def test_codes_are_links(name: str, url: str | None, linked: bool) -> None:
    finding = Diagnostic("LR101", "n", Severity.ERROR, "m", "a.py", AT, AT, url=url)
    text = render(name, Results((finding,)), Style(hyperlinks=True))
    assert (LINK in text) is linked
    assert ("\x1b" in text) is linked
    plain = render(name, Results((finding,)))
    assert re.sub(r"\x1b\]8;;.*?\x1b\\", "", text) == plain
