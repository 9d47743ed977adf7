"""Whether a schedule is as long as the whole training (LR201, LR202)."""

from __future__ import annotations

import re

from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    BEGINS_LATER,
    EXERCISE,
    IGNORED_ACCUMULATION,
    KNOWN_PACE,
    NO_STEPS_TAKEN,
    OPEN_ARGUMENTS,
    REBUILT,
    STEPPED_WRONGLY,
    STEPS_EVERY_MICRO_BATCH,
    UNKNOWN_LENGTH,
    UNKNOWN_STEPS,
)
from lrlint.judgement.length import Length, against
from lrlint.judgement.positions import WrongPosition, wrong_position
from lrlint.judgement.processes import accumulation_misfit
from lrlint.rule import Exclusion
from lrlint.symbolic import UNREPRESENTABLE, Expr, Strength, compare


def whole_length(schedule: Schedule) -> Length | None:
    """Return the horizon against the steps; None where one of the two is not known."""
    horizon, steps = schedule.horizon, schedule.steps
    if horizon is None or horizon.length is None or steps is None:
        return None
    return against(schedule, horizon, horizon.length, steps)


def judged_length(schedule: Schedule) -> Length | None:
    """Return the horizon against the steps; None where that is not known or not to be judged."""
    if schedule.horizon is None or schedule.parent is not None:
        return None
    if any(row.case(schedule) for row in LENGTH_EXCLUSIONS):
        return None
    return whole_length(schedule)


def assumed_batches(schedule: Schedule) -> tuple[Expr, Expr] | None:
    """Return what a length takes for the batches of an epoch, and those, which it cannot know.

    That is a round number, or the batches of the validation.
    """
    horizon, epochs = schedule.horizon, schedule.epochs
    loop = schedule.stepping.batch_loop
    if horizon is None or horizon.length is None or epochs is None or schedule.steps is None:
        return None
    batches = None if loop is None else loop.trips
    atoms = frozenset() if batches is None else batches.atoms()
    if batches is None or batches.value is not None or len(atoms) != 1:
        return None
    try:
        share = horizon.length / epochs
        each = share.resolve(Strength.CONSTANT)
        if len(share.atoms()) > 1:
            return None  # computed, as `ceil(samples / batch_size)` is
        if not (_is_round(each) or (_is_validation(each) and not _is_validation(batches))):
            return None
        return (each, batches) if compare(schedule.steps, epochs * batches).equal else None
    except UNREPRESENTABLE:
        return None


def assumed_text(each: Expr, batches: Expr, when_longer: str) -> str:
    """Say what a length takes for the batches of an epoch, and what happens if there are more."""
    return (
        f"the schedule takes every epoch to have {wording.amount(each)} batches, however many"
        f" {batches} is: with more of them {when_longer}, with fewer the LR stays high"
    )


def _is_round(batches: Expr) -> bool:
    """Whether nobody has counted them; 391 batches may be what there are."""
    number = batches.as_number()
    return isinstance(number, int) and number > 0 and number % _ROUND == 0


def _is_validation(batches: Expr) -> bool:
    atoms = batches.atoms()
    names = [atom.name for atom in atoms if batches == Expr.atom(atom)]
    return any(_VALIDATION.search(name) for name in names)


_ROUND = 50
"""Multiples of this are round: nobody has counted such a number of batches."""
_VALIDATION = re.compile(r"^len\(.*(?<![a-z])(val|valid|validation|dev|eval|test)(?![a-z])", re.I)


def _degenerate(schedule: Schedule) -> str | None:
    horizon = schedule.horizon
    length = None if horizon is None else horizon.length
    if horizon is None or length is None or length.value is None or length.value >= 1:
        return None
    return f"{horizon.parameter} is {wording.amount(length)}"


def _set_by_hand(schedule: Schedule) -> str | None:
    """Return how the script moves its counter: ``scheduler.last_epoch = -1`` after an epoch."""
    for call in schedule.calls:
        if call.method == "last_epoch =" or (call.method == "load_state_dict" and call.loops):
            return call.method
    return None


def _ruled_out(schedule: Schedule) -> bool:
    length = whole_length(schedule)
    return (
        length is not None
        and not length.comparison.certain
        and schedule.rules_out(length.length, length.steps)
    )


def _open_ratio(schedule: Schedule) -> Length | None:
    """Return a length that differs from the steps by an unknown amount: ``range(start,
    epochs)``."""
    length = whole_length(schedule)
    if length is None or length.ratio is not None or (length.longer and _is_alone(schedule)):
        return None
    return length


def _is_alone(schedule: Schedule) -> bool:
    """Whether nothing else changes the LR, as a warm-up by hand does."""
    return not schedule.surroundings.competitors and not (
        schedule.optimizer and schedule.optimizer.writes
    )


def _text(wrong: WrongPosition) -> str:
    return wrong.text


NOT_JUDGED = (
    OPEN_ARGUMENTS,
    EXERCISE,
    REBUILT,
    *STEPPED_WRONGLY,
    Exclusion(wrong_position, _text, owner="LR505"),
    *KNOWN_PACE,
    Exclusion(_set_by_hand, lambda method: f"`{method}` sets its position"),
    UNKNOWN_LENGTH,
    Exclusion(_degenerate, str, owner="LR207"),
    UNKNOWN_STEPS,
    NO_STEPS_TAKEN,
    BEGINS_LATER,
    IGNORED_ACCUMULATION,
    STEPS_EVERY_MICRO_BATCH,
    Exclusion(accumulation_misfit, lambda found: found.error.value, owner="LR503"),
    Exclusion(_ruled_out, "the script's defaults do not lead here"),
)
"""Excludes what no rule about lengths reports."""
LENGTH_EXCLUSIONS = (
    *NOT_JUDGED,
    Exclusion(
        _open_ratio,
        lambda length: (
            f"whether {length.horizon.parameter} = {wording.amount(length.length)} fits"
            f" {wording.amount(length.steps)} steps is not known"
        ),
    ),
)
"""Excludes what LR201 and LR202 do not report."""
