"""The settings of one linted file: whatever changes the findings reported in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Severity
from lrlint.linter.selection import Layer

if TYPE_CHECKING:
    from lrlint.source.ignore import IgnoreFile


@dataclass(frozen=True)
class Patterns:
    """Patterns as in a gitignore file, relative to a folder."""

    base: Path
    patterns: tuple[str, ...]

    def match(self, path: Path) -> bool:
        """Whether a pattern matches the file or a folder that holds it."""
        return self.match_entry(path) or any(
            self.match_entry(parent, is_directory=True) for parent in self._parents(path)
        )

    def match_entry(self, path: Path, *, is_directory: bool = False) -> bool:
        """Whether a pattern matches the file or folder itself."""
        path = absolute(path)
        if path == self.base or not path.is_relative_to(self.base):
            return False
        relative = path.relative_to(self.base).as_posix()
        return bool(self._rules.verdict(relative, is_directory=is_directory))

    def _parents(self, path: Path) -> Iterator[Path]:
        path = absolute(path)
        return (parent for parent in path.parents if self.base in parent.parents)

    @cached_property
    def _rules(self) -> IgnoreFile:
        from lrlint.source.ignore import IgnoreFile

        return IgnoreFile(self.base, self.patterns)


@dataclass(frozen=True)
class FileIgnores:
    """The rules that are ignored in some files."""

    files: Patterns
    selectors: tuple[str, ...]
    origin: str = "per-file-ignores"
    """Where the user wrote it, for messages."""


@dataclass(frozen=True)
class Rating:
    """The severity that the findings of some rules have instead of their own."""

    selector: str
    severity: Severity | None
    """None: the rules are off."""
    origin: str = "severity"


@dataclass(frozen=True)
class RuleOption:
    """The value of an option of a rule."""

    rule: str
    name: str
    value: object
    origin: str = "rules"


@dataclass(frozen=True)
class Settings:
    """What changes the findings in a file; the same for all files that share a configuration."""

    layers: tuple[Layer, ...] = ()
    """Which rules are on: the choice of each configuration, then that of the command line."""
    fixable: tuple[Layer, ...] = ()
    """The rules whose fixes may be applied, chosen as in ``layers``."""
    exclude: tuple[Patterns, ...] = ()
    """What is left out of folders."""
    force_exclude: bool = False
    """Whether files that are named on the command line are left out, too."""
    per_file_ignores: tuple[FileIgnores, ...] = ()
    severity: tuple[Rating, ...] = ()
    options: tuple[RuleOption, ...] = ()
    numbers: tuple[tuple[str, object], ...] = ()
    """The values of names that scripts leave open or to a default."""
    pedantic: bool = False
    fail_on: Severity | None = Severity.WARNING
    """Minimum severity for exit status 1; None: none does."""
    baseline: Path | None = None
    """The file that says how many findings are held back."""
    files: tuple[Path, ...] = ()
    """The configuration files that were read, the nearest last."""

    @property
    def root(self) -> Path:
        """The folder of the configuration, or the working directory."""
        return self.files[-1].parent if self.files else Path.cwd()

    @cached_property
    def fingerprint(self) -> str:
        """A text that two settings share if and only if they are equal."""
        return hashlib.sha256(repr(self).encode("utf-8", "backslashreplace")).hexdigest()

    def excludes(self, path: Path, *, is_directory: bool = False) -> bool:
        """Whether a file or folder that is found in a folder is left out."""
        if self.force_exclude and self.excludes_named(path):
            return True
        return any(one.match_entry(path, is_directory=is_directory) for one in self.exclude)

    def excludes_named(self, path: Path) -> bool:
        """Whether a file is left out, itself or with a folder that holds it."""
        return any(patterns.match(path) for patterns in self.exclude)


def absolute(path: Path) -> Path:
    """Return a path from the root of the file system; links stay."""
    return Path(os.path.abspath(path))


def shown(file: Path) -> str:
    """Return the file's path for messages, relative where it lies in the working directory."""
    path, cwd = absolute(file), Path.cwd()
    return (path.relative_to(cwd) if path.is_relative_to(cwd) else path).as_posix()
