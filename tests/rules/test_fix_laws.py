"""What holds of every fix however a script is written: comments, blank lines and line endings."""

from __future__ import annotations

import ast
import io
import tokenize
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_cases import RULES, invalid_examples

from lrlint.linter.engine import lint_text
from lrlint.rule import Invalid, Rule
from lrlint.source import splice

FIXED = [
    pytest.param(rule, example, id=name)
    for rule in RULES
    for name, example in invalid_examples(rule)
    if example.fixed is not None
]


def ends_of_statements(code: str) -> list[int]:
    """The rows, from 1, that a comment may be written at the end of, outside of strings."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    rows = {token.start[0] for token in tokens if token.type in (tokenize.NEWLINE, tokenize.NL)}
    return sorted(row for row in rows if code.splitlines()[row - 1].strip())


def comments(code: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(code, newline="").readline)
    return sorted(token.string.strip() for token in tokens if token.type == tokenize.COMMENT)


@st.composite
def rewritten(draw: st.DrawFn, code: str) -> str:
    """The same script with comments and blank lines of somebody else's, in their line endings."""
    ends = set(ends_of_statements(code))
    lines: list[str] = []
    for row, line in enumerate(code.splitlines(), 1):
        number = len(lines)
        if row in ends and "#" not in line and draw(st.booleans()):
            line += draw(st.sampled_from(["  # note ", "# note ", " #: note "])) + str(number)
        lines.append(line)
        if row in ends:
            lines += [""] * draw(st.integers(0, 1))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    return ending.join(lines) + draw(st.sampled_from(["", ending]))


@pytest.mark.parametrize(("rule", "example"), FIXED)
@settings(max_examples=12)
@given(data=st.data())
def test_a_fix_keeps_what_is_not_its_own(rule: Rule, example: Invalid, data: st.DataObject) -> None:
    code = data.draw(rewritten(example.script()))

    def found(text: str) -> list[Any]:
        report = lint_text(text, "script.py", pedantic=True)
        assert report.problems == ()
        return [one for one in report.diagnostics if one.code == rule.code]

    (diagnostic,) = found(code)
    assert diagnostic.fix is not None
    fixed = splice(code, [(edit.span, edit.content) for edit in diagnostic.fix.edits])
    ast.parse(fixed)
    assert found(fixed) == []
    assert ("\r\n" in fixed) == ("\r\n" in code)
    assert fixed.count("\n") == fixed.count("\r\n") or "\r\n" not in fixed
    own = comments(example.script())  # which the rule may be about
    after = comments(example.expected_fix() or "")
    removed = [one for one in own if one not in after]
    assert comments(fixed) == [one for one in comments(code) if one not in removed]
    kept = set(code.splitlines()) & set((example.expected_fix() or "").splitlines())
    assert kept <= set(fixed.splitlines())
