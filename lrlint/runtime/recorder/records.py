"""What is kept of each optimizer and each scheduler of a run: counts, not histories."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lrlint.facts import BadRate, Departure, RankGap
from lrlint.formulas import Law, Replay
from lrlint.runtime.recorder.call_sites import CallSite, RunPlace
from lrlint.runtime.recorder.curve import Curve
from lrlint.runtime.recorder.device_buffer import DeviceBuffer, DeviceCounter
from lrlint.runtime.recorder.expected_groups import ExpectedGroups
from lrlint.runtime.recorder.hand_writes import HandWrites
from lrlint.runtime.recorder.loop_epochs import LoopEpochs
from lrlint.runtime.recorder.pass_totals import PassTotals
from lrlint.runtime.recorder.zero_steps import ZeroLRs


@dataclass(frozen=True)
class RecordedCall:
    """A call that a training makes only a few times, such as ``load_state_dict``."""

    place: RunPlace
    order: int
    trained: bool
    """Whether its optimizer had been stepped before."""


@dataclass(eq=False)
class RecordedOptimizer:
    """One optimizer: which LR each of its steps used."""

    ref: weakref.ref[Any]
    class_name: str
    place: RunPlace
    order: int
    parameters: frozenset[int]
    expected: ExpectedGroups
    base_lrs: tuple[float, ...] = ()
    momenta: tuple[float | None, ...] = ()
    steps: int = 0
    sites: dict[RunPlace, CallSite] = field(default_factory=dict)
    curve: Curve = field(default_factory=Curve)
    buffer: DeviceBuffer | None = None
    schedulers: list[RecordedScheduler] = field(default_factory=list)
    highest_lr: float = 0.0
    """The highest LR expected, to which departures are relative."""
    max_error: float | None = None
    errors: dict[int, float] = field(default_factory=dict)
    """By param group, how far its last LR was off, where it was."""
    shares_tensor: bool = False
    """Whether several param groups have one and the same LR tensor."""
    groups_at_build: int = 0
    """Param groups when its last scheduler was built."""
    late_lrs: dict[int, float] = field(default_factory=dict)
    """The LRs with which groups were added after that, by index."""
    resumed_at: RunPlace | None = None
    """Where a state with past steps under a scheduler was last loaded into it."""
    begun_at: RunPlace | None = None
    """Where a state with past steps was loaded into it before its first step."""
    begun_with: frozenset[float] = frozenset()
    """The LRs of that state."""
    loads: list[RecordedCall] = field(default_factory=list)
    """The calls of ``load_state_dict``."""
    loads_since_step: list[str] = field(default_factory=list)
    """Those since the last step, on it or on its schedulers, as they are written."""
    added_groups: list[RecordedCall] = field(default_factory=list)
    """The calls of ``add_param_group`` once a scheduler was built."""
    skipped: int = 0
    """Steps that a GradScaler has left out."""
    overflow: Any = None
    """Whether the last step was left out by a fused optimizer's kernel: a tensor."""
    departure: Departure | None = None
    hand_writes: HandWrites | None = None
    """The LRs that the script has written, and from which the schedule goes on."""
    bad_rate: BadRate | None = None
    zero_lrs: ZeroLRs = field(default_factory=ZeroLRs)
    batches: int = 0
    """Batches that loaders had yielded at its last step."""
    passes: PassTotals = field(default_factory=PassTotals)
    """The passes over loaders in which it was stepped."""
    loop_epochs: LoopEpochs = field(default_factory=LoopEpochs)
    most_batches: int = 0
    """The most batches for one step; of the first step of a pass some may be left over."""
    current_call: object = None
    """What identifies the call of ``step()`` under way, to tell ``super().step()`` from it."""
    thread: int = 0
    """The thread that has made this call."""
    inner: bool = False
    """Whether the step of another optimizer steps it, which gives it the LR."""
    pending_lrs: list[Any] | None = None
    """The LRs of the step under way; None where a group has none."""
    last_lrs: list[Any] = field(default_factory=list)
    """Those of the step before, where they were floats."""
    settled: bool = False
    """Whether those were as expected, and nothing has changed what is expected since."""
    overlaid: bool = False
    """Whether something changes its LRs between the steps of its schedulers, and changes them back
    before each."""
    warmup_asked: bool = False
    """Whether a warm-up of another library has been looked for."""
    overlaid_steps: int = 0
    """Steps that used LRs changed in this way."""
    driven: bool = False
    """Whether a scheduler that it still has has begun to set its LR."""
    rank_gap: RankGap | None = None
    """Where another rank used another LR, if no scheduler of this rank sets it."""

    @property
    def tries(self) -> int:
        """Steps that the training asked for: those made and those that were left out."""
        return self.steps + self.skipped

    def attach(self, scheduler: RecordedScheduler, groups: int) -> None:
        """Enter a scheduler that was just built, and drop those that are gone."""
        self.groups_at_build, self.late_lrs = groups, {}
        alive = [other for other in self.schedulers if other.ref() is not None]
        self.driven = any(other.steps for other in alive)
        self.schedulers = [*alive, scheduler]


