"""`lrlint.testing`: what it says of a rule that does not do what its examples say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rule_cases import RULES

from lrlint.rule import Invalid
from lrlint.snippets import Diff
from lrlint.testing import Example, examples

(RULE,) = (rule for rule in RULES if rule.code == "LR101")
INVALID = RULE.INVALID[0]


def test_examples_are_named_by_rule_and_number() -> None:
    names = [str(example) for example in examples("lrlint_rules.lr101_step_in_batch_loop")]
    assert names == ["LR101-valid-1", "LR101-valid-2", "LR101-invalid-1", "LR101-invalid-2"]


@pytest.mark.parametrize(
    ("snippet", "reason"),
    [
        (INVALID.script(), "a valid script is reported: row 11: T_max=100"),
        (Invalid(RULE.VALID[0]), "not exactly one finding, but none"),
        (replace(INVALID, at="optimizer.step()"), "the finding is in row 11, not 10"),
        (replace(INVALID, says=("per month",)), "no 'per month' in: T_max=100"),
        (replace(INVALID, also=("LR201",)), "errors of other rules: []"),
        (replace(INVALID, fixed=None), "there is a fix; `fixed` says that there is none"),
        (
            replace(INVALID, fixed=Diff("- optimizer.step()")),
            "the fix differs from `fixed`:\n--- expected\n+++ actual",
        ),
    ],
)
def test_failure_says_what_is_wrong_and_shows_the_script(
    snippet: str | Invalid, reason: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        Example(RULE, "the example", snippet).check()
    text = str(failure.value)
    assert text.startswith(f"the example: {reason}")
    assert "\n  1 from torch.optim import SGD\n" in text
