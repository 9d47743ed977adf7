"""Does one task: checks a document, fixes it in memory, or predicts its curves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsprotocol import types

from lrlint.analysis import BadOverride
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import UserError, internal_error
from lrlint.fix import Applicability
from lrlint.linter.engine import lint
from lrlint.linter.fixing import Fixer
from lrlint.linter.reader import Stdin, real_path
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.linter.ruleset import UNREADABLE
from lrlint.linter.timeout import TookTooLong, cpu_limit
from lrlint.linter.unused import UNUSED
from lrlint.output.text import clean
from lrlint.rule import Rule, load_rules
from lrlint.server.places import Places
from lrlint.server.suppressing import suppression
from lrlint.server.tasks import (
    Answer,
    Checked,
    Document,
    Edits,
    Kind,
    Repair,
    Reported,
    Suppressed,
    Task,
)
from lrlint.source import (
    STDIN,
    SourceError,
    SourceFile,
    check_syntax,
    is_skipped,
    load,
    mentions_schedule,
    starts_something,
)
from lrlint.span import Location

_PATIENCE = 20.0
"""Seconds of CPU time for one file: an editor waits for nothing longer."""
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.ADVICE: types.DiagnosticSeverity.Information,
}
_NOT_SUPPRESSED = (UNREADABLE[0], UNUSED[0])
"""Findings that another comment would not remove."""
SOURCE = "lrlint"
"""Who speaks, in an editor's list of problems."""


def answer(task: Task) -> Answer:
    """Do a task. What keeps lrlint from it is in the answer."""
    where = str(task.document.path)
    try:
        work = _Work(task)
        if not work.is_relevant:
            return Answer(Checked(suppressed=work.suppressed(), pages=work.pages()), {}, ())
        if task.kind is Kind.CHECK:
            return work.check()
        if task.kind is Kind.FIX:
            return Answer(edits=work.fix())
        from lrlint.server.drawing import draw  # predicting takes another 50 ms to import

        with cpu_limit(_PATIENCE):
            return Answer(drawn=draw(task, work.memory, work.resolver))
    except UserError as error:
        return Answer(mistake=str(error))
    except TookTooLong as error:
        return Answer(problems=(f"{where}: {error}",))
    except (SourceError, BadOverride):
        return Answer()  # the check tells of it
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in libcst's native parser is not an Exception
        return Answer(problems=(internal_error(where, error),))


