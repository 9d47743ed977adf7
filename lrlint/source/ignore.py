"""What git ignores: the rules of ``.gitignore`` files, as far as a walk of a tree needs them.

Not pathspec: it answers for whole paths ("is this file below something that is ignored?"), but a
walk must judge each entry by itself, or rules that take a directory back (``*`` and ``!/src/``)
also take back what lies in it. The tests compare walks of random trees with ``git ls-files``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# `**` between slashes, at the start, or at the end means any number of directories; elsewhere it
# is two stars.
_PART: Final = re.compile(
    r"(?P<all>^\*\*$)|(?P<leading>^\*\*/)|(?P<inner>/\*\*(?=/))|(?P<trailing>/\*\*$)"
    r"|(?P<star>\*+)|(?P<one>\?)"
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


@dataclass(frozen=True)
class _Rule:
    regex: re.Pattern[str]
    ignores: bool
    """False for a rule that starts with ``!``."""
    directories_only: bool
    base_name: bool
    """A rule without a slash speaks of the last part of a path."""


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
            text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        except OSError:
            return None
        found = cls(base, (line.removesuffix("\r") for line in text.split("\n")))
        return found if found._rules else None

    def verdict(self, relative: str, *, is_directory: bool) -> bool | None:
        """Whether a path is ignored; None where no rule speaks of it. The last rule decides."""
        name = relative.rpartition("/")[2]
        for rule in self._rules:
            if rule.directories_only and not is_directory:
                continue
            if rule.regex.fullmatch(name if rule.base_name else relative):
                return rule.ignores
        return None


def repository_root(path: Path) -> Path | None:
    """Return the root of the git repository around a directory."""
    for candidate in (path, *path.parents):
        if (candidate / ".git").exists():
            return candidate
    return None


def _rule(line: str) -> _Rule | None:
    if line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    # Trailing spaces do not count, unless a backslash keeps the first of them.
    pattern = re.sub(r"(?<!\\) +$", "", pattern)
    directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    base_name = "/" not in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    try:
        return _Rule(re.compile(_regex(pattern)), ignores, directories_only, base_name)
    except re.error:  # git passes over what makes no sense, such as `[z-a]`
        return None


def _regex(pattern: str) -> str:
    done: list[str] = []
    for part in _PART.finditer(pattern):
        kind = part.lastgroup
        if kind == "all":
            done.append(".*")
        elif kind == "leading":
            done.append("(?:.*/)?")
        elif kind == "inner":
            done.append("(?:/.*)?")
        elif kind == "trailing":
            done.append("/.+")
        elif kind == "star":
            done.append("[^/]*")
        elif kind == "one":
            done.append("[^/]")
        elif kind == "set":
            negated = "^/" if part["negated"] else ""
            done.append(f"(?!/)[{negated}{_set(part['set'])}]")
        else:
            done.append(re.escape(part[kind or 0]))
    return "(?s:" + "".join(done) + ")"


def _set(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        name, escaped, plain = match.groups()
        if name is not None:
            return _CLASSES.get(name, "")
        # A hyphen keeps its meaning of a range.
        return plain if plain == "-" else re.escape(escaped or plain)

    return re.sub(r"\[:(\w+):\]|\\(.)|(.)", one, text, flags=re.DOTALL)


__all__ = ["IgnoreFile", "repository_root"]
