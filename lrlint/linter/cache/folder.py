"""The folder of the cache, and its files: written whole or not at all, checked when they are read.

Nothing that goes wrong with it is an error: a run without a cache takes longer, that is all.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lrlint.source.disk import digest
from lrlint.source.reading import is_regular

NAME: Final = ".lrlint_cache"
_MARKS: Final = (".git", "pyproject.toml", "lrlint.toml", ".lrlint.toml", "setup.py", "setup.cfg")
_TAG: Final = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# lrlint's cache: results that it can work out again (see https://bford.info/cachedir/).\n"
)
_OWN: Final = "lrlint-"
_SUFFIX: Final = ".json"
_UNFINISHED: Final = ".tmp"
_LARGEST: Final = 64 * 2**20
"""Bytes of a file; a larger one would take longer to read than it saves."""
_MOST_FILES: Final = 40
"""Files, one for each working directory and installation."""
_OLDEST: Final = 30 * 86_400
"""Seconds after which a file that was not used is removed."""


def default_folder() -> Path:
    """Return the folder in the nearest project's root, else in the working directory."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any(os.path.lexists(folder / mark) for mark in _MARKS):
            return folder / NAME
    return here / NAME


def read(folder: Path, key: str) -> dict[str, Any] | None:
    """Return what was written under a key; None where that is missing or damaged."""
    path = folder / f"{_OWN}{key}{_SUFFIX}"
    try:
        if not is_regular(path, _LARGEST):
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        if head.decode() != digest(body):
            return None
        found = json.loads(body)
    except (OSError, ValueError, RecursionError, MemoryError):
        return None
    return found if isinstance(found, dict) else None


def write(folder: Path, key: str, content: dict[str, Any]) -> str | None:
    """Write under a key, in a folder that need not exist; return what went wrong, if anything."""
    temporary = None
    try:
        body = json.dumps(content, separators=(",", ":")).encode()
        if len(body) >= _LARGEST:
            return f"the cache is larger than {_LARGEST // 2**20} MiB"
        _create(folder)
        name = folder / f"{_OWN}{key}-{os.getpid()}-{os.urandom(4).hex()}{_UNFINISHED}"
        with open(name, "xb") as file:
            temporary = name
            file.write(digest(body).encode() + b"\n" + body)
        os.replace(temporary, folder / f"{_OWN}{key}{_SUFFIX}")
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        return (
            f"the cache in {folder} cannot be written: {getattr(error, 'strerror', None) or error}"
        )
    _prune(folder)
    return None


def clean(folder: Path) -> bool:
    """Remove what lrlint has written into a folder, and the folder if that was all it held.

    Return whether there was anything. Raises OSError.
    """
    if not os.path.isdir(folder):
        return False
    names = [path for path in folder.iterdir() if path.name.startswith(_OWN)]
    tag = folder / "CACHEDIR.TAG"
    if tag.is_file() and tag.read_bytes() == _TAG.encode():
        names += [tag, folder / ".gitignore"]
    for path in names:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return bool(names)


def _create(folder: Path) -> None:
    os.makedirs(folder, exist_ok=True)
    if not os.listdir(folder):  # in no folder that belongs to others
        (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _prune(folder: Path) -> None:
    """Remove old files, and what killed processes have left."""
    with suppress(OSError):
        files = [
            (entry.stat(follow_symlinks=False).st_mtime, entry.path)
            for entry in os.scandir(folder)
            if entry.name.startswith(_OWN)
        ]
        files.sort(reverse=True)
        now = time.time()
        for number, (modified, path) in enumerate(files):
            age = now - modified
            if age > (3600 if path.endswith(_UNFINISHED) else _OLDEST) or number >= _MOST_FILES:
                os.unlink(path)


__all__ = ["NAME", "clean", "default_folder", "read", "write"]