@dataclass
class _Work:
    """A task with what is read for it."""

    task: Task

    @property
    def document(self) -> Document:
        return self.task.document

    @cached_property
    def resolver(self) -> Resolver:
        """Gives each file the settings of the nearest configuration."""
        return Resolver(near=self.document.path)

    @cached_property
    def memory(self) -> dict[Path, SourceFile]:
        """The other open documents, which replace their files on disk."""
        result: dict[Path, SourceFile] = {}
        for other in self.task.others:
            with suppress(SourceError):
                result[real_path(other.path)] = load(other.path, data=other.data)
        return result

    @cached_property
    def is_relevant(self) -> bool:
        """Whether there is anything to look for, in a file that is to be linted."""
        data, path = self.document.data, self.document.path
        settings = self.resolver.settings(path)
        root = settings.root if settings.files else self.document.folder
        excluded = settings.excludes_named(path) or is_skipped(path, root)
        return not excluded and (mentions_schedule(data) or starts_something(data))

    @cached_property
    def source(self) -> SourceFile | None:
        """The document as a file; None where it cannot be read."""
        with suppress(SourceError):
            return load(self.document.path, data=self.document.data)
        return None

    def _stdin(self) -> Stdin:
        return Stdin(self.document.data, self.document.path)

    # -- checking

    def check(self) -> Answer:
        """Find what ``lrlint check`` reports of the document as it is."""
        report = lint(
            [STDIN],
            self.resolver,
            stdin=self._stdin(),
            memory=self.memory,
            patience=_PATIENCE,
        )
        places = self._places(report.sources)
        findings = tuple(self._reported(finding, report, places) for finding in report.diagnostics)
        checked = Checked(
            findings=findings,
            suppressed=self.suppressed(),
            pages=self.pages(finding.code for finding in report.diagnostics),
            imported=report.imported,
        )
        return Answer(checked, problems=report.problems)

    def _places(self, sources: Mapping[str, SourceFile]) -> Places:
        return Places((*self.task.others, self.document), self.task.encoding, sources)

    def _reported(self, finding: Diagnostic, report: Report, places: Places) -> Reported:
        uri = places.uri(finding.filename, finding.cell)
        lines = report.results.lines(finding.filename, finding.cell) or ()
        comment = None if finding.code in _NOT_SUPPRESSED else suppression(finding, lines)
        return Reported(
            uri,
            _diagnostic(finding, places),
            _repair(finding, report.sources.get(finding.filename), places),
            None if comment is None else places.edits([comment], "\n"),
        )

    # -- suppression comments

    def suppressed(self) -> tuple[Suppressed, ...]:
        """Return the rules that the document's comments name."""
        return tuple(self._suppressed())

    def _suppressed(self) -> Iterator[Suppressed]:
        source = self.source
        if source is None or not source.suppressions.found:
            return
        places = self._places({source.name: source})
        for comment in source.suppressions.found:
            codes = tuple(
                rule.code for rule in load_rules() if comment.matches(rule.code, rule.name)
            )
            if comment.code and codes:
                span = source.at(comment.start, comment.end)
                yield Suppressed(places.uri(span.filename, span.cell), places.of(span), codes)

    def pages(self, codes: Iterable[str] = ()) -> dict[str, str]:
        """Return the pages of some rules and of those in suppression comments, by code."""
        wanted = {*codes, *(code for named in self.suppressed() for code in named.codes)}
        rules = load_rules() if wanted else ()
        return {rule.code: _page(rule) for rule in rules if rule.code in wanted}

    # -- fixing

    def fix(self) -> Edits:
        """Return the edits that ``lrlint check --fix`` makes in the document."""
        fixer = Fixer(
            [STDIN],
            self.resolver,
            unsafe=False,
            stdin=self._stdin(),
            memory=self.memory,
            patience=_PATIENCE,
        )
        for file in fixer.fix().fixed:
            if file.stdin:
                places = self._places({file.before.name: file.before})
                return places.difference(file.before, file.after)
        return {}


def _diagnostic(finding: Diagnostic, places: Places) -> types.Diagnostic:
    def place(filename: str, cell: int | None, start: Location, end: Location) -> types.Location:
        return types.Location(places.uri(filename, cell), places.range(filename, cell, start, end))

    notes = [
        types.DiagnosticRelatedInformation(
            place(note.filename, note.cell, note.location, note.end_location), clean(note.message)
        )
        for note in finding.related
    ]
    return types.Diagnostic(
        range=places.range(finding.filename, finding.cell, finding.location, finding.end_location),
        message=clean(f"{finding.name}: {finding.message}"),
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(finding.url) if finding.url else None,
        source=SOURCE,
        related_information=notes or None,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code == UNUSED[0] else None,
    )


def _repair(finding: Diagnostic, source: SourceFile | None, places: Places) -> Repair | None:
    """Return the fix of a finding; None for one after which the file would not parse."""
    fix = finding.fix
    if fix is None or source is None:
        return None
    try:
        edited = source.edited((edit.span, edit.content) for edit in fix.edits)
        check_syntax(load(source.path, data=edited))
    except (SourceError, ValueError, IndexError, KeyError):
        return None
    title = clean(f"{finding.code}: {fix.message}")
    return Repair(
        title,
        fix.applicability is Applicability.SAFE,
        places.edits(fix.edits, source.newline),
    )


def _page(rule: Rule) -> str:
    return f"### {rule.code} {rule.name}\n\n{rule.documentation()}"


def prepare() -> None:
    """Load what the first task would wait for."""
    with suppress(UserError):  # told with the first answer
        load_rules()
