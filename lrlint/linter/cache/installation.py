"""What tells one installation of lrlint from another: Python, lrlint's code, rules, parsers.

`importlib.metadata` would take a fifth of the time of a run that finds everything in the cache.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from lrlint.source.disk import digest

_GROUP = "lrlint.rules"
_PARSERS = ("libcst-", "pyyaml-", "tomli-")


def installation(content: Callable[[str], str]) -> str:
    """Return a digest of all code that decides findings; ``content`` digests one file."""
    lines = [sys.version, sys.platform]
    roots = {"lrlint"}
    for name, points in _distributions():
        lines.append(name)
        if points:  # they also name the addresses of the rules' pages
            lines += (content(os.path.join(name, file)) for file in ("METADATA", "PKG-INFO"))
        for module in points:
            lines.append(module)
            roots.add(module.partition(":")[0].partition(".")[0].strip())
    for root in sorted(roots):
        lines += (f"{file} {content(file)}" for file in _files(root))
    return digest("\n".join(lines).encode("utf-8", "surrogateescape"))


def _distributions() -> Iterator[tuple[str, list[str]]]:
    """Yield distributions that parse or bring rules, each with the modules of its rules."""
    for folder in dict.fromkeys(sys.path):
        try:
            names = sorted(os.listdir(folder or "."))
        except NotADirectoryError:  # a zip file
            state = os.stat(folder)
            yield f"{folder} {state.st_size} {state.st_mtime_ns}", []
            continue
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                path = os.path.join(folder, name)
                points = _entry_points(os.path.join(path, "entry_points.txt"))
                if points or name.lower().startswith(_PARSERS):
                    yield path, points


def _entry_points(file: str) -> list[str]:
    """Return the modules that a distribution names under lrlint's group of entry points."""
    try:
        with open(file, "rb") as stream:
            data = stream.read()
    except OSError:
        return []
    if _GROUP.encode() not in data:
        return []
    section = data.decode("utf-8", "replace").partition(f"[{_GROUP}]")[2].partition("\n[")[0]
    return [line.partition("=")[2].strip() for line in section.splitlines() if "=" in line]


def _files(root: str) -> Iterator[str]:
    """Yield the Python files of an importable module or package, which is not imported."""
    try:
        spec = find_spec(root)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    if not spec.submodule_search_locations:
        if spec.origin is not None:
            yield spec.origin
        return
    waiting = sorted(spec.submodule_search_locations)
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


__all__ = ["installation"]
