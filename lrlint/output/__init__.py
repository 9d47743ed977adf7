"""Output formats: one module each, imported only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.fix import Edit
from lrlint.span import Location

Lines = Callable[[str, "int | None"], "Sequence[str] | None"]
"""The source lines of a file (or of one cell of a notebook), or None if they are unknown."""


def no_lines(filename: str, cell: int | None) -> None:
    """Return None: the ``Lines`` of findings whose source is unknown."""


@dataclass(frozen=True)
class RulePage:
    """What a format may say of a rule."""

    summary: str
    documentation: str
    """Its page, in Markdown."""
    severity: Severity


@dataclass(frozen=True)
class About:
    """What a format may say of lrlint."""

    url: str | None = None
    """The address of the documentation, if there is one."""
    rules: Mapping[str, RulePage] = field(default_factory=dict)
    """All rules, by code."""


class Files:
    """The files that findings point into, as they are on disk; this one knows none."""

    def text(self, filename: str) -> str | None:
        """Return the whole text of a file, for a notebook its JSON; None where it is unknown."""
        return None

    def in_file(self, filename: str, cell: int | None, place: Location) -> Location | None:
        """Return where a place, which may be one of a cell, is in the file; None if unknown."""
        return place if cell is None else None

    def edited(self, filename: str, edits: Sequence[Edit]) -> str | None:
        """Return the JSON of a notebook after some edits; None where they cannot be made."""
        return None


@dataclass(frozen=True)
class Results:
    """The input of a format."""

    diagnostics: tuple[Diagnostic, ...]
    """The findings; last those that were silenced, if the format is to show them."""
    files_checked: int = 0
    lines: Lines = no_lines
    files_with_scheduler: int = 0
    with_suppressed: bool = False
    """Whether the findings include those that were silenced."""
    quiet: bool = False
    """Whether to leave out the summary."""
    files: Files = field(default_factory=Files)
    about: Callable[[], About] = About
    """Returns what is documented."""
    problems: tuple[str, ...] = ()
    """What kept lrlint from doing its work."""


@dataclass(frozen=True)
class Style:
    """What the terminal can show."""

    colour: bool = False
    width: int = 120
    hyperlinks: bool = False
    unicode: bool = True
    """Whether it has more characters than those of ASCII."""


Renderer = Callable[[Results, Style], str]


class Format(NamedTuple):
    """An output format: its module, whose function ``render`` is a :data:`Renderer`."""

    module: str
    summary: str


FORMATS = {
    "full": Format("lrlint.output.full", "each finding with its source lines"),
    "concise": Format("lrlint.output.concise", "one line per finding"),
    "grouped": Format("lrlint.output.grouped", "one line per finding, below the file's name"),
    "json": Format("lrlint.output.json", "one JSON array"),
    "json-lines": Format("lrlint.output.json_lines", "one JSON object per line"),
    "sarif": Format("lrlint.output.sarif", "SARIF 2.1.0, for GitHub code scanning and others"),
    "github": Format("lrlint.output.github", "annotations and job summary of GitHub Actions"),
    "gitlab": Format("lrlint.output.gitlab", "GitLab Code Quality report"),
    "azure": Format("lrlint.output.azure", "issues of an Azure Pipelines log"),
    "junit": Format("lrlint.output.junit", "JUnit XML, for Jenkins and others"),
    "rdjson": Format("lrlint.output.rdjson", "reviewdog's diagnostics, with suggestions"),
    "pylint": Format("lrlint.output.pylint", "lines as `pylint -f parseable` writes them"),
    "markdown": Format("lrlint.output.markdown", "a table for a comment or a summary"),
}

FOR_PEOPLE = frozenset({"full", "concise", "grouped"})
"""Formats that end with a summary; the others consist of findings only."""


def render(output_format: str, results: Results, style: Style | None = None) -> str:
    """Return ``results`` in one of :data:`FORMATS`, with a final newline if there is any text."""
    module = importlib.import_module(FORMATS[output_format].module)
    return cast(Renderer, module.render)(results, style or Style())
