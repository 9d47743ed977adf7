"""LRs that the script writes itself beside a scheduler, and which of the two is lost (LR404)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrlint.facts import Call, GuardKind, Loop, OptimizerUse, Schedule, StepSite, Write
from lrlint.judgement.exclusions import EXERCISE, REBUILT, UNKNOWN_LAW
from lrlint.judgement.wiring import always, drives, erases, meet
from lrlint.rule import Exclusion
from lrlint.symbolic import compare


@dataclass(frozen=True)
class WriteBeside:
    """An LR that is written after a scheduler is built, which steps at ``sites``."""

    schedule: Schedule
    optimizer: OptimizerUse
    write: Write
    sites: tuple[StepSite, ...]

    @property
    def loop(self) -> Loop | None:
        """The innermost training loop in which it is written."""
        return next((loop for loop in reversed(self.write.loops) if _is_training(loop)), None)

    @property
    def step(self) -> StepSite | None:
        """A step of the scheduler in the same loop."""
        return next((site for site in self.sites if meet(site, self.write)), None)

    @property
    def every_time(self) -> bool:
        """Whether it is written in every iteration of the loop."""
        return self.loop is not None and always(self.write.guards)

    @property
    def of_all_groups(self) -> bool:
        """Whether it writes all param groups, be it one after the other in a loop over them."""
        place = self.write.place.span()
        writes = self.schedule.surroundings.writes
        groups = {write.group for write in writes if write.place.span() == place}
        known = not self.optimizer.open_groups
        return None in groups or (known and len(groups) == len(self.optimizer.groups))

    @property
    def updates(self) -> tuple[StepSite, ...]:
        """The steps of the optimizer in the same loop."""
        return tuple(site for site in self.optimizer.sites if meet(site, self.write))

    @property
    def survives(self) -> bool:
        """Whether the optimizer always uses the written LR and never the scheduler's."""
        if self.step is None or self.loop is None or not self.updates:
            return False
        if self.step.loop is not self.loop:
            return self.loop not in self.step.loops  # else the scheduler steps further in
        write, step = self.write.order, self.step.order
        update = min(site.order for site in self.updates)
        if (write < update) == (step < update):  # the later of the two, as the loop goes round
            return step < write
        return write < update


def _is_training(loop: Loop) -> bool:
    return loop.kind.trains


def writes_beside(schedule: Schedule) -> tuple[WriteBeside, ...]:
    """Return the LRs that are written after a scheduler is built."""
    optimizer, sites = schedule.optimizer, drives(schedule)
    if optimizer is None:
        return ()
    return tuple(
        WriteBeside(schedule, optimizer, write, sites)
        for write in schedule.surroundings.writes
        if write.order >= schedule.construction.order
    )


# -- schedulers of which LR404 reports nothing


def _is_built_each_time(schedule: Schedule) -> bool:
    return schedule.construction.rebuilt


def _has_no_steps(schedule: Schedule) -> bool:
    return not drives(schedule)


def _sets_base(schedule: Schedule) -> Call | None:
    """Return where the script writes the scheduler's own ``base_lrs`` or ``_last_lr``."""
    calls = (call for call in schedule.calls if call.method in ("base_lrs =", "_last_lr ="))
    return next(calls, None)


WRITTEN_EXCLUSIONS = (
    UNKNOWN_LAW,
    REBUILT,
    Exclusion(_is_built_each_time, "a new scheduler is built each time", owner="LR409"),
    EXERCISE,
    Exclusion(_has_no_steps, "it is not stepped throughout the training, by default"),
    Exclusion(_sets_base, lambda call: f"the script writes `{call.method}` as well"),
)


# -- single LRs that LR404 does not report


def _is_of_one_group(case: WriteBeside) -> bool:
    return not case.of_all_groups


def _is_elsewhere(case: WriteBeside) -> bool:
    return case.loop is not None and case.step is None


def _is_kept(case: WriteBeside) -> Schedule | None:
    return None if case.every_time or erases(case.schedule) else case.schedule


def _is_conditional(case: WriteBeside) -> bool:
    return case.loop is None and not always(case.write.guards)


def _is_late(case: WriteBeside) -> bool:
    return case.loop is None and case.write.order > min(site.order for site in case.sites)


def _may_be_the_base_lr(case: WriteBeside) -> bool:
    """Whether an LR that is written once may be the one that the schedule starts from."""
    base = case.schedule.base_lrs[0] if case.schedule.base_lrs else None
    if case.loop is not None:
        return False
    return case.write.value is None or base is None or not compare(case.write.value, base).differs


def _is_relative(case: WriteBeside) -> bool:
    further_in = case.step is not None and case.step.loop is not case.loop
    if further_in and erases(case.schedule):
        return False  # it lasts until the next batch, whatever it is computed from
    return case.every_time and not case.write.from_scratch


def _is_neutral(case: WriteBeside) -> bool:
    return case.survives and case.schedule.scheduler == "get_constant_schedule"


def _is_unused(case: WriteBeside) -> bool:
    return case.every_time and not case.updates


_WARM_UP = re.compile(r"warm|start|first|begin|== ?[01]\b|<|\bNone\b", re.IGNORECASE)


def _is_warm_up(case: WriteBeside) -> bool:
    """Whether it is written in the first epochs only, or where a setting says so."""
    if case.loop is None or case.every_time:
        return False
    guards = case.write.guards
    return not any(guard.kind in (GuardKind.METRIC, GuardKind.OTHER) for guard in guards) or any(
        guard.kind in (GuardKind.BEFORE, GuardKind.AFTER, GuardKind.EXCEPTION)
        or (guard.kind is GuardKind.FLAG and guard.by_default is not True)
        or _WARM_UP.search(guard.text)
        or (guard.kind is GuardKind.OTHER and ">" in guard.text)  # from some step on
        for guard in guards
    )


WRITE_EXCLUSIONS = (
    Exclusion(_is_of_one_group, "it is the LR of one param group of several"),
    Exclusion(_is_elsewhere, "the scheduler does not step in the loop in which it is written"),
    Exclusion(_is_kept, lambda schedule: f"{schedule.scheduler} goes on from what is written"),
    Exclusion(_is_conditional, "it is written only under a condition"),
    Exclusion(_is_late, "it is written after the first step of the scheduler"),
    Exclusion(_may_be_the_base_lr, "it is not known to differ from the optimizer's LR"),
    Exclusion(_is_neutral, "the schedule is constant, so that nothing of it is lost"),
    Exclusion(_is_relative, "it is computed from the LR in use"),
    Exclusion(_is_unused, "the optimizer does not step in the loop in which it is written"),
    Exclusion(_is_warm_up, "it is written in a warm-up, or where a setting says so"),
)
