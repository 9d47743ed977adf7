"""What the horizon of a schedule counts: epochs or batches, and the evidence for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from lrlint.facts import HANDWRITTEN_ENDS, WITH_CYCLES, Horizon, Schedule
from lrlint.formulas.lengths import LENGTHS
from lrlint.judgement.stepping import driver
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Atom,
    Expr,
    Number,
    TooComplex,
    UnboundAtom,
    Unit,
    ceil,
    compare,
    floor,
)

WITH_DEFAULTS = "with the defaults"
BY_NAME = "by its name"
"""What an ``Evidence`` that is not certain rests on."""
_WHOLE_TRAINING = frozenset(
    {
        "T_max",
        "T_0",
        "total_steps",
        "num_training_steps",
        "t_initial",
        WITH_CYCLES,
        *HANDWRITTEN_ENDS,
        *LENGTHS.values(),
    }
)
"""Horizons that span a training, or a cycle of it: a literal that equals its length is not equal by
chance. A literal ``step_size`` or milestone says nothing about its unit."""


@dataclass(frozen=True)
class Evidence:
    """What a horizon counts, and what that judgement rests on."""

    schedule: Schedule
    """Whose horizon it is: the schedule asked about, or a part of it."""
    horizon: Horizon
    rests_on: str | None = None
    """``WITH_DEFAULTS`` or ``BY_NAME``; None where it is certain."""

    @property
    def certain(self) -> bool:
        return self.rests_on is None

    @property
    def caveat(self) -> str:
        """What a message adds."""
        return f" ({WITH_DEFAULTS})" if self.rests_on == WITH_DEFAULTS else ""


def horizon_in_epochs(schedule: Schedule) -> Evidence | None:
    """Return the evidence that the horizon, or that of a part, counts epochs, or None."""
    return next(horizons_in_epochs(schedule), None)


def horizons_in_epochs(schedule: Schedule) -> Iterator[Evidence]:
    """Yield the evidence of each part of a schedule whose horizon counts epochs."""
    return filter(None, map(_epochs, _parts(schedule)))


def horizon_in_batches(schedule: Schedule) -> Evidence | None:
    """Return the evidence that the horizon, or that of a part, counts batches, or None."""
    return next(horizons_in_batches(schedule), None)


def horizons_in_batches(schedule: Schedule) -> Iterator[Evidence]:
    """Yield the evidence of each part of a schedule whose horizon counts batches."""
    return filter(None, map(_batches, _parts(schedule)))


def _parts(schedule: Schedule) -> Iterator[Schedule]:
    yield schedule
    for child in schedule.children:
        yield from _parts(child)


def _explicit(schedule: Schedule) -> Horizon | None:
    """Return the horizon that the script sets; a default argument says nothing."""
    horizon = schedule.horizon
    if horizon is None or horizon.length is None:
        return None
    argument = schedule.argument(horizon.parameter)
    return None if argument is not None and not argument.explicit else horizon


def _epochs(schedule: Schedule) -> Evidence | None:
    horizon = _explicit(schedule)
    if horizon is None or horizon.length is None:
        return None
    length, epochs = horizon.length, driver(schedule).epochs
    if _equal(length, driver(schedule).stepping.optimizer_steps):
        return None
    if epochs is not None and _is_a_share_of(length, epochs):
        return Evidence(schedule, horizon)
    if _within_an_epoch(length, schedule) or _is_epochs_of_batches(length, schedule):
        return None
    if epochs is not None:
        comparison = compare(length, epochs)
        shared = bool(length.atoms() & epochs.atoms())
        few = schedule.parent is not None and (length.value or 0) <= COINCIDENCE
        if comparison.equal and (shared or (_whole(horizon) and not few)):
            return Evidence(schedule, horizon, None if comparison.certain else WITH_DEFAULTS)
        if shared and _is_part_of(length, epochs):
            return Evidence(schedule, horizon)
    if length.unit is Unit.EPOCH and _is_part_of(length, epochs):
        return Evidence(schedule, horizon, BY_NAME)
    return None


COINCIDENCE = 20
"""Up to here a number and a count of batches, or a part's length and the count of epochs, may be
equal by accident."""


def _whole(horizon: Horizon) -> bool:
    return horizon.parameter in _WHOLE_TRAINING or (
        horizon.parameter == "total_iters" and horizon.unit is Unit.EPOCH
    )


def _batches(schedule: Schedule) -> Evidence | None:
    horizon = _explicit(schedule)
    if horizon is None or horizon.length is None:
        return None
    one = driver(schedule)
    length = horizon.length
    if _equal(length, one.epochs) or length.value == 0:
        return None
    if length.unit is Unit.BATCH:
        return Evidence(schedule, horizon)
    per_epoch = None if one.stepping.batch_loop is None else one.stepping.batch_loop.trips
    for count in (one.stepping.optimizer_steps, per_epoch):
        if count is None or not (comparison := compare(length, count)).equal:
            continue
        if length.atoms() & count.atoms() or (
            _whole(horizon)
            and not _equal_by_chance(length.value or 0, one_epoch=count is per_epoch)
        ):
            return Evidence(schedule, horizon, None if comparison.certain else WITH_DEFAULTS)
    if _is_made_of(one.epochs, length, per_epoch) or _is_multiple(length, per_epoch):
        return Evidence(schedule, horizon)
    return Evidence(schedule, horizon, BY_NAME) if _is_epochs_of_batches(length, one) else None


_ROUND = 10
"""A length that is a multiple of this is round."""


def _equal_by_chance(length: Number, *, one_epoch: bool) -> bool:
    """Whether a length may equal a count of batches by accident.

    A round one that equals the batches of one epoch may well be meant to count epochs.
    """
    return length <= COINCIDENCE or (one_epoch and length % _ROUND == 0)


_ANY_FACTOR = 2
"""Up to here a factor of a count of epochs is not taken for half of an epoch's batches."""


