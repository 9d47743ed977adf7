"""The tests that every rule brings along: its page, its name, its VALID and INVALID snippets.

Nothing here names a rule. A new file in ``rules/`` is tested because it is there, and so is a new
case in ``tests/rules/cases``.
"""

from __future__ import annotations

import inspect
import re
from email.message import Message
from pathlib import Path

import pytest
from rule_cases import CASES, RULES

from lrlint import rule as rule_module
from lrlint.fix import Applicability
from lrlint.linter.engine import lint_text
from lrlint.rule import OWN_RULES, Invalid, Rule
from lrlint.testing import Example, examples, examples_of

SECTIONS = ("What it does", "Why is this bad", "Example", "Use instead", "References")
OPTIONAL = ("Options", "Fix safety", "What torch says")
RUN_TIME_ONLY = "LR9"
"""Rules that judge a recorded run have no snippets to lint."""


each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


# -- the page and the name


@each_rule
def test_page_has_its_sections_in_order(rule: Rule) -> None:
    headings = re.findall(r"^## (.+?)\??$", rule.documentation(), re.MULTILINE)
    known = [heading for heading in headings if heading in SECTIONS]
    assert known == list(SECTIONS)
    assert set(headings) <= {*SECTIONS, *OPTIONAL}


@each_rule
def test_page_says_why_a_fix_is_unsafe(rule: Rule) -> None:
    unsafe = any(_has_unsafe_fix(example) for example in examples_of(rule, CASES))
    assert ("## Fix safety" in rule.documentation()) == unsafe


def _has_unsafe_fix(example: Example) -> bool:
    if not isinstance(example.snippet, Invalid) or example.snippet.fixed is None:
        return False
    found = lint_text(example.script(), pedantic=True).diagnostics
    (fix,) = (finding.fix for finding in found if finding.code == example.rule.code)
    return fix is not None and fix.applicability is Applicability.UNSAFE


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


# -- the examples


@pytest.mark.parametrize("example", examples(OWN_RULES, CASES), ids=str)
def test_example(example: Example) -> None:
    example.check()
