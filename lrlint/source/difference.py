"""The edits that turn one code into another, each as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple


class Replacement(NamedTuple):
    """A stretch of a text (offsets), and what takes its place."""

    start: int
    end: int
    text: str


def difference(old: Sequence[str], new: Sequence[str]) -> Iterator[Replacement]:
    """Yield the replacements that turn the tokens of one code into those of another.

    What is added or removed as whole rows begins with the line end before them.
    """
    first = _equal(zip(old, new, strict=False))
    most = min(len(old), len(new)) - first
    last = min(_equal(zip(reversed(old), reversed(new), strict=False)), most)
    removed, added = old[first : len(old) - last], new[first : len(new) - last]
    code = "".join(old)
    start = sum(map(len, old[:first]))
    matcher = SequenceMatcher(None, removed, added, autojunk=False)
    for kind, begin, end, begin_new, end_new in matcher.get_opcodes():
        if kind != "equal":
            at = start + sum(map(len, removed[:begin]))
            size = sum(map(len, removed[begin:end]))
            yield _from_row_end(code, Replacement(at, at + size, "".join(added[begin_new:end_new])))


def _equal(pairs: Iterator[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _from_row_end(code: str, one: Replacement) -> Replacement:
    """Move what is added or removed back to the end of a row with code, where that is the same."""
    start, end, text = one
    if text and start < end:
        return one
    changed = text or code[start:end]
    while (at := code.rfind("\n", 0, start)) >= 0:
        at -= code[max(at - 1, 0) : at] == "\r"
        before = code[at:start]
        if not changed.endswith(before) or (changed[0] in "\r\n" and not before.isspace()):
            break
        start, end = at, end - len(before)
        changed = before + changed[: len(changed) - len(before)]
    return Replacement(start, end, changed if text else "")


__all__ = ["Replacement", "difference"]
