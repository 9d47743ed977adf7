"""Which file of the user's project an import means, told from paths alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lrlint.source.module import SourceFile, load
from lrlint.source.span import SourceError

_LARGEST: Final = 1_000_000
"""Bytes; a larger module that a script imports is data or generated, and is not followed."""

_RELEVANT: Final = re.compile(
    rb"optim|sched|epoch|loader|argumentparser|__len__|\blr\b|config|batch_size|step|iter|rate"
    rb"|LR\b",
    re.IGNORECASE,
)
"""A module without any of these words cannot bear on a schedule and is not followed."""

_SMALL: Final = 1_000
"""Bytes; a smaller module costs next to nothing, and may pass on what others define."""

_ROOT_MARKS: Final = (
    ".git",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
)

LIBRARIES: Final = frozenset(
    {
        "accelerate",
        "apex",
        "datasets",
        "deepspeed",
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


class Locator:
    """Finds the files of modules, and remembers where each import of a folder leads."""

    def __init__(self) -> None:
        self._roots: dict[Path, list[Path]] = {}
        self._found: dict[tuple[Path, str, int], list[Path]] = {}

    def find(self, importer: Path, name: str, level: int) -> Sequence[Path]:
        """The files that ``importer`` may mean by a module's name, likeliest first.

        ``level`` counts the dots of a relative import.
        """
        key = importer.parent, name, level
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = list(self._find(*key))
        return known

    def _find(self, folder: Path, name: str, level: int) -> Iterator[Path]:
        parts = name.split(".") if name else []
        if level:
            base = folder
            for _ in range(level - 1):
                base = base.parent
            yield from self._at(base, parts)
        elif parts and parts[0] not in sys.stdlib_module_names and parts[0] not in LIBRARIES:
            for root in self._search_path(folder):
                if (root / parts[0]).is_dir() or (root / f"{parts[0]}.py").is_file():
                    yield from self._at(root, parts)

    def submodule(self, package: Path, name: str) -> Iterator[Path]:
        """The files of a module inside the package whose ``__init__.py`` is given."""
        if package.name == "__init__.py":
            yield from self._at(package.parent, [name])

    def _at(self, base: Path, parts: Sequence[str]) -> Iterator[Path]:
        folder = base.joinpath(*parts)
        if parts and (module := folder.with_name(f"{folder.name}.py")).is_file():
            yield module
        if (package := folder / "__init__.py").is_file():
            yield package

    def _search_path(self, folder: Path) -> list[Path]:
        """Where absolute imports of a script in ``folder`` may lead, nearest first."""
        known = self._roots.get(folder)
        if known is None:
            known = self._roots[folder] = list(_roots(folder))
        return known


def load_imported(path: Path) -> SourceFile | None:
    """A module that a script imports, or None where following it is of no use or fails."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            return None
        source = load(path)
    except (OSError, SourceError):
        return None
    passes_on = path.name == "__init__.py" or size < _SMALL
    return source if passes_on or _RELEVANT.search(source.data) else None


def _roots(folder: Path) -> Iterator[Path]:
    current = folder
    for _ in range(6):
        yield current
        if (current / "src").is_dir():
            yield current / "src"
        if any((current / mark).exists() for mark in _ROOT_MARKS) or current.parent == current:
            return
        current = current.parent


__all__ = ["LIBRARIES", "Locator", "load_imported"]
