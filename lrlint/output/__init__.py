"""How findings leave lrlint: one module per format, imported only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from lrlint.diagnostics import Diagnostic

Lines = Callable[[str, "int | None"], "Sequence[str] | None"]
"""The source lines of a file (or of one cell of a notebook), or None where they are not at hand."""


def no_lines(filename: str, cell: int | None) -> None:
    """The ``Lines`` of findings whose source is not at hand."""


@dataclass(frozen=True)
class Results:
    """What a format renders."""

    diagnostics: tuple[Diagnostic, ...]
    files_checked: int = 0
    lines: Lines = no_lines


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
"""Formats that end with a summary; the others hold nothing but the findings."""


def render(output_format: str, results: Results, style: Style | None = None) -> str:
    """``results`` as text in one of :data:`FORMATS`, with a final newline if there is any text."""
    module = importlib.import_module(FORMATS[output_format])
    return cast(Renderer, module.render)(results, style or Style())
