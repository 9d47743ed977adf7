"""The modules of the user's project: parsed once, found from the imports of one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import overload

import libcst as cst

from lrlint.analysis.code.known_sources import SOURCES
from lrlint.analysis.code.survey import Survey
from lrlint.source import Disk, Relevance, SourceError, SourceFile, load, mentions_schedule
from lrlint.source.data import Format, read_data
from lrlint.source.difference import Replacement
from lrlint.source.relevance.outline import Imported
from lrlint.source.skeleton import Skeleton, read
from lrlint.span import Span

_MOST_MODULES = 300
"""Modules that are read for one script."""


class ModuleUnit:
    """One module of the project."""

    def __init__(
        self, source: SourceFile, skeleton: Skeleton, path: Path | None, name: str
    ) -> None:
        self.source = source
        self._skeleton = skeleton
        self.path = path
        self.name = name
        self.star_imports: dict[str, str] = {}
        # By identity: the tree keeps its nodes alive.
        self._names: dict[tuple[int, object], frozenset[str]] = {}
        self.origins: dict[int, tuple[cst.BaseExpression, int | None] | None] = {}
        """Where the values of names come from, as far as that was asked."""

    @property
    def filename(self) -> str:
        """The file's name as findings show it."""
        return self.source.name

    @property
    def size(self) -> int:
        """Characters of its source that were parsed."""
        return self._skeleton.size

    @property
    def tree(self) -> cst.Module:
        """The module. The body of a function is parsed when it is first needed."""
        return self._skeleton.tree

    @overload
    def body_of(self, function: cst.FunctionDef) -> cst.BaseSuite | None: ...

    @overload
    def body_of(self, function: cst.Lambda) -> cst.BaseExpression: ...

    def body_of(self, function: cst.FunctionDef | cst.Lambda) -> cst.CSTNode | None:
        """Return the body of a function of the module; None where libcst cannot parse it."""
        if isinstance(function, cst.Lambda):
            return function.body
        try:
            return self._skeleton.body_of(function)
        except SourceError:
            return None

    def text_of_body(self, function: cst.FunctionDef | cst.Lambda) -> str:
        """Return the text of a function's body in one row; the body need not be parsed."""
        text = self._skeleton.text_of(function)
        return self.code(function.body) if text is None else " ".join(text.split())

    @property
    def refusal(self) -> SourceError | None:
        """What libcst does not read in a function that was asked for."""
        error = self._skeleton.refusal
        return None if error is None else self.source.in_cell(error)

    @cached_property
    def mentions_schedule(self) -> bool:
        """Whether its bytes may build or step an LR scheduler."""
        return mentions_schedule(self.source.data)

    @cached_property
    def survey(self) -> Survey:
        """What the module and its functions say."""
        return Survey(self._skeleton)

    def code(self, node: cst.CSTNode) -> str:
        """Return the source text of a node, in one row."""
        return self._skeleton.code(node)

    def offsets(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return start and end of a node in the module's text."""
        return self._skeleton.offsets(node)

    def span(self, node: cst.CSTNode) -> Span:
        """Return the rows and columns of a node."""
        return self.source.at(*self._skeleton.offsets(node))

    def change(self, node: cst.CSTNode, new: cst.CSTNode) -> list[Replacement]:
        """Return what to replace in the module's text, so that a node becomes another."""
        return self._skeleton.change(node, new)

    def path_to(self, node: cst.CSTNode) -> list[cst.CSTNode] | None:
        """Return the nodes from the module down to a node; None for a node of another module."""
        return self._skeleton.path_to(node)

    def names_of(
        self, body: cst.CSTNode, compute: Callable[[cst.CSTNode], frozenset[str]]
    ) -> frozenset[str]:
        """Return some names of a block, such as those that it binds, computed once."""
        key = id(body), compute
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = compute(body)
        return found


class Project:
    """All modules that one run of lrlint has looked at."""

    def __init__(self, relevance: Relevance | None = None, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._relevance = Relevance() if relevance is None else relevance
        self._units: dict[Path, ModuleUnit | None] = {}
        self._dull: dict[Path, bool] = {}
        self._data: dict[tuple[Path, Format], object] = {}
        self._room = _MOST_MODULES
        self._locator = self._relevance.locator

    @property
    def size(self) -> int:
        """Characters of source that were parsed; their trees are held."""
        return sum(unit.size for unit in self._units.values() if unit is not None)

    def entry(self, source: SourceFile) -> ModuleUnit:
        """Return the unit of a linted file; raises SourceError where it cannot be parsed."""
        self._room = _MOST_MODULES
        path = source.path.resolve()
        known = self._units.get(path)
        if known is not None:
            return known
        unit = self._units[path] = ModuleUnit(source, read(source), path, path.stem)
        return unit

    def has_parsed(self, path: Path) -> bool:
        """Whether a file was parsed, and is Python."""
        return self._units.get(path.resolve()) is not None

    def find(self, importer: ModuleUnit, name: str, level: int) -> ModuleUnit | None:
        """Return the module of the project that ``importer`` means by ``name``, or None.

        A library whose source is known is as a module of the project.
        """
        unit = None
        if importer.path is not None:
            unit = self._first(self._locator.find(importer.path, name, level))
        return self._known(name) if unit is None and level == 0 else unit

    def _known(self, name: str) -> ModuleUnit | None:
        """Return a library whose source is known; no file has its path."""
        path, text = Path(f"<{name}>"), SOURCES.get(name.partition(".")[0])
        if text is not None and path not in self._units:
            source = load(path, data=text.encode())
            self._units[path] = ModuleUnit(source, read(source), None, name)
        return self._units.get(path)

    def registering(
        self, importer: ModuleUnit, module: str, level: int, name: str | None
    ) -> ModuleUnit | None:
        """Return the module that an import runs, if it may have to do with schedules.

        Any other module is read at most, and not parsed: there are many.
        """
        if importer.path is None:
            return None
        for meant in (".".join(filter(None, (module, name))), module):
            for path in self._locator.find(importer.path, meant, level):
                is_package = path.name == "__init__.py"
                if not is_package and path not in self._units and self._is_dull(path):
                    return None
                unit = self._load(path)
                if unit is not None:
                    return unit if is_package or unit.mentions_schedule else None
        return None

    def _is_dull(self, path: Path) -> bool:
        """Whether a module says nothing of schedules."""
        if path not in self._dull:
            source = self._relevance.read(path)
            self._dull[path] = source is not None and not mentions_schedule(source.data)
        return self._dull[path]

    def may_build(self, importer: ModuleUnit, module: str, level: int, name: str) -> bool:
        """Whether what ``importer`` imports may build a scheduler; no module is run to tell."""
        if importer.path is None:
            return False
        imported = Imported(module, level, name)
        return self._relevance.import_may_build(importer.path, importer.source.text, imported)

    def data(self, path: Path, format_: Format) -> object:
        """Return what a settings file holds; None where it is broken."""
        key = path, format_
        if key not in self._data:
            self._data[key] = read_data(path, format_, self._disk)
        return self._data[key]

    def data_file(self, importer: ModuleUnit, name: str) -> Path | None:
        """Return the file of the project that a module means by a name, or None."""
        return None if importer.path is None else self._locator.data(importer.path, name)

    def submodule(self, package: ModuleUnit, name: str) -> ModuleUnit | None:
        """Return a module inside a package."""
        if package.path is None:
            return None
        return self._first(self._locator.submodule(package.path, name))

    def _first(self, candidates: Iterable[Path]) -> ModuleUnit | None:
        return next((unit for path in candidates if (unit := self._load(path)) is not None), None)

    def _load(self, path: Path) -> ModuleUnit | None:
        if path in self._units:
            return self._units[path]
        unit = None
        if not self._room:
            return None
        source = self._relevance.read(path)
        if source is not None:
            self._room -= 1
            with suppress(SourceError):
                unit = ModuleUnit(source, read(source), path, path.stem)
        self._units[path] = unit
        return unit
