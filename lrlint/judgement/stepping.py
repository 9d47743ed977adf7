"""What steps a schedule, in what loop, and what else may move its counter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lrlint.facts import (
    WITH_PHASES,
    Cadence,
    Call,
    Guard,
    GuardKind,
    Loop,
    LoopKind,
    Schedule,
    StepArgument,
    StepSite,
)
from lrlint.formulas.deepspeed import LIBRARY as DEEPSPEED
from lrlint.formulas.lengths import LENGTHS
from lrlint.symbolic import Expr, NotRepresentable, TooComplex, Unit, minimum


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
        if loop is None or not loop.kind.trains or own.guards:
            continue
        for other in whole.sites:
            if other.loop is loop and not other.guards and is_plain(own) and is_plain(other):
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


def movers(schedule: Schedule) -> Iterator[Call]:
    """Yield the calls but ``step()`` that may set its counter, as ``load_state_dict``."""
    return (call for call in schedule.calls if call.method not in _READING)


def moved_by(schedule: Schedule) -> Call | None:
    """Return the first call but ``step()`` that may set its counter."""
    return next(movers(schedule), None)


def is_moved(schedule: Schedule) -> bool:
    """Whether something but its steps may set its counter."""
    return moved_by(schedule) is not None


def sets_position(schedule: Schedule) -> bool:
    """Whether its steps are given an epoch: ``step(epoch + i / n)``."""
    return any(site.argument is not StepArgument.NOTHING for site in driver(schedule).sites)


def counts_training_steps(schedule: Schedule) -> bool:
    """Whether its length is the ``num_training_steps`` of a ``get_…_schedule…`` function.

    Schedulers of other libraries call it otherwise.
    """
    horizon = schedule.horizon
    if horizon is None:
        return False
    if schedule.scheduler.startswith(DEEPSPEED):
        return horizon.parameter == "total_num_steps"
    if schedule.scheduler in LENGTHS:
        return horizon.parameter == LENGTHS[schedule.scheduler]
    return schedule.scheduler.startswith("get_") and horizon.parameter in _TOTALS


_TOTALS = ("num_training_steps", WITH_PHASES)


def is_plain(site: StepSite) -> bool:
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


def chosen_by_flag(schedule: Schedule) -> bool:
    """Whether a setting decides which loop steps it: each is right for some setting."""
    sites = driver(schedule).sites
    return len({site.per for site in sites}) > 1 and any(
        guard.kind is GuardKind.FLAG and guard.by_default is None
        for site in sites
        for guard in site.guards
    )


def iterations(site: StepSite, *, guarded: bool = False) -> Expr | None:
    """Return how often the innermost loop around a site runs over the whole training.

    With ``guarded``, less the iterations that its guards are known to leave out.
    """
    total = Expr.const(1)
    for loop in site.loops:
        if loop.trips is None:
            return None
        try:
            total = total * (_let_through(loop, site.guards) if guarded else loop.trips)
        except (TooComplex, NotRepresentable):
            return None
    return total


def _let_through(loop: Loop, guards: Iterable[Guard]) -> Expr:
    """Return the iterations of a loop that its guards let pass, where that is known."""
    trips = loop.trips
    assert trips is not None
    for guard in guards:
        if guard.loop is not loop or guard.amount is None:
            continue
        if guard.kind is GuardKind.AFTER:
            trips = trips - guard.amount
        elif guard.kind is GuardKind.BEFORE:
            trips = minimum(trips, guard.amount)
        elif guard.kind is GuardKind.EVERY_K and guard.amount.as_number() != 0:
            trips = trips // guard.amount
    return trips
