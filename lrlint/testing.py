"""The tests that rules bring along: their snippets, and case files beside them.

A package of rules tests all of them with three lines of pytest::

    import pytest
    from lrlint.testing import Example, examples

    @pytest.mark.parametrize("example", examples("acme_rules"), ids=str)
    def test_example(example: Example) -> None:
        example.check()

A rule's class shows its most telling snippets, a folder of cases has the others, one in a file:
``<cases>/<code>/*.py``. A case begins with a header and is a plain script otherwise::

    # invalid: why the rule must report this
    # at: scheduler.step()
    # says: words that the message contains
    from torch.optim import SGD
    ...
    # fixed:
    # -     scheduler.step()
    # + scheduler.step()

The first row says ``valid`` or ``invalid`` and why. The other keys are those of
:class:`lrlint.rule.Invalid`; ``says`` and ``also`` may be repeated. Without ``# fixed:``, which
is followed by a :class:`lrlint.snippets.Diff`, there is no fix.
"""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.linter.engine import lint_text
from lrlint.rule import Invalid, Rule, load_rules, rules_of
from lrlint.snippets import Diff, script
from lrlint.source import splice

_HEADER = re.compile(r"# (valid|invalid|at|row|says|also): (.+)\n")


@dataclass(frozen=True)
class Example:
    """A script and what a rule must say of it: nothing, or what an :class:`Invalid` says."""

    rule: Rule
    name: str
    snippet: str | Invalid

    def __str__(self) -> str:
        return self.name

    def script(self) -> str:
        """Return the text to lint."""
        return self.snippet.script() if isinstance(self.snippet, Invalid) else self.snippet

    def check(self) -> None:
        """Lint the script; raise AssertionError where the rule says something else.

        The rule must report an invalid script exactly once, no other rule may report an error that
        the example does not name, and the fix must leave a script that the rule does not report.
        """
        found = _lint(self.script())
        own = self._of_the_rule(found)
        if not isinstance(self.snippet, Invalid):
            self._expect(not own, f"a valid script is reported: {_messages(own)}")
            return
        self._expect(len(own) == 1, f"not exactly one finding, but {_messages(own)}")
        self._check_finding(self.snippet, own[0])
        others = _errors(found) - {self.rule.code}
        wanted = set(self.snippet.also)
        self._expect(others == wanted, f"errors of other rules: {sorted(others)}")
        self._check_fix(self.snippet, own[0], found)

    def _check_finding(self, wanted: Invalid, finding: Diagnostic) -> None:
        row = wanted.expected_row()
        self._expect(
            row is None or row == finding.location.row,
            f"the finding is in row {finding.location.row}, not {row}",
        )
        for words in wanted.says:
            self._expect(words in finding.message, f"no {words!r} in: {finding.message}")

    def _check_fix(self, wanted: Invalid, finding: Diagnostic, found: list[Diagnostic]) -> None:
        expected = wanted.expected_fix()
        if finding.fix is None or expected is None:
            self._expect(finding.fix is None, "there is a fix; `fixed` says that there is none")
            self._expect(expected is None, "there is no fix")
            return
        edits = [(edit.span, edit.content) for edit in finding.fix.edits]
        fixed = splice(self.script(), edits)
        self._expect(fixed == expected, f"the fix differs from `fixed`:\n{_diff(expected, fixed)}")
        after = _lint(fixed)
        own = self._of_the_rule(after)
        self._expect(not own, f"still reported after the fix: {_messages(own)}")
        new = _errors(after) - _errors(found)
        self._expect(not new, f"the fix brings new errors: {sorted(new)}")

    def _of_the_rule(self, found: list[Diagnostic]) -> list[Diagnostic]:
        return [finding for finding in found if finding.code == self.rule.code]

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            rows = enumerate(self.script().splitlines(), 1)
            listing = "\n".join(f"{number:3} {row}" for number, row in rows)
            raise AssertionError(f"{self.name}: {otherwise}\n{listing}")


def examples(module: str, cases: Path | None = None) -> list[Example]:
    """Return the examples of all rules of a module or package, and those in a folder of cases.

    Raises LookupError where a rule is not installed: lrlint would not find it either.
    """
    installed = {type(rule) for rule in load_rules()}
    result: list[Example] = []
    for rule in rules_of(importlib.import_module(module)):
        if type(rule) not in installed:
            raise LookupError(
                f"{rule.code} is not installed: name the module {module!r} under the entry-point"
                " group 'lrlint.rules' of your package, and install that"
            )
        result += examples_of(rule, cases)
    return result


def examples_of(rule: Rule, cases: Path | None = None) -> Iterator[Example]:
    """Yield the examples of one rule."""
    for number, code in enumerate(rule.VALID, 1):
        yield Example(rule, f"{rule.code}-valid-{number}", script(code))
    for number, invalid in enumerate(rule.INVALID, 1):
        yield Example(rule, f"{rule.code}-invalid-{number}", invalid)
    if cases is not None:
        for path in sorted((cases / rule.code.lower()).glob("*.py")):
            case = read_case(path.read_text(encoding="utf-8"))
            yield Example(rule, f"{rule.code}-{path.stem}", case)


def read_case(text: str) -> str | Invalid:
    """Return the script of a valid case, or an invalid one; raise ValueError for a bad header."""
    header: dict[str, list[str]] = defaultdict(list)
    while match := _HEADER.match(text):
        header[match[1]].append(match[2])
        text = text[match.end() :]
    code, mark, fixed = text.partition("# fixed:\n")
    if not code or ("valid" in header) == ("invalid" in header):
        raise ValueError("a case begins with '# valid: why' or '# invalid: why'")
    if "valid" in header:
        if len(header) > 1 or mark:
            raise ValueError("a valid case has no other key")
        return code
    (at,) = header["at"] or (None,)
    (row,) = header["row"] or (None,)
    return Invalid(
        code,
        at=at,
        row=None if row is None else int(row),
        fixed=Diff(re.sub("^# ", "", fixed, flags=re.MULTILINE)) if mark else None,
        says=tuple(header["says"]),
        also=tuple(header["also"]),
    )


def _lint(text: str) -> list[Diagnostic]:
    """Return all that lrlint says of a script, advice included."""
    report = lint_text(text, "snippet.py", pedantic=True)
    if report.problems:
        raise AssertionError("\n".join(report.problems))
    return list(report.diagnostics)


def _errors(found: list[Diagnostic]) -> set[str]:
    return {finding.code for finding in found if finding.severity is Severity.ERROR}


def _messages(found: list[Diagnostic]) -> str:
    return "; ".join(f"row {one.location.row}: {one.message}" for one in found) or "none"


def _diff(expected: str, actual: str) -> str:
    rows = (expected.splitlines(), actual.splitlines())
    return "\n".join(unified_diff(*rows, "expected", "actual", lineterm=""))
