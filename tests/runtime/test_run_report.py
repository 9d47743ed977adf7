"""The summary of a run as text and JSON."""

from __future__ import annotations

import math

from lrlint.facts import Departure
from lrlint.output import Style
from lrlint.runtime.recording import Recording
from lrlint.runtime.run_report import RunReport, as_json, as_text
from lrlint.runtime.track import Track
from lrlint.runtime.verdicts import Judgement, Verdict

from .test_verdicts import finding

TRACK = Track(
    scheduler="StepLR",
    optimizer="SGD",
    optimizer_steps=3,
    scheduler_steps=3,
    at=(0, 1, 2),
    lr=((0.1, 0.1, 0.05),),
    expected=((0.1, 0.1, 0.05),),
    epochs=3,
    max_relative_error=0.0,
    filename="train.py",
    row=12,
)


def report(*tracks: Track, verdicts: tuple[Verdict, ...] = ()) -> RunReport:
    static = tuple(finding("LR101", 12 + index) for index, _ in enumerate(verdicts))
    return RunReport(0, Recording(tracks), static, tuple(map(Judgement, verdicts)), {})


def test_a_sound_run() -> None:
    text = as_text(report(TRACK), Style())
    assert text.startswith(
        "train.py:12  StepLR, optimizer SGD\n"
        "  3 optimizer steps, 3 scheduler steps in 3 epochs\n"
        "  LR matches the scheduler at every step (max. rel. error 0)\n"
    )
    assert text.endswith("\n\nlrlint: no findings in this run\n")


def test_a_run_without_a_scheduler() -> None:
    text = as_text(report(), Style())
    assert text == (
        "lrlint: no LR scheduler was created, and the script does not change the LR itself:"
        " there is no schedule to verify\n"
    )


def test_static_findings_are_counted_by_verdict() -> None:
    verdicts = (Verdict.CONFIRMED, Verdict.NOT_EXERCISED, Verdict.CONFIRMED)
    lines = as_text(report(TRACK, verdicts=verdicts), Style()).splitlines()
    start = lines.index("Static findings: 2 confirmed, 0 refuted, 1 not exercised")
    assert lines[start + 1 : start + 3] == [
        "  train.py:12  LR101 : confirmed",
        "  train.py:13  LR101 : not exercised",
    ]


def test_json_holds_no_nan() -> None:
    departure = Departure(step=2, group=0, used=math.nan, expected=0.05, writer="a write")
    data = as_json(report(Track(**{**vars(TRACK), "first_divergence": departure})))
    (schedule,) = data["schedules"]
    assert schedule["first_divergence"]["used"] is None
    assert "at" not in schedule


def test_a_thinned_track_says_which_steps_are_there() -> None:
    (schedule,) = as_json(report(Track(**{**vars(TRACK), "optimizer_steps": 30})))["schedules"]
    assert schedule["at"] == [0, 1, 2]
