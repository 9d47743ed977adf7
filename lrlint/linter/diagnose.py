"""From findings to diagnostics: places resolved, fixes made, settings and comments heeded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Diagnostic, Related, Severity, Suppressed, position
from lrlint.fix import Edit, Fix
from lrlint.linter.linted import Comment, Unreported
from lrlint.linter.resolve import Resolver
from lrlint.linter.ruleset import UNREADABLE, Ruleset
from lrlint.linter.settings import Settings
from lrlint.source import SourceError, SourceFile, Suppression, display_name
from lrlint.span import Location, Span

if TYPE_CHECKING:
    from lrlint.facts import Place, Training
    from lrlint.rule import Finding, Proposal, Rule, Silence


@dataclass(frozen=True)
class Resolved:
    """A finding as it is reported, and the files that it speaks of, by name."""

    diagnostic: Diagnostic
    sources: Mapping[str, SourceFile]
    failure: Exception | None = None
    """A bug that cost the finding its fix, but not the finding."""


class Diagnoser:
    """Turns findings into diagnostics, by the settings of the files that they are in.

    The settings of the linted file say which rules are asked; those of the file that a finding is
    in, which may be an imported one, whether and how it is reported. So the verdict on a file is
    the same whichever file led to it.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._rulesets: dict[Settings, Ruleset] = {}
        self._by_folder: dict[Path, Ruleset] = {}
        # At once, so that mistakes of the command line come up first.
        self.of_the_run = self._ruleset(resolver.of_the_run)

    def ruleset(self, path: Path) -> Ruleset:
        """Return the rules of a file, and what its settings make of their findings."""
        folder = path.parent
        if folder not in self._by_folder:
            self._by_folder[folder] = self._ruleset(self._resolver.settings(path))
        return self._by_folder[folder]

    def _ruleset(self, settings: Settings) -> Ruleset:
        if settings not in self._rulesets:
            self._rulesets[settings] = Ruleset(settings)
        return self._rulesets[settings]

    @staticmethod
    def ask(rule: Rule, training: Training) -> Iterator[Finding | Silence]:
        """Yield what a rule finds in a training, and what it does not report and why."""
        if not rule.positioned and any(one.construction.positioned for one in training.schedules):
            plain = tuple(one for one in training.schedules if not one.construction.positioned)
            training = replace(training, schedules=plain)
        for schedule in training.schedules:
            verdicts: list[Finding | Silence] = []
            if rule.schedulers is None or schedule.scheduler in rule.schedulers:
                verdicts += rule.check(schedule)
            if not verdicts and schedule.law.steps is not None:
                verdicts += rule.check_hand_written(schedule)
            yield from verdicts
        for schedule in training.written:
            yield from rule.check_hand_written(schedule)
        yield from rule.check_training(training)

    def diagnostic(self, finding: Finding, linted: SourceFile) -> Resolved | None:
        """Return the finding as reported, or as silenced by a comment; None where it is off."""
        rule = finding.rule
        ruleset = self._ruleset_at(finding.place, linted)
        severity = ruleset.rate(rule.code, rule.severity, finding.severity)
        if severity is None:
            return None
        span = finding.place.span()
        home = _home(finding.place, span, linted)
        suppressed = None
        if home is not None:
            if self._is_off(rule, home, linted):
                return None
            comments = _comments(rule, finding.place, span, home)
            suppressed = Suppressed(True, home.suppressions.reason(*comments)) if comments else None
        used = {span.filename: home}
        related: list[Related] = []
        for note in finding.notes:
            at = note.place.span()
            used.setdefault(at.filename, _source(note.place))
            related.append(Related(note.message, at.filename, at.start, at.end, at.cell))
        fixable = suppressed is None and ruleset.may_fix(rule.code)
        proposal = finding.fix if fixable else None
        fix, failure = _fix(proposal, span)
        diagnostic = Diagnostic(
            code=rule.code,
            name=rule.name,
            severity=severity,
            message=finding.message,
            filename=span.filename,
            location=span.start,
            end_location=span.end,
            cell=span.cell,
            related=tuple(related),
            fix=fix,
            url=rule.url(),
            sketches=finding.sketches,
            suppressed=suppressed,
        )
        known = {name: source for name, source in used.items() if source is not None}
        return Resolved(diagnostic, known, failure)

    def unreported(self, silence: Silence, linted: SourceFile) -> Unreported | None:
        """Return a silence as it is listed; None where a finding would not be reported either."""
        rule = silence.rule
        ruleset = self._ruleset_at(silence.place, linted)
        if ruleset.rate(rule.code, rule.severity, rule.severity) is None:
            return None
        span = silence.place.span()
        home = _home(silence.place, span, linted)
        if home is not None and (
            self._is_off(rule, home, linted) or _comments(rule, silence.place, span, home)
        ):
            return None
        where = position(span.filename, span.cell, span.start)
        owner = f" (see {silence.owner})" if silence.owner is not None else ""
        return Unreported(
            filename=span.filename,
            cell=span.cell,
            location=span.start,
            code=rule.code,
            text=f"{where}: {rule.code} {rule.name}: {silence.reason}{owner}",
        )

    def unreadable(self, file: Path | SourceFile, error: SourceError) -> Diagnostic | None:
        """Return the finding LR000."""
        code, name = UNREADABLE
        path = file.path if isinstance(file, SourceFile) else file
        ruleset = self.ruleset(path)
        severity = ruleset.rate(code, Severity.ERROR, Severity.ERROR)
        if severity is None or ruleset.ignores(code, path):
            return None
        at = Location(error.row, error.column)
        if isinstance(file, SourceFile):
            first, last = file.module_rows(Span(file.name, at, at, error.cell))
            if file.suppressions.matching(code, name, first, last):
                return None
        return Diagnostic(
            code=code,
            name=name,
            severity=severity,
            message=error.message,
            filename=file.name if isinstance(file, SourceFile) else display_name(file),
            location=at,
            end_location=at,
            cell=error.cell,
            url=ruleset.url(code),
        )

    def comments(self, rule: Rule, place: Place, linted: SourceFile) -> Iterator[Comment]:
        """Yield the comments that silence a rule at a place, whatever else silences it there."""
        source = _source(place) or linted
        if source.suppressions.found:  # without one, the place need not be looked up
            span = place.span()
            home = _home(place, span, linted)
            if home is not None:
                yield from (Comment.at(home, one) for one in _comments(rule, place, span, home))

    def _ruleset_at(self, place: Place, linted: SourceFile) -> Ruleset:
        """Return the rules of the file of a place; those of the linted one where it has none."""
        return self.ruleset((_source(place) or linted).path)

    def _is_off(self, rule: Rule, home: SourceFile, linted: SourceFile) -> bool:
        """Whether the settings of a file silence a rule in it."""
        ruleset = self.ruleset(home.path)
        if ruleset.ignores(rule.code, home.path):
            return True
        # An excluded file was only reached through an import.
        return home.name != linted.name and ruleset.excludes(home.path)


