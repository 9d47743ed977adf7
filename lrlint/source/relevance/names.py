"""What the names of a module mean: parts of the project, or something outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lrlint.source.locate import LIBRARIES, Locator, module_query
from lrlint.source.module import SourceFile
from lrlint.source.relevance.modules import Module, module_at
from lrlint.source.relevance.outline import TOP, Imported


class Names:
    """Looks names up in the modules of a project, each of which is read once."""

    def __init__(self, read: Callable[[Path], SourceFile | None]) -> None:
        self.read = read
        self.locator = Locator()
        self._modules: dict[Path, Module | None] = {}

    def entry(self, path: Path, text: str) -> Module:
        """Return the module of a script whose text is at hand."""
        module = self._modules.get(path)
        if module is None or module.text != text:  # standard input may have its name
            module = self._modules[path] = module_at(path, text)
        return module

    def meant(
        self, module: Module, name: str, passed: set[tuple[Module, str]] | None = None
    ) -> Iterator[tuple[Module, str]]:
        """Yield the parts of the project that a name of a module may lead to."""
        passed = set() if passed is None else passed
        if (module, name) in passed:
            return
        passed.add((module, name))
        if name in module.outline.parts:
            yield module, name
        for imported in module.outline.imports.get(name, ()):
            yield from self.imported(module, imported, passed)
        if name not in module.names:
            for star in module.outline.stars:
                for target in self._found(module, star.module, star.level):
                    yield target, TOP
                    yield from self.meant(target, name, passed)

    def imported(
        self, module: Module, imported: Imported, passed: set[tuple[Module, str]] | None = None
    ) -> Iterator[tuple[Module, str]]:
        """Yield the parts of the project that an import of a module may lead to."""
        name, inner = imported.name, self._inner(module, imported)
        for target in self._found(module, imported.module, imported.level):
            yield target, TOP
            if name is None:
                yield from target.everything()
            elif inner is None or name in target.names:
                yield from self.meant(target, name, passed)
        if inner is not None:
            yield from inner.everything()

    def _inner(self, module: Module, imported: Imported) -> Module | None:
        """Return the module that is imported from a package as one of its names."""
        if imported.name is None:
            return None
        name = f"{imported.module}.{imported.name}".lstrip(".")
        return next(iter(self._found(module, name, imported.level)), None)

    def _found(self, importer: Module, name: str, level: int) -> Sequence[Module]:
        known = importer.found.get((name, level))
        if known is None:
            query = module_query(importer.path, name, level)
            modules = map(self._module, self.locator.answer(query))
            known = query, [module for module in modules if module is not None]
            importer.found[name, level] = known
        query, found = known
        self.locator.asked.add(query)
        return found

    def _module(self, path: Path) -> Module | None:
        if path not in self._modules:
            source = self.read(path)
            self._modules[path] = None if source is None else module_at(path, source.text)
        return self._modules[path]

    def is_foreign(self, module: Module, name: str) -> bool:
        """Whether a name is imported from outside of the project."""
        return any(
            imported.module.split(".", 1)[0] in LIBRARIES
            or (
                not self._found(module, imported.module, imported.level)
                and self._inner(module, imported) is None
            )
            for imported in module.outline.imports.get(name, ())
        )


__all__ = ["Names"]
