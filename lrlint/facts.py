"""The facts that rules judge: which schedule drives which optimizer, how long, how often, how far.

The static analyser fills them with symbolic expressions, the runtime recorder with the integers
that it counted; a rule does not know which of the two it reads. ``None`` means *not known*, except
where a field says otherwise.

Words used throughout: the *cadence* of a ``step()`` call is the loop in which it runs; the
*horizon* is the argument that says how long a schedule is; *steps* are advances of the scheduler
over the whole training, from its construction on, the construction itself not counted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from lrlint.fix import Change, Edit
from lrlint.span import Span
from lrlint.symbolic import Atom, Expr, Unit


class Place(ABC):
    """Somewhere in the user's code. Cheap to hold: rows and columns are looked up on demand."""

    @abstractmethod
    def span(self) -> Span:
        """Return the stretch of the file that it covers."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Return the source text, on one line."""

    def rewrite(self, change: Change) -> tuple[Edit, ...] | None:
        """Return the edits that make a change here, or None where it cannot be made."""
        return None

    def write(self, expression: Expr) -> str | None:
        """Return an expression as code, or None where a name in it has no value at this place."""
        return None


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


class StepArgument(Enum):
    """What a ``scheduler.step(...)`` call is given."""

    NOTHING = "nothing"
    METRIC = "a metric"
    EPOCH = "an epoch number"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False, kw_only=True)
class StepSite:
    """One ``step()`` call of an optimizer or a scheduler, as reached by one chain of calls."""

    place: Place
    loops: tuple[Loop, ...]
    """Outermost first; loops that also enclose the construction are left out."""
    guards: tuple[Guard, ...]
    per: Cadence
    count: Expr | None
    """How often it runs over the whole training."""
    order: int
    """Position in program order among all events, loops unrolled once."""
    argument: StepArgument = StepArgument.NOTHING
    argument_text: str = ""
    argument_source: str = ""
    """How the script computes the argument, where the argument is a name."""
    position: Expr | None = None
    """The epoch argument in the loop's first iteration, where each iteration adds one."""
    counted: Loop | None = None
    """The loop whose iterations the argument counts."""
    offset: Expr | None = None
    """The argument less how often the site has run, where that is the same in every iteration."""
    last: Expr | None = None
    """The argument in the last iteration of all loops."""
    local: bool = False
    """Whether the argument comes from data that the other processes of the training do not see."""
    scaled: bool = False
    """Whether a GradScaler makes the step: it skips the step where gradients overflow."""
    via: tuple[Place, ...] = ()
    """The calls through which it is reached, outermost first."""
    called_once: bool = False
    """Whether ``count`` takes a function that nobody in view calls to be called once."""

    @property
    def loop(self) -> Loop | None:
        """Return the innermost loop, or None outside all loops."""
        return self.loops[-1] if self.loops else None

    @property
    def accumulation(self) -> Guard | None:
        """Return the guard that lets it run every k iterations, or None where it has none."""
        return next((guard for guard in self.guards if guard.kind is GuardKind.EVERY_K), None)


@dataclass(frozen=True, eq=False, kw_only=True)
class Argument:
    """An argument of a scheduler's or optimizer's constructor."""

    value: object
    """An Expr where it is a number; str, bool, None, a tuple of values, or Unknown otherwise."""
    place: Place | None
    """Where it is written, or None where the signature's default applies."""
    text: str = ""
    reads: frozenset[Atom] = frozenset()
    """Where it is a function, the numbers of the script that it computes with."""

    @property
    def explicit(self) -> bool:
        """Whether the script gives it, rather than the signature."""
        return self.place is not None

    @property
    def number(self) -> Expr | None:
        """Return the value where it is a number."""
        return self.value if isinstance(self.value, Expr) else None

    @property
    def numbers(self) -> tuple[Expr, ...] | None:
        """Return the elements of a list or tuple where all of them are numbers."""
        if isinstance(self.value, tuple) and all(isinstance(item, Expr) for item in self.value):
            return self.value
        return None


@dataclass(frozen=True)
class Unknown:
    """A value that is not known; ``text`` is how the script writes it."""

    text: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Driver:
    """A framework that makes the ``step()`` calls of a scheduler, and what it is told of it."""

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