def _is_epochs_of_batches(length: Expr, schedule: Schedule) -> bool:
    """Whether a length is a count of epochs times the known number of batches in each."""
    loop = driver(schedule).stepping.batch_loop
    each = None if loop is None or loop.trips is None else loop.trips.value
    if not isinstance(each, int) or each <= 1 or length.unit is not Unit.EPOCH:
        return False
    return all(
        coefficient % each == 0
        or (coefficient > _ANY_FACTOR and 2 * coefficient % each == 0)
        or any(isinstance(factor, Atom) and _is_unnamed(factor, each) for factor, _ in monomial)
        for monomial, coefficient in length.terms.items()
    )


def _is_unnamed(atom: Atom, value: int) -> bool:
    """Whether a number has a value, and a name that says nothing of what it counts."""
    return atom.unit is None and atom.value == value


def _is_multiple(length: Expr, per_epoch: Expr | None) -> bool:
    """Whether a length is that of some epochs, each of as many batches as the training's."""
    if per_epoch is None or not length.atoms() & per_epoch.atoms():
        return False
    try:
        return (length / per_epoch).as_number() is not None
    except UNREPRESENTABLE:
        return False


def _is_made_of(epochs: Expr | None, steps: Expr, per_epoch: Expr | None) -> bool:
    """Whether the epochs are as many as it takes to make so many steps.

    What counts epochs itself makes no steps: ``8 + epochs`` may be ``2 * epochs`` by accident.
    """
    if epochs is None or per_epoch is None:
        return False
    if all(atom.unit is Unit.EPOCH for atom in steps.atoms() & epochs.atoms()):
        return False
    try:
        return any(_equal(epochs, whole(steps / per_epoch)) for whole in (ceil, floor))
    except UNREPRESENTABLE:
        return False


def _equal(length: Expr, other: Expr | None) -> bool:
    return other is not None and compare(length, other).equal


def _is_part_of(length: Expr, epochs: Expr | None) -> bool:
    """Whether a length is made of epoch counts and is of their size.

    ``epochs // 2`` is, ``epochs * 391`` and ``epochs * n`` are not. Where there are ``epochs -
    start`` epochs, an unknown ``start`` is taken as small.
    """
    values: dict[Atom, Number] = {}
    counts = frozenset() if epochs is None else epochs.atoms()
    elsewhere = dict.fromkeys(counts - length.atoms(), 0)
    for atom in length.atoms() | counts:
        if atom.value is not None:
            values[atom] = atom.value
        elif atom.unit is Unit.EPOCH or atom in counts:
            values[atom] = 1000
        else:
            return False
    try:
        number = length.evaluate(values)
        if epochs is None:
            return 0 < number <= 2 * max(values.values(), default=0)
        whole = epochs.evaluate(values)
        if whole <= 0:
            whole = epochs.evaluate({**values, **elsewhere})
    except (UnboundAtom, ZeroDivisionError, TooComplex):
        return False
    return 0 < number <= 2 * whole


_SAMPLES = (1_000_003, 977, 13, 3)
"""Numbers for the names of an expression, of very different size."""
_CLEAR = 500
"""From here on rounding does not blur a share."""
_FEWEST_SAMPLES = 3
"""Samples that must have the same share: two may agree by accident."""


def _is_a_share_of(length: Expr, epochs: Expr) -> bool:
    """Whether a length is the same share of the epochs whatever the numbers are.

    So is ``(iterations // len(loader)) // 2`` of ``iterations // len(loader)`` epochs, though there
    are batches in both. Names that only ``epochs`` has are taken as 0, such as the ``start`` of a
    ``range(start, epochs)``.
    """
    names = sorted(length.atoms(), key=lambda atom: atom.name)
    if not 2 <= len(names) <= len(_SAMPLES) or not set(names) <= epochs.atoms():
        return False
    shares = []
    for order in permutations(_SAMPLES, len(names)):
        values: dict[Atom, Number] = dict.fromkeys(epochs.atoms(), 0)
        values.update(zip(names, order, strict=True))
        try:
            part, whole = length.evaluate(values), epochs.evaluate(values)
        except (UnboundAtom, ZeroDivisionError, TooComplex):
            return False
        if part >= _CLEAR:
            shares.append(part / whole if whole > 0 else math.inf)
    if len(shares) < _FEWEST_SAMPLES:
        return False
    return max(shares) <= 1.01 and max(shares) - min(shares) <= 0.01


def _within_an_epoch(length: Expr, schedule: Schedule) -> bool:
    """Whether a length is made of what an epoch consists of: batches, samples, updates."""
    finer = {Unit.BATCH, Unit.BATCH_SIZE, Unit.SAMPLE, Unit.STEP}
    return any(atom.unit in finer for atom in length.atoms()) or bool(
        length.atoms() & _per_update(schedule)
    )


def _per_update(schedule: Schedule) -> frozenset[Atom]:
    """Return the numbers that say how many batches make an update."""
    optimizer = schedule.optimizer
    sites = (*driver(schedule).sites, *(optimizer.sites if optimizer is not None else ()))
    amounts = (site.accumulation.amount for site in sites if site.accumulation is not None)
    return frozenset(atom for amount in amounts if amount is not None for atom in amount.atoms())
