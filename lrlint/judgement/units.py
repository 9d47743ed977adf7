"""Whether a schedule is stepped in the unit that its horizon counts.

A schedule that is stepped in the wrong loop has the wrong length too, and one finding is enough:
rules that judge lengths exclude :data:`lrlint.judgement.exclusions.STEPPED_WRONGLY`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrlint.facts import (
    Cadence,
    GuardKind,
    Schedule,
    StepSite,
)
from lrlint.judgement.horizon_units import Evidence, horizons_in_batches, horizons_in_epochs
from lrlint.judgement.ratios import ratio_by_default
from lrlint.judgement.stepping import (
    cadence,
    chosen_by_flag,
    counts_training_steps,
    driver,
    is_plain,
    regular_sites,
)
from lrlint.symbolic import Expr


@dataclass(frozen=True)
class Mismatch:
    """A schedule that is stepped in another unit than its horizon counts."""

    site: StepSite
    evidence: Evidence

    @property
    def certain(self) -> bool:
        return self.evidence.certain and not any(
            guard.by_default is not True and guard.kind is GuardKind.FLAG
            for guard in self.site.guards
        )


def stepped_per_batch_with_epoch_horizon(schedule: Schedule) -> Mismatch | None:
    """Return the step that runs once per batch though the horizon counts epochs (LR101)."""
    if driver(schedule).construction.rebuilt:
        return None  # it starts over before that matters (LR409)
    return _mismatch(schedule, Cadence.BATCH, horizons_in_epochs(schedule))


def training_steps_in_epochs(schedule: Schedule) -> Mismatch | None:
    """Return the step that runs per batch though ``num_training_steps`` counts epochs (LR504)."""
    if not counts_training_steps(schedule) or schedule.parent is not None:
        return None
    return stepped_per_batch_with_epoch_horizon(schedule)


def stepped_per_epoch_with_batch_horizon(schedule: Schedule) -> Mismatch | None:
    """Return the step that runs once per epoch though the horizon counts batches (LR102)."""
    one = driver(schedule)
    if one.optimizer is not None and one.optimizer.stepped and one.stepping.batch_loop is None:
        return None  # one update per "epoch": that loop may well count batches
    return _mismatch(schedule, Cadence.EPOCH, horizons_in_batches(schedule))


def _mismatch(schedule: Schedule, wrong: Cadence, found: Iterator[Evidence]) -> Mismatch | None:
    if cadence(schedule) is not wrong or schedule.stepping.repeated_step is not None:
        return None
    sites = regular_sites(schedule)
    if not all(is_plain(site) for site in sites) or chosen_by_flag(schedule):
        return None
    if not all(_at_known_pace(site, schedule) for site in sites):
        return None
    evidence = next((one for one in found if not _fits_all_the_same(schedule, one, wrong)), None)
    return None if evidence is None else Mismatch(sites[0], evidence)


def _fits_all_the_same(schedule: Schedule, evidence: Evidence, wrong: Cadence) -> bool:
    """Whether the numbers agree though the units do not: epochs of one batch, a short warm-up."""
    length, steps = evidence.horizon.length, driver(schedule).steps
    loop, epochs = driver(schedule).stepping.batch_loop, driver(schedule).epochs
    per_epoch = None if loop is None or loop.trips is None else loop.trips.value
    if wrong is Cadence.BATCH and per_epoch is not None and per_epoch <= 1:
        return True
    if wrong is Cadence.BATCH and steps is not None and epochs is not None:
        each = ratio_by_default(steps, epochs)
        if each is not None and each <= 1:
            return True
    if length is None or steps is None or length.value is None or steps.value is None:
        return False
    if wrong is Cadence.BATCH:
        once = epochs is not None and epochs.value is not None and steps.value <= epochs.value + 1
        return once or steps.value <= length.value + 1
    return steps.value >= length.value - 1


def _at_known_pace(site: StepSite, schedule: Schedule) -> bool:
    """Whether it steps once per update, or so many times: every k batches may be every epoch."""
    optimizer = schedule.optimizer
    if site.count is not None:
        return True
    updates = () if optimizer is None else optimizer.sites
    paces = [amount for update in updates for amount in _paces(update)]
    return all(amount in paces for amount in _paces(site))


def _paces(site: StepSite) -> list[Expr | None]:
    return [guard.amount for guard in site.guards if guard.kind is GuardKind.EVERY_K]
