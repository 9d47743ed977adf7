"""Which static findings a run confirms, refutes, or does not exercise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.facts import HANDWRITTEN
from lrlint.formulas import LAWS
from lrlint.runtime.run_judge import ABOUT_THE_END, ABOUT_TOO_FEW, Silences
from lrlint.runtime.track import Track

RECORDED = frozenset(
    {
        *("LR101", "LR102", "LR103", "LR104", "LR105", "LR106", "LR108", "LR111"),
        *("LR201", "LR202", "LR203", "LR204", "LR205", "LR206", "LR207", "LR210"),
        *("LR301", "LR302", "LR303", "LR304", "LR305", "LR308"),
        *("LR401", "LR406", "LR407", "LR409", "LR504", "LR505"),
    }
)
"""Rules whose facts every run fills, so that their silence means something.

The others that judge runs need something that may not happen, such as a resume or a step that a
GradScaler leaves out: a run can confirm them, and does not refute them.
"""

_OF_LENGTH = frozenset(
    {"LR101", "LR102", "LR108", "LR201", "LR202", "LR203", "LR204", "LR206", "LR504"}
)
"""Rules that compare the steps with a horizon: where the run knows no horizon they say nothing."""

_OF_ARGUMENTS = frozenset(
    {"LR205", "LR207", "LR210", "LR301", "LR302", "LR303", "LR304", "LR308", "LR505"}
)
"""Rules about the arguments of a schedule. Of a law that the script writes as a function or a class
of its own, a run sees none, and its silence says nothing."""

_OF_UNIT = frozenset({"LR101", "LR102", "LR108"})
"""Rules that compare the unit of a length with that of the steps. Of the parts of a
SequentialLR, a run knows the numbers alone: they need not show that some count epochs."""

_OF_HAND_WRITTEN = frozenset(
    {
        *("LR201", "LR204", "LR205", "LR210", "LR302", "LR305"),
        *("LR703", "LR704"),
    }
)
"""Rules that judge an LR that the script writes by hand, where it can be read.

Whether a decay compounds (LR701) shows in a long run only: a short one does not refute it.
"""

_FUNCTIONS = frozenset({"LambdaLR", "MultiplicativeLR"})
"""Schedulers whose law is a function of the script."""

_TOO_FAST = frozenset({"LR101", "LR105", "LR108", "LR201", "LR202", "LR504"})
"""More steps than the schedule is long."""
_TOO_SLOW = frozenset({"LR102", "LR201", "LR202", "LR205", "LR206", "LR210", "LR504"})
"""Fewer steps than the schedule is long."""
_RESUME = frozenset({"LR209", "LR412", "LR413", "LR901"})

_SAME_DEFECT = {
    "LR101": _TOO_FAST | {"LR111", "LR203", "LR205", "LR305"},
    "LR102": _TOO_SLOW | {"LR103"},
    "LR105": _TOO_FAST,
    "LR108": _TOO_FAST | {"LR206"},
    "LR111": _TOO_SLOW,
    "LR201": _TOO_FAST | _TOO_SLOW,
    "LR202": _TOO_FAST | _TOO_SLOW,
    "LR204": frozenset({"LR201", "LR202"}),
    "LR205": _TOO_SLOW,
    "LR206": _TOO_SLOW | {"LR108"},
    "LR305": frozenset({"LR201", "LR504"}),  # too short a decay says more than its zeros
    "LR208": frozenset({"LR902"}),  # the training was stopped early
    "LR209": _RESUME,
    "LR210": _TOO_SLOW,
    "LR401": frozenset({"LR406"}),
    "LR402": _RESUME,
    "LR403": _RESUME,
    "LR404": frozenset({"LR901"}),  # something else has set the LR
    "LR406": frozenset({"LR401"}),
    "LR407": frozenset({"LR901"}),
    "LR408": frozenset({"LR901"}),
    "LR412": _RESUME,
    "LR413": _RESUME,
    "LR414": frozenset({"LR103"}),  # with the flag off, it is never stepped
    "LR501": _TOO_FAST | _TOO_SLOW | {"LR103"},
    "LR503": _TOO_FAST | _TOO_SLOW | {"LR305"},
    "LR504": _TOO_FAST | _TOO_SLOW | {"LR305"},
    "LR505": frozenset({"LR103", "LR201", "LR210", "LR901"}),
}
"""By code of a static finding, the findings of a run that show the same defect."""


Line = tuple[str, int]
"""File name and row."""


class Verdict(Enum):
    """What a run shows about a static finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_EXERCISED = "not-exercised"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and for a confirmed finding the run's finding that shows the defect."""

    verdict: Verdict
    confirmed_by: Diagnostic | None = None

    @property
    def confirmed_as(self) -> str | None:
        """Return the code of the run's finding."""
        return None if self.confirmed_by is None else self.confirmed_by.code


def judge(
    static: Sequence[Diagnostic],
    runtime: Sequence[Diagnostic],
    tracks: Sequence[Track],
    *,
    silences: Silences = frozenset(),
    complete: bool = True,
    own_laws: Collection[Line] = (),
) -> list[Judgement]:
    """Return a judgement of each static finding.

    A run that is not ``complete``, since it was cut short or not all of it was recorded, says
    nothing by its silence about the length of the training. ``silences`` are those of rules that
    could not judge a schedule of the run, so that they refute nothing there. ``own_laws`` are the
    lines that build schedulers whose law is the script's, where what was read of it predicts the
    run.
    """
    covers = partial(_covers, complete=complete, own_laws=own_laws)
    return [_judge(finding, runtime, tracks, silences, covers) for finding in static]


