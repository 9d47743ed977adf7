"""Exclusions that several rules share: the case, the reason, the rule that reports the defect.

One mistake is one finding: a scheduler that is stepped in the wrong loop has the wrong length too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lrlint.facts import Cadence, Call, Loop, LoopKind, Repetition, Schedule, StepArgument, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.accumulation import (
    IgnoredAccumulation,
    ignored_accumulation,
    steps_every_micro_batch,
)
from lrlint.judgement.length import is_exercise, keeps_pace, rebuilt_in
from lrlint.judgement.lightning import (
    invalid_interval,
    refused,
    without_max_steps,
    wrong_interval,
)
from lrlint.judgement.rates import takes_metric
from lrlint.judgement.resuming import resumed
from lrlint.judgement.stepping import (
    cadence,
    driver,
    movers,
    never_stepped,
    stepped_by_itself_too,
)
from lrlint.judgement.too_fast import decays_too_fast
from lrlint.judgement.units import (
    Mismatch,
    stepped_per_batch_with_epoch_horizon,
    stepped_per_epoch_with_batch_horizon,
    training_steps_in_epochs,
)
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr

Found = TypeVar("Found")


# -- how it is built


def _has_open_arguments(schedule: Schedule) -> bool:
    return schedule.construction.open_arguments


def _has_no_optimizer(schedule: Schedule) -> bool:
    return schedule.optimizer is None


def _parent(schedule: Schedule) -> Schedule | None:
    return schedule.parent


def _exercise(schedule: Schedule) -> str | None:
    if not is_exercise(schedule):
        return None
    return (
        "it is built in a test"
        if schedule.construction.in_test
        else "it is stepped only to show its curve"
    )


def _begins_later(schedule: Schedule) -> Expr | None:
    """Return the ``last_epoch`` from which a schedule goes on; the training is its rest."""
    last = schedule.argument("last_epoch")
    number = None if last is None else last.number
    return None if number is None or number.as_number() == -1 else number


def _competitor(schedule: Schedule) -> Schedule | None:
    return next(iter(driver(schedule).surroundings.competitors), None)


def _kind(loop: Loop) -> str:
    return "batch" if loop.kind is LoopKind.BATCH else "epoch"


def _has_unknown_law(schedule: Schedule) -> bool:
    return schedule.scheduler not in LAWS


UNKNOWN_LAW = Exclusion(_has_unknown_law, "what this scheduler does to the LR is not known")
FOLLOWS_METRIC = Exclusion(takes_metric, "it follows a metric")
OPEN_ARGUMENTS = Exclusion(_has_open_arguments, "some of its arguments are not known, as **kwargs")
UNKNOWN_OPTIMIZER = Exclusion(_has_no_optimizer, "its optimizer is not known")
PART = Exclusion(_parent, lambda parent: f"it is a part of a {parent.scheduler}")
EXERCISE = Exclusion(_exercise, str)
REBUILT = Exclusion(
    rebuilt_in, lambda loop: f"a new scheduler is built in every {_kind(loop)}", owner="LR409"
)


# -- how it is stepped


def _unseen_steps(schedule: Schedule) -> str | None:
    whole = driver(schedule)
    if whole.sites:
        return None
    return "no call of its step() is found" + (
        f": it is {whole.stepping.escapes}" if whole.stepping.escapes else ""
    )


def _escape(schedule: Schedule) -> str | None:
    return schedule.stepping.escapes


def _optimizer_escape(schedule: Schedule) -> str | None:
    return None if schedule.optimizer is None else schedule.optimizer.escapes


def _argument(schedule: Schedule) -> StepSite | None:
    sites = driver(schedule).sites
    return next((site for site in sites if site.argument is not StepArgument.NOTHING), None)


def _jump(schedule: Schedule) -> StepSite | None:
    return None if keeps_pace(schedule) else _argument(schedule)


def _mover(schedule: Schedule) -> str | None:
    """Return the call that may set the counter in a run that does not resume.

    A loop that starts at an unknown epoch is as long as a resumed run, so there the loading of a
    state counts, too.
    """
    resume = resumed(schedule)
    is_fresh = resume is None or resume.start.value is not None
    calls = movers(driver(schedule))
    return next((call.method for call in calls if not (is_fresh and _resumes(call))), None)


def _resumes(call: Call) -> bool:
    return call.method == "load_state_dict" and bool(call.guards) and not call.own_state


def _has_no_cadence(schedule: Schedule) -> bool:
    return cadence(schedule) not in (Cadence.EPOCH, Cadence.BATCH)


def _no_steps_taken(schedule: Schedule) -> bool:
    return schedule.steps is not None and schedule.steps.value == 0


def _has_writes(schedule: Schedule) -> bool:
    return schedule.optimizer is not None and bool(schedule.optimizer.writes)


def unknown_steps(schedule: Schedule) -> str | None:
    """Return why it is not known how often it is stepped, in words; None where it is known."""
    whole = driver(schedule)
    if whole.steps is not None:
        return None
    escapes = (f"it is {whole.stepping.escapes}",) if whole.stepping.escapes else ()
    why = "; ".join(whole.stepping.undecided or escapes)
    return "how often it is stepped is not known" + (f": {why}" if why else "")


def _unknown_length(schedule: Schedule) -> str | None:
    horizon = schedule.horizon
    if horizon is None or horizon.length is not None:
        return None
    argument = schedule.argument(horizon.parameter)
    text = "" if argument is None or not argument.text else f": {argument.text}"
    return f"the value of {horizon.parameter} is not known{text}"


NOT_STEPPED = Exclusion(never_stepped, "its step() is never called", owner="LR103")
NO_STEPS_SEEN = Exclusion(_unseen_steps, str)
PLAIN_STEPS = (
    NO_STEPS_SEEN,
    Exclusion(_argument, lambda site: f"step({site.argument_text}) sets its position"),
)
"""Excludes what is not advanced by plain calls of ``step()``."""
STEPPED_ELSEWHERE = Exclusion(
    _escape, lambda escape: f"it may be stepped elsewhere, too: it is {escape}"
)
OPTIMIZER_ELSEWHERE = Exclusion(
    _optimizer_escape, lambda escape: f"its optimizer may be stepped elsewhere: it is {escape}"
)
KNOWN_PACE = (
    NO_STEPS_SEEN,
    Exclusion(_jump, lambda site: f"step({site.argument_text}) sets its position"),
)
"""Excludes what is advanced neither by plain calls nor by ``step(epoch)`` from 0 or 1 on."""
MOVED = Exclusion(_mover, lambda method: f"`{method}` may set its position")
BEGINS_LATER = Exclusion(
    _begins_later, lambda last: f"it goes on from last_epoch={wording.amount(last)}"
)
COMPETITOR = Exclusion(_competitor, lambda other: f"{other.scheduler} drives the same optimizer")
UNKNOWN_CADENCE = Exclusion(
    _has_no_cadence, "whether it is stepped per epoch or per batch is not known"
)
UNKNOWN_STEPS = Exclusion(unknown_steps, str)
NO_STEPS_TAKEN = Exclusion(_no_steps_taken, "it is stepped 0 times")
UNKNOWN_LENGTH = Exclusion(_unknown_length, str)
WRITES = Exclusion(_has_writes, "the script writes the LR itself as well")


# -- in which loop it is stepped


def _or_whole(judge: Callable[[Schedule], Found | None]) -> Callable[[Schedule], Found | None]:
    """Judge a schedule and then, where it is a part of another, that one."""

    def judge_both(schedule: Schedule) -> Found | None:
        found = judge(schedule)
        if found is not None or schedule.parent is None:
            return found
        return judge(driver(schedule))

    return judge_both


def _repeated(schedule: Schedule) -> Repetition | None:
    return driver(schedule).stepping.repeated_step


def _per_batch(mismatch: Mismatch) -> str:
    return f"{wording.horizon(mismatch.evidence.horizon, 'epochs')}, but step() runs per batch"


STEPPED_TWICE = Exclusion(
    _repeated,
    lambda twice: f"it is stepped twice per {wording.per(twice.second.per)}",
    owner="LR105",
)
BAD_INTERVAL = Exclusion(
    invalid_interval, lambda interval: f"Lightning knows no interval {interval.text}", owner="LR501"
)
REFUSED = Exclusion(refused, "Lightning refuses the form in which it is given", owner="LR501")
WRONG_INTERVAL = Exclusion(
    _or_whole(wrong_interval),
    lambda wrong: f"Lightning steps it in another unit than it counts: {wrong.driver.words}",
    owner="LR501",
)
NO_MAX_STEPS = Exclusion(
    _or_whole(without_max_steps),
    lambda horizon: f"{horizon.parameter} is the max_steps of a Trainer without any",
    owner="LR207",
)
STEPPED_WRONGLY = (
    BAD_INTERVAL,
    REFUSED,
    NOT_STEPPED,
    STEPPED_TWICE,
    WRONG_INTERVAL,
    NO_MAX_STEPS,
    Exclusion(
        stepped_by_itself_too, "it is stepped by itself and with the whole schedule", owner="LR105"
    ),
    Exclusion(training_steps_in_epochs, _per_batch, owner="LR504"),
    Exclusion(_or_whole(stepped_per_batch_with_epoch_horizon), _per_batch, owner="LR101"),
    Exclusion(
        _or_whole(stepped_per_epoch_with_batch_horizon),
        lambda mismatch: (
            f"{wording.horizon(mismatch.evidence.horizon, 'batches')}, but step() runs per epoch"
        ),
        owner="LR102",
    ),
    Exclusion(
        _or_whole(decays_too_fast),
        lambda decay: f"{decay.horizon} suits epochs, but step() runs per batch",
        owner="LR101",
    ),
)


# -- gradient accumulation


def _ignored_by_whole(schedule: Schedule) -> IgnoredAccumulation | None:
    return ignored_accumulation(driver(schedule))


def _micro_batches(ignored: IgnoredAccumulation) -> str:
    every = wording.quantity(ignored.every)
    return f"its horizon counts every micro-batch, but it steps once every {every}"


IGNORED_ACCUMULATION = Exclusion(ignored_accumulation, _micro_batches, owner="LR206")
WHOLE_IGNORES_ACCUMULATION = Exclusion(_ignored_by_whole, _micro_batches, owner="LR206")
STEPS_EVERY_MICRO_BATCH = Exclusion(
    steps_every_micro_batch,
    lambda found: (
        "it steps for every micro-batch, but its optimizer once every"
        f" {wording.quantity(found.every)}"
    ),
    owner="LR108",
)
