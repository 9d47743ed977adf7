"""Whether ``num_training_steps`` is the number of updates (LR504).

That is the horizon of the ``get_…_schedule…`` functions of transformers and diffusers.
"""

from __future__ import annotations

from lrlint.facts import Schedule
from lrlint.formulas import LAWS, SCHEDULER_TYPES, Law
from lrlint.judgement.length import Length
from lrlint.judgement.units import counts_training_steps
from lrlint.judgement.warmup import warmup_of_training, warmup_steps
from lrlint.judgement.whole_length import judged_length


def function_of(schedule: Schedule) -> Law | None:
    """Return the law of a schedule function; of ``get_scheduler``, the one that its name picks."""
    if schedule.scheduler != "get_scheduler":
        return LAWS.get(schedule.scheduler)
    name = schedule.argument("name")
    if name is None or not isinstance(name.value, str):
        return None
    return LAWS.get(SCHEDULER_TYPES.get(name.value, ""))


def warms_up(schedule: Schedule) -> bool:
    """Whether its function has a warm-up, as far as that is known."""
    law = function_of(schedule)
    return law is not None and "num_warmup_steps" in law.durations


def wrong_length(schedule: Schedule) -> Length | None:
    """Return ``num_training_steps`` against the steps, where LR504 reports that they differ."""
    if not counts_training_steps(schedule) or schedule.parent is not None:
        return None
    length = None if warmup_never_ends(schedule) else judged_length(schedule)
    if length is None or length.fits:
        return None
    return None if schedule.surroundings.competitors and not length.longer else length


def warmup_never_ends(schedule: Schedule) -> bool:
    """Whether LR210 reports its warm-up, which says enough of its length."""
    if not warms_up(schedule):
        return False
    cases = (warmup_steps(schedule), warmup_of_training(schedule))
    return any(case is not None and case.never_ends for case in cases)
