"""How many steps of a cosine run at next to nothing, and whether it gets there (LR301)."""

from __future__ import annotations

import math

from lrlint.facts import Cadence, GuardKind, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, OPEN_ARGUMENTS
from lrlint.judgement.length import Length, own_length, segment
from lrlint.judgement.resuming import in_training
from lrlint.judgement.stepping import cadence, driver, never_stepped, sets_position
from lrlint.judgement.units import stepped_per_epoch_with_batch_horizon
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr, compare

LOW = 0.01
"""The share of the base LR below which a step changes next to nothing."""
FLAT = math.acos(2 * LOW - 1) / math.pi
"""The share of a cosine, 93.6 %, after which it is low."""
NEAR = 0.1
"""The share of the base LR that a cosine has to fall below for its end to matter."""
COUNTED = 100_000
"""Steps that are counted one by one; of longer trainings the share is enough."""
_VISIBLE = 0.001
"""A difference between shares of the base LR that no rounding makes."""
_FEW = 15
"""A cosine of up to so many steps has no low one. The LR of its last step depends on the LRs that
the script writes itself."""


def ends_early(schedule: Schedule) -> bool:
    """Whether its steps, for which another rule has a finding, never get near its end."""
    return never_stepped(schedule) or stepped_per_epoch_with_batch_horizon(schedule) is not None


def is_only_planned(schedule: Schedule) -> bool:
    """Whether its LRs are not, or perhaps not, those of one epoch or batch each, in order."""
    whole, optimizer = driver(schedule), schedule.optimizer
    return (
        ends_early(schedule)
        or whole.stepping.repeated_step is not None
        or _steps_more_often_than_its_loop(whole)
        or any(loop.may_break for site in whole.sites for loop in site.loops)
        or bool(whole.surroundings.competitors)
        or _is_scaled_to_its_end(schedule)
        or _goes_back(schedule)
        or _ended_elsewhere(schedule)
        or (
            optimizer is not None
            and bool(optimizer.writes or optimizer.replaced_by or optimizer.replaced_midway)
        )
    )


def _is_scaled_to_its_end(schedule: Schedule) -> bool:
    """Whether another part of a ChainedScheduler still changes the LR where its own is low."""
    parent, whole = schedule.parent, schedule.length
    if parent is None or parent.scheduler != "ChainedScheduler" or whole is None:
        return False
    for child in parent.children:
        length, end = child.length, child.number("end_factor")
        if child is schedule:
            continue
        if length is None or compare(length, whole).sign != -1 or (end and end.value != 1):
            return True
    return False


def _goes_back(schedule: Schedule) -> bool:
    """Whether the training loads a state again and again, as that of its best epoch."""
    optimizer = schedule.optimizer
    calls = (*driver(schedule).calls, *(() if optimizer is None else optimizer.calls))
    return any(call.method == "load_state_dict" and in_training(call) for call in calls)


def _steps_more_often_than_its_loop(whole: Schedule) -> bool:
    """Whether an epoch or an update advances it more than once."""
    per_loop = {
        Cadence.EPOCH: whole.epochs,
        Cadence.BATCH: whole.stepping.optimizer_steps,
    }.get(cadence(whole))
    return (
        whole.steps is not None
        and per_loop is not None
        and compare(whole.steps, per_loop).sign == 1
    )


def _ended_elsewhere(schedule: Schedule) -> bool:
    """Whether the last LRs of a recorded run are not the cosine's: something else set them, too."""
    steps, recorded = segment(schedule), schedule.run.last_lrs
    if recorded is None or steps is None or steps.value is None or steps.value > COUNTED:
        return False
    bases = [base.value for base in schedule.base_lrs if base is not None and base.value]
    shares = _shares(schedule, int(steps.value))
    if len(bases) != len(recorded) or not shares:
        return False
    return any(
        abs(lr / float(base) - shares[-1]) > _VISIBLE
        for lr, base in zip(recorded, bases, strict=True)
    )


def lowest_share(schedule: Schedule) -> float | None:
    """Return the lowest share of the base LR that a step runs at, None where that is not known."""
    if ends_early(schedule):
        return 1.0
    whole, length = schedule.length, own_length(schedule, at_most=True)
    planned = None if whole is None else whole.value
    if planned is not None and planned < 1:
        return None
    steps = planned if length is None or sets_position(schedule) else length.steps.value
    if planned is not None and steps is not None:
        if steps <= COUNTED and (shares := _shares(schedule, int(steps))):
            return min(shares)
        return share(min(float(steps) - 1, float(planned)), float(planned))
    ratio = None if length is None or sets_position(schedule) else length.ratio
    return None if ratio is None else share(min(float(ratio), 1.0), 1.0)


def share(step: float, whole: float) -> float:
    """Return the share of the base LR that a cosine to 0 has reached."""
    return (1 + math.cos(math.pi * step / whole)) / 2


def low_steps(schedule: Schedule, steps: int) -> int:
    """Return how many of so many steps run below 1 % of the base LR."""
    return sum(lr < LOW for lr in _shares(schedule, steps))


def _shares(schedule: Schedule, steps: int) -> list[float]:
    """Return the share of the base LR at each step; nothing for arguments that torch refuses."""
    arguments = {
        name: argument.number.value
        for name, argument in schedule.arguments.items()
        if argument.number is not None
    }
    try:
        curve = LAWS[schedule.scheduler].curve([1.0], **arguments)
        return [curve(t)[0] for t in range(steps)]
    except (ArithmeticError, TypeError, ValueError):
        return []  # LR207


# -- what LR301 does not report


def _never_runs(schedule: Schedule) -> bool:
    steps = None if schedule.length is None else segment(schedule, at_most=True)
    return steps is not None and steps.value is not None and steps.value <= 0


def _degenerate(schedule: Schedule) -> str | None:
    whole = schedule.length
    if whole is None or whole.value is None or whole.value >= 1:
        return None
    return f"its length is {wording.amount(whole)}"


def _short_beside_writes(schedule: Schedule) -> Expr | None:
    whole, optimizer = schedule.length, schedule.optimizer
    if whole is None or whole.value is None or whole.value > _FEW:
        return None
    return whole if optimizer is not None and optimizer.writes else None


def _open_end(schedule: Schedule) -> str | None:
    """Return what keeps a schedule from being stepped every time and cannot be counted."""
    whole = schedule.length
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
    """Return a schedule that changes the same LR at the same time and may keep it from falling."""
    parent = schedule.parent
    if parent is None or parent.scheduler != "ChainedScheduler" or schedule.length is None:
        return None
    for child in parent.children:
        if child is not schedule and child.scheduler not in ("ConstantLR", "LinearLR"):
            return child
    return None


def _cut_off_part(schedule: Schedule) -> Length | None:
    """Return the length of a part that another schedule follows before it is low."""
    length = None if schedule.parent is None else own_length(schedule, at_most=True)
    return length if length is not None and (length.ratio or 1) <= FLAT else None


def _early(length: Length) -> str:
    planned = f"{length.horizon.parameter} = {wording.amount(length.length)}"
    return f"it ends after {wording.amount(length.steps)} steps of {planned}, before the LR is low"


LOW_END_EXCLUSIONS = (
    OPEN_ARGUMENTS,
    EXERCISE,
    Exclusion(_never_runs, "its turn never comes"),
    Exclusion(_degenerate, str, owner="LR207"),
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
)
