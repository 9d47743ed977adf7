"""What each part of a project does itself and leads to, found out once for all scripts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from lrlint.source.relevance import by_name
from lrlint.source.relevance.classes import (
    bases,
    is_quiet,
    looks_up_methods,
    looks_up_own_methods,
)
from lrlint.source.relevance.constructors import Constructors
from lrlint.source.relevance.modules import Module, Step
from lrlint.source.relevance.names import Names
from lrlint.source.relevance.outline import free_words, words

_ATTRIBUTE: Final = re.compile(r"\.\s*([^\W\d]\w*)")
_WRITES: Final = re.compile(
    r"\[_lr_\]\s*[-+*/]?=(?!=)|\[_lr_\]\.\w+_\(|opt\w*\.(?:lr|learning_rate)\s*=(?!=)"
    r"|param_groups\[\w+\]\.update\(|\.update\(\s*lr\s*="
)
"""An LR that is written by hand, in an outline."""


class Steps:
    """Remembers what is found out of the parts of modules."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._constructors = Constructors(names)

    def of(self, module: Module, part: str) -> Step:
        """Return what a part does; a class without its methods, a method by itself."""
        return self._remembered(module.steps, self._look, module, part)

    def hooks(self, module: Module, name: str) -> Step:
        """Return whether code out of sight calls a class's methods, and its bases in the project.

        A framework does, and a class that looks methods of its own up by name.
        """
        return self._remembered(module.hooks, self._hooks, module, name)

    def alone(self, module: Module, part: str) -> Step:
        """Return what a part does itself, with all methods of a class; it leads nowhere.

        It looks up what settings name where it imports modules by names that it puts together.
        """
        return self._remembered(module.alone, self._alone, module, part)

    def imported_by(self, module: Module, part: str) -> tuple[tuple[Module, str], ...]:
        """Return what a part uses of other modules, through other parts of its own too."""
        return self._remembered(module.outward, self._outward, module, part).leads

    def _remembered(
        self,
        known: dict[str, Step],
        look: Callable[[Module, str], Step],
        module: Module,
        part: str,
    ) -> Step:
        locator, step = self._names.locator, known.get(part)
        if step is None:
            outer, locator.asked = locator.asked, set()
            try:
                step = known[part] = replace(look(module, part), asked=locator.asked)
            finally:
                locator.asked = outer
        locator.asked |= step.asked
        return step

    def _look(self, module: Module, part: str) -> Step:
        code = module.code(part)
        used = words(code)
        if (module.writes and _WRITES.search(code)) or self._constructors.are_named(
            module, code, used
        ):
            return Step(builds=True)
        named = used & module.meaningful
        owner, _, method = part.partition(".")
        if module.outline.stars:
            # Classes: what one method binds, another may have from the star.
            named |= used if module.is_class(owner) else free_words(code)
        leads = dict.fromkeys(lead for word in named for lead in self._names.meant(module, word))
        attributes = set(_ATTRIBUTE.findall(code))
        if module.is_class(owner) and not method:
            attributes |= used & module.methods(owner).keys()
        return Step(
            builds=False,
            leads=tuple(leads),
            attributes=tuple(map(sys.intern, attributes)),
            looks_up=looks_up_methods(code),
        )

    def _hooks(self, module: Module, name: str) -> Step:
        code = module.outline.parts[name]
        called, leads = looks_up_own_methods(code), dict[tuple[Module, str], None]()
        for base in bases(code):
            found = list(self._classes(module, base))
            leads.update(dict.fromkeys(found))
            called = called or (not found and not is_quiet(base))
        return Step(called, tuple(leads))

    def _classes(self, module: Module, written: str) -> Iterator[tuple[Module, str]]:
        """Yield the classes of the project that a base may be."""
        first, _, last = written.replace(" ", "").partition(".")
        last = last.rpartition(".")[2]
        for other, part in self._names.meant(module, first):
            if (not last or part == last) and other.is_class(part):
                yield other, part

    def _alone(self, module: Module, part: str) -> Step:
        code, outline = module.outline.parts[part], module.outline
        builds = self._constructors.are_named(module, code, words(code))
        together = module.imports_by_name and by_name.puts_names_together(outline, part)
        return Step(builds, looks_up=together)

    def _outward(self, module: Module, part: str) -> Step:
        return Step(False, tuple(dict.fromkeys(self._leads_out(module, part))))

    def _leads_out(self, module: Module, part: str) -> Iterator[tuple[Module, str]]:
        waiting, seen = [part], {part}
        while waiting:
            for word in words(module.outline.parts[waiting.pop()]) & module.meaningful:
                for other, name in self._names.meant(module, word):
                    if other is not module:
                        yield other, name
                    elif name not in seen:
                        seen.add(name)
                        waiting.append(name)


__all__ = ["Steps"]
