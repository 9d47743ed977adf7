"""How many steps of a cosine run at next to nothing, and whether it gets there (LR301)."""

from __future__ import annotations

import math

from lrlint.facts import GuardKind, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    IGNORED_ACCUMULATION,
    OPEN_ARGUMENTS,
    REBUILT,
    STEPPED_WRONGLY,
)
from lrlint.judgement.length import Length, against, segment
from lrlint.judgement.units import driver
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr

LOW = 0.01
"""The share of the base LR below which a step changes next to nothing."""
FLAT = math.acos(2 * LOW - 1) / math.pi
"""The share of a cosine, 93.6 %, after which it is low."""
_TINY = 2
"""A cosine of two steps uses its start and its middle."""
_FEW = 15
"""A cosine of up to so many steps has no low one. What its last one is worth depends on the LRs
that the script writes itself."""


def low_steps(schedule: Schedule, steps: int) -> int:
    """Return how many of so many steps run below 1 % of the base LR."""
    arguments = {
        name: argument.number.value
        for name, argument in schedule.arguments.items()
        if argument.number is not None
    }
    try:
        curve = LAWS[schedule.scheduler].curve([1.0], **arguments)
        return sum(curve(t)[0] < LOW for t in range(steps))
    except (ArithmeticError, TypeError, ValueError):
        return 0  # arguments that torch refuses: LR207


# -- what LR301 does not report


def _whole(schedule: Schedule) -> Expr | None:
    return None if schedule.horizon is None else schedule.horizon.length


def _never_runs(schedule: Schedule) -> bool:
    steps = None if _whole(schedule) is None else segment(schedule, at_most=True)
    return steps is not None and steps.value is not None and steps.value <= 0


def _degenerate(schedule: Schedule) -> str | None:
    whole = _whole(schedule)
    if whole is None or whole.value is None or whole.value >= 1:
        return None
    return f"its length is {wording.amount(whole)}"


def _tiny(schedule: Schedule) -> Expr | None:
    """Return a length of which no step is low, however long the training is."""
    whole, steps = _whole(schedule), segment(schedule, at_most=True)
    if whole is None or whole.value is None or whole.value > _TINY:
        return None
    goes_on = steps is not None and steps.value is not None and steps.value > whole.value
    return None if whole.value == _TINY and goes_on else whole


def _short_beside_writes(schedule: Schedule) -> Expr | None:
    whole, optimizer = _whole(schedule), schedule.optimizer
    if whole is None or whole.value is None or whole.value > _FEW:
        return None
    return whole if optimizer is not None and optimizer.writes else None


def _open_end(schedule: Schedule) -> str | None:
    """Return what keeps a schedule from being stepped every time and cannot be counted."""
    whole = _whole(schedule)
    if whole is None or whole.value is None:
        return None
    for site in driver(schedule).sites:
        if site.count is not None:
            continue
        for guard in site.guards:
            if guard.kind in (GuardKind.OTHER, GuardKind.METRIC):
                return f"how often it is stepped depends on `{guard.text}`"
        if any(loop.may_break for loop in site.loops):
            return "a loop around its step() may end early"
    return None


def _companion(schedule: Schedule) -> Schedule | None:
    """Return a schedule that works on the same LR at the same time and may keep it up."""
    parent = schedule.parent
    if parent is None or parent.scheduler != "ChainedScheduler" or _whole(schedule) is None:
        return None
    for child in parent.children:
        if child is not schedule and child.scheduler not in ("ConstantLR", "LinearLR"):
            return child
    return None


def _cut_off(schedule: Schedule) -> Length | None:
    """Return the length of a cosine that ends before it is low."""
    horizon, steps = schedule.horizon, segment(schedule, at_most=True)
    if horizon is None or horizon.length is None or steps is None:
        return None
    length = against(schedule, horizon, horizon.length, steps)
    return length if length.ratio is not None and length.ratio <= FLAT else None


def _cut_off_part(schedule: Schedule) -> Length | None:
    return None if schedule.parent is None else _cut_off(schedule)


def _cut_off_cycle(schedule: Schedule) -> Length | None:
    return _cut_off(schedule) if schedule.scheduler == "CosineAnnealingWarmRestarts" else None


def _early(length: Length) -> str:
    planned = f"{length.horizon.parameter} = {wording.amount(length.length)}"
    return f"it ends after {wording.amount(length.steps)} steps of {planned}, before the LR is low"


LOW_END_EXCLUSIONS = (
    OPEN_ARGUMENTS,
    EXERCISE,
    REBUILT,
    *STEPPED_WRONGLY,
    IGNORED_ACCUMULATION,
    Exclusion(_never_runs, "its turn never comes"),
    Exclusion(_degenerate, str, owner="LR207"),
    Exclusion(_tiny, lambda whole: f"a cosine of {wording.amount(whole)} steps has no low one"),
    Exclusion(
        _short_beside_writes,
        lambda whole: (
            f"a cosine of {wording.amount(whole)} steps has no low one, and the script writes the"
            " LR itself as well"
        ),
    ),
    Exclusion(_open_end, str),
    Exclusion(_companion, lambda other: f"{other.scheduler} works on the same LR"),
    Exclusion(_cut_off_part, _early),
    Exclusion(_cut_off_cycle, _early, owner="LR203"),
    Exclusion(_cut_off, _early, owner="LR201"),
)
