"""What is kept of each optimizer, each scheduler and the loaders: counts, not histories."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lrlint.facts import BadRate, Departure, RankGap
from lrlint.formulas import Law, Replay
from lrlint.runtime.curve import Curve
from lrlint.runtime.ring import Ring, Tally
from lrlint.runtime.shadow import Shadow
from lrlint.runtime.sites import RunPlace, Site

MOST_EVENTS = 16
"""Events of one kind that are kept."""


@dataclass(frozen=True)
class Event:
    """A call that comes a few times in a training."""

    place: RunPlace
    order: int
    trained: bool
    """Whether its optimizer had been stepped before."""


@dataclass(eq=False)
class OptimizerRecord:
    """One optimizer: which LR each of its steps used."""

    ref: weakref.ref[Any]
    class_name: str
    place: RunPlace
    order: int
    parameters: frozenset[int]
    shadow: Shadow
    base: tuple[float, ...] = ()
    momenta: tuple[float | None, ...] = ()
    steps: int = 0
    sites: dict[RunPlace, Site] = field(default_factory=dict)
    curve: Curve = field(default_factory=Curve)
    ring: Ring | None = None
    schedules: list[ScheduleRecord] = field(default_factory=list)
    highest: float = 0.0
    """The highest LR expected, which departures are measured against."""
    max_error: float | None = None
    errors: dict[int, float] = field(default_factory=dict)
    """How far each param group's last LR was off, where it was."""
    shared: bool = False
    """Whether several param groups have one and the same LR tensor."""
    groups_at_build: int = 0
    """Param groups when its last scheduler was built."""
    continued: RunPlace | None = None
    """Where a state was last loaded into it that holds past steps, driven by a scheduler."""
    late: dict[int, float] = field(default_factory=dict)
    """The LRs of groups that came after that, by index, as they came."""
    loads: list[Event] = field(default_factory=list)
    """The calls of ``load_state_dict``."""
    added: list[Event] = field(default_factory=list)
    """The calls of ``add_param_group`` once a scheduler was built."""
    skipped: int = 0
    """Steps that a GradScaler has left out."""
    departure: Departure | None = None
    bad: BadRate | None = None
    resumed: list[str] = field(default_factory=list)
    """The calls of ``load_state_dict`` since the last step."""
    given: int = 0
    """Batches that loaders had handed out at its last step."""
    fewest: int | None = None
    most: int = 0
    """Batches per step, without the last step of a pass, which may be early."""
    overflow: Any = None
    """Whether the last step was left out by a fused optimizer's kernel: a tensor."""
    call: object = None
    """What only the call of ``step()`` under way has, to tell ``super().step()`` from it."""
    pending: list[Any] = field(default_factory=list)
    """The LRs of the step under way."""
    last: list[Any] = field(default_factory=list)
    """Those of the step before, where they were floats."""
    settled: bool = False
    """Whether those were as expected, and nothing has changed what is expected since."""
    driven: bool = False
    """Whether a scheduler that it still has has begun to set its LR."""

    @property
    def tries(self) -> int:
        """Steps that the training asked for: those made and those that were left out."""
        return self.steps + self.skipped


@dataclass(eq=False)
class ScheduleRecord:
    """One scheduler: how often it advanced, where from, and what it should have written."""

    ref: weakref.ref[Any]
    name: str
    law: Law | None
    arguments: Mapping[str, Any]
    explicit: frozenset[str]
    place: RunPlace
    order: int
    optimizer: OptimizerRecord
    replay: Replay | None
    children: tuple[ScheduleRecord, ...] = ()
    parent: ScheduleRecord | None = None
    built_at: int = 0
    """Steps of the optimizer before it was built."""
    base: tuple[float, ...] = ()
    """The LR of each group that it starts from."""
    steps: int = 0
    sites: dict[RunPlace, Site] = field(default_factory=dict)
    updates: int = 0
    """Tries of the optimizer before its last advance."""
    made: int = 0
    """Steps that it had made by then."""
    overran: int = 0
    """Advances behind a step that a GradScaler had left out."""
    overran_there: Tally = field(default_factory=Tally)
    """Those of fused optimizers, whose kernels leave the step out."""
    repeated: int = 0
    """Advances with no optimizer step since the one before, once training has begun."""
    twins: tuple[Site, Site] | None = None
    """The two calls of such a pair."""
    last_site: Site | None = None
    given: int = 0
    """Batches that loaders had handed out at its last advance."""
    rank_gap: RankGap | None = None
    only_here: bool = False
    """Whether other ranks train and never advance it."""
    loads: list[Event] = field(default_factory=list)
    """The calls of ``load_state_dict``."""
    restored: Event | None = None
    """The last load into its optimizer, if no step lies between that and its construction."""
    built_lr: tuple[float, ...] = ()
    """The LRs that its constructor left."""
    starts_over: RunPlace | None = None
    """Where its optimizer took over the state of a training under way, if it counts from 0."""
    failed: bool = False
    """Whether its constructor has raised KeyError: its groups have no ``initial_lr``."""
    refused: int = 0
    """Calls of ``step()`` that raised."""


@dataclass
class Loader:
    """The passes over data loaders that trained something."""

    passes: int = 0
    batches: int = 0
    fewest: int | None = None
    most: int = 0
    place: RunPlace | None = None

    def ended(self, batches: int, place: RunPlace | None) -> None:
        """A pass in which an optimizer was stepped is over."""
        self.passes += 1
        self.batches += batches
        self.fewest = batches if self.fewest is None else min(self.fewest, batches)
        self.most = max(self.most, batches)
        self.place = self.place or place


@dataclass(eq=False)
class Pass:
    """A pass over a loader that is under way."""

    number: int
    place: RunPlace | None
    batches: int = 0
    updates: int = 0
