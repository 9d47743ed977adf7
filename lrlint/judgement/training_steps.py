"""Whether ``num_training_steps`` is the number of updates (LR504).

That is the horizon of the ``get_…_schedule…`` functions of transformers and diffusers.
"""

from __future__ import annotations

from lrlint.facts import Schedule, TrainerArguments
from lrlint.formulas import LAWS, SCHEDULER_TYPES, Law, Problem
from lrlint.judgement.degenerate import plain_value
from lrlint.judgement.length import Length
from lrlint.judgement.stepping import counts_training_steps
from lrlint.judgement.warmup import warmup_and_total, warmup_of_training, warmup_steps
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
    return law is not None and warmup_and_total(schedule)[0] in law.durations


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


# -- the arguments of a Trainer

EVALUATED = frozenset({"reduce_lr_on_plateau", "greedy"})
"""Types of schedules that follow the evaluations."""
_MANY = 10**6
"""A number of updates so large that no length is degenerate."""


def evaluates(trainer: TrainerArguments) -> bool:
    """Whether a Trainer may evaluate during training."""
    for name in ("eval_strategy", "evaluation_strategy"):
        argument = trainer.arguments.get(name)
        if argument is not None and argument.value not in ("no", None):
            return True
    return False


def refused_type(trainer: TrainerArguments) -> Problem | None:
    """Return what transformers raises for the type of a schedule and its options, or None."""
    options = trainer.arguments["lr_scheduler_kwargs"].value
    name = trainer.arguments["lr_scheduler_type"].value
    if options is not None and not isinstance(options, dict):
        return None
    known = {key: plain_value(value) for key, value in (options or {}).items()}
    problems = LAWS["get_scheduler"].problems(
        name=name,
        num_warmup_steps=0,
        num_training_steps=_MANY,
        scheduler_specific_kwargs=known,
    )
    return next((one for one in problems if one.raises and one.when == "construction"), None)
