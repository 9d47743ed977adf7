"""What can be read of a law that the script writes itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lrlint.facts.loops import Loop
from lrlint.facts.places import Place
from lrlint.symbolic import Atom, Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorFunction:
    """What the ``lr_lambda`` of a `LambdaLR` or a `MultiplicativeLR` returns."""

    absolute_lr: Place | None = None
    """Where it returns a multiple of the base LR instead of a factor, or None."""
    power_of: Expr | None = None
    """Another LR, where it returns powers of that; else None."""
    first_factor: Expr | None = None
    """What it returns for step 0."""
    reads_step: bool = False
    """Whether that of a `MultiplicativeLR` is known to compute it from the step."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DecayEnd:
    """A decay in a law that a script writes by hand, in values of its counter."""

    start: Expr
    """Where it begins: 0, or where the warm-up ends."""
    end: Expr
    """Where a cosine is at its minimum, or a line at 0."""
    cosine: bool
    place: Place | None
    stays: bool = False
    """Whether the LR stays where it is after the end."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Threshold:
    """A branch in a law that a script writes by hand."""

    at: Expr
    """The first value of the counter that takes the other side of the branch."""
    text: str
    """The condition in the user's words."""
    place: Place | None


@dataclass(frozen=True, eq=False, kw_only=True)
class DeadBranch:
    """A branch that is never taken, because an earlier one is wherever its condition holds."""

    place: Place
    text: str
    earlier: str
    """The condition of the earlier branch."""


@dataclass(frozen=True, kw_only=True)
class Compounding:
    """A factor that changes with the counter and multiplies the LR in use, again and again."""

    times: int
    """How often it does, with the script's defaults."""
    first: float
    last: float
    """The LR before and after."""
    meant: float | None = None
    """The LR after it if the factor, a decay from 1 to 0, multiplied the base LR."""
    idle: bool = False
    """Whether the factor is 1 each time."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LawReads:
    """What decides an LR that a script writes by hand, also where its law cannot be followed."""

    loops: tuple[Loop, ...]
    """The loops whose iterations it counts."""
    numbers: frozenset[Atom]
    """The numbers of the script that it reads."""
    in_use: bool
    """Whether it follows from the LR in use."""


@dataclass(frozen=True, eq=False, kw_only=True)
class WrittenLaw:
    """The law of a schedule that a script writes by hand, as far as it can be read."""

    counter: Loop | None = None
    """The loop whose iterations it counts."""
    steps: Expr | None = None
    """How many values the counter takes over the whole training, or before it starts over."""
    passes: Expr | None = None
    """How often it starts over, as a counter of batches does in each epoch; None where never."""
    at: Callable[[int], float] | None = None
    """The LR at a value of the counter, with the script's defaults."""
    samples: tuple[WrittenLaw, ...] = ()
    """The same law for some values of its whole numbers, small and large, that are not known."""
    settled: bool = False
    """Whether no option of the script changes it."""
    divides: bool = False
    """Whether it takes the whole part of a quotient of the counter: ``epoch // 30``."""
    factor: Expr | None = None
    """The number below 1 whose powers it consists of: ``0.1 ** (epoch // 30)``."""
    decays: tuple[DecayEnd, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    dead: tuple[DeadBranch, ...] = ()
    compounding: Compounding | None = None
    reads: LawReads | None = None
    """What it depends on; None where not all of it is known."""
    unread: str | None = None
    """Why it cannot be read."""