def one_severity(
    static: Sequence[Diagnostic], runtime: Sequence[Diagnostic], judgements: Sequence[Judgement]
) -> tuple[Diagnostic, ...]:
    """Return the run's findings, each at least as severe as the finding that it confirms."""
    severities: dict[tuple[object, ...], Severity] = {}
    for finding, judgement in zip(static, judgements, strict=True):
        if judgement.confirmed_by is not None:
            key = _key(judgement.confirmed_by)
            severities[key] = max(finding.severity, severities.get(key, finding.severity))
    raised = ((seen, severities.get(_key(seen), seen.severity)) for seen in runtime)
    return tuple(replace(seen, severity=max(seen.severity, least)) for seen, least in raised)


def reported(
    static: Sequence[Diagnostic], runtime: Sequence[Diagnostic], judgements: Sequence[Judgement]
) -> tuple[Diagnostic, ...]:
    """Return the findings of a run and those before it as one list, each defect once.

    A static finding that is confirmed is a note to the run's finding; others say their verdict. A
    refuted one is advice.
    """
    seen = {_key(finding): finding for finding in runtime}
    others: list[Diagnostic] = []
    for finding, judgement in zip(static, judgements, strict=True):
        verdict = judgement.verdict.value.replace("-", " ")
        shown = None if judgement.confirmed_by is None else _key(judgement.confirmed_by)
        if shown in seen:
            note = Related(
                f"{finding.code} {finding.name}: {verdict} by this run",
                finding.filename,
                finding.location,
                finding.end_location,
                finding.cell,
            )
            confirming = seen[shown]
            seen[shown] = replace(confirming, related=(*confirming.related, note))
        else:
            refuted = judgement.verdict is Verdict.REFUTED
            severity = Severity.ADVICE if refuted else finding.severity
            message = f"{finding.message} ({verdict} by this run)"
            others.append(replace(finding, message=message, severity=severity))
    return tuple(sorted([*seen.values(), *others], key=lambda finding: finding.sort_key))


def _key(finding: Diagnostic) -> tuple[object, ...]:
    return (finding.code, finding.filename, finding.cell, finding.location)


def _judge(
    static: Diagnostic,
    runtime: Sequence[Diagnostic],
    tracks: Sequence[Track],
    silences: Silences,
    covers: Callable[[Track, str], bool],
) -> Judgement:
    built = {(track.filename, track.row) for track in tracks}
    here = [finding for finding in runtime if _share_a_schedule(static, finding, built)]
    same = _SAME_DEFECT.get(static.code, frozenset())
    for codes in ({static.code}, same):
        for finding in here:
            if finding.code in codes:
                return Judgement(Verdict.CONFIRMED, finding)
    if any(finding.severity > Severity.ADVICE for finding in here):
        return Judgement(Verdict.NOT_EXERCISED)  # its LR was not right, for another reason
    places = _places(static)
    if any((static.code, *line) in silences for line in places):
        return Judgement(Verdict.NOT_EXERCISED)  # the rule could not judge the run
    its_tracks = [track for track in tracks if (track.filename, track.row) in places]
    covered = its_tracks and all(covers(track, static.code) for track in its_tracks)
    return Judgement(Verdict.REFUTED if covered else Verdict.NOT_EXERCISED)


def _covers(track: Track, code: str, *, complete: bool, own_laws: Collection[Line]) -> bool:
    """Whether a schedule of the run would have shown a defect of this kind, and was right."""
    if track.scheduler == HANDWRITTEN:  # what the script reads as predicts the run
        return complete and code in _OF_HAND_WRITTEN and track.expected is not None
    if (track.filename, track.row) in own_laws and code in _OF_HAND_WRITTEN:
        return complete and not track.partial
    if code not in RECORDED or track.first_divergence is not None or not track.optimizer_steps:
        return False
    if (track.partial or not complete) and code in ABOUT_THE_END | ABOUT_TOO_FEW | _OF_LENGTH:
        return False
    law = LAWS.get(track.scheduler)
    if code in _OF_ARGUMENTS and (law is None or law.name in _FUNCTIONS):
        return False
    if code in _OF_UNIT and track.scheduler == "SequentialLR":
        return False
    if code in _OF_LENGTH and (law is None or not (law.horizon or law.durations)):
        return False
    return code == "LR103" or track.scheduler_steps > 0


def _share_a_schedule(static: Diagnostic, finding: Diagnostic, built: Collection[Line]) -> bool:
    mine, other = _places(static), _places(finding)
    schedules, others = mine & {*built}, other & {*built}
    return bool(schedules & others if schedules and others else mine & other)


def _places(finding: Diagnostic) -> set[Line]:
    """Return the lines of a finding: its own, and those of the scheduler it is about."""
    related = {(place.filename, place.location.row) for place in finding.related}
    return {(finding.filename, finding.location.row)} | related
