"""Asks the rules about what was analysed, and collects their findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Diagnostic, position
from lrlint.errors import internal_error
from lrlint.linter.diagnose import Diagnoser, Unreported
from lrlint.linter.resolve import Resolver
from lrlint.linter.timeout import TookTooLong
from lrlint.source import SourceError, SourceFile
from lrlint.span import Location

if TYPE_CHECKING:
    from lrlint.analysis import Analysis
    from lrlint.facts import Training
    from lrlint.rule import Rule, Silence


class Judge:
    """The findings of one run, and the problems that kept lrlint from its work."""

    def __init__(self, resolver: Resolver, *, explain: bool = False) -> None:
        """Set up without findings. With ``explain``, keep the reasons why rules do not report."""
        self._diagnoser = Diagnoser(resolver)
        self._explain = explain
        self._diagnostics: dict[tuple[object, ...], Diagnostic] = {}
        self._sources: dict[str, SourceFile] = {}
        self._unreported: set[Unreported] = set()
        # In order, each once.
        self._undecided: dict[str, None] = {}
        self._problems: dict[str, None] = {}

    # -- judging

    def prepare(self, source: SourceFile) -> None:
        """Load the rules of a file. Raises PluginError, which is an error of no file."""
        _ = self._diagnoser.ruleset(source.path).rules

    def judge(self, source: SourceFile, analysis: Analysis) -> None:
        """Ask all rules about a file."""
        for training in analysis.trainings:
            for rule in self._diagnoser.ruleset(source.path).rules:
                self._ask(rule, training, source)
        for place, reason in analysis.undecided:
            where = source.name
            if place is not None:
                span = place.span()
                where = position(span.filename, span.cell, span.start)
            self._undecided[f"{where}: {reason}"] = None
        for note in source.notebook.notes if source.notebook is not None else ():
            where = position(source.name, note.cell, Location(note.row, 1))
            self._undecided[f"{where}: {note.message}"] = None

    def _ask(self, rule: Rule, training: Training, source: SourceFile) -> None:
        from lrlint.rule import Silence, distribution_of  # imported with the rules by now

        where = f"{source.name}, rule {rule.code} {rule.name}"
        try:
            for verdict in self._diagnoser.ask(rule, training):
                if isinstance(verdict, Silence):
                    self._note(verdict, source)
                    continue
                resolved = self._diagnoser.diagnostic(verdict, source)
                if resolved is not None:
                    self._add(resolved.diagnostic)
                    self._sources.update(resolved.sources)
                    if resolved.failure is not None:
                        fix = f"the fix for {where}"
                        self.failed(fix, resolved.failure, distribution_of(rule))
        except TookTooLong:
            raise
        except Exception as error:
            self.failed(where, error, distribution_of(rule))

    def _note(self, silence: Silence, source: SourceFile) -> None:
        """Keep why a rule reports nothing, where that was asked for: the place costs a look-up."""
        if self._explain and (line := self._diagnoser.unreported(silence, source)) is not None:
            self._unreported.add(line)

    def unreadable(self, file: Path | SourceFile, error: SourceError) -> None:
        """Report LR000: a file cannot be read, or is not Python."""
        if isinstance(file, SourceFile):
            self._sources[file.name] = file
        diagnostic = self._diagnoser.unreadable(file, error)
        if diagnostic is not None:
            self._add(diagnostic)

    def _add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding; of the same one from two entry points, the more severe."""
        key = (diagnostic.code, diagnostic.filename, diagnostic.cell, diagnostic.location)
        other = self._diagnostics.get(key)
        if other is None or other.severity < diagnostic.severity:
            self._diagnostics[key] = diagnostic

    # -- problems

    def problem(self, text: str) -> None:
        """Note what kept lrlint from its work."""
        self._problems[text] = None

    def failed(self, where: str, error: BaseException, plugin: str | None = None) -> None:
        """Note an error of lrlint's own, or of the code of a plugin."""
        self.problem(internal_error(where, error, plugin))

    # -- the results

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, sorted."""
        return tuple(sorted(self._diagnostics.values(), key=lambda finding: finding.sort_key))

    @property
    def sources(self) -> dict[str, SourceFile]:
        """The files that the findings name."""
        findings = self._diagnostics.values()
        named = {finding.filename for finding in findings}
        named |= {note.filename for finding in findings for note in finding.related}
        return {name: self._sources[name] for name in named if name in self._sources}

    @property
    def unreported(self) -> tuple[str, ...]:
        """What is not reported, sorted; not what is reported from another entry point."""
        return tuple(
            line.text
            for line in sorted(self._unreported, key=lambda line: line.sort_key)
            if (line.code, line.filename, line.cell, line.location) not in self._diagnostics
        )

    @property
    def undecided(self) -> tuple[str, ...]:
        """What the analyser could not tell and why, each with its place."""
        return tuple(self._undecided)

    @property
    def problems(self) -> tuple[str, ...]:
        """What kept lrlint from its work."""
        return tuple(self._problems)
