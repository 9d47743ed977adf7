"""Comments that silence findings.

``# noqa``, ``# noqa: LR101,LR2``, ``# lrlint: ignore``, ``# lrlint: ignore[LR101,
step-in-batch-loop]`` apply to their own row; ``# lrlint: ignore-file`` and
``# lrlint: ignore-file[LR301]`` to the whole file. Codes match in any case and as prefixes
(``LR3``), names in full. A comment in a string is not a comment.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lrlint.source.lexical import tokens
from lrlint.source.text import Lines

_HELD: Final = re.compile(r"noqa|lrlint", re.IGNORECASE)
_CODE: Final = r"[A-Za-z]+[0-9]+|[A-Za-z]+(?:-[A-Za-z0-9]+)+"
_NOQA: Final = re.compile(
    rf"#\s*noqa\b(?:\s*:\s*(?P<codes>(?:{_CODE})(?:[\s,]+(?:{_CODE})\b)*))?", re.IGNORECASE
)
_OURS: Final = re.compile(
    r"#\s*lrlint\s*:\s*ignore(?P<file>-file)?\b(?!-)\s*(?:\[(?P<codes>[^\]#]*)\]?)?", re.IGNORECASE
)
_CLOSE: Final = re.compile(
    r"#\s*lrlint\s*(?P<sign>[:=]?)\s*(?P<word>[A-Za-z]+(?:[-_][A-Za-z]+)*)(?P<rest>[^#]*)",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(
    rf"(?:[=:\[(]\s*(?=[A-Za-z])|(?=[A-Za-z]+[0-9]))(?P<codes>(?:{_CODE})(?:[\s,]+(?:{_CODE})\b)*)"
)
"""Codes after a sign, or a code of a rule without one."""
_VERBS: Final = (
    *("ignore", "ignore-file", "ignore-next-line", "disable", "disable-file", "disable-line"),
    *("disable-next-line", "allow", "noqa", "nolint", "off", "silence", "skip", "skip-file"),
    *("suppress", "type-ignore"),
)
"""Words by which linters silence findings; ours are the first two."""


@dataclass(frozen=True)
class Suppression:
    """One code of a suppression comment (``code`` is empty where it silences everything)."""

    row: int
    code: str
    whole_file: bool
    start: int
    """Where the code starts in the text; the whole directive, where there is no code."""
    end: int
    directive: tuple[int, int]
    """From the ``#`` to the last code or bracket."""
    comment: tuple[int, int]
    ours: bool
    """Whether it is lrlint's own kind of comment, and not a ``noqa``."""

    def matches(self, code: str, name: str) -> bool:
        own = self.code.lower()
        if own == name.lower():
            return True
        # A prefix ends in a digit or is the letters alone: `LR` is every rule, `L` is another tool.
        return code.lower().startswith(own) if own[-1:].isdigit() or not own else own == "lr"


@dataclass(frozen=True)
class Misunderstood:
    """A comment that looks like a suppression but is not one."""

    start: int
    end: int
    advice: str
    """What to write instead."""
    silences_all: bool = False
    """Whether it silences every rule instead of those it names."""


class Suppressions:
    """The suppression comments of one text."""

    def __init__(
        self,
        found: tuple[Suppression, ...] = (),
        misunderstood: tuple[Misunderstood, ...] = (),
        text: str = "",
    ) -> None:
        self.found = found
        self.misunderstood = misunderstood
        self._text = text
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
        misunderstood: list[Misunderstood] = []
        for kind, start, end in tokens(text):
            if kind == "#" and _HELD.search(text, start, end):
                row, _ = lines.position(start)
                found += _read(text[start:end], row, start)
                misunderstood += _misread(text[start:end], start)
        return cls(tuple(found), tuple(misunderstood), text)

    def matching(
        self, code: str, name: str, first_row: int, last_row: int, *other_rows: int
    ) -> tuple[Suppression, ...]:
        """Return what silences a finding of this rule on these rows.

        ``first_row`` and ``last_row`` are those of the finding, ``other_rows`` may be the last row
        of the statement that holds it, where a formatter leaves the comment.
        """
        rows = {0, first_row, last_row, *other_rows}
        return tuple(
            one for row in rows for one in self._rows.get(row, ()) if one.matches(code, name)
        )

    def reason(self, *ones: Suppression) -> str:
        """Return the text after the first suppression that has one."""
        for one in ones:
            text = self._text[one.directive[1] : one.comment[1]].partition("#")[0]
            if reason := text.strip(" \t:-\N{EN DASH}\N{EM DASH}"):
                return reason
        return ""

    def beside(self, one: Suppression) -> tuple[Suppression, ...]:
        """Return all codes of the directive that a code is in, in order."""
        return tuple(other for other in self.found if other.directive == one.directive)


def _read(comment: str, row: int, at: int) -> Iterator[Suppression]:
    whole = at, at + len(comment)
    for pattern in (_NOQA, _OURS):
        for match in pattern.finditer(comment):
            whole_file = bool(match.groupdict().get("file"))
            # Spaces that the pattern takes in search of a bracket are not the directive's.
            directive = at + match.start(), at + match.start() + len(match[0].rstrip())
            spans = [directive]
            if match["codes"] is not None:  # `ignore[]` silences nothing
                first = at + match.start("codes")
                spans = [
                    (first + code.start(), first + code.end())
                    for code in re.finditer(r"[^\s,]+", match["codes"])
                ]
            for start, end in spans:
                code = "" if match["codes"] is None else comment[start - at : end - at]
                ours = pattern is _OURS
                yield Suppression(row, code, whole_file, start, end, directive, whole, ours)


def _misread(comment: str, at: int) -> Iterator[Misunderstood]:
    for match in _CLOSE.finditer(comment):
        word, rest = match["word"].lower().replace("_", "-"), match["rest"].strip()
        listed = _LISTED.match(rest)
        understood = _OURS.match(comment, match.start())
        if understood is not None:
            names_none = understood["codes"] is not None and not understood["codes"].strip(" ,\t")
            if not names_none and (understood["codes"] is not None or listed is None):
                continue
        elif not _is_directive(word, bool(match["sign"]), rest, listed is not None):
            continue  # a sentence that begins with our name
        verb = "ignore-file" if "file" in word else "ignore"
        codes = [] if listed is None else re.findall(_CODE, listed["codes"])
        named = f"[{', '.join(codes)}]" if codes else ""
        yield Misunderstood(
            at + match.start(),
            at + match.start() + len(match[0].rstrip()),
            f"# lrlint: {verb}{named}",
            silences_all=understood is not None and understood["codes"] is None,
        )


def _is_directive(word: str, sign: bool, rest: str, listed: bool) -> bool:
    """Whether words after our name are meant to silence findings."""
    if not difflib.get_close_matches(word, _VERBS, n=1, cutoff=0.8):
        return False
    return listed or not rest or (sign and word in _VERBS)


__all__ = ["Misunderstood", "Suppression", "Suppressions"]
