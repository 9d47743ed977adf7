"""Whether the steps of timm's schedulers get the right position (LR505)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lrlint.facts import Cadence, GuardKind, Loop, LoopKind, Place, Schedule, StepArgument, StepSite
from lrlint.judgement import wording
from lrlint.judgement.accumulation import ignored_accumulation, steps_every_micro_batch
from lrlint.judgement.horizon_units import Evidence, horizon_in_batches, horizon_in_epochs
from lrlint.judgement.length import WITH_THE_DEFAULTS, where
from lrlint.judgement.rates import lr_after_steps, lr_text, lr_when_built, takes_metric
from lrlint.judgement.stepping import regular_sites
from lrlint.symbolic import Expr, NotRepresentable, TooComplex, compare


@dataclass(frozen=True)
class WrongPosition:
    """What is wrong with the steps of a scheduler."""

    place: Place
    text: str
    certain: bool
    behind: StepSite | None = None
    """The step whose argument is one too low."""


_TELLS_NOTHING = "ignite.Engine"
"""The driver of schedules that count their steps themselves."""


def wrong_position(schedule: Schedule) -> WrongPosition | None:
    """Return the first that is wrong: one mistake is one finding."""
    told = schedule.stepping.driver
    if not schedule.construction.positioned or (told is not None and told.name == _TELLS_NOTHING):
        return None
    return next((found for judge in _JUDGES if (found := judge(schedule)) is not None), None)


# -- calls that raise, or do nothing


def _without_argument(schedule: Schedule) -> WrongPosition | None:
    for site in schedule.sites:
        if site.argument is StepArgument.NOTHING and not site.argument_text and _runs(site):
            text = f"step() of {schedule.scheduler} needs the epoch: this call raises TypeError"
            if _counts_updates(schedule):
                text = (
                    f"step_update() of {schedule.scheduler} needs the number of updates:"
                    " this call raises TypeError"
                )
            return WrongPosition(site.place, text, _is_default(schedule))
    return None


def _runs(site: StepSite) -> bool:
    """Whether the script's defaults make a call, and no ``try`` hides what it raises."""
    return not any(
        guard.by_default is False or guard.kind is GuardKind.EXCEPTION for guard in site.guards
    )


def _counts_updates(schedule: Schedule) -> bool:
    argument = schedule.argument("t_in_epochs")
    return argument is not None and argument.value is False


def _is_default(schedule: Schedule) -> bool:
    return schedule.construction.on_default_path


def _idle(schedule: Schedule) -> WrongPosition | None:
    """Return the call that does nothing, where no other call moves the schedule."""
    idle = schedule.stepping.idle
    if schedule.sites or not idle or schedule.stepping.escapes is not None:
        return None
    if schedule.optimizer is None or not schedule.optimizer.stepped:
        return None
    first = lr_when_built(schedule)
    stays = "never changes" if first is None else f"stays at {lr_text(first)}"
    if _counts_updates(schedule):
        text = "counts updates, so step() does nothing, and step_update() is never called"
    elif takes_metric(schedule):
        text = "steps per epoch only, so step_update() does nothing, and step() is never called"
    else:
        text = "counts epochs, so step_update() does nothing, and step() is never called"
    return WrongPosition(
        idle[0], f"{schedule.scheduler} {text}: the LR {stays}", _is_default(schedule)
    )


def _without_metric(schedule: Schedule) -> WrongPosition | None:
    sites = [site for site in schedule.sites if _runs(site)]
    if not takes_metric(schedule) or not sites:
        return None
    if any(site.argument is not StepArgument.NOTHING for site in schedule.sites):
        return None
    site = sites[0]
    return WrongPosition(
        site.place,
        f"{schedule.scheduler}.step({site.argument_text}) is given no metric, so that it never"
        " lowers the LR: it takes step(epoch, metric)",
        _is_default(schedule),
    )


# -- how long it is


def _without_updates(schedule: Schedule) -> WrongPosition | None:
    """Return a factory that is asked for updates without the number of updates per epoch."""
    horizon, planned = schedule.horizon, schedule.construction.planned_epochs
    if horizon is None or horizon.length is None or planned is None or planned.value == 0:
        return None
    if not _counts_updates(schedule) or horizon.length.as_number() != 0:
        return None
    return WrongPosition(
        schedule.place,
        "a schedule that is not stepped on epochs needs updates_per_epoch, which is 0 here: this"
        " raises AssertionError",
        _is_default(schedule),
    )


