"""What a run says of the findings that were made before it: confirmed, refuted, not exercised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from lrlint.diagnostics import Diagnostic
from lrlint.runtime.recording import Track

RECORDED = frozenset(
    {
        *("LR101", "LR102", "LR103", "LR104", "LR105", "LR106", "LR108", "LR111"),
        *("LR201", "LR202", "LR203", "LR204", "LR205", "LR206", "LR207", "LR210"),
        *("LR301", "LR302", "LR303", "LR304", "LR305", "LR308"),
        *("LR401", "LR406", "LR407", "LR409"),
    }
)
"""Rules whose facts every run fills: that they are silent after it means something.

The others that judge runs wait for something that may not come up, such as a resume or a step that
a GradScaler leaves out: a run can confirm them, and does not refute them.
"""

_SHOWS = {
    "LR103": frozenset({"LR414"}),  # with the flag off, it is never stepped
    "LR901": frozenset({"LR404", "LR408", "LR412"}),  # something else has set the LR
    "LR902": frozenset({"LR208"}),  # the training was stopped early
}
"""What a finding of a run bears out besides its own kind."""


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
        same = one.code == static.code or static.code in _SHOWS.get(one.code, ())
        if same and places & _places(one):
            return Verdict.CONFIRMED
    exercised = static.code in RECORDED and bool(places & built)
    return Verdict.REFUTED if exercised else Verdict.NOT_EXERCISED


def _places(finding: Diagnostic) -> set[tuple[str, int]]:
    """The lines that a finding speaks of: its own, and those of the scheduler it is about."""
    related = {(one.filename, one.location.row) for one in finding.related}
    return {(finding.filename, finding.location.row)} | related
