"""Hovers: the page of a rule, and the predicted curve as a picture."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from lrlint.server.documents import overlap, within
from lrlint.server.tasks import Checked, Drawn

_MOST_PAGES = 3
"""Pages in one hover; of more rules, a family's, only the headings."""


def hover(
    uri: str,
    at: types.Position,
    checked: Checked,
    drawn: Iterable[Drawn],
    *,
    pictures: bool,
    markdown: bool,
) -> types.Hover | None:
    """Return the text to show at a position; None where there is none."""
    curves = [curve for curve in drawn if _speaks_of(curve, uri, at)]
    texts = [
        *(_curve(curve, pictures=pictures) for curve in curves),
        *_pages(_codes(checked, uri, at), checked),
    ]
    if not texts:
        return None
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, "\n\n---\n\n".join(texts)))


def hints(uri: str, place: types.Range, drawn: Iterable[Drawn]) -> list[types.InlayHint]:
    """Return the LR at the end of each schedule that is built at a place."""
    return [
        types.InlayHint(
            position=curve.construction.end,
            label=curve.hint,
            tooltip=types.MarkupContent(types.MarkupKind.Markdown, curve.words),
            padding_left=True,
        )
        for curve in drawn
        if curve.hint is not None and curve.uri == uri and overlap(curve.construction, place)
    ]


def _speaks_of(curve: Drawn, uri: str, at: types.Position) -> bool:
    places = [(curve.uri, curve.construction), *curve.steps]
    return any(where == uri and within(at, place) for where, place in places)


def _curve(curve: Drawn, *, pictures: bool) -> str:
    if curve.svg is None or not pictures:
        return curve.words
    data = base64.b64encode(curve.svg.encode()).decode("ascii")
    return f"![predicted learning rate](data:image/svg+xml;base64,{data})\n\n{curve.words}"


def _codes(checked: Checked, uri: str, at: types.Position) -> list[str]:
    """Return the rules of the findings and of the suppression comments at a position."""
    codes = [
        str(reported.diagnostic.code)
        for reported in checked.findings
        if reported.uri == uri and within(at, reported.diagnostic.range)
    ]
    for comment in checked.suppressed:
        if comment.uri == uri and within(at, comment.range):
            codes += comment.codes
    return list(dict.fromkeys(codes))


def _pages(codes: Sequence[str], checked: Checked) -> Iterator[str]:
    pages = [checked.pages[code] for code in codes if code in checked.pages]
    if len(pages) <= _MOST_PAGES:
        yield from pages
    else:
        yield "\n".join(f"- {page.partition(chr(10))[0].lstrip('# ')}" for page in pages)
