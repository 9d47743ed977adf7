"""Decays whose numbers suit epochs, and which end at once where they are stepped per batch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrlint.facts import Cadence, Guard, GuardKind, Schedule, StepSite
from lrlint.judgement.stepping import cadence, chosen_by_flag, is_plain, regular_sites


@dataclass(frozen=True)
class TooFast:
    """A decay that would make sense once per epoch and runs once per batch."""

    site: StepSite
    horizon: str
    """The argument that says how fast, in the user's words: ``step_size=30``."""
    over_after: int
    """After so many steps the LR is down to a millionth, or its last drop is over."""
    vanishes: bool
    """Whether the LR has vanished by then."""
    suits_epochs: bool = True
    """Whether it would make sense once per epoch; else it is far too early in either unit."""


_VANISHED = 1e-6
"""The share of the base LR below which no training needs an LR."""
_FEWEST_BATCHES = 30
_FEWEST_ITERATIONS = 8
"""The fewest there are in an epoch: of a loader whose length is not known, or of another loop."""
_LATEST_VANISHED = 0.5
_LATEST_MILESTONE = 0.25
"""Shares of a training of known length before which the LR should not have vanished, and the last
milestone should not have come."""
_AT_ONCE = 0.05
"""The share of the training before which that is too early in epochs and in batches."""


def decays_too_fast(schedule: Schedule) -> TooFast | None:
    """Return a decay whose numbers suit epochs, and which per batch ends at once (LR101).

    ``StepLR(step_size=30)`` in 90 epochs divides the LR by 1000; run once per batch it divides it
    by a million after 180 batches. A literal alone says nothing of its unit, the outcome does.
    """
    epochs, loop = schedule.epochs, schedule.stepping.batch_loop
    sites = regular_sites(schedule)
    if epochs is None or epochs.value is None or loop is None:
        return None
    if cadence(schedule) is not Cadence.BATCH or not all(is_plain(site) for site in sites):
        return None
    if (
        schedule.stepping.repeated_step is not None
        or schedule.parent is not None
        or len(sites) != 1
    ):
        return None
    (site,) = sites
    if not all(map(_holds_by_default, site.guards)) or chosen_by_flag(schedule):
        return None
    found = _over(schedule, site, float(epochs.value))
    if found is None:
        return None
    known = None if site.count is None else site.count.value
    fewest = _FEWEST_ITERATIONS if site.count is None else _FEWEST_BATCHES
    steps = float(fewest * epochs.value) if known is None else known
    if not found.suits_epochs:
        latest = steps * _AT_ONCE
    elif known is None:
        latest = steps
    else:
        latest = steps * (_LATEST_VANISHED if found.vanishes else _LATEST_MILESTONE)
    return found if found.over_after <= latest else None


def _holds_by_default(guard: Guard) -> bool:
    """Whether a guard is a setting's, or that of accumulation, and lets the default run step."""
    if guard.kind is GuardKind.EVERY_K:
        return guard.amount is not None and guard.amount.value == 1
    return guard.kind is GuardKind.FLAG and guard.by_default is True


def _over(schedule: Schedule, site: StepSite, epochs: float) -> TooFast | None:
    """Return the step at which the decay is over, or None where that is not known."""
    if schedule.scheduler == "MultiStepLR":
        milestones = schedule.argument("milestones")
        numbers = None if milestones is None else milestones.numbers
        last = numbers[-1].value if numbers else None
        if last is None or not epochs / 4 <= last <= epochs:
            return None
        return TooFast(site, f"the last milestone {last}", int(last), vanishes=False)
    if schedule.scheduler not in ("StepLR", "ExponentialLR"):
        return None
    gamma, size = schedule.number("gamma"), schedule.number("step_size")
    every = 1 if schedule.scheduler == "ExponentialLR" else None if size is None else size.value
    if gamma is None or gamma.value is None or not 0 < gamma.value < 1 or not every or every < 1:
        return None
    if every > epochs:
        return None
    suits = gamma.value ** (epochs / every) >= _VANISHED
    drops = math.ceil(math.log(_VANISHED) / math.log(gamma.value))
    text = f"gamma={gamma.value:g}" if size is None else f"step_size={every}"
    return TooFast(site, text, int(drops * every), vanishes=True, suits_epochs=suits)
