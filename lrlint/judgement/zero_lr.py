"""The steps of a schedule whose LR is exactly 0 (LR305)."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts import Cadence, OrderFact, Schedule
from lrlint.formulas import LAWS, Curve, NoClosedForm
from lrlint.formulas.warmup_cosine import BOLTS, MONAI
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    COMPETITOR,
    EXERCISE,
    IGNORED_ACCUMULATION,
    MOVED,
    NO_MAX_STEPS,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
    UNKNOWN_CADENCE,
    UNKNOWN_LENGTH,
    UNKNOWN_OPTIMIZER,
    UNKNOWN_STEPS,
    WRITES,
    WRONG_INTERVAL,
)
from lrlint.judgement.hand_written import curve, is_judged, mismatch
from lrlint.judgement.length import Length, against, own_length, segment
from lrlint.judgement.stepping import cadence, driver
from lrlint.judgement.training_steps import wrong_length
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr, Strength, compare


@dataclass(frozen=True)
class Zeros:
    """The steps whose LR is 0."""

    which: str
    """In words: ``the first epoch``."""
    singular: bool
    many: bool
    """Whether there are so many that it matters."""
    by_default: bool


_MANY = 0.01
"""The share of a training that is worth a warning; a whole epoch is, too."""
_COUNTED = 100_000
"""Steps that are evaluated one by one."""
_NOTHING = 1e-15
"""Of a base LR of 1: the rounding of a closed form."""
_COSINE = "CosineAnnealingLR"
_ENDS_AT_ZERO = frozenset(
    {
        *(_COSINE, "LinearLR", "PolynomialLR"),
        *("get_linear_schedule_with_warmup", "get_cosine_schedule_with_warmup", BOLTS, MONAI),
    }
)


def may_be_zero(schedule: Schedule) -> bool:
    """Whether the schedule starts or ends at an LR of 0, as far as its arguments tell."""
    if schedule.lr_lambda.first_factor is not None and schedule.lr_lambda.first_factor.value == 0:
        return True
    bound = {_COSINE: "eta_min", "LinearLR": "end_factor"}.get(schedule.scheduler)
    if bound is None:
        return schedule.scheduler in _ENDS_AT_ZERO
    end = schedule.number(bound)
    return end is not None and end.value == 0


def zeros(schedule: Schedule) -> Zeros | None:
    """Return the steps that are lost; None where there are none, or none are known."""
    return (
        _counted(schedule) or _of_own_law(schedule) or _at_the_start(schedule) or _beyond(schedule)
    )


def zeros_of_run(schedule: Schedule) -> Zeros | None:
    """Return the steps of a run whose LR was 0, whatever its law; None for a script."""
    recorded = schedule.run.zero_steps
    if recorded is None:
        return None
    count, steps = recorded.count, recorded.of
    where = "last" if recorded.last == steps - 1 else "first" if recorded.first == 0 else ""
    together = recorded.last - recorded.first == count - 1
    which = f"{count} of {steps} optimizer steps"
    if where and together:
        which = f"the {where} optimizer step" if count == 1 else f"the {where} {which}"
    epochs = None if schedule.epochs is None else schedule.epochs.value
    of_an_epoch = steps / epochs if epochs else steps
    many = count > max(1, _MANY * steps) or count >= of_an_epoch
    return Zeros(which, count == 1, many, by_default=False)


def _unit(schedule: Schedule) -> str:
    """Return ``epoch`` where a step of it lasts for more than one update, else ``step``."""
    optimizer, whole = schedule.optimizer, driver(schedule)
    single = optimizer is not None and optimizer.stepped and whole.stepping.batch_loop is None
    return "epoch" if cadence(schedule) is Cadence.EPOCH and not single else "step"


def _counted(schedule: Schedule) -> Zeros | None:
    """Return the zeros of a curve all of whose numbers are known."""
    steps, factors = segment(schedule), _curve(schedule)
    count = None if steps is None else steps.value
    ahead = _steps_ahead(schedule)
    if factors is None or steps is None or not isinstance(count, int) or ahead is None:
        return None
    count -= ahead
    if not 1 < count <= _COUNTED:
        return None
    try:
        lost = [t for t in range(count) if max(map(abs, factors(t + ahead))) < _NOTHING]
    except (NoClosedForm, ArithmeticError, TypeError, ValueError):
        return None
    if not lost or (schedule.scheduler == _COSINE and lost != [count - 1]):
        return None  # a cosine that goes on for longer: LR201
    expressions = [steps, *(a.number for a in schedule.arguments.values() if a.number is not None)]
    by_default = any(number.strength is not Strength.CONSTANT for number in expressions)
    return _zeros_at(lost, count, schedule, by_default=by_default)


def _zeros_at(lost: list[int], count: int, schedule: Schedule, *, by_default: bool) -> Zeros:
    """Return the steps that are lost, by their numbers of so many."""
    unit, number = _unit(schedule), len(lost)
    where = "last" if lost[-1] == count - 1 else "first" if lost[0] == 0 else ""
    together = lost[-1] - lost[0] == number - 1
    which = f"{number} of {count} {unit}s"
    if where and together:
        which = f"the {where} {unit}" if number == 1 else f"the {where} {which}"
    many = unit == "epoch" or number > max(1, _MANY * count)
    return Zeros(which, number == 1, many, by_default)


def _of_own_law(schedule: Schedule) -> Zeros | None:
    """Return the zeros of a function of the script, where there are more than the first step."""
    lrs = curve(schedule) if is_judged(schedule) else None
    lost = [step for step, lr in enumerate(lrs or ()) if lr == 0]
    if lrs is None or not 1 < len(lost) < len(lrs) or mismatch(schedule) is not None:
        return None
    return _zeros_at(lost, len(lrs), schedule, by_default=not schedule.law.settled)


def _steps_ahead(schedule: Schedule) -> int | None:
    """Return how many steps come before the training, so that it never uses their LRs.

    None where steps outside of the loop may come after it, or it is not known how many they are.
    """
    sites = driver(schedule).sites
    training = [site.order for site in sites if site.loops]
    others = [site for site in sites if not site.loops]
    if not training or not others:
        return 0
    counts = [None if site.count is None else site.count.as_number() for site in others]
    known = [count for count in counts if isinstance(count, int)]
    before = all(site.order < min(training) for site in others)
    return sum(known) if before and len(known) == len(counts) and schedule.parent is None else None


def _curve(schedule: Schedule) -> Curve | None:
    """Return the factors of the base LR, where the arguments are known."""
    law = LAWS.get(schedule.scheduler)
    if law is None or law.closed_form is None or schedule.scheduler not in _ENDS_AT_ZERO:
        return None
    arguments: dict[str, object] = {}
    for name, argument in schedule.arguments.items():
        value = argument.value
        if isinstance(value, Expr):
            value = value.value
        if value is None and name in law.durations:
            return None
        arguments[name] = value
    try:
        return law.curve([1.0], **arguments)
    except (NoClosedForm, ArithmeticError, TypeError, ValueError):
        return None


def _at_the_start(schedule: Schedule) -> Zeros | None:
    """Return the first step of a function of the script that starts at 0."""
    factor, optimizer = schedule.lr_lambda.first_factor, schedule.optimizer
    if factor is None or factor.value != 0:
        return None
    if optimizer is not None and optimizer.escapes and not optimizer.stepped:
        return None  # the scheduler may step before it
    if len({id(site.loops[0]) if site.loops else None for site in schedule.sites}) > 1:
        return None  # steps before the training may have moved it on
    unit = _unit(schedule)
    by_default = factor.as_number() != 0
    return Zeros(f"the first {unit}", True, unit == "epoch", by_default)


def _beyond(schedule: Schedule) -> Zeros | None:
    """Return the end of a training that is longer than its decay to 0, by their expressions."""
    steps, horizon = segment(schedule), schedule.horizon
    if steps is None or horizon is None or horizon.length is None:
        return None
    if schedule.scheduler == _COSINE:
        eta_min = schedule.number("eta_min")
        if eta_min is None or eta_min.as_number() != 0:
            return None
        comparison = compare(steps, horizon.length + 1)
        if not comparison.equal:
            return None
        unit = _unit(schedule)
        return Zeros(f"the last {unit}", True, unit == "epoch", not comparison.certain)
    end = schedule.number("end_factor")
    if schedule.scheduler not in ("PolynomialLR", "LinearLR") or (
        schedule.scheduler == "LinearLR" and (end is None or end.as_number() != 0)
    ):
        return None
    length = against(schedule, horizon, horizon.length, steps)
    if length.fits or not length.longer or length.ratio is None:
        return None
    share = float(1 - 1 / length.ratio)
    which = f"the last {wording.number(round(100 * share))}% of the {_unit(schedule)}s"
    return Zeros(which, False, share > _MANY, not length.certain)


# -- what LR305 does not report


def _early(schedule: Schedule) -> OrderFact | None:
    return driver(schedule).stepping.early_step


def _other_whole(schedule: Schedule) -> Schedule | None:
    """Return the schedule that it is a part of, where that is not a sequence."""
    whole = driver(schedule)
    return None if whole is schedule or whole.scheduler == "SequentialLR" else whole


def _default_minimum(schedule: Schedule) -> bool:
    eta_min = schedule.argument("eta_min")
    return eta_min is not None and not eta_min.explicit and schedule.scheduler != BOLTS


def _is_out_of_step(schedule: Schedule) -> bool:
    """Whether it is stepped in batches but not as often as its optimizer uses an LR."""
    whole, optimizer = driver(schedule), schedule.optimizer
    if cadence(schedule) is not Cadence.BATCH or optimizer is None:
        return False
    accumulates = {site.accumulation is None for site in (*whole.sites, *optimizer.sites)}
    steps, updates = whole.steps, whole.stepping.optimizer_steps
    return len(accumulates) != 1 or (
        steps is not None and updates is not None and compare(steps, updates).differs
    )


ZERO_EXCLUSIONS = (
    OPEN_ARGUMENTS,
    UNKNOWN_OPTIMIZER,
    WRITES,
    COMPETITOR,
    *PLAIN_STEPS,
    MOVED,
    EXERCISE,
    WRONG_INTERVAL,
    NO_MAX_STEPS,
    Exclusion(_early, "it is stepped before its optimizer", owner="LR104"),
    Exclusion(_other_whole, lambda whole: f"it is a part of a {whole.scheduler}"),
    UNKNOWN_CADENCE,
    REBUILT,
    Exclusion(_default_minimum, "eta_min is left at 0", owner="LR301"),
    Exclusion(_is_out_of_step, "it is not stepped as often as its optimizer"),
    *STEPPED_WRONGLY,
    IGNORED_ACCUMULATION,
    Exclusion(
        wrong_length,
        lambda length: (
            f"it steps {wording.amount(length.steps)} times, which it is not planned for"
        ),
        owner="LR504",
    ),
)


def _undecided(schedule: Schedule) -> Length | None:
    length = own_length(schedule)
    return length if length is not None and length.comparison.unknown else None


def _goes_on(schedule: Schedule) -> Length | None:
    length = own_length(schedule) if schedule.scheduler == _COSINE else None
    return length if length is not None and length.longer and not length.fits else None


NOT_DECIDED = (
    UNKNOWN_LENGTH,
    UNKNOWN_STEPS,
    Exclusion(
        _undecided,
        lambda length: (
            f"whether {length.horizon.parameter} = {wording.amount(length.length)} is over before"
            f" {wording.amount(length.steps)} steps is not known"
        ),
    ),
    Exclusion(
        _goes_on,
        lambda length: f"it goes on after {wording.amount(length.length)} steps, at its minimum",
        owner="LR201",
    ),
)
"""Excludes what may end at 0, where no step runs at that LR, or nobody knows whether one does."""
