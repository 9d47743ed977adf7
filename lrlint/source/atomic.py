"""Replace a file's content so that a crash leaves the old content or the new, never half."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from io import FileIO
from pathlib import Path

_SET_ID = stat.S_ISUID | stat.S_ISGID


def replace_file(path: Path | str, data: bytes) -> None:
    """Write ``data`` to a file that exists or not.

    Keep its mode, owner, extended attributes, hard links, and a symbolic link to it; drop set-uid,
    which was granted to the old content. Raises PermissionError for a file that is read-only.
    """
    target = Path(os.path.realpath(path))
    state = _writable(target)
    # A file that has several names cannot be replaced under all of them at once.
    if (state is not None and state.st_nlink > 1) or not _replace(target, state, data):
        _overwrite(target, data)


def _writable(target: Path) -> os.stat_result | None:
    """Return the state of a file, None where there is none. Raises PermissionError."""
    try:
        state = target.stat()
    except FileNotFoundError:
        return None
    if not state.st_mode & 0o222:  # root could write it all the same
        raise PermissionError(errno.EACCES, "it is read-only")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return state


def _replace(target: Path, state: os.stat_result | None, data: bytes) -> bool:
    """Put a new file in a file's place; return False where that cannot have the old one's owner."""
    import tempfile  # 20 ms, and only a fix needs it

    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if state is None:
            os.chmod(temporary, _usual_mode())
        elif not _liken(temporary, target, state):
            os.unlink(temporary)
            return False
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return True


def _liken(temporary: str, target: Path, state: os.stat_result) -> bool:
    """Give a new file the attributes, owner and mode of an old one; return False if that fails."""
    import shutil

    shutil.copystat(target, temporary)
    os.utime(temporary)  # the content is new
    new = os.stat(temporary)
    if (new.st_uid, new.st_gid) != (state.st_uid, state.st_gid):
        try:
            os.chown(temporary, state.st_uid, state.st_gid)
        except PermissionError:
            return False
    os.chmod(temporary, stat.S_IMODE(state.st_mode) & ~_SET_ID)
    return True


def _overwrite(target: Path, data: bytes) -> None:
    with open(target, "r+b", buffering=0) as file:
        old = file.readall()
        try:
            _fill(file, data)
        except BaseException:  # a full disk has as much space as the old content takes
            _fill(file, old)
            raise
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    if mode & _SET_ID:
        os.chmod(target, mode & ~_SET_ID)


def _fill(file: FileIO, data: bytes) -> None:
    file.seek(0)
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    file.truncate()
    os.fsync(file.fileno())


def _usual_mode() -> int:
    """Return the mode of a newly created file (``mkstemp`` gives 0600)."""
    # Reading the mask means setting it; 0o77 in between is the strict side.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


__all__ = ["replace_file"]
