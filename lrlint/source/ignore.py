"""What git ignores: the rules of ``.gitignore`` files, as far as a walk of a tree needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class _Rule:
    regex: re.Pattern[str]
    ignores: bool
    """False for a rule that starts with ``!``."""
    contents_only: bool
    """A rule that ends in ``/**`` matches what is in a directory, not the directory."""


class IgnoreFile:
    """The rules of one file, for paths below the directory that it speaks of."""

    def __init__(self, base: Path, lines: Iterable[str]) -> None:
        from pathspec import GitIgnoreSpec

        self.base = base
        rules: list[_Rule] = []
        for line in lines:
            try:
                patterns = list(GitIgnoreSpec.from_lines([line]).patterns)
            except ValueError:  # git passes over a pattern that makes no sense
                continue
            for pattern in patterns:
                regex = getattr(pattern, "regex", None)
                if pattern.include is not None and regex is not None:
                    deep = line.rstrip().endswith("/**")
                    rules.append(_Rule(regex, pattern.include, deep))
        self._rules = rules[::-1]

    @classmethod
    def read(cls, path: Path, base: Path) -> IgnoreFile | None:
        """The rules in a file, None where there are none."""
        try:
            text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        except OSError:
            return None
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        lines = [line for line in lines if line and not line.startswith("#")]
        return cls(base, lines) if lines else None

    def verdict(self, relative: PurePosixPath | str, *, is_directory: bool) -> bool | None:
        """Whether a path is ignored; None where no rule speaks of it. The last rule decides."""
        name = str(relative)
        directory = f"{name}/" if is_directory else name
        for rule in self._rules:
            if rule.regex.match(name if rule.contents_only else directory):
                return rule.ignores
        return None


def repository_root(path: Path) -> Path | None:
    """The root of the git repository that holds a directory (which need not be its root)."""
    for candidate in (path, *path.parents):
        if (candidate / ".git").exists():
            return candidate
    return None


__all__ = ["IgnoreFile", "repository_root"]
