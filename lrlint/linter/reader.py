"""From paths to source files: finds them, and reads those that may matter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lrlint.linter.resolve import Resolver
from lrlint.linter.settings import Settings
from lrlint.source import (
    STDIN,
    Disk,
    Found,
    SourceFile,
    Unreadable,
    discover,
    is_skipped,
    load,
    load_imported,
    read_bytes,
)


@dataclass(frozen=True)
class Stdin:
    """Standard input, for the path ``-``, and its name in reports."""

    data: bytes
    path: Path = Path("<stdin>")


class Reader:
    """Reads from the disk, standard input, and files that are held in memory.

    ``memory`` has files by their real path (``-`` for standard input); they replace those on disk.
    """

    def __init__(
        self,
        resolver: Resolver,
        stdin: Stdin | None = None,
        memory: Mapping[Path, SourceFile] | None = None,
    ) -> None:
        self.disk = Disk()
        self.imported_files: set[Path] = set()
        """The real paths of the files that were read because others import them."""
        self._memory = memory or {}
        self._folder: tuple[str, Settings] | None = None
        """The folder whose entries were looked at last, and the settings of its files."""
        self._resolver = resolver
        self._stdin = stdin or Stdin(b"")

    def discover(self, paths: Iterable[Path | str]) -> Iterator[Found | Unreadable]:
        """Yield the files to lint, and the paths that cannot be read."""
        for file in discover(paths, excluded=self._excluded):
            if not (isinstance(file, Found) and file.explicit and self._excluded_by_force(file)):
                yield file

    def _excluded(self, path: Path, is_directory: bool) -> bool:
        folder = os.path.dirname(path)
        if self._folder is None or self._folder[0] != folder:
            self._folder = folder, self._resolver.settings(path)
        settings = self._folder[1]
        return bool(settings.exclude) and settings.excludes(path, is_directory=is_directory)

    def _excluded_by_force(self, file: Found) -> bool:
        """Whether a file that is named is left out all the same."""
        path = self.path(file)
        settings = self._resolver.settings(path)
        return settings.force_exclude and (
            settings.excludes_named(path) or is_skipped(path, settings.root)
        )

    def held(self, found: Found) -> SourceFile | None:
        """Return a file that is held in memory."""
        return self._memory.get(Path(found.real)) if self._memory else None

    def data(self, found: Found) -> bytes:
        """Return the content of a file. Raises OSError."""
        return self._stdin.data if found.path == STDIN else read_bytes(found.path)

    def source(self, found: Found, data: bytes) -> SourceFile | None:
        """Decode a file; None where it was found in a folder and its bytes speak of no schedule.

        Raises SourceError where it cannot be decoded.
        """
        from lrlint.source import mentions_schedule, starts_something  # not for a cached result

        if not (found.explicit or mentions_schedule(data) or starts_something(data)):
            return None
        return load(self.path(found), data=data)

    def path(self, found: Found) -> Path:
        """Return the path under which a file is reported."""
        return self._stdin.path if found.path == STDIN else found.path

    def imported(self, path: Path) -> SourceFile | None:
        """Read a file that another imports; None where it cannot be read."""
        real = real_path(path)
        self.imported_files.add(real)
        return self._memory.get(real) or load_imported(path, self.disk)


def real_path(path: Path) -> Path:
    """Return what identifies a file: its path without links; ``-`` for standard input."""
    return path if path == STDIN else Path(os.path.realpath(path))
