"""The settings that Lightning gets with a scheduler, against what it needs (LR501, LR502)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrlint.facts import (
    HANDWRITTEN_ENDS,
    INFINITE_BATCHES,
    Argument,
    Cadence,
    Driver,
    GuardKind,
    Horizon,
    Schedule,
    StepSite,
)
from lrlint.formulas.lengths import LENGTHS
from lrlint.judgement.horizon_units import BY_NAME, Evidence
from lrlint.judgement.stepping import cadence, driver, regular_sites
from lrlint.judgement.units import (
    Mismatch,
    stepped_per_batch_with_epoch_horizon,
    stepped_per_epoch_with_batch_horizon,
)
from lrlint.symbolic import Expr, Unit

NAME = "lightning.Trainer"
INTERVALS = ("step", "epoch")
_CERTAIN = frozenset({"trainer.max_steps"})
"""Numbers of the Trainer that count updates, whatever their value."""
_WHOLE = {
    *("T_max", "total_steps", "num_training_steps", "total_iters"),
    *HANDWRITTEN_ENDS,
    *LENGTHS.values(),
}
_MOST_EPOCHS = 1000
"""Up to here a count of updates, by its name, may be one of epochs where these are not known."""
_STEPS = re.compile(r"(^|[._\[\"'])(steps|updates|iters|iterations)\W*$")
"""Names of counts of updates: ``hparams.max_steps``. A ``scheduler_step`` may count epochs."""


def lightning(schedule: Schedule) -> Driver | None:
    """Return what Lightning is told of a schedule; None where something else steps it."""
    found = driver(schedule).stepping.driver
    return found if found is not None and found.name == NAME else None


@dataclass(frozen=True)
class WrongInterval:
    """A scheduler that Lightning steps in another unit than its horizon counts."""

    driver: Driver
    mismatch: Mismatch
    right: str
    """The interval that the horizon is made for."""


def wrong_interval(schedule: Schedule) -> WrongInterval | None:
    """Return the interval that does not fit what the horizon counts, or None."""
    told = lightning(schedule)
    if told is None or schedule.scheduler == "CyclicLR":
        return None  # the step sizes of a CyclicLR are batches by definition: LR111
    slow = stepped_per_epoch_with_batch_horizon(schedule) or _per_epoch_for_updates(schedule)
    if slow is not None:
        return WrongInterval(told, slow, "step")
    fast = stepped_per_batch_with_epoch_horizon(schedule)
    return None if fast is None else WrongInterval(told, fast, "epoch")


def _per_epoch_for_updates(schedule: Schedule) -> Mismatch | None:
    """Return the step per epoch of a schedule whose horizon counts updates by the names in it."""
    if cadence(schedule) is not Cadence.EPOCH:
        return None
    named = filter(None, map(_counts_updates_by_name, (schedule, *schedule.children)))
    evidence = next(named, None)
    return None if evidence is None else Mismatch(regular_sites(schedule)[0], evidence)


def _counts_updates_by_name(schedule: Schedule) -> Evidence | None:
    """Return the evidence that the names in a horizon count updates, and more than epochs."""
    horizon = schedule.horizon
    if horizon is None or horizon.unit is not Unit.STEP:
        return None
    length, argument = horizon.length, schedule.argument(horizon.parameter)
    if length is None or (argument is not None and not argument.explicit):
        return None
    names = {atom.name for atom in length.atoms()}
    if horizon.parameter not in _WHOLE or not all(map(_STEPS.search, names)):
        return None
    certain = names <= _CERTAIN
    epochs = driver(schedule).epochs
    most = None if epochs is None else epochs.value
    if most is None and not certain:
        most = _MOST_EPOCHS
    if length.value is not None and (
        length.value < 1 or (most is not None and length.value <= most)
    ):
        return None
    return Evidence(schedule, horizon, None if certain else BY_NAME)


def invalid_interval(schedule: Schedule) -> Argument | None:
    """Return an interval that Lightning does not know: it refuses to train."""
    told = lightning(schedule)
    interval = None if told is None else told.settings.get("interval")
    if interval is None or not isinstance(interval.value, str) or interval.value in INTERVALS:
        return None
    return interval


def refused(schedule: Schedule) -> Driver | None:
    """Return what Lightning is told where it refuses that form and does not train."""
    told = lightning(schedule)
    return told if told is not None and told.refused else None


def without_max_steps(schedule: Schedule) -> Horizon | None:
    """Return a horizon that is the ``max_steps`` of a Trainer that has none, so that it is -1."""
    horizon = schedule.horizon
    if lightning(schedule) is None or horizon is None or horizon.length is None:
        return None
    names = {atom.name for atom in horizon.length.atoms()}
    given = horizon.parameter in schedule.arguments
    return horizon if given and names == _CERTAIN and horizon.length.value == -1 else None


def before_data(schedule: Schedule) -> Horizon | None:
    """Return a horizon that counts the batches before the Trainer knows them."""
    horizon = schedule.horizon
    if lightning(schedule) is None or horizon is None or horizon.length is None:
        return None
    counted = any(atom.name == INFINITE_BATCHES for atom in horizon.length.atoms())
    return horizon if counted and wrong_interval(schedule) is None else None


def unread_setting(schedule: Schedule) -> tuple[str, Argument] | None:
    """Return a setting that would change how it is stepped if it were where Lightning reads it."""
    told = lightning(schedule)
    if told is None:
        return None
    for name, default in (("interval", "epoch"), ("frequency", Expr.const(1))):
        outer, inner = told.misplaced.get(name), told.settings.get(name)
        effective = default if inner is None else inner.value
        if outer is not None and isinstance(outer.value, (str, Expr)) and outer.value != effective:
            return name, outer
    return None


@dataclass(frozen=True)
class BadFrequency:
    """A frequency that the steps do not follow."""

    driver: Driver
    frequency: Argument
    site: StepSite
    accumulation: Expr | None
    """How many batches make an update, where the steps come irregularly; None: none comes."""


def bad_frequency(schedule: Schedule) -> BadFrequency | None:
    """Return a frequency that makes a scheduler never step, or not at regular updates."""
    told = lightning(schedule)
    frequency = None if told is None else told.settings.get("frequency")
    if told is None or frequency is None or len(schedule.sites) != 1:
        return None
    (site,) = schedule.sites
    number = frequency.number
    if number is None or number.value is None or site.count is None:
        return None
    if number.value == 1:  # it steps at every update
        return None
    if site.count.value == 0:
        return BadFrequency(told, frequency, site, None)
    for guard in site.guards:
        every = guard.amount
        if (
            guard.kind is GuardKind.EVERY_K
            and every is not None
            and every != number
            and every.value
            and number.value % every.value
        ):
            return BadFrequency(told, frequency, site, every)
    return None
