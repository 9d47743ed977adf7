"""Small records that the parts of the interpreter share."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import libcst as cst

from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.values import AnyValue, Store, Value
from lrlint.symbolic import Atom, Expr, NotRepresentable, TooComplex


class _Missing(Value):
    """The type of `MISSING`."""

    __slots__ = ()


MISSING: Final = _Missing()
"""The value in the journal of a key that had none."""

WHOLE: Final = object()
"""The key under which a body notes that it reads which entries a dict or a list has."""
CHANGED: Final = object()
"""The key under which a body notes that it changes a list that it has read."""

UNCOMPUTABLE: Final = (NotRepresentable, TooComplex, ArithmeticError)
"""Errors of arithmetic on a script's numbers: ``len(data) / 0``, a power tower."""


class BudgetExceeded(Exception):
    """Interpreting has taken more nodes than are allowed."""


class BadOverride(ValueError):
    """The user has set a name to a value of the wrong type; the text says which."""


class Exit(Enum):
    """How control leaves a block of statements in every case."""

    CONTINUE = "continue"
    RAISE = "raise"
    OTHER = "break, return, sys.exit, or one way here and another there"


@dataclass(slots=True)
class Outcome:
    """How a block of statements ended."""

    exit: Exit | None = None
    """None where control may reach the statement after the block."""
    escaped: Condition | None = None
    """In that case, the condition under which control has left the block before its end."""
    leaves_function: bool = False
    """Whether it has left by a ``return``."""

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
    """The number of guards in force at its start."""
    loops: int
    """The number of loops around its start."""
    returns: list[tuple[list[Condition], AnyValue]] = field(default_factory=list)
    """The values returned so far, each with the guards inside the function."""
    left_by_exception: bool = False
    """Whether an ordinary run may leave it where an exception is handled."""


@dataclass(slots=True)
class Try:
    """A ``try`` statement whose body is being interpreted."""

    guards: int
    """The number of guards in force at its start."""
    loops: int
    """The number of loops around its start."""
    catches_exit: bool
    """Whether a handler takes `SystemExit`, too."""
    goes_on: bool = False
    """Whether a handler goes on after an error of torch."""
    left: bool = False
    """Whether a ``raise`` that an ordinary run reaches leaves its body."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the work for one script."""

    nodes: int = 25_000
    """Expressions and statements that are interpreted."""
    depth: int = 30
    """Calls within calls."""
    unrolled: int = 12
    """Elements that a loop visits one by one."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A number that the body of a loop may change."""

    store: Store
    key: Hashable
    before: Expr
    """Its value before the loop."""
    atom: Atom
    """Its value at the start of the body."""

    @property
    def after(self) -> Expr | None:
        """Its value after the body, if that is a number."""
        value = self.store.data.get(self.key)
        return value if isinstance(value, Expr) else None
