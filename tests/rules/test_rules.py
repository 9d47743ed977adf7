"""The tests that every rule brings along: its page, its name, its VALID and INVALID snippets.

Nothing here names a rule. A new file in ``rules/`` is tested because it is there, and so is a new
case in ``tests/rules/cases``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from rule_cases import CASES, RULES, invalid_examples, valid_scripts

from lrlint import rule as rule_module
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.linter.engine import lint_text
from lrlint.rule import Invalid, Rule
from lrlint.source import splice

SECTIONS = ("What it does", "Why is this bad", "Example", "Use instead", "References")
RUN_TIME_ONLY = "LR9"
"""Rules that judge a recorded run have no snippets to lint."""


def draw(script: str) -> list[Diagnostic]:
    """Return all that lrlint says of a script, advice included."""
    report = lint_text(script, "snippet.py", pedantic=True)
    assert report.problems == ()
    return list(report.diagnostics)


def errors(found: list[Diagnostic]) -> set[str]:
    return {diagnostic.code for diagnostic in found if diagnostic.severity is Severity.ERROR}


def of(rule: Rule, found: list[Diagnostic]) -> list[Diagnostic]:
    return [diagnostic for diagnostic in found if diagnostic.code == rule.code]


each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def valid() -> Iterator[object]:
    for rule in RULES:
        for name, script in valid_scripts(rule):
            yield pytest.param(rule, script, id=name)


def invalid() -> Iterator[object]:
    for rule in RULES:
        for name, example in invalid_examples(rule):
            yield pytest.param(rule, example, id=name)


# -- the page and the name


@each_rule
def test_page_has_its_sections_in_order(rule: Rule) -> None:
    headings = re.findall(r"^## (.+?)\??$", rule.documentation(), re.MULTILINE)
    known = [heading for heading in headings if heading in SECTIONS]
    assert known == list(SECTIONS)
    assert set(headings) <= {*SECTIONS, "Options"}


@each_rule
def test_page_begins_with_one_sentence(rule: Rule) -> None:
    assert rule.summary().endswith(".")
    assert not rule.summary().startswith("#")


@each_rule
def test_code_and_name_have_the_catalogue_s_form(rule: Rule) -> None:
    assert re.fullmatch(r"LR\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


@each_rule
def test_file_is_named_after_the_rule(rule: Rule) -> None:
    file = Path(inspect.getfile(type(rule)))
    assert file.name == f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (None, None),
        (["Source, https://example.org/code"], None),
        (["Documentation, https://example.org/docs/"], "https://example.org/docs/rules/lr101/"),
    ],
)
def test_page_has_an_address_where_the_metadata_name_the_documentation(
    monkeypatch: pytest.MonkeyPatch, urls: list[str] | None, expected: str | None
) -> None:
    package = Message()
    for url in urls or ():
        package["Project-URL"] = url
    monkeypatch.setattr(rule_module, "metadata", lambda name: package)
    monkeypatch.setattr(
        rule_module, "documentation_address", rule_module.documentation_address.__wrapped__
    )
    (rule,) = (rule for rule in RULES if rule.code == "LR101")
    assert rule.url() == expected


@each_rule
def test_rule_brings_snippets(rule: Rule) -> None:
    if not rule.code.startswith(RUN_TIME_ONLY):
        assert rule.VALID
        assert rule.INVALID


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_cases_are_of_our_rules() -> None:
    assert {folder.name for folder in CASES.iterdir()} <= {rule.code.lower() for rule in RULES}


# -- the snippets


@pytest.mark.parametrize(("rule", "script"), list(valid()))
def test_valid_snippet_draws_nothing_of_the_rule(rule: Rule, script: str) -> None:
    assert of(rule, draw(script)) == []


@pytest.mark.parametrize(("rule", "example"), list(invalid()))
def test_invalid_snippet_draws_the_rule_once_and_no_other_error(
    rule: Rule, example: Invalid
) -> None:
    found = draw(example.script())
    (diagnostic,) = of(rule, found)
    assert errors(found) - {rule.code} == set(example.also)
    if (row := example.expected_row()) is not None:
        assert diagnostic.location.row == row
    for words in example.says:
        assert words in diagnostic.message


@pytest.mark.parametrize(("rule", "example"), list(invalid()))
def test_fix_of_an_invalid_snippet(rule: Rule, example: Invalid) -> None:
    before = draw(example.script())
    (diagnostic,) = of(rule, before)
    expected = example.expected_fix()
    if expected is None:
        assert diagnostic.fix is None
        return
    assert diagnostic.fix is not None
    fixed = splice(example.script(), [(edit.span, edit.content) for edit in diagnostic.fix.edits])
    assert fixed == expected
    after = draw(fixed)
    assert of(rule, after) == []
    assert errors(after) <= errors(before)
