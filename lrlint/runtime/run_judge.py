"""Ask the rules about a run, and turn what they find into diagnostics."""

from __future__ import annotations

import linecache
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import internal_error
from lrlint.facts import Schedule, Training
from lrlint.judgement.resuming_by_hand import starts_over
from lrlint.judgement.stepping import driver
from lrlint.linter.diagnose import Diagnoser
from lrlint.linter.resolve import Resolver, resolver_of
from lrlint.linter.settings import Settings
from lrlint.rule import Finding, Rule, Silence, distribution_of
from lrlint.source import SourceError, SourceFile, load

ABOUT_THE_END = frozenset(
    {
        *("LR101", "LR102", "LR103", "LR110"),
        *("LR201", "LR203", "LR204", "LR205", "LR206", "LR210", "LR301", "LR504", "LR902"),
    }
)
"""Rules that need to know how long the whole training is."""
UNFINISHED = "LR902"
"""The rule about schedules that the training did not come to the end of."""
ABOUT_TOO_FEW = frozenset({"LR202"})
"""Rules that need to know it only to warn of too few steps; too many are an error at once."""

OF_ONE_STEP = frozenset({"LR901", "LR904"})
"""Rules whose finding rests on a single step: what came after it may be unknown."""


Silences = frozenset[tuple[str, str, int]]
"""The code of a rule, with the file name and the row of the schedule that it did not judge."""


class Evidence(NamedTuple):
    """What a run says about its schedules."""

    findings: tuple[Diagnostic, ...]
    silences: Silences
    """Where a rule has met its subject and says why it does not judge it."""


class RunJudge:
    """The rules that are on, and the files that their findings point into."""

    def __init__(self, settings: Settings | Resolver | None) -> None:
        resolver = resolver_of(settings)
        self._diagnoser = Diagnoser(resolver)
        self._rules = self._diagnoser.of_the_run.rules
        self._failures: dict[str, str] = {}
        self._sources: dict[str, SourceFile] = {}
        self._silences: set[tuple[str, str, int]] = set()

    @property
    def silences(self) -> Silences:
        """Where a rule has met its subject, so far, and says why it does not judge it."""
        return frozenset(self._silences)

    @property
    def failures(self) -> tuple[str, ...]:
        """A line for each rule that has a bug."""
        return tuple(self._failures.values())

    @property
    def sources(self) -> dict[str, SourceFile]:
        """The files that findings point into, by their names there."""
        return dict(self._sources)

    def judge(
        self, training: Training, *, finished: bool, only: Collection[str] | None = None
    ) -> tuple[Diagnostic, ...]:
        """Return what the rules, or those in ``only``, say of a run, sorted.

        Of a training that is not ``finished``, they say nothing that depends on its length.
        """
        complete = _of_known_length(training)
        diagnostics: dict[tuple[object, ...], Diagnostic] = {}
        for rule in self._rules:
            if only is not None and rule.code not in only:
                continue
            if not finished and rule.code in ABOUT_THE_END:
                continue
            about_length = rule.code in ABOUT_THE_END | ABOUT_TOO_FEW and rule.code != UNFINISHED
            for diagnostic in self._ask(rule, complete if about_length else training):
                too_few = rule.code in ABOUT_TOO_FEW and diagnostic.severity < Severity.ERROR
                if finished or not too_few:
                    key = (diagnostic.code, diagnostic.filename, diagnostic.location)
                    diagnostics.setdefault(key, diagnostic)
        return tuple(sorted(diagnostics.values(), key=lambda diagnostic: diagnostic.sort_key))

    def _ask(self, rule: Rule, training: Training) -> list[Diagnostic]:
        """Return a rule's diagnostics; none where it has a bug, which does not cost the others."""
        try:
            return list(self._diagnostics(rule, training))
        except Exception as error:
            where = f"rule {rule.code} {rule.name}"
            self._failures[rule.code] = internal_error(where, error, distribution_of(rule))
            return []

    def _diagnostics(self, rule: Rule, training: Training) -> Iterator[Diagnostic]:
        for verdict in self._diagnoser.ask(rule, training):
            if isinstance(verdict, Silence):
                self._silences.add((rule.code, *verdict.place.span().line))
            if isinstance(verdict, Finding):
                resolved = self._diagnoser.diagnostic(verdict, self._source(verdict))
                if resolved is not None and resolved.diagnostic.suppressed is None:
                    yield resolved.diagnostic

    def _source(self, finding: Finding) -> SourceFile:
        """Return the file of a finding, for the comments that silence it."""
        filename, name = getattr(finding.place, "filename", ""), finding.place.span().filename
        read: SourceFile | None = getattr(finding.place, "source", None)  # of a script that reads
        if read is not None:
            self._sources[name] = read
        elif name not in self._sources:
            try:
                source = load(Path(filename))
            except (OSError, SourceError):  # a cell of a notebook, typed at a prompt, or gone
                text = "".join(linecache.getlines(filename))
                source = load(Path(filename or "<stdin>"), data=text.encode())
            self._sources[name] = replace(source, name=name)
        return self._sources[name]


def _of_known_length(training: Training) -> Training:
    """Leave out the schedules whose count of steps says nothing of their length.

    The training ended before them, or went on from a checkpoint without their position.
    """
    schedules = tuple(
        schedule for schedule in training.schedules if _has_known_length(driver(schedule))
    )
    written = tuple(
        one
        for one in training.written
        if starts_over(training, one) is None and not _departs_on_resume(one)
    )
    return replace(training, schedules=schedules, written=written)


def _has_known_length(schedule: Schedule) -> bool:
    if _departs_on_resume(schedule):
        return False
    return not schedule.run.partial and schedule.run.starts_over is None


def _departs_on_resume(schedule: Schedule) -> bool:
    departure = schedule.run.departure
    return departure is not None and departure.resumed
