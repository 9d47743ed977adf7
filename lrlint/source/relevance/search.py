"""The search from a script to what builds a scheduler."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Final

from lrlint.source.relevance.classes import is_called_unnamed
from lrlint.source.relevance.modules import Module
from lrlint.source.relevance.steps import Steps

_MOST_MODULES: Final = 600
"""A script that leads to more modules is better analysed: no analysis follows as many. Those of
transformers lead to some 500."""


class Search:
    """One search.

    A function is followed where its name is used. A method is followed where its class is reached
    and an attribute of its name is used anywhere: which object it belongs to is not known.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._waiting: deque[tuple[Module, str]] = deque()
        self._seen: set[tuple[Module, str]] = set()
        self._whole: set[tuple[Module, str]] = set()
        """The classes of which all methods are followed."""
        self._modules: set[Module] = set()
        self._looks_up = False
        """Whether some code calls methods by names that it has as values."""
        self._attributes: set[str] = set()
        self._unnamed: defaultdict[str, list[tuple[Module, str]]] = defaultdict(list)
        """Methods of classes that are reached, by their names, which nothing has used yet."""

    def builds(
        self, parts: Iterable[tuple[Module, str]], attributes: Iterable[str] = (), *, whole: bool
    ) -> bool:
        """Whether some parts lead to what builds a scheduler.

        ``attributes`` are names that other code uses; ``whole`` says that all methods are called.
        """
        for name in attributes:
            self._use(name)
        for module, part in parts:
            self._reach(module, part, whole=whole)
        while self._waiting:
            module, part = self._waiting.popleft()  # what is near comes first: mostly, it builds
            step = self._steps.of(module, part)
            self._enter(module, looks_up=step.looks_up)
            if step.builds or len(self._modules) > _MOST_MODULES:
                return True
            for name in step.attributes:
                self._use(name)
            for lead in step.leads:
                self._reach(*lead, whole=step.looks_up)
        return False

    def _enter(self, module: Module, *, looks_up: bool) -> None:
        """Note a module; where methods are looked up, any string of any module may name one."""
        fresh = [] if module in self._modules else [module]
        self._modules.add(module)
        if looks_up and not self._looks_up:
            self._looks_up, fresh = True, [*self._modules]
        if self._looks_up:
            for one in fresh:
                for name in one.literals:
                    self._use(name)

    def _use(self, attribute: str) -> None:
        if attribute not in self._attributes:
            self._attributes.add(attribute)
            for method in self._unnamed.pop(attribute, ()):
                self._follow(method)

    def _reach(self, module: Module, part: str, *, whole: bool) -> None:
        if (module, part) in (self._whole if whole else self._seen):
            return
        self._follow((module, part))
        if not module.is_class(part):
            return
        hooks = self._steps.hooks(module, part)
        whole = whole or hooks.builds
        if whole:
            self._whole.add((module, part))
        for name, method in module.methods(part).items():
            if whole or name in self._attributes or is_called_unnamed(name):
                self._follow((module, method))
            else:
                self._unnamed[name].append((module, method))
        if whole:
            for base in hooks.leads:
                self._reach(*base, whole=True)

    def _follow(self, part: tuple[Module, str]) -> None:
        if part not in self._seen:
            self._seen.add(part)
            self._waiting.append(part)


__all__ = ["Search"]
