"""Whether some code names a constructor of an LR scheduler that is outside of the project."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from lrlint.source.relevance.mentions import FITTED
from lrlint.source.relevance.modules import CONSTRUCTOR, Module
from lrlint.source.relevance.names import Names

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
_BOUND: Final = re.compile("=(?!=)")
"""What follows a variable or a keyword of a call that has the name."""
_POLICY: Final = re.compile(r"\(\s*(?:policy\b|\$)")
"""skorch's callback is given the class that it builds, or the name of the class.

The outline of a module has a dollar for each string.
"""

_WITH_OPTIMIZER: Final = re.compile(r"\([^)]*(?:[oO]pt|\*)")
"""Arguments that an optimizer may be among."""

_UPDATE: Final = re.compile(r"opt(?:im\w*)?\.step\(")
_GIVEN: Final = re.compile(r"sched(?:uler)?\.step\(\)")

_NEAR: Final = 300
"""Characters before a name that are looked at: a long chain of attributes, a class's bases."""


class Constructors:
    """Tells the constructors of schedulers from all else that is called like one."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._ordinary: set[str] = set()
        """Words that name no constructor; the same ones are asked about again and again."""

    def are_named(self, module: Module, code: str, used: frozenset[str]) -> bool:
        """Whether some code names a constructor of the world outside of the project."""
        if any(self._names.is_foreign(module, word) for word in used & module.renamed):
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
        if lead.endswith(("def", "class")) and lead.split()[-1] in ("def", "class"):
            return False  # what its body builds is found there
        if name in _BASES:
            return _DERIVES.search(before) is not None or _POLICY.match(after) is not None
        if _BOUND.match(after):
            return False
        owner: list[str] = []  # `torch`, `optim`
        if chain := _OWNER.match(before[::-1]):
            lead = before[: -chain.end()].rstrip()
            owner = _DOT.split(chain[0][::-1])[:-1]
        is_called = after.startswith("(")
        # As a value, not as an annotation: `s: StepLR = None`, `def f(s: StepLR)`, `-> StepLR:`.
        is_class = (
            not name.islower()
            and not name.isupper()
            and not after.startswith("|")
            and not lead.endswith(("->", "|"))
            and not _PARAMETER.search(lead)
        )
        if name == "lr_scheduler":
            # The module of torch, not a variable; what is taken from it by name is seen there.
            if after.startswith(".") and after[1:2].isalpha():
                return False
            if not owner:
                return self._names.is_foreign(module, name)
            return owner[-1] == "optim" or self._names.is_foreign(module, owner[0])
        if owner:
            head = owner[0]
            if head in ("self", "cls", "super") or head in module.outline.parts:
                return False
            if head in module.outline.imports and not self._names.is_foreign(module, head):
                return False  # followed there
            if _plans_something_else(module, head, name):
                return False
            if name.islower() and head not in module.outline.imports and not module.outline.stars:
                return _WITH_OPTIMIZER.match(after) is not None  # a method of some object
            return is_class or is_called
        if lead.endswith(".") and name.islower():
            return _WITH_OPTIMIZER.match(after) is not None
        if name in module.outline.parts:
            return False
        if name in module.outline.imports:
            return self._names.is_foreign(module, name) and not _plans_something_else(
                module, name, name
            )
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


__all__ = ["Constructors"]
