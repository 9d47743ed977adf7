"""Schedules, and the training that they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lrlint.facts.arguments import Argument
from lrlint.facts.calls import Call, StepSite, Write
from lrlint.facts.horizons import Horizon
from lrlint.facts.laws import FactorFunction, WrittenLaw
from lrlint.facts.loops import Cadence, Loop
from lrlint.facts.optimizers import OptimizerUse
from lrlint.facts.places import Place
from lrlint.facts.recorded import RecordedRun
from lrlint.facts.stepping import Construction, Stepping
from lrlint.symbolic import Atom, Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class Surroundings:
    """What else acts on the LR of a schedule's optimizer."""

    competitors: tuple[Schedule, ...] = ()
    """Other schedules that advance on the same optimizer."""
    instead: tuple[Schedule, ...] = ()
    """The competitors that advance only where a setting keeps this one from advancing, or, in a
    run, before or after this one does."""
    otherwise: tuple[Schedule, ...] = ()
    """Schedules of the same optimizer that are built only where this one is not."""
    alternatives: tuple[Schedule, ...] = ()
    """What the same call builds where it does not build this one, as for another optimizer."""
    writes: tuple[Write, ...] = ()
    """LRs that the script writes into its optimizer, with loops and guards counted as in ``sites``.
    Writes that exclude its construction are left out."""


@dataclass(eq=False, kw_only=True)
class Schedule:
    """Which scheduler with which arguments drives which optimizer, and how it is advanced.

    What most rules ask is here; the rest is in groups.
    """

    scheduler: str
    """The law's name: ``CosineAnnealingLR``, ``get_cosine_schedule_with_warmup``…"""
    variable: str | None
    place: Place
    """The constructor call."""
    arguments: Mapping[str, Argument]
    """By parameter, the signature's defaults filled in; empty where the law is unknown."""
    optimizer: OptimizerUse | None
    horizon: Horizon | None
    sites: tuple[StepSite, ...] = ()
    steps: Expr | None = None
    """How often it advances over the whole training."""
    epochs: Expr | None = None
    """Trips of the epoch loop, where there is one."""
    calls: tuple[Call, ...] = ()
    children: tuple[Schedule, ...] = ()
    """Its parts, where it is a `SequentialLR` or `ChainedScheduler`."""
    parent: Schedule | None = field(default=None, repr=False)
    """The schedule that it is a part of, or None."""
    construction: Construction = Construction()
    lr_lambda: FactorFunction = FactorFunction()
    stepping: Stepping = Stepping()
    surroundings: Surroundings = Surroundings()
    law: WrittenLaw = WrittenLaw()
    """Of a schedule that is written by hand, or of a scheduler class of the script."""
    run: RecordedRun = RecordedRun()

    @property
    def per(self) -> Cadence:
        """Return the cadence that all its sites share, UNKNOWN where they differ."""
        cadences = {site.per for site in self.sites}
        return cadences.pop() if len(cadences) == 1 else Cadence.UNKNOWN

    @property
    def length(self) -> Expr | None:
        """How long its horizon says that it is, where that is known."""
        return None if self.horizon is None else self.horizon.length

    def argument(self, name: str) -> Argument | None:
        """Return the argument of a parameter, or None where the law does not have it."""
        return self.arguments.get(name)

    def number(self, name: str) -> Expr | None:
        """Return the value of an argument where it is a number."""
        argument = self.arguments.get(name)
        return None if argument is None else argument.number

    def rules_out(self, *numbers: Expr) -> bool:
        """Whether some of the numbers differ from the script's defaults wherever it is built.

        This is the case where a condition on them keeps the defaults from building it.
        """
        atoms = frozenset[Atom]().union(*(number.atoms() for number in numbers))
        guards = self.construction.guards
        return any(guard.by_default is False and guard.reads & atoms for guard in guards)

    @property
    def base_lrs(self) -> tuple[Expr | None, ...]:
        """Return the LR of each param group that the schedule starts from."""
        return () if self.optimizer is None else tuple(g.lr for g in self.optimizer.groups)


@dataclass(frozen=True, eq=False, kw_only=True)
class Checkpoint:
    """A file with states, written so that a training can resume."""

    place: Place
    optimizers: tuple[OptimizerUse, ...]
    """The optimizers whose state it holds."""
    schedules: tuple[Schedule, ...]
    """The schedules whose state it holds, or that are saved whole."""
    order: int
    """Position in program order among all events, loops unrolled once."""
    open: bool = False
    """Whether it may hold the state of others."""
    counts: bool = False
    """Whether it holds a number that counts iterations, such as the epoch."""
    loops: tuple[Loop, ...] = ()
    """The loops in which it is written, outermost first."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainerArguments:
    """The ``TrainingArguments`` from which a Trainer of transformers builds its schedule."""

    place: Place
    arguments: Mapping[str, Argument]
    """Those that decide the LR, with their defaults, and all that the script gives."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Training:
    """All facts of one script, as seen from one entry point."""

    optimizers: tuple[OptimizerUse, ...]
    schedules: tuple[Schedule, ...]
    checkpoints: tuple[Checkpoint, ...] = ()
    written: tuple[Schedule, ...] = ()
    """Schedules that the script writes by hand, of optimizers that no scheduler drives."""
    trainers: tuple[TrainerArguments, ...] = ()
