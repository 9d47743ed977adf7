"""From findings to diagnostics: places resolved, fixes made, settings and comments heeded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Diagnostic, Related, Severity, position
from lrlint.fix import Edit, Fix
from lrlint.linter.config import Patterns, Settings
from lrlint.linter.selection import Catalogue, Selection, override, select
from lrlint.source import SourceError, SourceFile, display_name
from lrlint.span import Location, Span

if TYPE_CHECKING:
    from lrlint.facts import Place, Training
    from lrlint.rule import Finding, Proposal, Rule, Silence

UNREADABLE = ("LR000", "unreadable")
"""The one rule that has no facts to judge: a file that cannot be read or parsed."""


@dataclass(frozen=True)
class Resolved:
    """A finding as it is reported, and the files that it speaks of, by name."""

    diagnostic: Diagnostic
    sources: Mapping[str, SourceFile]
    failure: Exception | None = None
    """A bug that cost the finding its fix, but not the finding."""


@dataclass(frozen=True)
class Unreported:
    """A silence as ``--verbose`` lists it."""

    filename: str
    cell: int | None
    location: Location
    code: str
    text: str

    @property
    def sort_key(self) -> tuple[str, int, Location, str, str]:
        return (self.filename, self.cell or 0, self.location, self.code, self.text)


class Ruleset:
    """The rules that are on, and what the settings make of their findings.

    Rules are imported when the first of them is needed, at once where the settings name any, so
    that mistakes in those come up before the work begins.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chooses = bool(
            any(layer.names_rules for layer in settings.layers)
            or settings.severity
            or settings.per_file_ignores
        )
        if self._chooses:
            _ = (self._selection, self._severities, self._ignored_in)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on."""
        return tuple(rule for rule in self._all if rule.code in self._selection.codes)

    def ask(self, rule: Rule, training: Training) -> Iterator[Finding | Silence]:
        """Yield what a rule finds in a training, and what it does not report and why."""
        for schedule in training.schedules:
            if rule.schedulers is None or schedule.scheduler in rule.schedulers:
                yield from rule.check(schedule)
        own = [one for one in training.schedules if one.law.steps is not None]
        for schedule in (*training.written, *own):
            yield from rule.check_hand_written(schedule)
        yield from rule.check_training(training)

    def diagnostic(self, finding: Finding, linted: SourceFile) -> Resolved | None:
        """Return the finding as reported; None where settings or a comment silence it."""
        rule = finding.rule
        severity = self._severity(rule.code, rule.severity, finding.severity)
        if not self._wants(rule.code, severity):
            return None
        span = finding.place.span()
        home = _home(finding.place, span, linted)
        if home is not None and self._is_silenced(rule, finding.place, span, home, linted):
            return None
        used = {span.filename: home}
        related: list[Related] = []
        for note in finding.notes:
            at = note.place.span()
            used.setdefault(at.filename, _source(note.place))
            related.append(Related(note.message, at.filename, at.start, at.end, at.cell))
        fix, failure = _fix(finding.fix, span)
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
        )
        known = {name: source for name, source in used.items() if source is not None}
        return Resolved(diagnostic, known, failure)

    def unreported(self, silence: Silence, linted: SourceFile) -> Unreported | None:
        """Return a silence as it is listed; None where a finding would not be reported either."""
        rule = silence.rule
        if not self._wants(rule.code, self._severity(rule.code, rule.severity, rule.severity)):
            return None
        span = silence.place.span()
        home = _home(silence.place, span, linted)
        if home is not None and self._is_silenced(rule, silence.place, span, home, linted):
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
        severity = self._severity(code, Severity.ERROR, Severity.ERROR)
        path = file.path if isinstance(file, SourceFile) else file
        if not self._wants(code, severity) or self._ignores(code, path):
            return None
        at = Location(error.row, error.column)
        if isinstance(file, SourceFile):
            first, last = file.module_rows(Span(file.name, at, at, error.cell))
            if file.suppressions.silences(code, name, first, last):
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
            url=next((rule.url() for rule in self._all if rule.code == code), ""),
        )

    # -- settings

    @cached_property
    def _all(self) -> tuple[Rule, ...]:
        from lrlint.rule import load_rules

        return load_rules()

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self._all)

    @cached_property
    def _selection(self) -> Selection:
        return select(self._catalogue, self._settings.layers, always={UNREADABLE[0]})

    @cached_property
    def _severities(self) -> dict[str, Severity]:
        """Return the severities that the user sets; a narrower selector wins."""
        origin = self._settings.origin("severity")
        result: dict[str, Severity] = {}
        narrow_last = sorted(
            self._settings.severity, key=lambda item: self._catalogue.specificity(item[0])
        )
        for selector, severity in narrow_last:
            result |= dict.fromkeys(self._catalogue.resolve(selector, origin), severity)
        return result

    @cached_property
    def _ignored_in(self) -> tuple[tuple[Patterns, frozenset[str]], ...]:
        origin = self._settings.origin("per-file-ignores")
        return tuple(
            (
                Patterns(self._settings.base, (pattern,)),
                frozenset(
                    code
                    for selector in selectors
                    for code in self._catalogue.resolve(selector, origin)
                ),
            )
            for pattern, selectors in self._settings.per_file_ignores
        )

    def _severity(self, code: str, own: Severity, reported: Severity) -> Severity:
        wanted = self._severities.get(code) if self._settings.severity else None
        return override(own, reported, wanted)

    def _wants(self, code: str, severity: Severity) -> bool:
        if not self._chooses:
            return severity > Severity.ADVICE or self._settings.pedantic
        if code not in self._selection.codes:
            return False
        return (
            severity > Severity.ADVICE or self._settings.pedantic or code in self._selection.advice
        )

    def _is_silenced(
        self, rule: Rule, place: Place, span: Span, home: SourceFile, linted: SourceFile
    ) -> bool:
        """Whether settings or a comment silence a rule at a place of a file."""
        if self._ignores(rule.code, home.path) or self._excludes(home, linted):
            return True
        rows = home.module_rows(span) + _statement_rows(place)
        return home.suppressions.silences(rule.code, rule.name, *rows)

    def _excludes(self, home: SourceFile, linted: SourceFile) -> bool:
        """Whether a file was only reached through an import and is not to be linted."""
        return home.name != linted.name and any(
            patterns.match(home.path) for patterns in self._settings.exclude
        )

    def _ignores(self, code: str, path: Path) -> bool:
        if not self._settings.per_file_ignores:
            return False
        return any(code in codes and patterns.match(path) for patterns, codes in self._ignored_in)


def _home(place: Place, span: Span, linted: SourceFile) -> SourceFile | None:
    """Return the file of a place; None where that is not at hand."""
    return _source(place) or (linted if span.filename == linted.name else None)


def _source(place: Place) -> SourceFile | None:
    """Return the file of a place; places of a recorded run have none."""
    found = getattr(place, "source", None)
    return found if isinstance(found, SourceFile) else None


def _statement_rows(place: Place) -> tuple[int, ...]:
    """First and last row of the statement around a place: where a formatter leaves comments."""
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
