"""What the user has set with ``--set``, and the names that the script could have got values for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lrlint.analysis.code.modules import ModuleUnit

_WORD = re.compile(r"\w+")


class Overrides:
    """Values by the names that the script has for them; quotes and spaces do not matter."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._values = {normal_name(key): value for key, value in given.items()}
        self._spelt = {normal_name(key): key for key in given}
        self.asked: set[str] = set()
        """The names that the user may give values to; noted only where any was given one."""

    def get(self, name: str) -> object | None:
        """Return the value that the user has set a name to, or None."""
        if not self._values:
            return None
        name = normal_name(name)
        self.asked.add(name)
        return self._values.get(name)

    def unused(self, modules: Iterable[ModuleUnit]) -> list[str]:
        """Return the names that are set and that the script does not have, as spelt.

        A length that no schedule depends on is not among them: ``len(loader)`` of a loader in the
        ``modules`` that were read.
        """
        unused = [name for name in self._spelt if name not in self.asked]
        mentioned = _words_of(modules) if unused else frozenset()
        return [
            self._spelt[name]
            for name in unused
            if not (name.startswith("len(") and mentioned.issuperset(_WORD.findall(name)[1:]))
        ]


def _words_of(modules: Iterable[ModuleUnit]) -> frozenset[str]:
    return frozenset(word for unit in modules for word in _WORD.findall(unit.source.text))


def normal_name(name: str) -> str:
    """Return a name as ``--set`` compares it."""
    return name.replace("'", '"').replace(" ", "")
