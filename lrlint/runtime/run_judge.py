"""Ask the rules about a run, and turn what they find into diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import internal_error
from lrlint.facts import Training
from lrlint.linter.config import Settings
from lrlint.linter.ruleset import Ruleset
from lrlint.rule import Finding, Rule
from lrlint.source import SourceError, SourceFile, load

ABOUT_THE_END = frozenset(
    {"LR101", "LR102", "LR103", "LR110", "LR201", "LR203", "LR205", "LR301", "LR902"}
)
"""Rules that need to know how long the whole training is."""
UNFINISHED = "LR902"
"""The rule about schedules that the training did not come to the end of."""
ABOUT_TOO_FEW = frozenset({"LR202"})
"""Rules that need to know it only to warn of too few steps; too many are an error at once."""


class RunJudge:
    """The rules that are on, and the files that their findings point into."""

    def __init__(self, settings: Settings) -> None:
        self._ruleset = Ruleset(settings)
        self._failures: dict[str, str] = {}
        self._sources: dict[str, SourceFile] = {}

    @property
    def failures(self) -> tuple[str, ...]:
        """A line for each rule that has a bug."""
        return tuple(self._failures.values())

    @property
    def sources(self) -> dict[str, SourceFile]:
        """The files that findings point into, by their names there."""
        return {source.name: source for source in self._sources.values()}

    def judge(self, training: Training, *, finished: bool) -> tuple[Diagnostic, ...]:
        """Return what the rules say of a run, sorted.

        Of a training that is not ``finished``, they say nothing that depends on its length.
        """
        complete = _without_early_ends(training)
        diagnostics: dict[tuple[object, ...], Diagnostic] = {}
        for rule in self._ruleset.rules:
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
            self._failures[rule.code] = internal_error(f"rule {rule.code} {rule.name}", error)
            return []

    def _diagnostics(self, rule: Rule, training: Training) -> Iterator[Diagnostic]:
        for verdict in self._ruleset.ask(rule, training):
            if isinstance(verdict, Finding):
                resolved = self._ruleset.diagnostic(verdict, self._source(verdict))
                if resolved is not None:
                    yield resolved.diagnostic

    def _source(self, finding: Finding) -> SourceFile:
        """Return the file of a finding, for the comments that silence it."""
        filename = getattr(finding.place, "filename", "")
        if filename not in self._sources:
            try:
                self._sources[filename] = load(Path(filename))
            except (OSError, SourceError):  # typed at a prompt, or gone: nothing silences it
                self._sources[filename] = load(Path(filename or "<stdin>"), data=b"")
        return self._sources[filename]


def _without_early_ends(training: Training) -> Training:
    """Leave out the schedules whose length says nothing, since the training ended before them."""
    schedules = tuple(schedule for schedule in training.schedules if schedule.ended_early is None)
    return replace(training, schedules=schedules)
