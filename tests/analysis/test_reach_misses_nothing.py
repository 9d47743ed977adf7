"""The test of names refuses no script in which the analysis finds a schedule."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.analysis import analyse
from lrlint.rule import OWN_RULES, load_rules
from lrlint.source import Reach, load

SNIPPETS = [
    pytest.param(code, id=f"{rule.code}-{number}")
    for rule in load_rules()
    if rule.code != "LR000" and type(rule).__module__.startswith(OWN_RULES)
    for number, code in enumerate(
        (*rule.VALID, *(example.code for example in rule.INVALID)), start=1
    )
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_scripts_in_which_schedules_are_found_are_analysed(code: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(dedent(code), encoding="utf-8")
    source = load(path)
    if any(training.schedules for training in analyse(source).trainings):
        assert Reach(lambda _: None).builds(path, source.text)
