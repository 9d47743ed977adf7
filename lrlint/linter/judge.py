"""Asks the rules about what was analysed, and records their findings."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import position
from lrlint.linter.diagnose import Diagnoser
from lrlint.linter.linted import Record
from lrlint.linter.resolve import Resolver
from lrlint.linter.timeout import TookTooLong
from lrlint.linter.unused import Unused
from lrlint.source import SourceError, SourceFile
from lrlint.span import Location

if TYPE_CHECKING:
    from lrlint.analysis import Analysis
    from lrlint.facts import Training
    from lrlint.rule import Rule, Silence


class Judge:
    """Judges one file after the other, each into a record."""

    def __init__(self, resolver: Resolver, *, explain: bool = False) -> None:
        """Resolve the settings of the run. With ``explain``, record why rules do not report."""
        self._diagnoser = Diagnoser(resolver)
        self._explain = explain

    def prepare(self, source: SourceFile) -> None:
        """Load the rules of a file. Raises PluginError, which is an error of no file."""
        _ = self._diagnoser.ruleset(source.path).rules

    def judge(self, source: SourceFile, analysis: Analysis, record: Record) -> None:
        """Ask all rules about a file."""
        for training in analysis.trainings:
            for rule in self._diagnoser.ruleset(source.path).rules:
                self._ask(rule, training, source, record)
        for place, reason in analysis.undecided:
            where = source.name
            if place is not None:
                span = place.span()
                where = position(span.filename, span.cell, span.start)
            record.undecided(f"{where}: {reason}")
        for note in source.notebook.notes if source.notebook is not None else ():
            where = position(source.name, note.cell, Location(note.row, 1))
            record.undecided(f"{where}: {note.message}")
        self.judge_comments(source, record, analysis)

    def judge_comments(
        self, source: SourceFile, record: Record, analysis: Analysis | None = None
    ) -> None:
        """Report the suppressions that silence nothing.

        Of a file that was not analysed, only those are reported that are not understood.
        """
        if source.suppressions.found or source.suppressions.misunderstood:
            settled: Collection[int] = ()
            if analysis is not None and not record.failed_at_all:
                settled = analysis.settled(source)
            ruleset = self._diagnoser.ruleset(source.path)
            for diagnostic in Unused(source, ruleset, record.used, settled).diagnostics():
                record.sources[source.name] = source
                record.add(diagnostic)

    def _ask(self, rule: Rule, training: Training, source: SourceFile, record: Record) -> None:
        """Ask a rule about a training; add its findings, silences and failures to the record."""
        from lrlint.rule import Silence, distribution_of  # imported with the rules by now

        where = f"{source.name}, rule {rule.code} {rule.name}"
        try:
            for verdict in self._diagnoser.ask(rule, training):
                record.used |= dict.fromkeys(self._diagnoser.comments(rule, verdict.place, source))
                if isinstance(verdict, Silence):
                    self._note(verdict, source, record)
                    continue
                resolved = self._diagnoser.diagnostic(verdict, source)
                if resolved is not None and resolved.diagnostic.suppressed is not None:
                    record.suppressed(resolved.diagnostic)
                    record.sources.update(resolved.sources)
                elif resolved is not None:
                    record.add(resolved.diagnostic)
                    record.sources.update(resolved.sources)
                    if resolved.failure is not None:
                        fix = f"the fix for {where}"
                        record.failed(fix, resolved.failure, distribution_of(rule))
        except TookTooLong:
            raise
        except Exception as error:
            record.failed(where, error, distribution_of(rule))

    def _note(self, silence: Silence, source: SourceFile, record: Record) -> None:
        """Record why a rule reports nothing, if that was asked for: the place costs a look-up."""
        if self._explain and (line := self._diagnoser.unreported(silence, source)) is not None:
            record.unreported(line)

    def unreadable(self, file: Path | SourceFile, error: SourceError, record: Record) -> None:
        """Report LR000: a file cannot be read, or is not Python."""
        if isinstance(file, SourceFile):
            record.sources[file.name] = file
        diagnostic = self._diagnoser.unreadable(file, error)
        if diagnostic is not None:
            record.add(diagnostic)
