"""Digests of files, without reading those that have not been touched since they were read.

A file counts as untouched if its size, inode and times are what they were, and if these were old
when it was read: a change within the granularity of the clock leaves no trace in them. Where the
clock has been set back, all files are read.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from typing import Any, Final, TypeAlias

from lrlint.source.disk import UNREAD, digest
from lrlint.source.reading import LARGEST, read_bytes

_GRANULARITY: Final = 2.0
"""Seconds: the coarsest clock of a file system, FAT's."""
_MOST: Final = 100_000
"""Files; of more, only those that were looked at are remembered."""
_TELLS: Final = os.name == "posix"
"""Whether the times of a file tell of every change; those of Windows can be set at will."""

Stamp: TypeAlias = tuple[int, int, int, int]


class Stamps:
    """The stamps and digests of files, those of earlier runs first."""

    def __init__(self) -> None:
        self.start = time.time()
        self.dull: set[str] = set()
        """Files whose bytes alone say that they have nothing to lint."""
        self.changed = False
        self._known: dict[str, tuple[Stamp, str]] = {}
        self._checked: dict[str, str] = {}

    def knows(self, path: str) -> bool:
        """Whether a file was read in this run or an earlier one."""
        return path in self._known

    def digest(self, path: str, largest: int = LARGEST) -> str:
        """Return the digest of an ordinary file of at most so many bytes, `UNREAD` for others."""
        found = self._checked.get(path)
        if found is None:
            found = self._checked[path] = self._look(path, largest)
        return found

    def _look(self, path: str, largest: int) -> str:
        try:
            state = os.stat(path)
            if not stat.S_ISREG(state.st_mode) or state.st_size > largest:
                return UNREAD
            known = self._known.get(path)
            if known is not None and known[0] == _stamp(state):
                return known[1]
            found = digest(read_bytes(path))
        except (OSError, ValueError):
            return UNREAD
        if known is None or known[1] != found:
            self.dull.discard(path)
        self._keep(path, state, found)
        return found

    def note(self, path: str, content: str, *, dull: bool = False) -> None:
        """Remember a file by the digest of what was read in this run."""
        self._checked[path] = content
        self.dull.discard(path)
        if dull:
            self.dull.add(path)
        with suppress(OSError, ValueError):
            self._keep(path, os.stat(path), content)

    def _keep(self, path: str, state: os.stat_result, content: str) -> None:
        # Since before the run: so it is what was read in it, whenever that was.
        if _TELLS and max(state.st_mtime, state.st_ctime) < self.start - _GRANULARITY:
            row = _stamp(state), content
        else:
            row = (0, 0, 0, 0), content  # a digest without a stamp: the file is read next time
        if self._known.get(path) != row:
            self._known[path] = row
            self.changed = True

    # -- from run to run

    def restore(self, rows: object, written: object) -> None:
        """Take what an earlier run has left. Raises ValueError where it makes no sense."""
        if not isinstance(rows, dict) or not isinstance(written, (int, float)):
            raise ValueError("no stamps")
        trusted = written <= self.start
        for path, row in rows.items():
            size, modified, altered, inode, content, dull = row
            if not isinstance(content, str) or {int} != {*map(type, row[:4])}:
                raise ValueError("no stamp")
            stamp = (size, modified, altered, inode) if trusted else (0, 0, 0, 0)
            self._known[path] = stamp, content
            if dull is True:
                self.dull.add(path)

    def rows(self) -> dict[str, list[Any]]:
        """Return what :meth:`restore` takes: files that were looked at, or are still there."""
        few = len(self._known) <= _MOST
        return {
            path: [*stamp, content, path in self.dull]
            for path, (stamp, content) in self._known.items()
            if path in self._checked or (few and os.path.exists(path))
        }


def _stamp(state: os.stat_result) -> Stamp:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


__all__ = ["Stamps"]
