"""Replace a file's content so that a crash leaves the old content or the new, never half."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def replace_file(path: Path | str, data: bytes) -> None:
    """Write ``data`` to a file that exists or not; its mode and a symbolic link to it are kept."""
    import tempfile  # 20 ms, and only a fix needs it

    target = Path(os.path.realpath(path))
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(target: Path) -> int:
    """Return the mode of the file, or that of a newly created one (``mkstemp`` gives 0600)."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        # Reading the mask means setting it; 0o77 in between is the strict side.
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask


__all__ = ["replace_file"]