def _comments(rule: Rule, place: Place, span: Span, home: SourceFile) -> tuple[Suppression, ...]:
    rows = home.module_rows(span) + _statement_rows(place)
    return home.suppressions.matching(rule.code, rule.name, *rows)


def _home(place: Place, span: Span, linted: SourceFile) -> SourceFile | None:
    """Return the file of a place; None where that is not at hand."""
    return _source(place) or (linted if span.filename == linted.name else None)


def _source(place: Place) -> SourceFile | None:
    """Return the file of a place; places of a recorded run have none."""
    found = getattr(place, "source", None)
    return found if isinstance(found, SourceFile) else None


def _statement_rows(place: Place) -> tuple[int, ...]:
    """Return first and last row of a place's statement: there a formatter leaves comments."""
    rows: tuple[int, ...] = getattr(place, "statement_rows", ())
    return rows


def _fix(proposal: Proposal | None, home: Span) -> tuple[Fix | None, Exception | None]:
    """Return the fix as edits; None where a place cannot be rewritten, or is elsewhere."""
    if proposal is None:
        return None, None
    edits: list[Edit] = []
    try:
        for place, change in proposal.changes:
            at = place.span()
            made = place.rewrite(change)
            if made is None or (at.filename, at.cell) != (home.filename, home.cell):
                return None, None
            edits += (edit for edit in made if edit not in edits)
    except Exception as error:
        return None, error
    return Fix(proposal.applicability, proposal.message, tuple(edits)) if edits else None, None
