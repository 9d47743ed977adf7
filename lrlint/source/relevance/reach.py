"""Whether a script can come to build an LR scheduler, itself or through what it imports.

The byte test passes every file that mentions a schedule: callbacks, configurations, the text
generation that "schedules" its requests. This test follows names: the words of a script lead to the
functions and classes of the project with those names, and their words to others, until one of them
is a scheduler's constructor.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from lrlint.source.locate import LIBRARIES, Locator, load_imported, module_query
from lrlint.source.module import SourceFile
from lrlint.source.relevance import by_name
from lrlint.source.relevance.mentions import FITTED
from lrlint.source.relevance.modules import CONSTRUCTOR, Module, Step, module_at
from lrlint.source.relevance.outline import TOP, Imported, free_words, words

_BASES: Final = ("LRScheduler", "_LRScheduler")

_DOT: Final = re.compile(r"\s*\.\s*")
_OWNER: Final = re.compile(r"(?:\s*\.\s*\w+)+")
"""The attributes before a name, matched from their end: where they begin is not known."""
_ASKED: Final = re.compile(r"isinstance(?<!\wisinstance)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)")
_DERIVES: Final = re.compile(r"\bclass\s+\w+\s*\([^()]*\Z|(?<![=!<>])=\s*(?:\w+\s*\.\s*)*\Z")

_NOISE: Final = "diffusers"
"""A library whose classes that are called schedulers plan the noise of images, and no LR.

Its LR schedules are functions.
"""
_OTHER_FRAMEWORKS: Final = frozenset({"flax", "jax", "keras", "optax", "tensorflow", "tf_keras"})
"""What they build steps no optimizer of torch."""

_PARAMETER: Final = re.compile(r"\bdef\s+\w+\s*\([^(){}]*\w\s*:\s*\Z")
"""What stands before the annotation of a parameter."""
_POLICY: Final = re.compile(r"\(\s*(?:policy\b|\$)")
"""skorch's callback is given the class that it builds, or the name of the class.

The outline of a module has a dollar for each string.
"""

_OPTIMIZER: Final = re.compile(r"param_groups|optim|opt\w*\s*\.\s*(?:lr|learning_rate)\s*=")

_UPDATE: Final = re.compile(r"opt(?:im\w*)?\.step\(")
_GIVEN: Final = re.compile(r"sched(?:uler)?\.step\(\)")

_NEAREST: Final = 2
"""Imports from a script that starts a training to what builds the scheduler."""
_MOST_MODULES: Final = 600
"""A script that leads to more modules is better analysed: no analysis follows as many. Those of
transformers lead to some 500."""

_NEAR: Final = 300
"""Characters before a name that are looked at: a long chain of attributes, a class's bases."""


