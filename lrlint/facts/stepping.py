"""How a scheduler is built and advanced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lrlint.facts.arguments import Argument
from lrlint.facts.calls import Call, OrderFact, Repetition
from lrlint.facts.loops import Cadence, Guard, Loop
from lrlint.facts.optimizers import OptimizerUse
from lrlint.facts.places import Place
from lrlint.symbolic import Atom, Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class Driver:
    """A framework that makes the ``step()`` calls of a scheduler, with the settings for it."""

    name: str
    """``lightning.Trainer``."""
    per: Cadence
    """How often it steps the scheduler, BATCH for once per update."""
    words: str
    """Why so, in the script's terms: ``interval left at "epoch"``."""
    place: Place
    """Where the script gives the scheduler to the framework, with its settings if it has any."""
    settings: Mapping[str, Argument] = field(default_factory=dict)
    """What the framework reads, by key, without what is left at its default."""
    misplaced: Mapping[str, Argument] = field(default_factory=dict)
    """Settings that the script writes where the framework does not read them."""
    monitoring: Monitoring | None = None
    """What is known of the metric that the scheduler follows."""
    refused: bool = False
    """Whether the framework refuses the form in which it is given the scheduler."""
    written: bool = True
    """Whether settings can be added at ``place``."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Monitoring:
    """What a framework finds under the name of the metric that a scheduler follows."""

    of_validation: bool
    """Whether it comes from the validation only."""
    validated_every: Expr | None = None
    """Every how many epochs there is a validation, where the script says so."""
    logged_instead: tuple[str, ...] | None = None
    """The names of all metrics there are, where it is not among them."""
    unshared: Place | None = None
    """Where it is logged, if each of several processes follows its own value."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Construction:
    """Where and how a scheduler is built."""

    order: int = 0
    """Position in program order among all events, loops unrolled once."""
    loops: tuple[Loop, ...] = ()
    """Loops around the construction that are not around its optimizer's, outermost first."""
    rebuilt: bool = False
    """Whether every iteration of a training loop in ``loops`` builds it anew."""
    guards: tuple[Guard, ...] = ()
    """The conditions under which it is built."""
    on_default_path: bool = True
    """Whether the script's own defaults lead here."""
    in_test: bool = False
    """Whether a test builds it, directly or through the functions that it calls."""
    derived: bool = False
    """Whether its class is one of torch's, chosen by name, or derives from one: it has a counter,
    but its law is not known."""
    inherits_step: bool = False
    """Whether it is a class of the script with the `step()` of torch's `LRScheduler`."""
    sets_first_lr: bool = False
    """Whether the first LR that its constructor sets is known to be above 0."""
    open_arguments: bool = False
    """Whether there may be arguments that are not known (``**kwargs``)."""
    seen: bool = True
    """Whether it is in view; else the scheduler is a parameter of a function."""
    removed_arguments: Mapping[str, Place] = field(default_factory=dict)
    """Where arguments are given that the library no longer takes."""
    restored_first: Call | None = None
    """Where a checkpoint is loaded into its optimizer before it is built, or None."""
    positioned: bool = False
    """Whether each of its steps takes its position, as those of timm's schedulers do."""
    planned_epochs: Expr | None = None
    """How long it takes, as the function that builds it returns."""
    cooldown: Argument | None = None
    """How many epochs at the lowest LR that function adds; its place is that in the call."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Acceleration:
    """How accelerate advances a prepared scheduler, for any number of processes.

    All other facts are those of one process, or of as many as the user has set.
    """

    processes: Atom
    every: Expr | None
    """How many batches make an update; None where that is not known."""
    steps: Expr | None
    """How often the scheduler advances over the whole training."""
    length: Expr | None
    """The length of its horizon."""
    once: bool
    """Whether one step is one advance, however many processes there are."""
    reads_processes: bool
    """Whether an argument is computed with the number of processes."""
    ignored: Place | None = None
    """Where the script passes a ``split_batches`` that accelerate ignores."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Stepping:
    """How a scheduler is advanced, beyond its ``sites``, ``steps`` and ``epochs``."""

    optimizer_steps: Expr | None = None
    """How often its optimizer steps from the construction on."""
    epoch_loop: Loop | None = None
    batch_loop: Loop | None = None
    """The innermost training loop around the optimizer's step, unless it is the epoch loop."""
    early_step: OrderFact | None = None
    """A step before the optimizer's first in the same iteration, or None."""
    repeated_step: Repetition | None = None
    """Two steps on the same path through one iteration, or None."""
    driver: Driver | None = None
    """The framework that steps it; None where the script does so itself."""
    trained_instead: OptimizerUse | None = None
    """The optimizer that steps wherever the scheduler does, if its own steps only elsewhere."""
    prepared: bool = False
    """Whether accelerate steps it; accelerate stops a OneCycleLR where torch would raise."""
    acceleration: Acceleration | None = None
    """What accelerate does with it; None where its `Accelerator` is not fully known."""
    idle: tuple[Place, ...] = ()
    """Steps that do nothing, since it counts in another unit, as ``step()`` of timm's may."""
    escapes: str | None = None
    """Where it is passed to code that is not analysed and may step it, in words, or None."""
    held: bool = False
    """Whether the reason is that an object of a class of the script holds it."""
    undecided: tuple[str, ...] = ()
    """Why a count is not known, in words."""
