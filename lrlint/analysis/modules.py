"""The modules of the user's project: parsed once, found from the imports of one another."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis.survey import Mutations, Survey
from lrlint.source import Positions, SourceError, SourceFile, load, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_MODULES = 300
_LARGEST_FOLLOWED = 1_000_000
"""Bytes; a larger module that a script imports is data or generated, and is not followed."""

_RELEVANT = re.compile(
    rb"optim|sched|epoch|loader|argumentparser|__len__|\blr\b|config|batch_size|step|iter|rate"
    rb"|LR\b",
    re.IGNORECASE,
)
"""A module without any of these words cannot bear on a schedule and is not parsed."""

_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")

_LIBRARIES = {
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


class ModuleUnit:
    """One module of the project."""

    def __init__(self, source: SourceFile, tree: cst.Module, path: Path | None, name: str) -> None:
        self.source = source
        self.tree = tree
        self.path = path
        self.name = name
        self.star_imports: dict[str, str] = {}
        # By identity: the tree keeps its nodes alive.
        self._assigned: dict[int, frozenset[str]] = {}
        self._codes: dict[int, str] = {}

    @property
    def filename(self) -> str:
        """The file's name as findings show it."""
        return self.source.name

    @cached_property
    def positions(self) -> Positions:
        """Rows and columns, computed when the first finding asks for one."""
        return Positions(self.tree, self.source)

    @cached_property
    def survey(self) -> Survey:
        """What stands in the module and its functions."""
        return Survey(self.tree)

    @property
    def mutations(self) -> Mutations:
        """What the module changes in place."""
        return self.survey.mutations

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node; asked for each time that the node is interpreted."""
        found = self._codes.get(id(node))
        if found is None:
            found = self._codes[id(node)] = self.tree.code_for_node(node)
        return found

    def assigned_in(
        self, body: cst.CSTNode, compute: Callable[[cst.CSTNode], frozenset[str]]
    ) -> frozenset[str]:
        """The names that a block binds, computed once."""
        found = self._assigned.get(id(body))
        if found is None:
            found = self._assigned[id(body)] = compute(body)
        return found


class Project:
    """All modules that one run of lrlint has looked at."""

    def __init__(self) -> None:
        self._units: dict[Path, ModuleUnit | None] = {}
        self._roots: dict[Path, list[Path]] = {}

    def entry(self, source: SourceFile) -> ModuleUnit:
        """The unit of a file that is linted; raises SourceError where it cannot be parsed."""
        path = None if source.path is None else Path(source.path).resolve()
        known = self._units.get(path) if path is not None else None
        if known is not None:
            return known
        unit = ModuleUnit(source, parse(source), path, path.stem if path is not None else "stdin")
        if path is not None:
            self._units[path] = unit
        return unit

    def find(self, importer: ModuleUnit, name: str, level: int) -> ModuleUnit | None:
        """The module of the project that ``importer`` means by ``name``, or None."""
        if importer.path is None:
            return None
        parts = name.split(".") if name else []
        if level:
            base = importer.path.parent
            for _ in range(level - 1):
                base = base.parent
            return self._at(base, parts)
        if not parts or parts[0] in sys.stdlib_module_names or parts[0] in _LIBRARIES:
            return None
        for root in self._search_path(importer.path.parent):
            if (root / parts[0]).is_dir() or (root / f"{parts[0]}.py").is_file():
                found = self._at(root, parts)
                if found is not None:
                    return found
        return None

    def submodule(self, package: ModuleUnit, name: str) -> ModuleUnit | None:
        """A module inside a package."""
        if package.path is None or package.path.name != "__init__.py":
            return None
        return self._at(package.path.parent, [name])

    def is_package(self, importer: ModuleUnit, name: str) -> Path | None:
        """The folder of a package without ``__init__.py``, or None."""
        if importer.path is None:
            return None
        for root in self._search_path(importer.path.parent):
            folder = root.joinpath(*name.split("."))
            if folder.is_dir():
                return folder
        return None

    def _at(self, base: Path, parts: list[str]) -> ModuleUnit | None:
        target = base.joinpath(*parts) if parts else base
        for candidate in (target.with_name(f"{target.name}.py"), target / "__init__.py"):
            if parts or candidate.name == "__init__.py":
                unit = self._load(candidate)
                if unit is not None:
                    return unit
        return None

    def _load(self, path: Path) -> ModuleUnit | None:
        if path in self._units:
            return self._units[path]
        unit = None
        try:
            small = path.is_file() and path.stat().st_size <= _LARGEST_FOLLOWED
            if small and len(self._units) < _MOST_MODULES:
                source = load(path)
                if _RELEVANT.search(source.data) or path.name == "__init__.py":
                    unit = ModuleUnit(source, parse(source), path, path.stem)
        except (OSError, SourceError):
            unit = None
        self._units[path] = unit
        return unit

    def _search_path(self, folder: Path) -> list[Path]:
        """Where absolute imports of a script in ``folder`` may lead, nearest first."""
        known = self._roots.get(folder)
        if known is None:
            known = self._roots[folder] = list(_roots(folder))
        return known


def _roots(folder: Path) -> Iterator[Path]:
    current = folder
    for _ in range(6):
        yield current
        if (current / "src").is_dir():
            yield current / "src"
        if any((current / mark).exists() for mark in _ROOT_MARKS) or current.parent == current:
            return
        current = current.parent
