"""The examples of all our rules: in the rule files and in ``tests/rules/cases``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lrlint.rule import OWN_RULES, Invalid, Rule, load_rules
from lrlint.testing import examples_of

CASES = Path(__file__).parent / "rules" / "cases"
RULES = [rule for rule in load_rules() if type(rule).__module__.startswith(OWN_RULES)]


def valid_scripts(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield a name and a script that must draw nothing of the rule."""
    for example in examples_of(rule, CASES):
        if isinstance(example.snippet, str):
            yield example.name, example.snippet


def invalid_examples(rule: Rule) -> Iterator[tuple[str, Invalid]]:
    """Yield a name and a snippet that must draw exactly one finding of the rule."""
    for example in examples_of(rule, CASES):
        if isinstance(example.snippet, Invalid):
            yield example.name, example.snippet
