"""Whether a schedule that accelerate advances is as long as its training (LR503).

accelerate advances a prepared scheduler once per process at every update, and the processes share
the batches. A script does not say how many processes run it, so what counts is how the ratio of
steps and length depends on their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from lrlint.facts import Acceleration, Cadence, GuardKind, Schedule, StepArgument, StepSite
from lrlint.judgement.length import is_exercise, rebuilt_in
from lrlint.judgement.stepping import cadence
from lrlint.symbolic import Atom, Expr, Strength, TooComplex

_TOLERANCE = 0.2
"""Rounding shifts a ratio by less than that, and a number of processes by more."""
_OPEN = 5040 * 1009
"""A large number in place of an unknown one; it has many divisors, so that little is rounded."""
_ACCUMULATED = 4
"""The batches of an update, where that is not known: few beside the batches of an epoch."""


class Error(Enum):
    """What a horizon forgets or counts twice."""

    PROCESSES_FORGOTTEN = "the scheduler advances once per process"
    PACE = "a pace in epochs or calls that holds for one process"
    PROCESSES_TWICE = "the number of processes is counted twice"
    BATCHES = "the length counts batches of accumulate()"
    UPDATES_TWICE = "the length is divided by the accumulation, which does not take place"


_ON_ONE_PROCESS = (Error.BATCHES, Error.UPDATES_TWICE)


@dataclass(frozen=True)
class Misfit:
    """A length that does not fit what accelerate does."""

    error: Error
    acceleration: Acceleration
    certain: bool
    """Whether it holds with the script's defaults, on one process."""


def misfit(schedule: Schedule) -> Misfit | None:
    """Return what the length of a prepared schedule forgets, or None."""
    acceleration = schedule.stepping.acceleration
    if acceleration is None or schedule.parent is not None:
        return None
    # Whatever is in **kwargs, it cannot be a length that is given by its name.
    written = schedule.horizon is not None and schedule.horizon.length is not None
    is_open = schedule.construction.open_arguments and not written
    if is_exercise(schedule) or rebuilt_in(schedule) or is_open:
        return None
    return (
        _of_accumulation(acceleration)
        or _of_processes(acceleration)
        or _of_pace(schedule, acceleration)
    )


def accumulation_misfit(schedule: Schedule) -> Misfit | None:
    """Return what is wrong with the length on any number of processes, or None."""
    found = misfit(schedule)
    return found if found is not None and found.error in _ON_ONE_PROCESS else None


def accumulated_twice(schedule: Schedule) -> tuple[StepSite, Expr, Expr] | None:
    """Return a step for which two accumulations must agree: ``accumulate()`` and one by hand."""
    if schedule.stepping.acceleration is None:
        return None
    for site in schedule.sites:
        every = [guard for guard in site.guards if guard.kind is GuardKind.EVERY_K]
        if len(every) == 2 and every[0].loop is every[1].loop:
            first, second = every[0].amount, every[1].amount
            counts = {None if one is None else one.value for one in (first, second)}
            if first is not None and second is not None and not counts & {None, 1}:
                return (site, first, second) if len(counts) == 2 else None
    return None


def _of_processes(acceleration: Acceleration) -> Misfit | None:
    one = _ratio(acceleration, 1)
    if one is None or abs(one - 1) > 0.05:
        return None
    growth = [(count, _ratio(acceleration, count)) for count in (2, 4)]
    if all(_near(ratio, count) for count, ratio in growth):
        return Misfit(Error.PROCESSES_FORGOTTEN, acceleration, certain=False)
    if all(_near(ratio, 1 / count) for count, ratio in growth):
        return Misfit(Error.PROCESSES_TWICE, acceleration, certain=False)
    return None


_PACED = frozenset(
    {
        *("StepLR", "MultiStepLR", "ExponentialLR", "MultiplicativeLR"),
        *("CosineAnnealingWarmRestarts", "ReduceLROnPlateau"),
    }
)
"""Laws without an end, whose pace is meant for the loop that steps them."""


def _of_pace(schedule: Schedule, acceleration: Acceleration) -> Misfit | None:
    """Return a law that is stepped per epoch, where each process makes another step of it."""
    if schedule.scheduler not in _PACED or cadence(schedule) is not Cadence.EPOCH:
        return None
    if acceleration.once or acceleration.reads_processes:
        return None
    if any(site.argument is StepArgument.EPOCH for site in schedule.sites):
        return None
    return Misfit(Error.PACE, acceleration, certain=False)


def _of_accumulation(acceleration: Acceleration) -> Misfit | None:
    every = acceleration.every
    if every is None or every.as_number() == 1:
        return None
    by_default = every.value
    atoms = every.atoms()
    settable = len(atoms) == 1 and every == Expr.atom(next(iter(atoms)))
    known = (by_default,) if by_default not in (None, 1) else ()
    counts = (4, 8) if settable else known
    for error, power in ((Error.BATCHES, -1), (Error.UPDATES_TWICE, 1)):
        ratios = [
            (count, _ratio(acceleration, 1, dict.fromkeys(atoms, count) if settable else {}))
            for count in counts
        ]
        if ratios and all(_near(ratio, float(count) ** power) for count, ratio in ratios):
            certain = every.strength is Strength.CONSTANT or by_default not in (None, 1)
            return Misfit(error, acceleration, certain)
    return None


def _near(ratio: float | None, expected: float) -> bool:
    return ratio is not None and abs(ratio / expected - 1) < _TOLERANCE


def _ratio(
    acceleration: Acceleration, processes: int, known: Mapping[Atom, object] | None = None
) -> float | None:
    """Return the steps per length for a number of processes; None where it is not known."""
    steps, length = acceleration.steps, acceleration.length
    if steps is None or length is None:
        return None
    values: dict[Atom, int | float | Fraction] = {}
    for position, atom in enumerate(sorted(steps.atoms() | length.atoms(), key=lambda a: a.order)):
        values[atom] = _OPEN * (position + 1) if atom.value is None else atom.value
    for atom in acceleration.every.atoms() if acceleration.every is not None else ():
        if atom.value is None:
            values[atom] = _ACCUMULATED
    for atom, value in (known or {}).items():
        if isinstance(value, int) and atom in values:
            values[atom] = value
    values[acceleration.processes] = processes
    try:
        return float(steps.evaluate(values) / length.evaluate(values))
    except (ArithmeticError, LookupError, TooComplex):
        return None