def _accumulation(schedule: Schedule) -> WrongPosition | None:
    ignored = ignored_accumulation(schedule)
    if ignored is not None:
        every = wording.quantity(ignored.every)
        return WrongPosition(
            where(schedule),
            f"{ignored.horizon.parameter} counts micro-batches"
            f" ({wording.amount(schedule.length or ignored.every)}), but an update is made once"
            f" every {every} of them: updates_per_epoch should count updates{_end(schedule)}",
            ignored.every.value != 1,
        )
    too_often = steps_every_micro_batch(schedule)
    if too_often is None:
        return None
    return WrongPosition(
        too_often.site.place,
        f"the schedule counts updates, but step_update() counts every micro-batch, of which"
        f" {wording.quantity(too_often.every)} make an update: it is over too early",
        too_often.every.value != 1,
    )


def _end(schedule: Schedule) -> str:
    """Say where the LR ends, where that is known."""
    steps = schedule.steps
    if steps is None or not isinstance(steps.value, int) or steps.value < 1:
        return ""
    last = lr_after_steps(schedule, steps.value - 1)
    return "" if last is None else f"; the LR ends at {lr_text(last)}"


# -- what the steps are told


def _only(schedule: Schedule) -> StepSite | None:
    """Return the one call that moves the schedule during the training."""
    sites = regular_sites(schedule)
    if len(sites) != 1 or takes_metric(schedule) or schedule.stepping.escapes is not None:
        return None
    return sites[0] if sites[0].argument is StepArgument.EPOCH and _runs(sites[0]) else None


def _restarts(schedule: Schedule) -> WrongPosition | None:
    """Return a step that gets the number of the batch in its epoch."""
    site, length = _only(schedule), schedule.length
    if site is None or site.counted is None or len(site.loops) < 2 or site.offset is not None:
        return None
    outer = site.loops[site.loops.index(site.counted) - 1] if site.counted is site.loop else None
    if outer is None or outer is site.loop or not _repeats(outer):
        return None
    if site.position is None or site.position.as_number() not in (0, 1):
        return None
    per_epoch = site.counted.trips
    if length is None or per_epoch is None or compare(length, per_epoch).equal:
        return None
    if horizon_in_batches(schedule) is not None or _shares(length, per_epoch):
        what = (
            f"the schedule never gets beyond {wording.quantity(per_epoch)} of"
            f" {wording.quantity(length)}"
        )
    elif horizon_in_epochs(schedule) is not None:
        what = f"the schedule of {wording.quantity(length)} epochs runs anew in each of them"
    else:
        return None
    return WrongPosition(
        site.place,
        f"{_call(schedule, site)} counts the batches of one epoch and starts again with the next:"
        f" {what}",
        _is_default(schedule),
    )


def _repeats(loop: Loop) -> bool:
    return loop.kind is LoopKind.EPOCH and (loop.trips is None or loop.trips.value != 1)


def _shares(length: Expr, per_epoch: Expr) -> bool:
    """Whether a length is made of the batches of an epoch, or by far larger than their number."""
    if length.atoms() & per_epoch.atoms():
        return True
    return (
        length.value is not None
        and per_epoch.value is not None
        and length.value >= 2 * per_epoch.value
    )


def _call(schedule: Schedule, site: StepSite) -> str:
    method = "step_update" if _counts_updates(schedule) else "step"
    return f"{method}({site.argument_text})"


def _unit(schedule: Schedule) -> WrongPosition | None:
    """Return a step that gets epochs where the schedule counts batches, or the reverse."""
    site = _only(schedule)
    if site is None or site.offset is None or site.offset.value not in (0, 1):
        return None
    optimizer = schedule.optimizer
    if optimizer is None or not optimizer.stepped or schedule.stepping.batch_loop is None:
        return None
    if site.per is Cadence.EPOCH and (found := horizon_in_batches(schedule)) is not None:
        return _in_other_unit(schedule, site, found, "batches", "epochs")
    if site.per is Cadence.BATCH and (found := horizon_in_epochs(schedule)) is not None:
        return _in_other_unit(schedule, site, found, "epochs", "updates")
    return None


