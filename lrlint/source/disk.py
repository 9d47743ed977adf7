"""What linting a file asks of the disk: its result holds as long as the answers stay the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, TypeAlias

from lrlint.source.reading import is_regular, read_bytes

Query: TypeAlias = tuple[str, str, str, int]
"""A question to the `Locator`: its kind, the folder of the importing file, a name, its dots."""

UNREAD: Final = ""
"""The digest of a file that could not be read, or is not worth it."""
CHANGED: Final = "changed"
"""The digest of a file that changed between two reads: no later content has it."""


class Disk:
    """Reads the files that scripts import or load, and keeps a digest of each."""

    def __init__(self) -> None:
        self.is_steady = True
        """Whether no file has changed between two reads."""
        self._digests: dict[str, str] = {}

    def read(self, path: Path | str, largest: int) -> bytes | None:
        """Return the content of an ordinary file; None for a larger one, or an unreadable one."""
        data = None
        try:
            if is_regular(path, largest):
                data = read_bytes(path)
        except OSError:
            pass
        fresh = UNREAD if data is None else digest(data)
        if self._digests.setdefault(str(path), fresh) != fresh:
            self._digests[str(path)] = CHANGED
            self.is_steady = False
        return data

    def digest(self, path: Path | str, largest: int) -> str:
        """Return the digest of a file as it was read; read it if nobody has."""
        if str(path) not in self._digests:
            self.read(path, largest)
        return self._digests[str(path)]


def digest(data: bytes) -> str:
    """Return what tells a content from any other."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


__all__ = ["CHANGED", "UNREAD", "Disk", "Query", "digest"]
