"""Lengths and steps that leave gradient accumulation out of account."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts import Cadence, Guard, Horizon, LoopKind, Schedule, StepSite
from lrlint.formulas.lengths import LENGTHS
from lrlint.judgement.horizon_units import COINCIDENCE
from lrlint.judgement.length import against
from lrlint.judgement.stepping import iterations, regular_sites
from lrlint.symbolic import Expr, compare


@dataclass(frozen=True)
class IgnoredAccumulation:
    """A horizon that counts micro-batches where only every k-th of them is a step."""

    site: StepSite
    guard: Guard
    every: Expr
    horizon: Horizon
    whole: bool
    """Whether the horizon spans the whole training rather than one epoch."""


def ignored_accumulation(schedule: Schedule) -> IgnoredAccumulation | None:
    """Return the site whose horizon counts every micro-batch as a step (LR206)."""
    horizon, sites = schedule.horizon, regular_sites(schedule)
    if horizon is None or horizon.length is None or len(sites) != 1:
        return None
    (site,) = sites
    guard = site.accumulation
    if guard is None or guard.amount is None or guard.loop is None or site.per is not Cadence.BATCH:
        return None
    if (
        guard.amount.as_number() == 1
        or len(site.guards) > 1
        or guard.loop.kind is not LoopKind.BATCH
    ):
        return None
    if guard.loop not in site.loops:
        return None
    further_in = site.loops[site.loops.index(guard.loop) + 1 :]
    if any(loop.trips is None or loop.trips.value != 1 for loop in further_in):
        return None  # it steps several times each time
    if horizon.length.atoms() & guard.amount.atoms():
        return None  # divided by it, though 3 epochs of accumulation over 3 cancel out
    fits = schedule.steps is not None and compare(horizon.length, schedule.steps).equal
    if fits and guard.amount.value != 1:
        return None  # 4 epochs of accumulation over 4 make as many steps as one epoch without
    whole, per_epoch = iterations(site), guard.loop.trips
    for micro_batches in (whole, per_epoch):
        if micro_batches is not None and _is_that(horizon, micro_batches):
            return IgnoredAccumulation(site, guard, guard.amount, horizon, micro_batches is whole)
    return None


@dataclass(frozen=True)
class EveryMicroBatch:
    """A scheduler that steps for every micro-batch, where its horizon counts optimizer steps."""

    site: StepSite
    guard: Guard
    """Lets every k-th micro-batch through to the optimizer."""
    every: Expr


def steps_every_micro_batch(schedule: Schedule) -> EveryMicroBatch | None:
    """Return the site that steps k times per optimizer step, which its horizon counts (LR108)."""
    horizon, sites, optimizer = schedule.horizon, regular_sites(schedule), schedule.optimizer
    if horizon is None or horizon.length is None or optimizer is None or len(sites) != 1:
        return None
    (site,) = sites
    guards = [one.accumulation for one in optimizer.sites]
    if len(guards) != 1 or guards[0] is None or site.per is not Cadence.BATCH or site.guards:
        return None
    guard, every = guards[0], guards[0].amount
    if every is None or guard.loop is not site.loop or every.as_number() == 1:
        return None
    steps = iterations(site)
    if steps is None:
        return None
    updates = schedule.stepping.optimizer_steps
    if updates is not None and compare(horizon.length, updates).equal:
        counts_updates = not compare(horizon.length, steps).equal
    elif every.is_constant:
        found = against(schedule, horizon, horizon.length * every, steps)
        counts_updates = not found.comparison.unknown and found.fits
    else:
        # `epochs * len(loader) // k` counts micro-batches where k is 1.
        one = {atom: Expr.const(1) for atom in every.atoms()}
        divided = bool(one.keys() & horizon.length.atoms())
        counts_updates = divided and compare(horizon.length.subs(one), steps).equal
    return EveryMicroBatch(site, guard, every) if counts_updates else None


def _is_that(horizon: Horizon, micro_batches: Expr) -> bool:
    """Whether they are equal, and not by the coincidence of two numbers."""
    length = horizon.length
    comparison = None if length is None else compare(length, micro_batches)
    if length is None or comparison is None or not comparison.equal:
        return False
    if not comparison.certain and (length.value or 0) <= COINCIDENCE:
        return False
    return bool(length.atoms() & micro_batches.atoms()) or (
        length.is_constant and horizon.parameter in _SPANNING
    )


_SPANNING = frozenset(
    {
        *("T_max", "total_steps", "num_training_steps", "epochs * steps_per_epoch"),
        *LENGTHS.values(),
    }
)
"""Horizons that are meant to last for the whole training, so that an equal number is telling."""
