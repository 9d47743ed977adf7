"""The test of names refuses no script in which the analysis finds a schedule."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_cases import RULES, invalid_examples, valid_scripts

from lrlint.analysis import analyse
from lrlint.source import Relevance, load

SNIPPETS = [
    pytest.param(script, id=name)
    for rule in RULES
    if rule.code != "LR000"
    for name, script in (
        *valid_scripts(rule),
        *((name, example.script()) for name, example in invalid_examples(rule)),
    )
]


@pytest.mark.parametrize("script", SNIPPETS)
def test_scripts_in_which_schedules_are_found_are_analysed(script: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(script, encoding="utf-8")
    source = load(path)
    if any(training.schedules for training in analyse(source).trainings):
        assert Relevance(lambda _: None).may_build(path, source.text)
