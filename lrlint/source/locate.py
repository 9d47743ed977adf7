"""Which file of the user's project an import means, told from paths alone."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from lrlint.source.disk import Disk, Query
from lrlint.source.errors import SourceError
from lrlint.source.module import SourceFile, load

LARGEST: Final = 1_000_000
"""Bytes; a larger module that a script imports is data or generated, and is not followed."""

_USUAL: Final = (b"config", b"iter", b"rate", b"step")  # most modules have one: quickly found
_RELEVANT: Final = re.compile(
    rb"optim|sched|epoch|loader|argumentparser|__len__|\blr\b|batch_size|LR\b|"
    rb"self\.\w*(?:args|opts?|cfg|hparams) *=|\n[ \t]+from \.|" + b"|".join(_USUAL),
    re.IGNORECASE,
)
"""A module without any of these words cannot bear on a schedule and is not followed.

One that keeps the settings in an object is that of a trainer's base class; one that imports in a
function what lies beside it chooses the module that is to train, as in ``create_model(opt)``.
"""

_SMALL: Final = 1_000
"""Bytes; a smaller module costs next to nothing, and may pass on what others define."""

_ROOT_MARKS: Final = (
    ".git",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
)
_MARKS_OF_PACKAGES: Final = ".git", "pyproject.toml"
"""Those of a folder that is a package, where ``setup.py`` is a module like any other."""

_SOURCES: Final = "src", "lib"
"""Folders of modules that a script puts on its path; research code does so in a module."""

_MOST_LISTED: Final = 5_000
"""Entries of a folder; one of data may hold millions."""

LIBRARIES: Final = frozenset(
    {
        "accelerate",
        "apex",
        "datasets",
        "deepspeed",
        "diffusers",
        "einops",
        "lightning",
        "matplotlib",
        "numpy",
        "pandas",
        "pytorch_lightning",
        "scipy",
        "sklearn",
        "timm",
        "torch",
        "torchvision",
        "tqdm",
        "transformers",
        "wandb",
        "yaml",
    }
)
"""Packages that are installed, whatever a folder of the project may be called."""


_FIND: Final = "module"
_SUBMODULE: Final = "submodule"
DATA: Final = "data"
"""The kind of queries whose answer is a settings file; those of the others are modules."""


class Locator:
    """Finds the files of modules and settings, and remembers what it has seen of the disk.

    Each query is added to ``asked``.
    """

    def __init__(self) -> None:
        self.asked: set[Query] = set()
        self._answers: dict[Query, Sequence[Path]] = {}
        self._roots: dict[str, list[str]] = {}
        self._listed: dict[str, frozenset[str] | None] = {}
        self._inner: dict[str, dict[str | None, list[str]]] = {}

    def find(self, importer: Path, name: str, level: int) -> Sequence[Path]:
        """Return the files that ``importer`` may mean by a module's name, likeliest first.

        ``level`` counts the dots of a relative import. No module imports itself: in
        ``utils/model.py``, ``model`` is another one of that name.
        """
        answer = self.answer(module_query(importer, name, level))
        return [path for path in answer if path != importer]

    def data(self, script: Path, name: str) -> Path | None:
        """Return the file of the project that a script in it calls ``name``.

        A relative name counts from the folder that the script is started in: its own, or one of
        those above it.
        """
        return next(iter(self.answer((DATA, os.path.dirname(script), name, 0))), None)

    def submodule(self, package: Path, name: str) -> Sequence[Path]:
        """Return the files of a module inside the package whose ``__init__.py`` is given."""
        if package.name != "__init__.py":
            return ()
        return self.answer((_SUBMODULE, os.path.dirname(package), name, 0))

    def answer(self, query: Query) -> Sequence[Path]:
        """Return the files that answer a query."""
        self.asked.add(query)
        known = self._answers.get(query)
        if known is None:
            known = self._answers[query] = [Path(one) for one in self._look_up(*query)]
        return known

    def _look_up(self, kind: str, folder: str, name: str, level: int) -> Iterator[str]:
        if kind == DATA:
            yield from self._data(folder, name)
            return
        if kind == _SUBMODULE:
            yield from self._at(folder, [name])
            return
        parts = name.split(".") if name else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            yield from self._at(folder, parts)
        elif parts and parts[0] not in sys.stdlib_module_names and parts[0] not in LIBRARIES:
            roots = self._search_path(folder)
            known = [path for root in roots for path in self._at(root, parts)]
            yield from known or (self._below(roots, parts) if len(parts) > 1 else ())

    def _below(self, roots: Sequence[str], parts: Sequence[str]) -> Iterator[str]:
        """Yield the module that a folder beside the script's holds, if only one does.

        The script may add that folder to ``sys.path`` in code that lrlint does not follow.
        """
        for root in roots:
            inner = self._inner_folders(root)
            folders = [*inner.get(parts[0], ()), *inner.get(None, ())]
            found = [path for folder in folders for path in self._at(folder, parts)]
            if found:
                yield from found if len(found) == 1 else ()
                return

    def _inner_folders(self, root: str) -> dict[str | None, list[str]]:
        """Return the folders in ``root`` by the names they hold; by None those not listed."""
        known = self._inner.get(root)
        if known is None:
            known = self._inner[root] = {}
            for name in self._names(root) or ():
                folder = os.path.join(root, name)
                names = self._names(folder)
                for held in (None,) if names is None else names:
                    known.setdefault(held, []).append(folder)
        return known

    def _data(self, folder: str, name: str) -> Iterator[str]:
        roots = self._search_path(folder)
        top = min(roots, key=len)
        if not any(self._holds(top, mark) for mark in _ROOT_MARKS):
            roots, top = [folder], folder  # where the project ends is not known
        project = os.path.join(os.path.realpath(top), "")
        for root in roots:
            path = os.path.realpath(os.path.join(root, name))
            if path.startswith(project) and os.path.isfile(path):
                yield path
                return

    def _at(self, folder: str, parts: Sequence[str]) -> Iterator[str]:
        for depth, part in enumerate(parts, 1):
            if depth == len(parts) and self._holds(folder, f"{part}.py"):
                module = os.path.join(folder, f"{part}.py")
                if os.path.isfile(module):
                    yield module
            if not self._holds(folder, part):
                return
            folder = os.path.join(folder, part)
        if self._holds(folder, "__init__.py"):
            yield os.path.join(folder, "__init__.py")

    def _holds(self, folder: str, name: str) -> bool:
        """Whether a folder holds something of a name."""
        names = self._names(folder)
        return os.path.lexists(os.path.join(folder, name)) if names is None else name in names

    def _names(self, folder: str) -> frozenset[str] | None:
        if folder not in self._listed:
            self._listed[folder] = _names(folder)
        return self._listed[folder]

    def _search_path(self, folder: str) -> list[str]:
        """Return where absolute imports of a script in ``folder`` may lead, nearest first."""
        known = self._roots.get(folder)
        if known is None:
            known = self._roots[folder] = list(self._upwards(folder))
        return known

    def _upwards(self, folder: str) -> Iterator[str]:
        for _ in range(6):
            yield folder
            for name in _SOURCES:
                inner = os.path.join(folder, name)
                if self._holds(folder, name) and not self._holds(inner, "__init__.py"):
                    yield inner
            above = os.path.dirname(folder)
            is_package = self._holds(folder, "__init__.py")
            marks = _MARKS_OF_PACKAGES if is_package else _ROOT_MARKS
            if above == folder or any(self._holds(folder, mark) for mark in marks):
                return
            folder = above


def module_query(importer: Path, name: str, level: int) -> Query:
    """Return the query of an import: all modules of a folder ask the same."""
    return _FIND, os.path.dirname(importer), name, level


def load_imported(path: Path, disk: Disk | None = None) -> SourceFile | None:
    """Read a module that a script imports; None where that is of no use or fails."""
    data = (disk or Disk()).read(path, LARGEST)
    if data is None:
        return None
    try:
        source = load(path, data=data)
    except SourceError:
        return None
    passes_on = path.name == "__init__.py" or len(source.data) < _SMALL
    return source if passes_on or _is_relevant(source.data) else None


def _is_relevant(data: bytes) -> bool:
    return any(word in data for word in _USUAL) or _RELEVANT.search(data) is not None


def _names(folder: str) -> frozenset[str] | None:
    """Return the names in a folder; None where it has so many that asking is cheaper."""
    try:
        with os.scandir(folder) as entries:
            names = frozenset(entry.name for entry in islice(entries, _MOST_LISTED))
    except OSError:
        return frozenset()
    return None if len(names) == _MOST_LISTED else names


__all__ = ["DATA", "LARGEST", "LIBRARIES", "Locator", "load_imported", "module_query"]
