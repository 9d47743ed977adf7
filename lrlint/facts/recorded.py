"""What only a recorded run shows of a schedule."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts.places import Place


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


@dataclass(frozen=True, eq=False, kw_only=True)
class RecordedRun:
    """What only a recorded run shows; None where it does not happen, and for a script."""

    departure: Departure | None = None
    """Where the LR departs from the schedule."""
    overran: int | None = None
    """How often it advances after optimizer steps that a GradScaler skipped."""
    ended_early: EarlyEnd | None = None
    partial: bool = False
    """Whether it has made fewer steps than the script plans."""
    may_go_on: bool = False
    """Whether nothing says how many steps are planned: another run may make the rest."""
    continued: bool = False
    """Whether another scheduler of the run goes on with its state, so that its end is not here."""
    last_lrs: tuple[float, ...] | None = None
    """The LR of each param group in the last optimizer step."""
    zero_steps: ZeroSteps | None = None
    starts_over: Place | None = None
    """Where its optimizer loads the state of a training that has begun, although its own counter
    starts at 0."""
    starts_over_after: int = 0
    """The steps of that training, where the optimizer's state is not loaded either."""
    goes_on: Place | None = None
    """Where its optimizer loads, before the first step, the state of a training that has begun."""
    rank_gap: RankGap | None = None
    """Where two ranks differ."""
