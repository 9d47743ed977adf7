"""Which files to lint: those that are named, and those that git would track in a directory."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lrlint.source.ignore import IgnoreFile, repository_root
from lrlint.source.module import STDIN

SUFFIXES: Final = (".py", ".pyw", ".ipynb")

# ruff's defaults, and `__pycache__`. `build` is not among them: training repositories keep their
# model builders there, and a build folder that is not source is in .gitignore.
SKIPPED: Final = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".git-rewrite",
        ".hg",
        ".ipynb_checkpoints",
        ".lrlint_cache",
        ".mypy_cache",
        ".nox",
        ".pants.d",
        ".pyenv",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        ".vscode",
        "__pycache__",
        "__pypackages__",
        "_build",
        "buck-out",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)


@dataclass(frozen=True)
class Found:
    """A file to lint; ``explicit`` where the user named it (then its suffix does not matter)."""

    path: Path
    explicit: bool = False
    real: str = field(default="", compare=False)
    """The path without links, by which a file is known again."""


@dataclass(frozen=True)
class Unreadable:
    """A path that is missing or cannot be listed, and one line that says so."""

    path: Path
    message: str


def discover(
    paths: Iterable[Path | str],
    *,
    excluded: Callable[[Path, bool], bool] | None = None,
) -> Iterator[Found | Unreadable]:
    """Yield the files at and below the paths, each once, sorted within each directory.

    ``excluded`` says whether to leave out a path, given whether it is a directory. It, `SKIPPED`
    and ``.gitignore`` apply to what is found in a directory, never to a path that is named.
    """
    seen: set[str] = set()
    walk = _Walk(excluded)
    for path in map(Path, paths):
        if path == STDIN:
            found: Iterable[Found | Unreadable] = (Found(STDIN, explicit=True, real="-"),)
        else:
            found = walk.named(path)
        for one in found:
            if isinstance(one, Unreadable):
                yield one
            elif one.real not in seen:
                seen.add(one.real)
                yield one


class _Walk:
    """The walk of one directory after another, with the rules that hold for all."""

    def __init__(self, excluded: Callable[[Path, bool], bool] | None) -> None:
        self._excluded = excluded
        self._visited: set[tuple[int, int]] = set()

    def named(self, path: Path) -> Iterable[Found | Unreadable]:
        """Return what is to be linted at a path that the user names."""
        try:
            state = os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return (Unreadable(path, "no such file or directory"),)
        except OSError as error:
            return (Unreadable(path, f"cannot be read: {error.strerror or error}"),)
        if stat.S_ISDIR(state.st_mode):
            return self.directory(path)
        return (Found(path, explicit=True, real=os.path.realpath(path)),)

    def directory(self, root: Path) -> Iterator[Found | Unreadable]:
        """Yield what is to be linted below a directory; links come last, so real names win."""
        absolute = Path(os.path.abspath(root))
        links: list[tuple[Path, tuple[IgnoreFile, ...]]] = [(root, self._above(absolute))]
        while links:
            path, rules = links.pop(0)
            if os.path.isdir(path):
                yield from self._list(path, rules, links)
            elif os.path.isfile(path):
                yield Found(path, real=os.path.realpath(path))

    def _above(self, directory: Path) -> tuple[IgnoreFile, ...]:
        """Yield the ignore files above a directory that apply to it, the nearest last."""
        root = repository_root(directory)
        if root is None or root == directory:
            return ()
        parents = [
            parent for parent in directory.parents if parent == root or root in parent.parents
        ]
        files = [self._excluded_in(root)]
        files += [IgnoreFile.read(parent / ".gitignore", parent) for parent in reversed(parents)]
        return tuple(file for file in files if file is not None)

    def _excluded_in(self, root: Path) -> IgnoreFile | None:
        return IgnoreFile.read(root / ".git" / "info" / "exclude", root)

    def _list(
        self,
        directory: Path,
        rules: tuple[IgnoreFile, ...],
        links: list[tuple[Path, tuple[IgnoreFile, ...]]],
    ) -> Iterator[Found | Unreadable]:
        """Yield the files below a directory; add the links found there to ``links``, for later."""
        # A stack in place of recursion: folders may be nested deeper than Python recurses.
        stack: list[tuple[Path, str, tuple[IgnoreFile, ...]] | Found] = [
            (directory, os.path.realpath(directory), rules)
        ]
        while stack:
            item = stack.pop()
            if isinstance(item, Found):
                yield item
                continue
            directory, real, rules = item
            try:
                state = os.stat(directory)
                if (state.st_dev, state.st_ino) in self._visited:
                    continue
                self._visited.add((state.st_dev, state.st_ino))
                entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
            except OSError as error:
                yield Unreadable(directory, f"cannot be listed: {error.strerror or error}")
                continue
            rules = self._with_own(directory, rules, {entry.name for entry in entries})
            found: list[tuple[Path, str, tuple[IgnoreFile, ...]] | Found] = []
            for entry in entries:
                is_link = entry.is_symlink()
                leads_to_directory = os.path.isdir(entry.path) if is_link else entry.is_dir()
                is_directory = leads_to_directory and not is_link  # git sees a link as a file
                if leads_to_directory and entry.name in SKIPPED:
                    continue
                if not leads_to_directory and not _is_wanted(entry.name):
                    continue
                path = directory / entry.name
                if self._ignored(path, is_directory, rules):
                    continue
                if is_link:
                    links.append((path, rules))
                elif is_directory:
                    found.append((path, os.path.join(real, entry.name), rules))
                elif entry.is_file():
                    found.append(Found(path, real=os.path.join(real, entry.name)))
            stack += reversed(found)

    def _with_own(
        self, directory: Path, rules: tuple[IgnoreFile, ...], names: set[str]
    ) -> tuple[IgnoreFile, ...]:
        absolute = Path(os.path.abspath(directory))
        if ".git" in names:  # another repository: what is above has no say
            own = self._excluded_in(absolute)
            rules = (own,) if own else ()
        if ".gitignore" in names:
            own = IgnoreFile.read(directory / ".gitignore", absolute)
            rules = (*rules, own) if own else rules
        return rules

    def _ignored(self, path: Path, is_directory: bool, rules: tuple[IgnoreFile, ...]) -> bool:
        if self._excluded is not None and self._excluded(path, is_directory):
            return True
        for file in reversed(rules):
            verdict = _verdict(file, path, is_directory=is_directory)
            if verdict is not None:
                return verdict
        return False


def _is_wanted(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES


def is_skipped(path: Path, root: Path) -> bool:
    """Whether a folder below ``root`` that holds the file is one of `SKIPPED`."""
    absolute = Path(os.path.abspath(path))
    if not absolute.is_relative_to(root):
        return False
    return not SKIPPED.isdisjoint(absolute.relative_to(root).parts[:-1])


def _verdict(file: IgnoreFile, path: Path, *, is_directory: bool) -> bool | None:
    relative = os.path.relpath(path, file.base)
    if relative.startswith(".."):
        return None
    return file.verdict(relative.replace(os.sep, "/"), is_directory=is_directory)


__all__ = ["SKIPPED", "SUFFIXES", "Found", "Unreadable", "discover", "is_skipped"]
