"""What a run says of the findings that were made before it: confirmed, refuted, not exercised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from lrlint.diagnostics import Diagnostic
from lrlint.runtime.recording import Track

RECORDED = frozenset(
    {
        *("LR101", "LR102", "LR103", "LR104", "LR105", "LR106"),
        *("LR201", "LR202", "LR203", "LR206", "LR207"),
        *("LR301", "LR302", "LR401", "LR409"),
    }
)
"""Rules whose facts a recorder fills: that they are silent after the run means something."""


class Verdict(Enum):
    """What became of a static finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_EXERCISED = "not-exercised"


def judge(
    static: Sequence[Diagnostic], runtime: Iterable[Diagnostic], tracks: Sequence[Track]
) -> list[Verdict]:
    """A verdict for each static finding."""
    found = list(runtime)
    built = {(track.filename, track.row) for track in tracks}
    return [_verdict(one, found, built) for one in static]


def _verdict(
    static: Diagnostic, runtime: Sequence[Diagnostic], built: set[tuple[str, int]]
) -> Verdict:
    places = _places(static)
    for one in runtime:
        if one.code == static.code and places & _places(one):
            return Verdict.CONFIRMED
    exercised = static.code in RECORDED and bool(places & built)
    return Verdict.REFUTED if exercised else Verdict.NOT_EXERCISED


def _places(finding: Diagnostic) -> set[tuple[str, int]]:
    """The lines that a finding speaks of: its own, and those of the scheduler it is about."""
    related = {(one.filename, one.location.row) for one in finding.related}
    return {(finding.filename, finding.location.row)} | related