HANDWRITTEN_COSINE = "the cosine of lr_lambda"
"""The ``parameter`` of a horizon that comes from a function of the script."""
HANDWRITTEN_LINE = "the linear decay of lr_lambda"
OWN_COSINE = "the cosine of get_lr()"
"""The same, from the ``get_lr()`` of a scheduler class of the script."""
OWN_LINE = "the linear decay of get_lr()"
HANDWRITTEN_ENDS = frozenset({HANDWRITTEN_COSINE, HANDWRITTEN_LINE, OWN_COSINE, OWN_LINE})
WITH_CYCLES = "the length with all cycles and warm-ups"
"""The ``parameter`` of a horizon of one of timm's schedules, where that is not an argument."""
HANDWRITTEN = "get_lr"
"""The ``scheduler`` of a schedule that the script writes into the param groups itself."""
HANDWRITTEN_DECAY = "the decay"
"""The ``parameter`` of its horizon."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Horizon:
    """How long a schedule is."""

    parameter: str
    """``T_max``, ``total_steps``, ``epochs * steps_per_epoch``, ``milestones``…"""
    length: Expr | None
    """In advances of the scheduler; for milestones, the last milestone."""
    unit: Unit | None
    """What the length counts, by the names in it (``args.epochs``, ``len(loader)``)."""
    place: Place


@dataclass(frozen=True, eq=False, kw_only=True)
class ParamGroup:
    """What one param group starts with."""

    lr: Expr | None
    lr_given: bool = True
    """Whether the script gives its LR, rather than the optimizer's signature."""
    momentum: Expr | None = None
    initial_lr: bool = False
    """Whether the script sets its ``initial_lr``, which a scheduler otherwise sets."""
    place: Place | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Write:
    """An LR that the script writes itself: ``param_group["lr"] = …``."""

    place: Place
    loops: tuple[Loop, ...]
    order: int
    """Position in program order among all events, loops unrolled once."""
    value: Expr | None = None
    group: int | None = None
    """The param group's index, or None where it may be any or all of them."""
    guards: tuple[Guard, ...] = ()
    """The conditions under which it runs."""
    from_scratch: bool = False
    """Whether the value is computed without the LR in use and without a scheduler."""


@dataclass(frozen=True, kw_only=True)
class Departure:
    """The first optimizer step of a run whose LR is not the one that the schedule gives."""

    step: int
    """How many optimizer steps come before it."""
    group: int
    """The param group's index."""
    used: float
    expected: float
    writer: str
    """What has probably written the LR, in words."""
    resumed: bool = False
    """Whether it is the first step after loading states that do not fit together."""
    kept: bool = False
    """Whether the schedule goes on from the LR that was written."""


@dataclass(frozen=True, kw_only=True)
class RankGap:
    """The first optimizer step of a run at which another rank used another LR."""

    step: int
    rank: int
    """The other rank."""
    here: float
    there: float
    writer: str = ""
    """What has probably made the difference, in words; empty where that is not known."""


@dataclass(frozen=True, kw_only=True)
class EarlyEnd:
    """A run that ended long before its schedule, although it was planned to be as long."""

    steps: int
    planned: int
    unit: str
    """What ``steps`` and ``planned`` count: ``optimizer steps`` or ``scheduler steps``."""
    lrs: tuple[float, ...]
    """The LRs of the last optimizer step, one per param group."""


@dataclass(frozen=True, kw_only=True)
class ZeroSteps:
    """The optimizer steps of a run whose LR is exactly 0 in every param group."""

    count: int
    first: int
    """How many optimizer steps come before the first of them."""
    last: int
    """How many come before the last of them."""
    of: int
    """All optimizer steps of the run."""


@dataclass(frozen=True, kw_only=True)
class BadRate:
    """The first LR of a run that is NaN, infinite or negative."""

    step: int
    group: int
    lr: float


@dataclass(eq=False, kw_only=True)
class OptimizerUse:
    """An optimizer, and where it is stepped."""

    class_name: str
    variable: str | None
    place: Place
    groups: tuple[ParamGroup, ...]
    sites: tuple[StepSite, ...] = ()
    steps: Expr | None = None
    """How often it steps over the whole training."""
    escapes: str | None = None
    """Where it is passed to code that is not analysed, in words, or None."""
    open_groups: bool = False
    """Whether it has param groups that are not in ``groups``."""
    replaced_by: OptimizerUse | None = None
    """The optimizer later stored under the same name, or None."""
    replaced_midway: OptimizerUse | None = None
    """One that takes its name after some iterations of a loop: ``if epoch == 10: …``; or None."""
    replaced_in: tuple[Loop, ...] = ()
    """The loops in which ``replaced_midway`` takes its name."""
    writes: tuple[Write, ...] = ()
    """LRs that the script writes into its param groups itself."""
    calls: tuple[Call, ...] = ()
    """Where its state is read and restored: ``state_dict``, ``load_state_dict``."""
    bad_rate: BadRate | None = None
    """Recorded runs only."""

    @property
    def stepped(self) -> bool:
        """Whether a step of it is known."""
        return bool(self.sites)


