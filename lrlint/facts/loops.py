"""Loops of a training, and the conditions under which a call runs in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lrlint.facts.places import Place
from lrlint.symbolic import Atom, Expr


class Cadence(Enum):
    """The loop in which a call runs."""

    BATCH = "batch"
    EPOCH = "epoch"
    ONCE = "once"
    UNKNOWN = "unknown"


class LoopKind(Enum):
    """What one iteration of a loop is."""

    EPOCH = "epoch"
    BATCH = "batch"
    EVALUATION = "evaluation"
    """Batches of data that no optimizer step uses."""
    REPLAY = "replay"
    """Catches a counter up with the past, as ``for _ in range(start_epoch): scheduler.step()``."""
    OTHER = "other"
    """Folds, seeds, trials, models: anything that is neither an epoch nor a batch."""

    @property
    def trains(self) -> bool:
        """Whether an iteration is an epoch or a batch of the training."""
        return self in (LoopKind.EPOCH, LoopKind.BATCH)


@dataclass(frozen=True, eq=False, kw_only=True)
class Loop:
    """A loop of the training skeleton."""

    kind: LoopKind
    trips: Expr | None
    """How often the body runs each time the loop is entered."""
    place: Place
    """The loop's header."""
    over: str | None = None
    """What it iterates over, in the user's words: ``train_loader``, ``range(args.epochs)``."""
    first: Expr | None = None
    """Its counter in the first iteration: ``start_epoch`` of ``range(start_epoch, epochs)``, or
    ``step`` of ``while step < max_steps``."""
    may_break: bool = False
    """Whether a data-dependent ``break`` may end it early."""
    stops_early: bool = False
    """Whether it ends where a measured value no longer improves."""
    dry_run: bool = False
    """Whether it trains nothing: it steps a scheduler to plot or to test its curve."""


class GuardKind(Enum):
    """Why a call does not run in every iteration of its loop."""

    EVERY_K = "every k iterations"
    AFTER = "after a number of iterations"
    BEFORE = "up to a number of iterations"
    FLAG = "a flag"
    METRIC = "a measured value"
    RANK = "one process only"
    SCHEDULER = "which scheduler it is"
    EXCEPTION = "an exception"
    OTHER = "other"


@dataclass(frozen=True, eq=False, kw_only=True)
class Guard:
    """A condition under which a call runs.

    Conditions under which the scheduler itself is built are not guards of its steps.
    """

    kind: GuardKind
    text: str
    place: Place
    amount: Expr | None = None
    """k for EVERY_K, the number of iterations for AFTER and BEFORE."""
    loop: Loop | None = None
    """The loop whose iterations ``amount`` counts."""
    by_default: bool | None = None
    """Whether the guard lets the call run with the script's own defaults."""
    reads: frozenset[Atom] = frozenset()
    """The numbers that the condition is about."""
