"""Which static findings a run confirms, refutes, or does not exercise."""

from __future__ import annotations

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.runtime.track import Track
from lrlint.runtime.verdicts import Verdict, judge
from lrlint.span import Location


def finding(code: str, row: int, related: int | None = None) -> Diagnostic:
    at = Location(row, 1)
    notes = () if related is None else (Location(related, 1),)
    return Diagnostic(
        code=code,
        name="",
        severity=Severity.ERROR,
        message="",
        filename="train.py",
        location=at,
        end_location=at,
        cell=None,
        related=tuple(Related("", "train.py", place, place, None) for place in notes),
        fix=None,
        url="",
    )


BUILT = Track("StepLR", "SGD", 1, 1, (0,), ((0.1,),), filename="train.py", row=12)


@pytest.mark.parametrize(
    ("static", "runtime", "verdict"),
    [
        (finding("LR101", 41, related=12), [finding("LR101", 12)], Verdict.CONFIRMED),
        (finding("LR404", 12), [finding("LR901", 12)], Verdict.CONFIRMED),
        (finding("LR101", 12), [finding("LR201", 12)], Verdict.REFUTED),
        (finding("LR101", 12), [finding("LR101", 99)], Verdict.REFUTED),
        (finding("LR101", 50), [], Verdict.NOT_EXERCISED),
        (finding("LR402", 12), [], Verdict.NOT_EXERCISED),
    ],
)
def test_verdict(static: Diagnostic, runtime: list[Diagnostic], verdict: Verdict) -> None:
    assert judge([static], runtime, [BUILT]) == [verdict]
