"""Whether a script can come to build an LR scheduler, itself or through what it imports.

The byte test passes every file that mentions a schedule: callbacks, configurations, the text
generation that "schedules" its requests. This test follows names: the words of a script lead to the
functions and classes of the project with those names, and their words to others, until one of them
is a scheduler's constructor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lrlint.source.locate import Locator, load_imported
from lrlint.source.module import SourceFile
from lrlint.source.relevance import by_name
from lrlint.source.relevance.modules import Module
from lrlint.source.relevance.names import Names
from lrlint.source.relevance.outline import Imported, words
from lrlint.source.relevance.search import Search
from lrlint.source.relevance.steps import Steps

_NEAREST: Final = 2
"""Imports from a script that starts a training to what builds the scheduler."""

_NEAREST_TRAINING: Final = 1
"""Imports from a script that starts a training to code that trains."""
_TRAINS: Final = re.compile(
    r"optimi[sz]|zero_grad|backward|learning_rate|\.fit\b|train(?<!\wtrain)\w*\s*\(|epoch(?<!\wepoch)"
)
"""What code that trains speaks of, in an outline."""


class Relevance:
    """Answers for one script after the other, and remembers what it has read for them."""

    def __init__(self, read: Callable[[Path], SourceFile | None] = load_imported) -> None:
        """Take a reader of the project's files; it returns None for those of no use."""
        self.read = read
        self._names = Names(read)
        self._steps = Steps(self._names)

    @property
    def locator(self) -> Locator:
        """What finds the modules, and notes what was asked of the disk."""
        return self._names.locator

    def may_build(self, path: Path, text: str) -> bool:
        """Whether the script at ``path`` may build a scheduler.

        ``path`` is absolute and free of links, so that modules which import one another are known
        again.
        """
        parts = self._names.entry(path, text).everything()
        return Search(self._steps).builds(parts, whole=True)

    def may_start(self, path: Path, text: str) -> bool:
        """Whether a script that speaks of no schedule starts code nearby that builds one.

        ``main`` imports the trainer, or what imports it; longer chains lead into whole libraries,
        and are followed only where modules are imported by name, as those of a large trainer are.
        """
        near = set(self._names.entry(path, text).everything())
        trains = leads = False
        for distance in range(_NEAREST + 1):
            if distance:
                near = {found for one in near for found in self._steps.imported_by(*one)} - near
            if distance <= _NEAREST_TRAINING:
                trains |= any(_TRAINS.search(module.outline.parts[part]) for module, part in near)
            alone = [self._steps.alone(*one) for one in near]
            if trains and any(step.looks_up for step in alone):
                return True  # a setting may name any module of the project
            leads |= any(step.builds for step in alone) or any(map(_imports_by_name, near))
        return leads and self.may_build(path, text)

    def import_may_build(self, path: Path, text: str, imported: Imported) -> bool:
        """Whether what the script at ``path`` imports may build a scheduler.

        The script may call any method of a class that it imports.
        """
        module = self._names.entry(path, text)
        used = (
            word for _, part in module.everything() for word in words(module.outline.parts[part])
        )
        return Search(self._steps).builds(self._names.imported(module, imported), used, whole=False)


def _imports_by_name(one: tuple[Module, str]) -> bool:
    module, part = one
    return module.imports_by_name and by_name.imports_by_name(module.outline, part)


__all__ = ["Relevance"]
