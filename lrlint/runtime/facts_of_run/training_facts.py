"""All facts of a run."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.facts import OptimizerUse, Schedule, Surroundings, Training
from lrlint.runtime.facts_of_run.hand_written import HandWritten, facts_of
from lrlint.runtime.facts_of_run.optimizer_facts import optimizer_use
from lrlint.runtime.facts_of_run.schedule_facts import schedule_of
from lrlint.runtime.facts_of_run.training_loops import TrainingLoops
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler

Uses = dict[int, OptimizerUse]
"""The facts of optimizers, by the id of their record."""


def training_of(
    recorder: Recorder,
    written: Sequence[HandWritten] = (),
    own_laws: Sequence[Schedule] = (),
) -> Training:
    """Return the facts of a run so far, with the schedules that the script writes by hand.

    ``own_laws`` are the schedules of schedulers whose law the script writes.
    """
    loops = TrainingLoops(recorder)
    failed = {id(record.optimizer) for record in recorder.schedulers if record.failed}
    uses = {
        id(record): optimizer_use(record, loops, lacks_initial_lr=id(record) in failed)
        for record in recorder.optimizers
    }
    _note_replacements(recorder.optimizers, uses)
    schedules = {
        id(record): schedule_of(record, uses[id(record.optimizer)], recorder, loops)
        for record in recorder.schedulers
    }
    _note_relations(recorder.schedulers, schedules)
    return Training(
        optimizers=tuple(uses.values()),
        schedules=tuple(schedules.values()),
        written=(*(facts_of(one, uses[id(one.record)]) for one in written), *own_laws),
    )


def _note_replacements(records: list[RecordedOptimizer], uses: Uses) -> None:
    """Note optimizers of the same parameters that were built later and stepped instead."""
    for old in records:
        if not old.schedulers or old.steps:
            continue
        last_built = max(scheduler.order for scheduler in old.schedulers)
        for new in records:
            if new.order > last_built and new.steps and new.parameters & old.parameters:
                uses[id(old)].replaced_by = uses[id(new)]


def _note_relations(records: list[RecordedScheduler], schedules: dict[int, Schedule]) -> None:
    """Note the parts of composed schedules, and schedules that share an optimizer.

    Some may be missing in ``schedules``: of one line of code, only so many are kept.
    """
    for record in records:
        schedule = schedules[id(record)]
        schedule.children = tuple(
            schedules[id(child)] for child in record.children if id(child) in schedules
        )
        if record.parent is not None and id(record.parent) in schedules:
            schedule.parent = schedules[id(record.parent)]
        others = [
            other
            for other in record.optimizer.schedulers
            if other is not record and other.steps and other.parent is None
            if id(other) in schedules
        ]
        schedule.surroundings = Surroundings(
            competitors=tuple(schedules[id(other)] for other in others),
            instead=tuple(schedules[id(one)] for one in others if _follow_each_other(one, record)),
        )


def _follow_each_other(one: RecordedScheduler, other: RecordedScheduler) -> bool:
    """Whether one of two schedulers has stepped for the last time before the other begins."""
    (begin, end), (other_begin, other_end) = one.span, other.span
    return end < other_begin or other_end < begin
