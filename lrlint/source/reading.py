"""Read a file whatever it is, a pipe that nothing is written to or an endless device, too."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 256 * 2**20
"""Bytes; no script or notebook is as large."""
_WAIT: Final = 1.0
"""Seconds to wait for the writer of a pipe, which may just be starting."""
_CHUNK: Final = 2**20
"""Bytes that are read from a stream at once."""


def read_bytes(path: Path | str) -> bytes:
    """Return the content of a file. Raises OSError, for one without an end, too."""
    state = os.stat(path)
    if stat.S_ISREG(state.st_mode):
        _check(state.st_size)
        return Path(path).read_bytes()
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return _read_stream(handle, pipe=stat.S_ISFIFO(state.st_mode))
    finally:
        os.close(handle)


def is_regular(path: Path | str, largest: int) -> bool:
    """Whether a path leads to an ordinary file of at most so many bytes. Raises OSError."""
    state = os.stat(path)
    return stat.S_ISREG(state.st_mode) and state.st_size <= largest


def _read_stream(handle: int, *, pipe: bool) -> bytes:
    """Read until the end. A pipe without a writer would never come to one."""
    import select  # for a rare case

    chunks: list[bytes] = []
    size = 0
    while True:
        try:
            chunk = os.read(handle, _CHUNK)
        except BlockingIOError:  # a writer has the pipe open
            select.select([handle], [], [])
            continue
        if chunk:
            chunks.append(chunk)
            _check(size := size + len(chunk))
        elif chunks or not pipe:
            return b"".join(chunks)
        elif not select.select([handle], [], [], _WAIT)[0]:
            raise OSError(errno.EPIPE, "it is a pipe that nothing is written to")
        else:
            pipe = False  # the writer has come: from now on, an end is an end


def _check(size: int) -> None:
    if size > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST // 2**20} MiB")


__all__ = ["LARGEST", "is_regular", "read_bytes"]
