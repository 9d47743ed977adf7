"""Output formats: one module each, imported only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from lrlint.diagnostics import Diagnostic

Lines = Callable[[str, "int | None"], "Sequence[str] | None"]
"""The source lines of a file (or of one cell of a notebook), or None if they are unknown."""


def no_lines(filename: str, cell: int | None) -> None:
    """Return None: the ``Lines`` of findings whose source is unknown."""


@dataclass(frozen=True)
class Results:
    """The input of a format."""

    diagnostics: tuple[Diagnostic, ...]
    files_checked: int = 0
    lines: Lines = no_lines
    files_with_scheduler: int = 0
    quiet: bool = False
    """Whether to leave out the summary."""


@dataclass(frozen=True)
class Style:
    """What the terminal can show."""

    colour: bool = False
    width: int = 120


Renderer = Callable[[Results, Style], str]

FORMATS = {
    "full": "lrlint.output.full",
    "concise": "lrlint.output.concise",
    "json": "lrlint.output.json",
    "github": "lrlint.output.github",
    "sarif": "lrlint.output.sarif",
}
"""The module of each format; its function ``render`` is a :data:`Renderer`."""

FOR_PEOPLE = frozenset({"full", "concise"})
"""Formats that end with a summary; the others consist of findings only."""


def render(output_format: str, results: Results, style: Style | None = None) -> str:
    """Return ``results`` in one of :data:`FORMATS`, with a final newline if there is any text."""
    module = importlib.import_module(FORMATS[output_format])
    return cast(Renderer, module.render)(results, style or Style())