@dataclass(frozen=True, eq=False, kw_only=True)
class Call:
    """A call on a scheduler or optimizer other than ``step()`` that a rule may care about."""

    place: Place
    method: str
    loops: tuple[Loop, ...] = ()
    guards: tuple[Guard, ...] = ()
    """The conditions under which it runs."""
    order: int = 0
    """Position in program order among all events, loops unrolled once."""
    inside_scheduler_class: bool = False
    own_state: bool = False
    """Whether ``load_state_dict`` gets a state of the same run: the run goes back to it, instead of
    resuming from a checkpoint."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OrderFact:
    """Within one iteration of ``loop``, the scheduler steps before the optimizer first does."""

    loop: Loop
    scheduler_site: StepSite
    optimizer_site: StepSite
    adjacent: bool
    """Whether the two calls are neighbouring statements."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Repetition:
    """Two steps of one scheduler on the same path through one iteration."""

    first: StepSite
    second: StepSite
    loop: Loop | None


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
    open_arguments: bool = False
    """Whether there may be arguments that are not known (``**kwargs``)."""
    seen: bool = True
    """Whether it is in view; else the scheduler is a parameter of a function."""
    removed_arguments: Mapping[str, Place] = field(default_factory=dict)
    """Where arguments are given that the library no longer takes."""
    restored_first: Call | None = None
    """Where a checkpoint is loaded into its optimizer before it is built, or None."""
    positioned: bool = False
    """Whether each of its steps is told where it is, as those of timm's are."""
    planned_epochs: Expr | None = None
    """How long it takes, as the function that builds it returns."""
    cooldown: Argument | None = None
    """How many epochs at the lowest LR that function adds, where the call says so."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorFunction:
    """What the ``lr_lambda`` of a `LambdaLR` returns."""

    absolute_lr: Place | None = None
    """Where it returns a multiple of the base LR instead of a factor, or None."""
    first_factor: Expr | None = None
    """What it returns for step 0."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DecayEnd:
    """A decay in a law that a script writes by hand, in values of its counter."""

    start: Expr
    """Where it begins: 0, or where the warm-up ends."""
    end: Expr
    """Where a cosine is at its minimum, or a line at 0."""
    cosine: bool
    place: Place | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Threshold:
    """A branch in a law that a script writes by hand."""

    at: Expr
    """The value of the counter from which the other side of the branch is taken."""
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


@dataclass(frozen=True, eq=False, kw_only=True)
class WrittenLaw:
    """The law of a schedule that a script writes by hand, as far as it can be read."""

    counter: Loop | None = None
    """The loop whose iterations it counts."""
    steps: Expr | None = None
    """How many values the counter takes over the whole training."""
    at: Callable[[int], float] | None = None
    """The LR at a value of the counter, with the script's defaults."""
    settled: bool = False
    """Whether no option of the script changes it."""
    decays: tuple[DecayEnd, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    dead: tuple[DeadBranch, ...] = ()
    compounding: Compounding | None = None
    unread: str | None = None
    """Why it cannot be read."""


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


@dataclass(frozen=True, eq=False, kw_only=True)
class Surroundings:
    """What else acts on the LR of a schedule's optimizer."""

    competitors: tuple[Schedule, ...] = ()
    """Other schedules that advance on the same optimizer."""
    instead: tuple[Schedule, ...] = ()
    """The competitors that advance only where a setting keeps this one from advancing."""
    otherwise: tuple[Schedule, ...] = ()
    """Schedules of the same optimizer that are built only where this one is not."""
    alternatives: tuple[Schedule, ...] = ()
    """What the same call builds where it does not build this one, as for another optimizer."""
    writes: tuple[Write, ...] = ()
    """LRs that the script writes into its optimizer, with loops and guards counted as in ``sites``.
    Writes that exclude its construction are left out."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RecordedRun:
    """What only a recorded run shows; None where it does not happen, and for a script."""

    departure: Departure | None = None
    """Where the LR departs from the schedule."""
    overran: int | None = None
    """How often it advances after optimizer steps that a GradScaler skipped."""
    ended_early: EarlyEnd | None = None
    last_lrs: tuple[float, ...] | None = None
    """The LR of each param group in the last optimizer step."""
    zero_steps: ZeroSteps | None = None
    starts_over: Place | None = None
    """Where its optimizer loads the state of a training that has begun, although its own counter
    starts at 0."""
    rank_gap: RankGap | None = None
    """Where two ranks differ."""


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
