"""Replace values in a JSON text and leave every other character of it as it is.

Writing a notebook through ``json.dumps`` would reformat numbers, escapes and indentation of cells
and outputs that nobody touched; a fix must show up in ``git diff`` as the lines that it changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_CHARACTER: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]",
    re.DOTALL,
)
"""A character in a string, maybe as an escape; a pair of surrogates is one."""
_DECODER: Final = json.JSONDecoder()


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # it matches the empty string
    return match.end()


def members(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield key, start and end of each value of the object that starts here."""
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, value)
        yield key, value, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def items(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end of each item of the array that starts here."""
    at = _skip(text, start + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def member(text: str, start: int, *names: str) -> tuple[int, int] | None:
    """Return where the last member of one of these names lies: the last one counts."""
    found = None
    for key, begin, end in members(text, start):
        if key in names:
            found = begin, end
    return found


def spelt(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """Return the text that a string, or a list of strings, holds, and where each character is.

    The last offset is that of the end.
    """
    strings = [(start, end)] if text[start] == '"' else list(items(text, start))
    characters: list[str] = []
    offsets: list[int] = []
    for begin, stop in strings:
        if text[begin] != '"':
            continue
        for match in _CHARACTER.finditer(text, begin + 1, stop - 1):
            characters.append(json.loads(f'"{match[0]}"', strict=False))
            offsets.append(match.start())
        end = stop - 1
    return "".join(characters), [*offsets, end]


def written_like(old: str, source: str, *, ascii_only: bool, compact: bool) -> str:
    """Return the JSON for a source text: a list or a string, spaced as the old value was."""
    if old.startswith('"'):
        return json.dumps(source, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in source.splitlines(keepends=True)]
    if not lines:
        return "[]"
    places = list(items(old, 0))
    before = old[1 : places[0][0]] if places else ""
    after = old[places[-1][1] : -1] if places else ""
    if len(places) > 1:
        between = old[places[0][1] : places[1][0]]
    else:
        between = f",{before}" if before or compact else ", "
    return f"[{before}{between.join(lines)}{after}]"


__all__ = ["items", "member", "members", "spelt", "written_like"]
