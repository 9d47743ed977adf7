"""LR001: suppression comments that silence nothing, or that lrlint does not understand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.linter.linted import Comment

if TYPE_CHECKING:
    from lrlint.linter.ruleset import Ruleset
    from lrlint.rule import Rule
    from lrlint.source import SourceFile, Suppression

UNUSED = ("LR001", "unused-suppression")
"""The rule that judges comments: it has no facts."""
_Stretch = tuple[int, int]


def comment_of(diagnostic: Diagnostic) -> Comment | None:
    """Return the comment that a finding says is unused; None for another finding."""
    if diagnostic.code != UNUSED[0]:
        return None
    return Comment(diagnostic.filename, diagnostic.cell, diagnostic.location)


class Unused:
    """Judges the suppression comments of one file.

    ``used`` are those that have silenced something, ``settled`` the rows whose findings are all
    known.
    """

    def __init__(
        self,
        source: SourceFile,
        ruleset: Ruleset,
        used: Collection[Comment],
        settled: Collection[int],
    ) -> None:
        self._source = source
        self._ruleset = ruleset
        found = source.suppressions.found
        self._used = {one for one in found if used and Comment.at(source, one) in used}
        self._settled = settled

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Yield the findings; nothing where the rule is off."""
        code, _ = UNUSED
        severity = self._ruleset.rate(code, Severity.WARNING, Severity.WARNING)
        if severity is None or self._ruleset.ignores(code, self._source.path):
            return
        found = self._source.suppressions
        about_us = [one for one in found.found if self._names_us(one)]
        for comment in found.misunderstood:
            text = self._source.text[comment.start : comment.end]
            effect = (
                "silences every rule"
                if comment.silences_all
                else "is not understood and silences nothing"
            )
            message = f"`{text}` {effect}; write `{comment.advice}`"
            if not self._silenced(comment.start):
                yield self._diagnostic((comment.start, comment.end), message, severity)
        for one in found.found:
            if one in about_us or not self._is_ours(one) or one in self._used:
                continue
            message, fixable = self._verdict(one)
            if message and not self._silenced(one.start):
                yield self._diagnostic(
                    (one.start, one.end), message, severity, self._fix(one) if fixable else None
                )
        for one in about_us:
            if one not in self._used and self._is_settled(one):
                message = f"`{one.code}` silences nothing here"
                yield self._diagnostic((one.start, one.end), message, severity, self._fix(one))

    def _verdict(self, one: Suppression) -> tuple[str, bool]:
        """Return what is wrong with a code that has silenced nothing, and whether to remove it."""
        rules = [rule for rule in self._ruleset.all_rules if one.matches(rule.code, rule.name)]
        if not rules:
            close = self._ruleset.suggestions(one.code)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            return f"no rule is called `{one.code}`{hint}", not close
        linting = [rule for rule in rules if not rule.runs_only]
        if not self._is_settled(one) or not linting or not all(map(self._judged, linting)):
            return "", False
        return (
            f"`{one.code}` silences nothing here" if one.code else "nothing is silenced here",
            True,
        )

    def _is_settled(self, one: Suppression) -> bool:
        return (0 if one.whole_file else one.row) in self._settled

    def _judged(self, rule: Rule) -> bool:
        """Whether a rule would have reported what it finds in this file."""
        path: Path = self._source.path
        return self._ruleset.is_on(rule.code) and not self._ruleset.ignores(rule.code, path)

    def _is_ours(self, one: Suppression) -> bool:
        """Whether a code is lrlint's to judge: not a bare ``noqa``, nor another linter's code."""
        if one.ours:
            return True
        like_ours = one.code.lower().startswith("lr") and one.code[2:3].isdigit()
        return like_ours or any(
            one.code.lower() in (rule.code.lower(), rule.name) for rule in self._ruleset.all_rules
        )

    def _names_us(self, one: Suppression) -> bool:
        return one.code.lower() in (UNUSED[0].lower(), UNUSED[1])

    def _silenced(self, offset: int) -> bool:
        """Whether a comment silences this very rule; none does that silences all rules."""
        row, _ = self._source.lines.position(offset)
        by = [
            one
            for one in self._source.suppressions.matching(*UNUSED, row, row)
            if self._names_us(one)
        ]
        self._used.update(by)
        return bool(by)

    def _fix(self, one: Suppression) -> Fix | None:
        if not self._ruleset.may_fix(UNUSED[0]):
            return None
        from lrlint.source.suppress_edits import without  # few comments are unused

        source = self._source
        change = without(source.text, source.suppressions, one, whole_rows=source.notebook is None)
        if change is None:
            return None
        start, end, content = change
        edit = Edit(source.at(start, end), content)
        return Fix(Applicability.SAFE, "remove it", (edit,))

    def _diagnostic(
        self, at: _Stretch, message: str, severity: Severity, fix: Fix | None = None
    ) -> Diagnostic:
        span = self._source.at(*at)
        code, name = UNUSED
        return Diagnostic(
            code=code,
            name=name,
            severity=severity,
            message=message,
            filename=span.filename,
            location=span.start,
            end_location=span.end,
            cell=span.cell,
            fix=fix,
            url=self._ruleset.url(code),
        )
