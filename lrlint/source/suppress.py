"""Comments that silence findings.

``# noqa``, ``# noqa: LR101,LR2``, ``# lrlint: ignore``, ``# lrlint: ignore[LR101,
step-in-batch-loop]`` apply to their own row; ``# lrlint: ignore-file`` and
``# lrlint: ignore-file[LR301]`` to the whole file. Codes match in any case and as prefixes
(``LR3``), names in full. A comment in a string is not a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lrlint.source.lexical import tokens
from lrlint.source.text import Lines

_HELD: Final = re.compile(r"noqa|lrlint", re.IGNORECASE)
_CODE = r"[A-Za-z]+[0-9]+|[A-Za-z]+(?:-[A-Za-z0-9]+)+"
_NOQA: Final = re.compile(
    rf"#\s*noqa\b(?:\s*:\s*(?P<codes>(?:{_CODE})(?:[\s,]+(?:{_CODE})\b)*))?", re.IGNORECASE
)
_OURS: Final = re.compile(
    r"#\s*lrlint\s*:\s*ignore(?P<file>-file)?\b(?!-)\s*(?:\[(?P<codes>[^\]#]*)\]?)?", re.IGNORECASE
)
_SEPARATOR: Final = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class Suppression:
    """One code of a suppression comment (``code`` is empty where it silences everything)."""

    row: int
    column: int
    code: str
    whole_file: bool
    text: str
    """The comment's own words, e.g. ``lrlint: ignore[LR101]``."""

    def matches(self, code: str, name: str) -> bool:
        own = self.code.lower()
        if own == name.lower():
            return True
        # A prefix ends in a digit or is the letters alone: `LR` is every rule, `L` is another tool.
        return code.lower().startswith(own) if own[-1:].isdigit() or not own else own == "lr"


class Suppressions:
    """The suppression comments of one text, and which of them have silenced something."""

    def __init__(self, found: tuple[Suppression, ...] = ()) -> None:
        self.found = found
        self._used: set[Suppression] = set()
        self._rows: dict[int, list[Suppression]] = {}
        for one in found:
            self._rows.setdefault(0 if one.whole_file else one.row, []).append(one)

    @classmethod
    def scan(cls, text: str) -> Suppressions:
        """Find the comments; a text without either word costs one search."""
        if _HELD.search(text) is None:
            return cls()
        lines = Lines(text)
        found: list[Suppression] = []
        for kind, start, end in tokens(text):
            if kind == "#" and _HELD.search(text, start, end):
                row, column = lines.position(start)
                found += _read(text[start:end], row, column)
        return cls(tuple(found))

    def silences(
        self, code: str, name: str, first_row: int, last_row: int, *other_rows: int
    ) -> bool:
        """Whether a finding of this rule is silenced by a comment on one of the rows.

        ``first_row`` and ``last_row`` are those of the finding, ``other_rows`` may be the last row
        of the statement that holds it, where a formatter leaves the comment.
        """
        silent = False
        for row in {0, first_row, last_row, *other_rows}:
            for one in self._rows.get(row, ()):
                if one.matches(code, name):
                    self._used.add(one)
                    silent = True
        return silent

    def unused(self) -> list[Suppression]:
        """Return the suppressions that name us or our codes and have silenced nothing so far.

        A bare ``# noqa`` and the codes of other tools are not ours to judge.
        """
        return [one for one in self.found if one not in self._used and _is_ours(one)]


def _is_ours(one: Suppression) -> bool:
    ours = one.text.lower().startswith("lrlint")
    return ours or (one.code.lower().startswith("lr") and one.code[2:3].isdigit())


def _read(comment: str, row: int, column: int) -> list[Suppression]:
    found: list[Suppression] = []
    for pattern in (_NOQA, _OURS):
        for match in pattern.finditer(comment):
            whole_file = bool(match.groupdict().get("file"))
            codes = [code for code in _SEPARATOR.split(match["codes"] or "") if code]
            if not codes and match["codes"] is not None:
                continue  # `ignore[]` silences nothing
            text = match[0].lstrip("#").strip()
            place = column + match.start()
            found += [Suppression(row, place, code, whole_file, text) for code in codes or [""]]
    return found


__all__ = ["Suppression", "Suppressions"]
