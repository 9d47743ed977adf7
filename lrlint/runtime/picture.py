"""The report as a picture: one HTML file that needs no network, or a PNG or SVG image."""

from __future__ import annotations

import html
import textwrap
from pathlib import Path
from typing import Any

from lrlint.errors import UserError
from lrlint.runtime.recording import Recording, Track

_USED, _SCHEDULED = "#4c78a8", "#f58518"
_MARK = "#e45756"
_WIDTH, _HEIGHT = 860, 300
_MOST_POINTS = 4_000
"""Of one curve: more than a screen has columns."""


class Picture:
    """Writes a recording to a file. Raises UserError at once where the libraries are missing."""

    def __init__(self, path: Path) -> None:
        try:
            import altair  # noqa: F401
            import vl_convert
        except ImportError as error:
            raise UserError(
                f"--report {path}: needs the extra `report` (pip install 'lrlint[report]'): {error}"
            ) from error
        self._path = path
        self._convert: Any = vl_convert

    def write(self, recording: Recording) -> None:
        """Draw it into the file, all of it or nothing; an OSError says why not."""
        from lrlint.source.atomic import replace_file

        replace_file(self._path, self._render(recording))

    def _render(self, recording: Recording) -> bytes:
        spec = chart(recording).to_dict()
        if self._path.suffix == ".png":
            png: bytes = self._convert.vegalite_to_png(spec, scale=2)
            return png
        if self._path.suffix == ".svg":
            svg: str = self._convert.vegalite_to_svg(spec)
            return svg.encode()
        page: str = self._convert.vegalite_to_html(spec, bundle=True)
        return _with_findings(page, recording).encode()


def chart(recording: Recording) -> Any:
    """An Altair chart of all schedules: LR used and LR scheduled over the optimizer steps."""
    import altair as alt

    library: Any = alt
    charts: list[Any] = [_schedule(alt, track, recording) for track in recording.schedules]
    if not charts:
        text: Any = alt.Chart(library.Data(values=[{}])).mark_text(size=16)
        charts = [text.encode(text=alt.value("no scheduler was built"))]
    return alt.vconcat(*charts).configure_view(stroke="#ddd").configure_axis(grid=True)


def _schedule(alt: Any, track: Track, recording: Recording) -> Any:
    domain = ["used", "scheduled"]
    curves = alt.Chart(alt.Data(values=_points(track))).encode(
        x=alt.X("step:Q", title="optimizer step", scale=alt.Scale(nice=False)),
        y=alt.Y("lr:Q", title="learning rate", axis=alt.Axis(format="~g")),
        color=alt.Color(
            "curve:N",
            title=None,
            scale=alt.Scale(domain=domain, range=[_USED, _SCHEDULED]),
            legend=alt.Legend(orient="top"),
        ),
        detail="group:N",
        strokeDash=alt.StrokeDash(
            "curve:N", scale=alt.Scale(domain=domain, range=[[1, 0], [6, 4]]), legend=None
        ),
        tooltip=["step:Q", "lr:Q", "group:N", "curve:N"],
    )
    layers = [curves.mark_line(interpolate="step-after", strokeWidth=1.8).interactive()]
    if (at := track.first_divergence) is not None:
        mark = alt.Chart(alt.Data(values=[{"step": at.step + 1, "lr": at.used, "what": at.writer}]))
        tooltip = ["step:Q", "lr:Q", "what:N"]
        layers += [
            mark.mark_rule(color=_MARK, strokeDash=[3, 3]).encode(x="step:Q"),
            mark.mark_point(color=_MARK, size=90, filled=True).encode(
                x="step:Q", y="lr:Q", tooltip=tooltip
            ),
        ]
    rank = f", rank {track.rank}" if track.rank else ""
    subtitle = [
        f"{track.filename}:{track.row} · {track.optimizer_steps:,} optimizer steps,"
        f" {track.scheduler_steps:,} scheduler steps{rank}"
    ]
    for one in recording.findings:
        if _is_about(track, one):
            subtitle += textwrap.wrap(f"{one.code} {one.name}: {one.message}", 140)
    title = alt.TitleParams(
        f"{track.scheduler} drives {track.optimizer}",
        subtitle=subtitle,
        anchor="start",
        subtitleColor="#555",
    )
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _is_about(track: Track, finding: Any) -> bool:
    places = {(finding.filename, finding.location.row)}
    places |= {(one.filename, one.location.row) for one in finding.related}
    return (track.filename, track.row) in places


def _points(track: Track) -> list[dict[str, Any]]:
    stride = max(1, len(track.at) // _MOST_POINTS)
    chosen = [*range(0, len(track.at), stride)]
    if chosen and chosen[-1] != len(track.at) - 1:
        chosen.append(len(track.at) - 1)
    curves = [("scheduled", track.expected or ()), ("used", track.lr)]
    return [
        {"step": track.at[i] + 1, "lr": lr[i], "group": group, "curve": name}
        for name, groups in curves
        for group, lr in enumerate(groups)
        for i in chosen
    ]


def _with_findings(page: str, recording: Recording) -> str:
    """The page with the findings as text below the picture, and a title."""
    rows = [
        f"<li><b>{one.severity.label} {one.code} {html.escape(one.name)}</b> "
        f"{html.escape(one.filename)}:{one.location.row}<br>{html.escape(one.message)}</li>"
        for one in recording.findings
    ]
    text = f"<ul>{''.join(rows)}</ul>" if rows else "<p>Nothing to report.</p>"
    style = "<style>body{font-family:system-ui,sans-serif;margin:2em}li{margin:.6em 0}</style>"
    page = page.replace("<head>", f"<head><title>lrlint run</title>{style}", 1)
    head, end, tail = page.rpartition("</body>")
    return f"{head}<h2>Findings</h2>{text}{end}{tail}"
