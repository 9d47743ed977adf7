"""Schedules and findings of a run as pieces of HTML, for the report and for notebooks.

Whatever comes from a script (names, messages, lines) is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lrlint.diagnostics import Diagnostic
from lrlint.output.curve_svg import curve_svg
from lrlint.output.text import clean, escaped
from lrlint.runtime.track import Track
from lrlint.runtime.track_words import agreement, counts, curves, title

_WIDTH, _HEIGHT = 760, 280
"""Pixels of a curve."""


def schedule_section(track: Track) -> str:
    """Return a heading, the counts and the curve of a schedule."""
    where = f"{track.filename}:{track.row}"
    picture = ""
    if track.lr and track.lr[0]:
        drawn = curve_svg(list(curves(track)), width=_WIDTH, height=_HEIGHT)
        picture = drawn.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    return (
        f"<h3>{escaped(title(track))} <small>{escaped(where)}</small></h3>"
        f"<p>{escaped(counts(track))}<br>{escaped(agreement(track))}</p>{picture}"
    )


def findings_list(findings: Iterable[Diagnostic]) -> str:
    """Return findings as a list, a line for each."""
    entries = "".join(
        f"<li><b>{escaped(one.severity.label)} {escaped(one.code)}</b> {escaped(one.name)}"
        f" <small>{escaped(one.filename)}:{one.location.row}</small><br>{escaped(one.message)}</li>"
        for one in findings
    )
    return f"<ul>{entries}</ul>" if entries else "<p>No findings in this run.</p>"


def table(rows: Iterable[Sequence[str]], heading: Sequence[str] = ()) -> str:
    """Return a table of plain texts; without a heading the first cells of the rows are headings."""
    return f"<table>{''.join(_rows(rows, heading))}</table>"


def _rows(rows: Iterable[Sequence[str]], heading: Sequence[str]) -> Iterator[str]:
    if heading:
        yield "<tr>" + "".join(f"<th>{escaped(text)}</th>" for text in heading) + "</tr>"
    for first, *rest in rows:
        cell = "td" if heading else "th"
        others = "".join(f"<td>{escaped(text)}</td>" for text in rest)
        yield f"<tr><{cell}>{escaped(first)}</{cell}>{others}</tr>"


class Findings(tuple[Diagnostic, ...]):
    """Findings that a notebook shows as a list."""

    __slots__ = ()

    def __repr__(self) -> str:
        lines = [
            clean(
                f"{one.severity.label}[{one.code}] {one.name}"
                f" ({one.filename}:{one.location.row}): {one.message}"
            )
            for one in self
        ]
        return "\n".join(lines) if lines else "no findings"

    def _repr_html_(self) -> str:
        return findings_list(self)
