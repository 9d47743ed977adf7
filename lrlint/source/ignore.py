"""What git ignores: the rules of ``.gitignore`` files, as far as a walk of a tree needs them.

Not pathspec: it answers for whole paths ("is this file below something that is ignored?"), but a
walk must judge each entry by itself, or rules that take a directory back (``*`` and ``!/src/``)
also take back what lies in it. The tests compare walks of random trees with ``git ls-files``.

A pattern may come from anybody, so no match takes exponential time: parts of a path are compared
with parts of a pattern, and within a part no star is tried a second time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from lrlint.source.reading import is_regular

_LARGEST: Final = 2**18
"""Bytes; a larger file is not a list of patterns."""
_LONGEST: Final = 4096
"""Characters of a pattern; the longest path that Linux opens has as many."""

_TOKEN: Final = re.compile(
    r"(?P<slash>\\?/)|(?P<star>\*+)|(?P<one>\?)"
    r"|\[(?P<negated>[!^]?)(?P<set>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]|\\(?P<escaped>.)|(?P<plain>.)",
    re.DOTALL,
)
_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}

_ONE: Final = re.compile("(?s:.*)")
_Part: TypeAlias = str | re.Pattern[str] | None
"""A part of a pattern between slashes; None for ``**``, which is any number of directories."""


@dataclass(frozen=True)
class _Rule:
    parts: tuple[_Part, ...]
    ignores: bool
    """False for a rule that starts with ``!``."""
    directories_only: bool
    base_name: bool
    """A rule without a slash speaks of the last part of a path."""

    def matches(self, path: Sequence[str]) -> bool:
        return _matches(self.parts, path[-1:] if self.base_name else path)


class IgnoreFile:
    """The rules of one file, for paths below the directory that it speaks of."""

    def __init__(self, base: Path, lines: Iterable[str]) -> None:
        self.base = base
        rules = [rule for line in lines if (rule := _rule(line)) is not None]
        self._rules = rules[::-1]

    @classmethod
    def read(cls, path: Path, base: Path) -> IgnoreFile | None:
        """Return the rules in a file, None where there are none."""
        try:
            if not is_regular(path, _LARGEST):
                return None
            text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        except OSError:
            return None
        found = cls(base, (line.removesuffix("\r") for line in text.split("\n")))
        return found if found._rules else None

    def verdict(self, relative: str, *, is_directory: bool) -> bool | None:
        """Whether a path is ignored; None where no rule speaks of it. The last rule decides."""
        path = relative.split("/")
        for rule in self._rules:
            if rule.directories_only and not is_directory:
                continue
            if rule.matches(path):
                return rule.ignores
        return None


def repository_root(path: Path) -> Path | None:
    """Return the root of the git repository around a directory."""
    for candidate in (path, *path.parents):
        if os.path.exists(candidate / ".git"):
            return candidate
    return None


def _rule(line: str) -> _Rule | None:
    if line.startswith("#") or len(line) > _LONGEST:
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    # Trailing spaces do not count, unless a backslash keeps the first of them.
    kept = pattern.rstrip(" ")
    pattern = pattern[: len(kept) + 1] if kept.endswith("\\") else kept
    directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    base_name = "/" not in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    try:
        return _Rule(tuple(_parts(pattern)), ignores, directories_only, base_name)
    except re.error:  # git passes over what makes no sense, such as `[z-a]`
        return None


def _parts(pattern: str) -> Iterator[_Part]:
    """Yield the parts of a pattern. Raises re.error."""
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(pattern):
        if token.lastgroup == "slash":
            yield _part(tokens)
            tokens = []
        elif token[0] in ("[", "\\"):
            raise re.error("a bracket without an end, or nothing after a backslash")
        else:
            tokens.append(token)
    last = _part(tokens)
    yield last
    if last is None:  # `a/**` is what lies in `a`, and not `a` itself
        yield _ONE


def _part(tokens: Sequence[re.Match[str]]) -> _Part:
    kinds = [token.lastgroup for token in tokens]
    if kinds == ["star"] and len(tokens[0][0]) > 1:
        return None
    if all(kind in ("plain", "escaped") for kind in kinds):
        return "".join(token[token.lastgroup or 0] for token in tokens)
    chunks = [""]
    for token in tokens:
        if token.lastgroup == "star":
            chunks.append("")
        else:
            chunks[-1] += _regex(token)
    # What lies between two stars is taken where it comes first and tried nowhere else: a lookahead
    # is not entered again, and the group holds what it has found.
    first, *others = chunks
    rest = f".*{others.pop()}" if others else ""
    between = "".join(
        f"(?=(?P<c{number}>.*?{chunk}))(?P=c{number})" for number, chunk in enumerate(others)
    )
    return re.compile(f"(?s:{first}{between}{rest})")


def _regex(token: re.Match[str]) -> str:
    """Return the regular expression of one character."""
    if token.lastgroup == "one":
        return "."
    if token.lastgroup == "set":
        return f"[{'^' if token['negated'] else ''}{_set(token['set'])}]"
    return re.escape(token[token.lastgroup or 0])


def _set(text: str) -> str:
    def translated(match: re.Match[str]) -> str:
        name, escaped, plain = match.groups()
        if name is not None:
            return _CLASSES.get(name, "")
        # A hyphen keeps its meaning of a range.
        return plain if plain == "-" else re.escape(escaped or plain)

    return re.sub(r"\[:(\w+):\]|\\(.)|(.)", translated, text, flags=re.DOTALL)


def _matches(parts: Sequence[_Part], path: Sequence[str]) -> bool:
    """Whether a pattern is that of a path: each ``**`` takes as few directories as will do."""
    at = position = 0
    again: tuple[int, int] | None = None
    """The part after the last ``**``, and where in the path it was tried last."""
    while position < len(path):
        part = parts[at] if at < len(parts) else ""
        if part is None:
            at += 1
            again = at, position
        elif part == path[position] if isinstance(part, str) else part.fullmatch(path[position]):
            at += 1
            position += 1
        elif again is not None:
            at, position = again[0], again[1] + 1
            again = at, position
        else:
            return False
    return at == len(parts)


__all__ = ["IgnoreFile", "repository_root"]