@dataclass(eq=False)
class RecordedScheduler:
    """One scheduler: how often it stepped, where from, and what it should have written."""

    ref: weakref.ref[Any]
    name: str
    law: Law | None
    arguments: Mapping[str, Any]
    given_names: frozenset[str]
    """The parameters that the constructor call gives a value."""
    place: RunPlace
    order: int
    optimizer: RecordedOptimizer
    replay: Replay | None
    optimizer_steps_before: int
    """Steps of the optimizer before it was built."""
    children: tuple[RecordedScheduler, ...] = ()
    parent: RecordedScheduler | None = None
    base_lrs: tuple[float, ...] = ()
    """The LR of each group that it starts from."""
    built_lrs: tuple[float, ...] = ()
    """The LRs that its constructor left."""
    steps: int = 0
    steps_before: int = 0
    """How much more its own counter has come to than the steps of this run: restored, or set."""
    furthest: int = 0
    """The most that its counter had come to when a state was loaded into it."""
    sites: dict[RunPlace, CallSite] = field(default_factory=dict)
    idle_sites: dict[RunPlace, CallSite] = field(default_factory=dict)
    """Calls that do nothing, such as a ``step()`` of timm's on a schedule in updates."""
    continued: bool = False
    """Whether another scheduler of the run goes on with its state: a copy, or one that loads it."""
    foreign: bool = False
    """Whether it is another library's, or stepped by one that keeps its own order of calls."""
    last_tries: int = 0
    """Tries of the optimizer before its last step."""
    last_optimizer_steps: int = 0
    """Steps of the optimizer before its last step."""
    last_batches: int = 0
    """Batches that loaders had yielded at its last step."""
    last_site: CallSite | None = None
    prepared: bool = False
    """Whether accelerate steps it, once for each of several processes."""
    overran: int = 0
    """Steps after an optimizer step that a GradScaler had left out."""
    overran_on_device: DeviceCounter = field(default_factory=DeviceCounter)
    """Those of fused optimizers, whose kernels leave the step out."""
    repeated: int = 0
    """Steps with no optimizer step since the one before, once training has begun."""
    repeated_sites: tuple[CallSite, CallSite] | None = None
    """The two calls of the first pair of this kind."""
    loads: list[RecordedCall] = field(default_factory=list)
    """The calls of ``load_state_dict``."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """The arguments that the scheduler keeps as attributes, which its state holds."""
    replaced: str = ""
    """Which of them a checkpoint has replaced, in words."""
    restored_before: RecordedCall | None = None
    """The last load into its optimizer, if no step lies between that and its construction."""
    starts_over: RunPlace | None = None
    """Where its optimizer took over the state of a training under way, if it counts from 0."""
    starts_over_after: int = 0
    """The steps of that training, where the optimizer's state is not loaded either."""
    failed: bool = False
    """Whether its constructor has raised KeyError: its groups have no ``initial_lr``."""
    seen_counter: float | None = None
    """What its ``last_epoch`` was after the last call that was seen."""
    unseen: bool = False
    """Whether something else than a call that was seen has stepped it.

    ignite, for one, moves the counter and writes the LR that ``get_lr()`` returns.
    """
    refused: int = 0
    """Calls of ``step()`` that raised."""
    rank_gap: RankGap | None = None
    this_rank_only: bool = False
    """Whether other ranks train and never step it."""

    @property
    def counter(self) -> int:
        """Return its own counter: the steps of this run, and those that a checkpoint brought."""
        return self.steps_before + self.steps + self.refused

    @property
    def span(self) -> tuple[int, int]:
        """Return the optimizer steps before its first call in the user's code, and its last."""
        sites = self.sites.values()
        begin = min((site.first_at for site in sites), default=0)
        return begin, max((site.last_at for site in sites), default=self.optimizer.steps)

    @property
    def departure(self) -> Departure | None:
        """Return where the LR departs from the schedule; None for a part of another one."""
        writes = self.optimizer.hand_writes
        if self.parent is not None:
            return None
        by_hand = None if writes is None else writes.departure(self.steps)
        return self.optimizer.departure or by_hand

    @property
    def erases(self) -> bool:
        """Whether its steps compute the LR from the base LR, or may do so."""
        if self.name == "SequentialLR":
            return all(child.erases for child in self.children)
        if self.children:
            return any(child.erases for child in self.children)
        return self.law is None or not self.law.chainable

    @property
    def past(self) -> Fraction:
        """Return how many times as long the training is as what this run has seen of it.

        That is 1 unless it goes on from a checkpoint.
        """
        seen = self.steps + self.refused
        return Fraction(self.counter, seen) if seen and self.steps_before > 0 else Fraction(1)

    def is_built_like(self, other: RecordedScheduler) -> bool:
        """Whether another one is of the same line of code, or was built with the same arguments."""
        same = str(self.kept) == str(other.kept) and self.base_lrs == other.base_lrs
        return self.place == other.place or same

    def set_counter(self, counter: float | None) -> None:
        """Note that its counter was set: by a checkpoint, or by an argument of ``step()``."""
        if self.parent is None and isinstance(counter, int):
            self.steps_before += counter - self.counter
