"""Which static findings a run confirms, refutes, or does not exercise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from lrlint.diagnostics import Diagnostic
from lrlint.runtime.track import Track

RECORDED = frozenset(
    {
        *("LR101", "LR102", "LR103", "LR104", "LR105", "LR106", "LR108", "LR111"),
        *("LR201", "LR202", "LR203", "LR204", "LR205", "LR206", "LR207", "LR210"),
        *("LR301", "LR302", "LR303", "LR304", "LR305", "LR308"),
        *("LR401", "LR406", "LR407", "LR409"),
    }
)
"""Rules whose facts every run fills, so that their silence means something.

The others that judge runs need something that may not happen, such as a resume or a step that a
GradScaler leaves out: a run can confirm them, and does not refute them.
"""

_SHOWS = {
    "LR103": frozenset({"LR414"}),  # with the flag off, it is never stepped
    "LR901": frozenset({"LR404", "LR408", "LR412"}),  # something else has set the LR
    "LR902": frozenset({"LR208"}),  # the training was stopped early
}
"""By code of a run's finding, the static findings that it confirms besides its own kind."""


class Verdict(Enum):
    """What a run shows about a static finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_EXERCISED = "not-exercised"


def judge(
    static: Sequence[Diagnostic], runtime: Iterable[Diagnostic], tracks: Sequence[Track]
) -> list[Verdict]:
    """Return a verdict for each static finding."""
    recorded = list(runtime)
    built = {(track.filename, track.row) for track in tracks}
    return [_verdict(finding, recorded, built) for finding in static]


def _verdict(
    static: Diagnostic, runtime: Sequence[Diagnostic], built: set[tuple[str, int]]
) -> Verdict:
    places = _places(static)
    for finding in runtime:
        same = finding.code == static.code or static.code in _SHOWS.get(finding.code, ())
        if same and places & _places(finding):
            return Verdict.CONFIRMED
    exercised = static.code in RECORDED and bool(places & built)
    return Verdict.REFUTED if exercised else Verdict.NOT_EXERCISED


def _places(finding: Diagnostic) -> set[tuple[str, int]]:
    """Return the lines of a finding: its own, and those of the scheduler it is about."""
    related = {(place.filename, place.location.row) for place in finding.related}
    return {(finding.filename, finding.location.row)} | related
