"""The curves of a run as an Altair chart: LR used and LR scheduled over the optimizer steps."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from lrlint.diagnostics import Diagnostic
from lrlint.facts import Departure
from lrlint.runtime.track import Track

_USED, _SCHEDULED = "used", "scheduled"
_COLOURS = ["#4c78a8", "#f58518"]
_DASHES = [[1, 0], [6, 4]]
_MARK = "#e45756"
_WIDTH, _HEIGHT = 860, 300
"""Pixels."""
_MOST_POINTS = 4_000
"""Of one curve: more than a screen has columns."""


def chart(tracks: Sequence[Track], findings: Sequence[Diagnostic]) -> Any:
    """Return an Altair chart of all tracks, with the findings about each as a subtitle."""
    import altair as alt  # of the extra `report`, which most installations lack

    library: Any = alt
    charts: list[Any] = [_track(library, track, findings) for track in tracks]
    if not charts:
        text: Any = library.Chart(library.Data(values=[{}])).mark_text(size=16)
        charts = [text.encode(text=library.value("No scheduler, and no other change of the LR"))]
    return alt.vconcat(*charts).configure_view(stroke="#ddd").configure_axis(grid=True)


def _track(alt: Any, track: Track, findings: Sequence[Diagnostic]) -> Any:
    layers = [_curves(alt, track)]
    if track.first_divergence is not None:
        layers += _departure_marks(alt, track.first_divergence)
    rank = f", rank {track.rank}" if track.rank else ""
    subtitle = [
        f"{track.filename}:{track.row} · {track.optimizer_steps:,} optimizer steps,"
        f" {track.scheduler_steps:,} scheduler steps{rank}"
    ]
    for finding in findings:
        if _is_about(track, finding):
            subtitle += textwrap.wrap(f"{finding.code} {finding.name}: {finding.message}", 140)
    title = alt.TitleParams(
        f"{track.scheduler}, optimizer {track.optimizer}",
        subtitle=subtitle,
        anchor="start",
        subtitleColor="#555",
    )
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _curves(alt: Any, track: Track) -> Any:
    domain = [_USED, _SCHEDULED]
    curves = alt.Chart(alt.Data(values=_points(track))).encode(
        x=alt.X("step:Q", title="optimizer step", scale=alt.Scale(nice=False)),
        y=alt.Y("lr:Q", title="learning rate", axis=alt.Axis(format="~g")),
        color=alt.Color(
            "curve:N",
            title=None,
            scale=alt.Scale(domain=domain, range=_COLOURS),
            legend=alt.Legend(orient="top"),
        ),
        detail="group:N",
        strokeDash=alt.StrokeDash(
            "curve:N", scale=alt.Scale(domain=domain, range=_DASHES), legend=None
        ),
        tooltip=["step:Q", "lr:Q", "group:N", "curve:N"],
    )
    return curves.mark_line(interpolate="step-after", strokeWidth=1.8).interactive()


def _departure_marks(alt: Any, departure: Departure) -> list[Any]:
    point = {"step": departure.step + 1, "lr": departure.used, "what": departure.writer}
    mark = alt.Chart(alt.Data(values=[point]))
    return [
        mark.mark_rule(color=_MARK, strokeDash=[3, 3]).encode(x="step:Q"),
        mark.mark_point(color=_MARK, size=90, filled=True).encode(
            x="step:Q", y="lr:Q", tooltip=["step:Q", "lr:Q", "what:N"]
        ),
    ]


def _is_about(track: Track, finding: Diagnostic) -> bool:
    places = {(finding.filename, finding.location.row)}
    places |= {(related.filename, related.location.row) for related in finding.related}
    return (track.filename, track.row) in places


def _points(track: Track) -> list[dict[str, Any]]:
    stride = max(1, len(track.at) // _MOST_POINTS)
    shown = [*range(0, len(track.at), stride)]
    if shown and shown[-1] != len(track.at) - 1:
        shown.append(len(track.at) - 1)
    curves = [(_SCHEDULED, track.expected or ()), (_USED, track.lr)]
    return [
        {"step": track.at[i] + 1, "lr": lr[i], "group": group, "curve": name}
        for name, groups in curves
        for group, lr in enumerate(groups)
        for i in shown
    ]
