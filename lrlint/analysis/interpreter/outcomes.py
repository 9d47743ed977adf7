"""Small records that the parts of the interpreter hand each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import libcst as cst

from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.values import AnyValue, Value
from lrlint.symbolic import NotRepresentable, TooComplex


class _Missing(Value):
    """The type of `MISSING`."""

    __slots__ = ()


MISSING: Final = _Missing()
"""What the journal notes where a key had no value."""

UNCOMPUTABLE: Final = (NotRepresentable, TooComplex, ArithmeticError)
"""What arithmetic on a script's own numbers may raise: ``len(data) / 0``, a power tower."""


class BudgetExceeded(Exception):
    """The script is larger than the analyser is willing to walk."""


class BadOverride(ValueError):
    """A name was set to something that cannot stand there; the text says which."""


class Exit(Enum):
    """How control surely leaves a block of statements."""

    CONTINUE = "continue"
    RAISE = "raise"
    OTHER = "break, return, sys.exit, or one way here and another there"


@dataclass(slots=True)
class Outcome:
    """How a block of statements ended."""

    exit: Exit | None = None
    """None where control may reach the statement after the block."""
    escaped: Condition | None = None
    """Where it may, the condition under which it has left all the same."""
    leaves_function: bool = False
    """Whether leaving means a ``return``."""

    @property
    def ends(self) -> bool:
        """Whether control never reaches the statement after the block."""
        return self.exit is not None


GOES_ON: Final = Outcome()
ENDS: Final = Outcome(Exit.OTHER)


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
