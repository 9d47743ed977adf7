"""Outcomes of blocks: only a certain exit ends a block."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome

from .fake import flag


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (GOES_ON, False),
        (ENDS, True),
        (Outcome(Exit.CONTINUE), True),
        (Outcome(Exit.RAISE), True),
        (Outcome(escaped=flag("done"), leaves_function=True), False),
    ],
)
def test_what_ends_a_block(outcome: Outcome, ends: bool) -> None:
    assert outcome.ends is ends
