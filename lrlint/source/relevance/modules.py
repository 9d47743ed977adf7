"""Modules of a project in outline, with what has been found out of each of their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from lrlint.source.disk import Query
from lrlint.source.relevance import by_name
from lrlint.source.relevance.annotations import without_annotations, without_field_types
from lrlint.source.relevance.classes import ClassParts, class_parts, is_class
from lrlint.source.relevance.mentions import writes_rate
from lrlint.source.relevance.outline import TOP, Outline, bound_words, outline

CONSTRUCTOR: Final = re.compile(
    r"\w*(?:LR|Scheduler|Schedule|_scheduler|_schedule)|ReduceLROnPlateau|get_\w*schedule\w*"
    r"|\w*(?:WithWarmup|WarmRestarts)\w*|lr_scheduler|\w*TrainingArguments"
    r"|(?:SFT|\w*PO|KTO|RLOO|Reward)Config"
    r"|create_scheduler_v2"
)
"""The name of a constructor of torch, of transformers, or of any other library."""

_LITERAL: Final = re.compile(r"""["']([^\W\d]\w*)["']""")


@dataclass(frozen=True, slots=True)
class Step:
    """What a part of a module does itself, and where it leads."""

    builds: bool
    leads: tuple[tuple[Module, str], ...] = ()
    attributes: tuple[str, ...] = ()
    """The attributes that it names: any of them may be a method of a class that is reached."""
    looks_up: bool = False
    """Whether it puts names together: it may call any method of what it leads to."""
    asked: Set[Query] = frozenset()
    """The queries that this rests on."""


@dataclass(eq=False)
class Module:
    """A module of the project in outline."""

    path: Path
    text: str
    writes: bool
    """Whether it writes an LR into an optimizer itself."""
    outline: Outline
    steps: dict[str, Step] = field(default_factory=dict)
    """What was found out of its parts."""
    alone: dict[str, Step] = field(default_factory=dict)
    """Whether each part names a constructor itself, as far as that was asked."""
    outward: dict[str, Step] = field(default_factory=dict)
    """Where each part leads out of the module, as far as that was asked."""
    hooks: dict[str, Step] = field(default_factory=dict)
    """Which classes have methods that other code calls by names of its own; and their bases."""
    _classes: dict[str, ClassParts] = field(default_factory=dict)
    found: dict[tuple[str, int], tuple[Query, Sequence[Module]]] = field(default_factory=dict)
    """The modules that it means by a name and a number of dots, as far as they were asked for."""

    def code(self, part: str) -> str:
        """Return the code of a part; of a class, without its methods, which are parts, too."""
        owner, _, method = part.partition(".")
        code = self.outline.parts[owner]
        if method:
            return without_annotations(self._class_parts(owner).methods[method])
        if self.is_class(owner):
            return without_field_types(self._class_parts(owner).rest)
        return without_annotations(code)

    def is_class(self, name: str) -> bool:
        """Whether one of its definitions is a class."""
        return is_class(self.outline.parts[name])

    def methods(self, name: str) -> Mapping[str, str]:
        """Return the part that is each method of a class."""
        return {method: f"{name}.{method}" for method in self._class_parts(name).methods}

    def _class_parts(self, name: str) -> ClassParts:
        known = self._classes.get(name)
        if known is None:
            known = self._classes[name] = class_parts(self.outline.parts[name])
        return known

    @cached_property
    def literals(self) -> frozenset[str]:
        """The strings in it that may be names of methods."""
        return frozenset(_LITERAL.findall(self.text))

    @cached_property
    def meaningful(self) -> frozenset[str]:
        """The names that lead somewhere: to a part of the module, or to another module."""
        return frozenset(self.outline.parts.keys() | self.outline.imports.keys())

    @cached_property
    def imports_by_name(self) -> bool:
        """Whether any part of it imports modules that settings may name."""
        return any(by_name.CALL in code for code in self.outline.parts.values())

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the module has, those it takes from another with all others left out."""
        return bound_words(self.outline.parts[TOP]) | self.meaningful

    @cached_property
    def renamed(self) -> frozenset[str]:
        """The other names that imports give to constructors.

        As in ``from timm.scheduler import CosineLRScheduler as C``.
        """
        return frozenset(
            word
            for word, several in self.outline.imports.items()
            for imported in several
            if (last := (imported.name or imported.module).rsplit(".", 1)[-1]) != word
            and CONSTRUCTOR.fullmatch(last)
        )

    def everything(self) -> Iterator[tuple[Module, str]]:
        """Yield all its parts."""
        for part in self.outline.parts:
            yield self, part


def module_at(path: Path, text: str) -> Module:
    return Module(path, text, writes_rate(text.encode(errors="replace")), outline(text))
