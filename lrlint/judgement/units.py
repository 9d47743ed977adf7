"""What several rules ask of a schedule: what its horizon counts, and whether it steps like that.

A schedule that is stepped in the wrong loop has the wrong length too, and one finding is enough:
rules that judge lengths exclude :data:`lrlint.judgement.exclusions.STEPPED_WRONGLY`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from lrlint.facts import (
    HANDWRITTEN_ENDS,
    WITH_CYCLES,
    Cadence,
    Call,
    GuardKind,
    Horizon,
    LoopKind,
    Schedule,
    StepArgument,
    StepSite,
)
from lrlint.symbolic import (
    Atom,
    Expr,
    NotRepresentable,
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

_WHOLE_TRAINING = frozenset(
    {
        "T_max",
        "T_0",
        "total_steps",
        "num_training_steps",
        "t_initial",
        WITH_CYCLES,
        *HANDWRITTEN_ENDS,
    }
)
"""Horizons that span a training, or a cycle of it: an equal literal is no coincidence. A literal
``step_size`` or milestone says nothing of its unit."""


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


# -- who steps it, and in which loop ----------------------------------------------------------


def driver(schedule: Schedule) -> Schedule:
    """Return the schedule whose ``step()`` advances this one: itself or its whole."""
    seen = {id(schedule)}
    while schedule.parent is not None and id(schedule.parent) not in seen:
        schedule = schedule.parent
        seen.add(id(schedule))
    return schedule


def regular_sites(schedule: Schedule) -> tuple[StepSite, ...]:
    """Return the steps that advance it during training, with the script's defaults.

    Left out are those under a flag that is off, and those that replay the past after a resume.
    """
    return tuple(
        site
        for site in driver(schedule).sites
        if not any(guard.by_default is False for guard in site.guards if not _counted(guard.kind))
        and not any(loop.kind is LoopKind.REPLAY for loop in site.loops)
        and site.per is not Cadence.ONCE
    )


def _counted(kind: GuardKind) -> bool:
    """Whether a guard compares a counter; its value at the start of a loop decides nothing."""
    return kind in (GuardKind.EVERY_K, GuardKind.AFTER, GuardKind.BEFORE)


def cadence(schedule: Schedule) -> Cadence:
    """Return the loop in which it advances; UNKNOWN where that depends, or is not seen."""
    cadences = {site.per for site in regular_sites(schedule)}
    return cadences.pop() if len(cadences) == 1 else Cadence.UNKNOWN


def stepped_by_itself_too(schedule: Schedule) -> tuple[StepSite, StepSite] | None:
    """Return a step of the schedule and one of its whole in the same loop, or None."""
    whole = driver(schedule)
    if whole is schedule:
        return None
    for own in schedule.sites:
        loop = own.loop
        if loop is None or loop.kind not in (LoopKind.EPOCH, LoopKind.BATCH) or own.guards:
            continue
        for other in whole.sites:
            if other.loop is loop and not other.guards and _plain(own) and _plain(other):
                return own, other
    return None


def never_stepped(schedule: Schedule) -> bool:
    """Whether nothing advances the scheduler of an optimizer that is stepped."""
    one = driver(schedule)
    return (
        not one.sites
        and one.stepping.escapes is None
        and not any(child.sites or child.stepping.escapes for child in one.children)
        and one.optimizer is not None
        and one.optimizer.stepped
        and one.optimizer.escapes is None
    )


_READING = frozenset({"get_last_lr", "get_lr", "state_dict", "print_lr"})


def moved_by(schedule: Schedule) -> Call | None:
    """Return the first call but ``step()`` that may set its counter, as ``load_state_dict``."""
    return next((call for call in schedule.calls if call.method not in _READING), None)


def is_moved(schedule: Schedule) -> bool:
    """Whether something but its steps may set its counter."""
    return moved_by(schedule) is not None


def sets_position(schedule: Schedule) -> bool:
    """Whether its steps are given an epoch: ``step(epoch + i / n)``."""
    return any(site.argument is not StepArgument.NOTHING for site in driver(schedule).sites)


def counts_training_steps(schedule: Schedule) -> bool:
    """Whether its length is the ``num_training_steps`` of a ``get_…_schedule…`` function."""
    horizon = schedule.horizon
    return (
        schedule.scheduler.startswith("get_")
        and horizon is not None
        and horizon.parameter == "num_training_steps"
    )


# -- what the horizon counts ------------------------------------------------------------------


def horizon_in_epochs(schedule: Schedule) -> Evidence | None:
    """Return the evidence that the horizon, or that of a part, counts epochs, or None."""
    return next((found for one in _parts(schedule) if (found := _epochs(one))), None)


def horizon_in_batches(schedule: Schedule) -> Evidence | None:
    """Return the evidence that the horizon, or that of a part, counts batches, or None."""
    return next((found for one in _parts(schedule) if (found := _batches(one))), None)


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
    if _within_an_epoch(length, schedule):
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
            _whole(horizon) and (length.value or 0) > COINCIDENCE
        ):
            return Evidence(schedule, horizon, None if comparison.certain else WITH_DEFAULTS)
    if _is_made_of(one.epochs, length, per_epoch):
        return Evidence(schedule, horizon)
    return None


def _is_made_of(epochs: Expr | None, steps: Expr, per_epoch: Expr | None) -> bool:
    """Whether the epochs are as many as it takes to make so many steps."""
    if epochs is None or per_epoch is None or not steps.atoms() & epochs.atoms():
        return False
    try:
        return any(_equal(epochs, whole(steps / per_epoch)) for whole in (ceil, floor))
    except (NotRepresentable, TooComplex, ZeroDivisionError):
        return False


def _equal(length: Expr, other: Expr | None) -> bool:
    return other is not None and compare(length, other).equal


def _is_part_of(length: Expr, epochs: Expr | None) -> bool:
    """Whether a length is made of epoch counts and is of their size.

    ``epochs // 2`` is, ``epochs * 391`` and ``epochs * n`` are not. Of ``epochs - start`` epochs it
    is, too, wherever they start.
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


