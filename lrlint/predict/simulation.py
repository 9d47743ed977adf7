"""A simulated training: param groups, replayed schedulers, and the LR of each optimizer step."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.optimizers import SIGNATURES
from lrlint.analysis.model.records import OptimizerRecord, Owner, SchedulerRecord
from lrlint.analysis.model.running import HOPELESS, TOO_LONG
from lrlint.analysis.model.values import AnyValue
from lrlint.formulas import Group, Law, Replay
from lrlint.formulas.pytorch_warmup import Warmup
from lrlint.predict.functions import static
from lrlint.predict.running import Unreadable

MOST_EVENTS = 5_000_000
"""Steps of one training that are simulated."""
MOST_ITERATIONS = 10 * MOST_EVENTS
"""Iterations of all loops in it: a few micro-batches for each step."""
LOADED_LR = "the LR that is loaded by "
"""How the name of an LR begins that a checkpoint brings; the call follows."""
_REFUSALS = (
    *(ValueError, TypeError, ZeroDivisionError, KeyError, IndexError),
    AssertionError,  # timm
)
"""What torch raises for arguments or steps that it does not take."""


@dataclass
class Prediction:
    """What a run of the trace gives for one schedule."""

    lr: list[list[float]] | None = None
    """The LR at each optimizer step, one list per param group."""
    steps: int | None = None
    """How often the scheduler stepped, or the LR of a param group was written."""
    optimizer_steps: int | None = None
    unresolved: list[str] = field(default_factory=list)
    """What has to be known first, as ``--set`` names it."""
    raises: str | None = None
    """What torch raises, and at which step, where the script does not run to its end."""
    refused: bool = False
    """Whether current torch raises it where the scheduler is built, and older releases did not."""
    relative_lr: list[list[float]] | None = None
    """The LR as a multiple of the base LR, where that is all that is unknown."""


class TrainingEnds(Exception):
    """The simulated training is complete, or the script would crash here."""


class Simulation:
    """The training of one optimizer, for the scheduler ``target`` or for itself.

    ``max_steps`` bounds the recorded LRs, not the counts. What must be known first is added to
    ``unresolved``; the optimizer's LR need not be where ``base_lr`` takes its place. ``planned`` is
    how often the script steps, where that is known before.
    """

    def __init__(
        self,
        machine: Machine,
        target: Owner,
        max_steps: int | None,
        base_lr: float | None = None,
        planned: float | None = None,
    ) -> None:
        self.unresolved: list[str] = []
        self.lr: list[list[float]] = []
        self.steps = 0
        self.optimizer_steps = 0
        self.raises: str | None = None
        self._machine = machine
        self._target = target
        self._max_steps = max_steps
        self._base_lr = base_lr
        self._groups: list[Group] = []
        self._writes: list[int] = []
        self._replays: dict[int, Replay] = {}
        self._events = 0
        self._most = MOST_EVENTS if planned is None or planned <= MOST_EVENTS else HOPELESS
        self._built = False
        self._loaded = ""

    # -- the optimizer

    def build_optimizer(self, optimizer: OptimizerRecord) -> None:
        """Build the optimizer with its first param groups."""
        if self._built:
            # A second training (another fold, another seed) has its own curve.
            raise TrainingEnds
        self._built = True
        for options in optimizer.by_default or optimizer.groups[: optimizer.built_with]:
            self.add_group(options)
        if optimizer.class_name not in SIGNATURES:
            for group in self._groups:  # a library's own has a momentum of some name
                group.setdefault("betas", (0.9, 0.999))

    def add_group(self, options: Mapping[str, AnyValue]) -> None:
        """Add a param group."""
        values: Group = {}
        for name in ("lr", "initial_lr", "max_lr", "min_lr", "momentum", "betas", "lr_scale"):
            value = options.get(name)
            if value is not None:
                try:
                    values[name] = static(self._machine, value)
                except Unreadable as missing:
                    if name in ("initial_lr", "lr_scale") or (
                        name == "lr" and self._base_lr is None
                    ):
                        self._miss(str(missing))
        if self._base_lr is not None:
            values.setdefault("lr", self._base_lr)
        elif "lr" not in values:
            if "lr" not in options:
                self._miss("the optimizer's lr")
            values["lr"] = 0.0
        if "betas" in values:
            values["betas"] = tuple(values["betas"])
        self._groups.append(values)
        self._writes.append(0)
        self.lr.append([])

    def _miss(self, name: str) -> None:
        if name not in self.unresolved:
            self.unresolved.append(name)
        if self.optimizer_steps or (self._built and self._groups):
            raise Unreadable(name)

    def step_optimizer(self) -> None:
        """Make an optimizer step."""
        self._count()
        if self._loaded and any(math.isnan(group["lr"]) for group in self._groups):
            raise Unreadable(self._loaded)
        if self._max_steps is None or self.optimizer_steps < self._max_steps:
            for lrs, group in zip(self.lr, self._groups, strict=True):
                lrs.append(float(group["lr"]))
        self.optimizer_steps += 1

    def _count(self) -> None:
        self._events += 1
        if self._events > self._most:
            raise Unreadable(TOO_LONG)

    def write_lr(
        self,
        rate: Callable[[Sequence[float]], float],
        read: Sequence[int | None],
        group: int | None,
    ) -> None:
        """Write the LR of one param group, or of all.

        ``rate`` computes it from the LRs in use of the groups that ``read`` names; None is the one
        that is written.
        """
        for index in range(len(self._groups)) if group is None else [group]:
            values = self._groups[index]
            sources = [values if number is None else self._groups[number] for number in read]
            values["lr"] = rate([float(source["lr"]) for source in sources])
            self._writes[index] += 1
        if isinstance(self._target, OptimizerRecord):
            self.steps = max(self._writes)

    def rate_of(self, group: int) -> float:
        """Return the LR in use of a param group."""
        rate = float(self._groups[group]["lr"])
        if math.isnan(rate):
            raise Unreadable(self._loaded)
        return rate

    def load_lrs(self, name: str, rate: float | None) -> None:
        """Load the LRs of a checkpoint; where they are unknown, the script has to write others."""
        self._loaded = name
        for group in self._groups:
            group["lr"] = math.nan if rate is None else rate

    def keep_initial_lr(self, group: int | None, *, missing: bool) -> None:
        """Make the LR in use the initial one, of one param group or of all."""
        for values in self._groups if group is None else [self._groups[group]]:
            if not missing or "initial_lr" not in values:
                values["initial_lr"] = values["lr"]

    # -- schedulers

    def build_scheduler(
        self, scheduler: SchedulerRecord, law: Law, arguments: Mapping[str, Any]
    ) -> None:
        """Build a scheduler."""
        values = dict(arguments)
        if "schedulers" in scheduler.arguments:
            values["schedulers"] = [self._replays[id(child)] for child in scheduler.children]
        if law.reads_default_lr:
            values["default_lr"] = self._default_lr(scheduler.optimizer)
        self.start_scheduler(scheduler, lambda groups: law.start(groups, **values))

    def start_scheduler(
        self, scheduler: SchedulerRecord, start: Callable[[list[Group]], Replay]
    ) -> None:
        """Build a scheduler on the param groups."""
        try:
            self._replays[id(scheduler)] = start(self._groups)
        except Unreadable:
            raise
        except _REFUSALS as error:
            self._refuse(error)

    def replay_of(self, scheduler: SchedulerRecord) -> Replay:
        """Return a scheduler that has been built."""
        replay = self._replays.get(id(scheduler))
        if replay is None:
            raise Unreadable(f"the {scheduler.law}")
        return replay

    def _default_lr(self, optimizer: OptimizerRecord | None) -> Any:
        if optimizer is None or "lr" not in optimizer.defaults:
            return None
        try:
            return static(self._machine, optimizer.defaults["lr"])
        except Unreadable:
            if self._base_lr is None:
                raise
            return self._base_lr

    def step_scheduler(
        self,
        scheduler: SchedulerRecord,
        argument: Callable[..., Any] | None = None,
        indices: Sequence[int | float] = (),
    ) -> None:
        """Step a scheduler, with what ``argument`` gives in the iteration that ``indices`` name."""
        self._count()
        replay = self._replays.get(id(scheduler))
        if replay is None:
            return
        if scheduler.stopped and replay._step_count > getattr(replay, "total_steps", math.inf):
            return  # accelerate steps a OneCycleLR once past its end and no further
        if scheduler is self._target:
            self.steps += 1
        try:
            if argument is None:
                replay.step()
            else:
                replay.step(argument(*indices))
        except Unreadable:
            raise
        except _REFUSALS as error:
            self._refuse(error)

    def dampen(self, scheduler: SchedulerRecord) -> None:
        """End the context of a warm-up of pytorch_warmup, which lowers the LRs."""
        replay = self._replays.get(id(scheduler))
        if isinstance(replay, Warmup):
            replay.dampen()

    def _refuse(self, error: Exception) -> None:
        """End the training as torch would, with an exception."""
        steps = self.optimizer_steps
        self.raises = f"{type(error).__name__} after {steps} optimizer steps: {error}"
        raise TrainingEnds from error

    # -- the result

    def prediction(self) -> Prediction:
        """Return what the training gave so far."""
        return Prediction(self.lr, self.steps, self.optimizer_steps, raises=self.raises)