class Relevance:
    """Answers for one script after the other, and remembers what it has read for them."""

    def __init__(self, read: Callable[[Path], SourceFile | None] = load_imported) -> None:
        """Take a reader of the project's files; it returns None for those of no use."""
        self.read = read
        self.locator = Locator()
        self._modules: dict[Path, Module | None] = {}
        self._ordinary: set[str] = set()
        """Words that name no constructor; the same ones are asked about again and again."""

    def may_build(self, path: Path, text: str) -> bool:
        """Whether the script at ``path`` may build a scheduler.

        ``path`` is absolute and free of links, so that modules which import one another are known
        again.
        """
        return self._any_builds(self._entry(path, text).everything())

    def may_start(self, path: Path, text: str) -> bool:
        """Whether a script that speaks of no schedule starts code nearby that builds one.

        ``main`` imports the trainer, or what imports it; longer chains lead into whole libraries,
        and are followed only where modules are imported by name, as those of a large trainer are.
        """
        near = set(self._entry(path, text).everything())
        imports_by_name = False
        for distance in range(_NEAREST + 1):
            if distance:
                near = {found for part in near for found in self._imported_by(*part)} - near
            if any(self._builds_itself(module, part) for module, part in near):
                return True
            imports_by_name |= any(
                module.imports_by_name and by_name.imports_by_name(module.outline, part)
                for module, part in near
            )
        return imports_by_name and self.may_build(path, text)

    def _builds_itself(self, module: Module, part: str) -> bool:
        return self._remembered(module.alone, self._alone, module, part).builds

    def _alone(self, module: Module, part: str) -> Step:
        code, outline = module.outline.parts[part], module.outline
        if module.imports_by_name and by_name.puts_names_together(outline, part):
            return Step(builds=True)  # a setting may name any module of the project
        return Step(self._constructs(module, code, words(code)))

    def _imported_by(self, module: Module, part: str) -> Sequence[tuple[Module, str]]:
        """Return what a part uses of other modules, through other parts of its own too."""
        return self._remembered(module.outward, self._outward, module, part).leads

    def _outward(self, module: Module, part: str) -> Step:
        return Step(False, tuple(dict.fromkeys(self._leads_out(module, part))))

    def _leads_out(self, module: Module, part: str) -> Iterator[tuple[Module, str]]:
        waiting, seen = [part], {part}
        while waiting:
            for word in words(module.outline.parts[waiting.pop()]) & module.meaningful:
                for other, name in self._meant(module, word):
                    if other is not module:
                        yield other, name
                    elif name not in seen:
                        seen.add(name)
                        waiting.append(name)

    def _remembered(
        self,
        known: dict[str, Step],
        look: Callable[[Module, str], Step],
        module: Module,
        part: str,
    ) -> Step:
        """Return what ``look`` finds out of a part, once for all scripts that lead to it."""
        step = known.get(part)
        if step is None:
            outer, self.locator.asked = self.locator.asked, set()
            try:
                step = known[part] = replace(look(module, part), asked=self.locator.asked)
            finally:
                self.locator.asked = outer
        self.locator.asked |= step.asked
        return step

    def import_may_build(self, path: Path, text: str, imported: Imported) -> bool:
        """Whether what the script at ``path`` imports may build a scheduler."""
        return self._any_builds(self._imported(self._entry(path, text), imported, set()))

    def _entry(self, path: Path, text: str) -> Module:
        module = self._modules.get(path)
        if module is None or module.digest != hash(text):  # standard input may have its name
            module = self._modules[path] = module_at(path, text)
        return module

    def _any_builds(self, parts: Iterable[tuple[Module, str]]) -> bool:
        waiting = deque(dict.fromkeys(parts))  # what is near comes first: mostly, it builds
        seen: set[tuple[Module, str]] = set(waiting)
        modules: set[Module] = set()
        while waiting:
            module, part = waiting.popleft()
            step = self._remembered(module.steps, self._step, module, part)
            modules.add(module)
            if step.builds or len(modules) > _MOST_MODULES:
                return True
            fresh = [lead for lead in step.leads if lead not in seen]
            seen.update(fresh)
            waiting += fresh
        return False

    def _step(self, module: Module, part: str) -> Step:
        code = module.outline.parts[part]
        used = words(code)
        if (module.writes and _OPTIMIZER.search(code)) or self._constructs(module, code, used):
            return Step(builds=True)
        named = used & module.meaningful
        if module.outline.stars:
            # Classes: what one method binds, another may have from the star.
            named |= used if code.startswith("class") else free_words(code)
        leads = dict.fromkeys(lead for word in named for lead in self._meant(module, word))
        return Step(False, tuple(leads))

    # -- what a name means

    def _meant(
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
            yield from self._imported(module, imported, passed)
        if name not in module.names:
            for star in module.outline.stars:
                for target in self._found(module, star.module, star.level):
                    yield target, TOP
                    yield from self._meant(target, name, passed)

    def _imported(
        self, module: Module, imported: Imported, passed: set[tuple[Module, str]]
    ) -> Iterator[tuple[Module, str]]:
        """Yield the parts of the project that an import of a module may lead to."""
        name, inner = imported.name, self._inner(module, imported)
        for target in self._found(module, imported.module, imported.level):
            yield target, TOP
            if name is None:
                yield from target.everything()
            elif inner is None or name in target.names:
                yield from self._meant(target, name, passed)
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

    def _is_foreign(self, module: Module, name: str) -> bool:
        """Whether a name is imported from outside of the project."""
        return any(
            imported.module.split(".", 1)[0] in LIBRARIES
            or (
                not self._found(module, imported.module, imported.level)
                and self._inner(module, imported) is None
            )
            for imported in module.outline.imports.get(name, ())
        )

    # -- constructors

    def _constructs(self, module: Module, code: str, used: frozenset[str]) -> bool:
        """Whether some code names a constructor of the world outside of the project."""
        if any(self._is_foreign(module, word) for word in used & module.renamed):
            return True
        if "step" in used and _GIVEN.search(code) and _UPDATE.search(code):
            return True  # it may be a parameter, which the caller of the function has built
        if {"deepspeed", "initialize"} <= used:
            return True  # its configuration may ask for one
        if "fit" in used and not used.isdisjoint(FITTED):
            return True  # a model of sentence-transformers builds one
        if "instantiate" in used and ("hydra" in used or self._is_of_hydra(module)):
            return True  # a settings file may name one
        names = self._constructors(used)
        if not names:
            return False
        code = _ASKED.sub("", code)
        return any(
            self._is_constructor(module, code, match)
            for name in names
            for match in _word(name).finditer(code)
        )

    def _is_of_hydra(self, module: Module) -> bool:
        """Whether ``instantiate`` comes from hydra."""
        found = module.outline.imports.get("instantiate", ())
        return any(imported.module.split(".", 1)[0] == "hydra" for imported in found)

    def _constructors(self, used: frozenset[str]) -> Sequence[str]:
        """Return the words that constructors may be called."""
        fresh = used - self._ordinary
        found = [word for word in fresh if CONSTRUCTOR.fullmatch(word)]
        self._ordinary |= fresh.difference(found)
        return found

    def _is_constructor(self, module: Module, code: str, match: re.Match[str]) -> bool:
        name = match[0]
        before = code[max(0, match.start() - _NEAR) : match.start()]
        after = code[match.end() : match.end() + _NEAR].lstrip()
        lead = before.rstrip()
        if lead.endswith("def") and lead.split()[-1] == "def":
            return False  # what its body builds is found there
        if name in _BASES:
            return _DERIVES.search(before) is not None or _POLICY.match(after) is not None
        owner: list[str] = []  # `torch`, `optim`
        if chain := _OWNER.match(before[::-1]):
            lead = before[: -chain.end()].rstrip()
            owner = _DOT.split(chain[0][::-1])[:-1]
        is_called = after.startswith("(")
        # As a value, not as an annotation: `s: StepLR = None`, `def f(s: StepLR)`, `-> StepLR:`.
        is_class = (
            not name.islower()
            and not name.isupper()
            and not after.startswith(("=", "|"))
            and not lead.endswith(("->", "|"))
            and not _PARAMETER.search(lead)
        )
        if name == "lr_scheduler":
            # The module of torch, not a variable; what is taken from it by name is seen there.
            if after.startswith(".") and after[1:2].isalpha():
                return False
            if not owner:
                return self._is_foreign(module, name)
            return owner[-1] == "optim" or self._is_foreign(module, owner[0])
        if owner:
            head = owner[0]
            if head in ("self", "cls", "super") or head in module.outline.parts:
                return False
            if head in module.outline.imports and not self._is_foreign(module, head):
                return False  # followed there
            if _plans_something_else(module, head, name):
                return False
            return is_class or is_called
        if name in module.outline.parts:
            return False
        if name in module.outline.imports:
            return self._is_foreign(module, name) and not _plans_something_else(module, name, name)
        return is_class or is_called


def _plans_something_else(module: Module, bound: str, name: str) -> bool:
    """Whether a name, by the import that binds it or its owner, plans no LR of torch."""
    imports = module.outline.imports.get(bound, ())
    roots = {"" if one.level else one.module.split(".", 1)[0] for one in imports}
    if _NOISE in roots and name.endswith("Scheduler"):
        roots.remove(_NOISE)
    return bool(imports) and roots <= _OTHER_FRAMEWORKS


@cache
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"{name}(?<!\w{name})(?!\w)")


__all__ = ["Relevance"]
