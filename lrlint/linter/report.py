"""What a run of the linter reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.fix import Edit
from lrlint.output import About, Files, Results, RulePage
from lrlint.source import SourceError, SourceFile
from lrlint.span import Location


@dataclass(frozen=True)
class Report:
    """What a run found."""

    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Diagnostic, ...] = ()
    """The findings that comments or baselines silence."""
    undecided: tuple[str, ...] = ()
    """What the analyser could not tell and why, each with its place."""
    unreported: tuple[str, ...] = ()
    """What rules did not report and why, each with its place; only where that was asked for."""
    problems: tuple[str, ...] = ()
    """What kept lrlint from doing its work; any makes the exit status 2."""
    notes: tuple[str, ...] = ()
    """What was held back, and why."""
    files_found: int = 0
    files_analysed: int = 0
    """Those that may build or step a scheduler."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """CPU time that each analysed file took, by name; what it imports counts to the first."""
    imported: frozenset[Path] = frozenset()
    """The real paths of the files that were read because others import them."""
    sources: Mapping[str, SourceFile] = field(default_factory=dict)
    """The files that findings name, by that name."""
    cache_trouble: str | None = None
    """Why results could not be kept, in a line."""
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names whose given values were not used, for each analysed file by its name."""
    names: frozenset[str] = frozenset()
    """What may be given a value in the files that do not use all names."""

    @property
    def results(self) -> Results:
        """The findings as output formats take them."""
        files = SourceFiles(self.sources)
        return Results(
            self.diagnostics,
            self.files_found,
            files.lines,
            self.files_analysed,
            files=files,
            about=about,
            problems=self.problems,
        )


class SourceFiles(Files):
    """Files by the names that findings call them."""

    def __init__(self, sources: Mapping[str, SourceFile]) -> None:
        self._sources = sources

    def lines(self, filename: str, cell: int | None) -> Sequence[str] | None:
        """Return the source lines of a file or a cell; None where they are not at hand."""
        source = self._sources.get(filename)
        if source is None:
            return None
        text = source.text
        if source.notebook is not None:
            text = next((one.source for one in source.notebook.cells if one.number == cell), "")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def text(self, filename: str) -> str | None:
        source = self._sources.get(filename)
        return None if source is None else source.text_in_file

    def in_file(self, filename: str, cell: int | None, place: Location) -> Location | None:
        source = self._sources.get(filename)
        if source is None:
            return super().in_file(filename, cell, place)
        return source.in_file(cell, place)

    def edited(self, filename: str, edits: Sequence[Edit]) -> str | None:
        source = self._sources.get(filename)
        if source is None:
            return None
        try:
            data = source.edited((edit.span, edit.content) for edit in edits)
        except (SourceError, ValueError, KeyError, IndexError):
            return None
        return data.decode("utf-8-sig")


def about() -> About:
    """Return what formats say of lrlint and its rules."""
    from lrlint.rule import documentation_address, load_rules  # few formats need them

    pages = {
        rule.code: RulePage(rule.summary(), rule.documentation(), rule.severity)
        for rule in load_rules()
    }
    return About(documentation_address(), pages)