def _in_other_unit(
    schedule: Schedule, site: StepSite, evidence: Evidence, counts: str, passed: str
) -> WrongPosition | None:
    length, steps = evidence.horizon.length, schedule.steps
    if length is None or (
        steps is not None and (compare(steps, length).equal or _is_close(steps.value, length.value))
    ):
        return None
    slow = passed == "epochs"
    what = "the LR hardly moves" if slow else "the schedule is over within the first epochs"
    if steps is not None and steps.value is not None and length.value is not None and slow:
        what = (
            f"{wording.amount(steps)} of {wording.amount(length)} steps are taken{_end(schedule)}"
        )
    return WrongPosition(
        site.place,
        f"{wording.horizon(evidence.horizon, counts)}, but {_call(schedule, site)} passes"
        f" {passed}: {what}{'' if evidence.certain else WITH_THE_DEFAULTS}",
        evidence.certain and _is_default(schedule),
    )


def _is_close(steps: float | None, length: float | None) -> bool:
    return steps is not None and length is not None and abs(steps - length) <= 1


def _behind(schedule: Schedule) -> WrongPosition | None:
    """Return a step at the end of each epoch that gets the number of that epoch, from 0."""
    site = _only(schedule)
    if site is None or site.per is not Cadence.EPOCH or site.counted is None:
        return None
    if site.counted.kind is not LoopKind.EPOCH or site.counted is not site.loop:
        return None
    if site.position is None or site.position.value != 0 or _only_first(site.counted):
        return None
    if any(guard.kind is not GuardKind.FLAG for guard in site.guards):
        return None
    optimizer = schedule.optimizer
    updates = () if optimizer is None else optimizer.sites
    if not any(_same_loop(site, one) and one.order < site.order for one in updates):
        return None
    if any(_same_loop(site, one) and one.order > site.order for one in updates):
        return None
    return WrongPosition(
        site.place,
        f"{_call(schedule, site)} at the end of an epoch sets the LR of that epoch"
        f" again: the schedule lags one epoch behind{_lag(schedule)}",
        False,
        behind=site,
    )


def _only_first(loop: Loop) -> bool:
    return loop.trips is not None and loop.trips.value == 1


def _same_loop(site: StepSite, other: StepSite) -> bool:
    return site.loop is not None and any(
        loop.place.span() == site.loop.place.span() for loop in other.loops
    )


def _lag(schedule: Schedule) -> str:
    epochs = schedule.epochs
    if epochs is None or not isinstance(epochs.value, int) or epochs.value < 2:
        return ""
    late, right = (lr_after_steps(schedule, epochs.value - back) for back in (2, 1))
    if late is None or right is None or late == right:
        return ""
    return f", and the last one runs at {lr_text(late)} instead of {lr_text(right)}"


def _cut_short(schedule: Schedule) -> WrongPosition | None:
    """Return a loop that ends before the schedule does, whose length its factory returns."""
    planned, epochs = schedule.construction.planned_epochs, schedule.epochs
    if planned is None or epochs is None or not schedule.sites:
        return None
    missing = _difference(planned, epochs)
    cooldown = schedule.construction.cooldown
    caveat = "" if planned.is_constant and epochs.is_constant else WITH_THE_DEFAULTS
    if missing is not None and missing > 0:
        text = (
            f"the schedule takes {wording.quantity(planned)} epochs, as the function that builds it"
            f" returns, but the loop runs {wording.quantity(epochs)}{caveat}{_end(schedule)}"
        )
        return WrongPosition(schedule.place, text, False)
    if missing == 0 and cooldown is not None and cooldown.number is not None and cooldown.place:
        if not cooldown.number.value or cooldown.number.value <= 0:
            return None
        text = (
            f"the cool-down of {wording.quantity(cooldown.number)} epochs never happens: the number"
            " of epochs that is returned has it, but the loop runs"
            f" {wording.quantity(epochs)}{caveat}"
        )
        return WrongPosition(cooldown.place, text, False)
    return None


def _difference(planned: Expr, epochs: Expr) -> float | None:
    try:
        return (planned - epochs).value
    except (TooComplex, NotRepresentable):
        return None


_JUDGES: tuple[Callable[[Schedule], WrongPosition | None], ...] = (
    *(_without_argument, _idle, _without_metric, _without_updates, _accumulation),
    *(_restarts, _unit, _behind, _cut_short),
)
