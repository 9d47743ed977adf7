"""Which static findings a run confirms, refutes, or does not exercise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.runtime.track import Track
from lrlint.runtime.verdicts import Judgement, Verdict, judge, one_severity
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
        (finding("LR101", 12), [finding("LR201", 12)], Verdict.CONFIRMED),
        (finding("LR301", 12), [finding("LR201", 12)], Verdict.NOT_EXERCISED),
        (finding("LR301", 12), [], Verdict.REFUTED),
        (finding("LR201", 12), [finding("LR201", 30, related=12)], Verdict.CONFIRMED),
        (finding("LR101", 12), [finding("LR101", 99)], Verdict.REFUTED),
        (finding("LR101", 50), [], Verdict.NOT_EXERCISED),
        (finding("LR402", 12), [], Verdict.NOT_EXERCISED),
    ],
)
def test_verdict(static: Diagnostic, runtime: list[Diagnostic], verdict: Verdict) -> None:
    (judgement,) = judge([static], runtime, [BUILT])
    assert judgement.verdict is verdict


def test_a_rule_that_could_not_judge_the_run_refutes_nothing() -> None:
    static = finding("LR205", 41, related=12)
    for code, row, verdict in (
        ("LR205", 12, Verdict.NOT_EXERCISED),
        ("LR205", 13, Verdict.REFUTED),
        ("LR201", 12, Verdict.REFUTED),
    ):
        silences = frozenset({(code, "train.py", row)})
        (judgement,) = judge([static], [], [BUILT], silences=silences)
        assert judgement.verdict is verdict


def test_the_finding_that_shows_the_same_defect_is_named() -> None:
    static, seen = finding("LR102", 41, related=12), finding("LR202", 12)
    seen = replace(seen, severity=Severity.WARNING)
    judgements = judge([static], [seen], [BUILT])
    assert judgements == [Judgement(Verdict.CONFIRMED, seen)]
    assert judgements[0].confirmed_as == "LR202"
    (judged,) = one_severity([static], [seen], judgements)
    assert judged.severity is static.severity


def test_two_schedules_that_share_a_loop_are_told_apart() -> None:
    other = replace(BUILT, row=20)
    static = finding("LR101", 40, related=12)
    seen = finding("LR201", 20, related=40)
    (judgement,) = judge([static], [seen], [BUILT, other])
    assert judgement.verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("code", "track", "complete"),
    [
        ("LR201", BUILT, False),
        ("LR201", replace(BUILT, partial=True), True),
        ("LR101", replace(BUILT, scheduler_steps=0), True),
        ("LR201", replace(BUILT, scheduler="LambdaLR"), True),
        ("LR101", replace(BUILT, scheduler="SequentialLR"), True),
        ("LR203", replace(BUILT, optimizer_steps=0), True),
        ("LR210", replace(BUILT, scheduler="LambdaLR"), True),
        ("LR205", replace(BUILT, scheduler="ScheduleOfTheScript"), True),
    ],
)
def test_silence_of_a_run_that_does_not_cover_the_claim(
    code: str, track: Track, complete: bool
) -> None:
    (judgement,) = judge([finding(code, 12)], [], [track], complete=complete)
    assert judgement.verdict is Verdict.NOT_EXERCISED
