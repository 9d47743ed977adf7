"""Small records that the parts of the interpreter hand each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import libcst as cst

from lrlint.analysis.model.conditions import Condition, Flag
from lrlint.analysis.model.values import AnyValue, Opaque
from lrlint.symbolic import NotRepresentable, TooComplex

MISSING: Final = Opaque("<missing>")
"""Stands for the absence of a key in the journal; compared by identity."""

CONTINUE: Final = Flag(("marker", "continue"), "continue")
RAISE: Final = Flag(("marker", "raise"), "raise")


UNCOMPUTABLE: Final = (NotRepresentable, TooComplex, ArithmeticError)
"""What arithmetic on a script's own numbers may raise: ``len(data) / 0``, a power tower."""


class BudgetExceeded(Exception):
    """The script is larger than the analyser is willing to walk."""


class BadOverride(ValueError):
    """A name was set to something that cannot stand there; the text says which."""


@dataclass(slots=True)
class Outcome:
    """How a block of statements ended."""

    ends: bool = False
    """Whether control surely does not reach the statement behind it."""
    escaped: Condition | None = None
    """A condition under which control has left although it goes on; where ``ends``, a marker that
    tells ``continue`` and ``raise`` from the rest."""
    leaves_function: bool = False


GOES_ON: Final = Outcome()
ENDS: Final = Outcome(ends=True)


@dataclass(slots=True)
class Frame:
    """A call that is being interpreted."""

    function: cst.CSTNode | None
    guards: int
    """How many guards were in force when it was entered."""
    loops: int
    returns: list[tuple[list[Condition], AnyValue]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the work that one script may cause."""

    nodes: int = 25_000
    """Expressions and statements interpreted."""
    depth: int = 30
    """Nested calls."""
    unrolled: int = 12
    """Elements of a list that a loop visits one by one."""