# -- whether the two agree --------------------------------------------------------------------


def stepped_per_batch_with_epoch_horizon(schedule: Schedule) -> Mismatch | None:
    """Return the step that runs once per batch though the horizon counts epochs (LR101)."""
    if driver(schedule).construction.rebuilt:
        return None  # it starts over before that matters (LR409)
    return _mismatch(schedule, Cadence.BATCH, horizon_in_epochs(schedule))


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
    return _mismatch(schedule, Cadence.EPOCH, horizon_in_batches(schedule))


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
"""Of the base LR: no training needs less."""
_FEWEST_BATCHES = 8
"""In an epoch whose number of batches is not known."""
_LATEST_VANISHED = 0.5
_LATEST_MILESTONE = 0.25
"""Shares of the training within which a decay is over too early, where its length is known."""
_AT_ONCE = 0.05
"""Share of the training within which the LR has vanished too early whatever its unit."""


def decays_too_fast(schedule: Schedule) -> TooFast | None:
    """Return a decay whose numbers suit epochs, and which per batch ends at once (LR101).

    ``StepLR(step_size=30)`` in 90 epochs divides the LR by 1000; run once per batch it divides it
    by a million after 180 batches. A literal alone says nothing of its unit, the outcome does.
    """
    epochs, loop = schedule.epochs, schedule.stepping.batch_loop
    sites = regular_sites(schedule)
    if epochs is None or epochs.value is None or loop is None:
        return None
    if cadence(schedule) is not Cadence.BATCH or not all(_plain(site) for site in sites):
        return None
    if (
        schedule.stepping.repeated_step is not None
        or schedule.parent is not None
        or len(sites) != 1
    ):
        return None
    (site,) = sites
    if site.guards or _chosen_by_flag(schedule):
        return None
    found = _over(schedule, site, float(epochs.value))
    if found is None:
        return None
    known = None if site.count is None else site.count.value
    steps = float(_FEWEST_BATCHES * epochs.value) if known is None else known
    if not found.suits_epochs:
        latest = steps * _AT_ONCE
    elif known is None:
        latest = steps
    else:
        latest = steps * (_LATEST_VANISHED if found.vanishes else _LATEST_MILESTONE)
    return found if found.over_after <= latest else None


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


def _mismatch(schedule: Schedule, wrong: Cadence, evidence: Evidence | None) -> Mismatch | None:
    if (
        evidence is None
        or cadence(schedule) is not wrong
        or schedule.stepping.repeated_step is not None
    ):
        return None
    sites = regular_sites(schedule)
    if not all(_plain(site) for site in sites) or _chosen_by_flag(schedule):
        return None
    if not all(_at_known_pace(site, schedule) for site in sites):
        return None
    if _fits_all_the_same(schedule, evidence, wrong):
        return None
    return Mismatch(sites[0], evidence)


def _fits_all_the_same(schedule: Schedule, evidence: Evidence, wrong: Cadence) -> bool:
    """Whether the numbers agree though the units do not: epochs of one batch, a short warm-up."""
    length, steps = evidence.horizon.length, driver(schedule).steps
    loop, epochs = driver(schedule).stepping.batch_loop, driver(schedule).epochs
    per_epoch = None if loop is None or loop.trips is None else loop.trips.value
    if wrong is Cadence.BATCH and per_epoch is not None and per_epoch <= 1:
        return True
    if length is None or steps is None or length.value is None or steps.value is None:
        return False
    if wrong is Cadence.BATCH:
        once = epochs is not None and epochs.value is not None and steps.value <= epochs.value + 1
        return once or steps.value <= length.value + 1
    return steps.value >= length.value - 1


def _plain(site: StepSite) -> bool:
    """Whether it advances by one, in every iteration or in a known share of them."""
    if site.argument is not StepArgument.NOTHING:
        return False  # `step(epoch)` and `step(epoch + i / n)` set the position themselves
    for guard in site.guards:
        if guard.kind in (GuardKind.OTHER, GuardKind.METRIC):
            return False
        if guard.kind is GuardKind.EVERY_K and (
            guard.amount is None or guard.amount.unit in (Unit.BATCH, Unit.STEP)
        ):
            return False  # `if step % steps_per_epoch == 0` runs once per epoch
    return True


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


def _chosen_by_flag(schedule: Schedule) -> bool:
    """Whether a setting decides in which loop it is stepped: each is right for some setting."""
    sites = driver(schedule).sites
    return len({site.per for site in sites}) > 1 and any(
        guard.kind is GuardKind.FLAG and guard.by_default is None
        for site in sites
        for guard in site.guards
    )
