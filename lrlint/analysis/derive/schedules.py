"""The facts of every schedule of a trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from lrlint.analysis.derive.dry_runs import is_in_test_file
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.lr_writes import writes
from lrlint.analysis.derive.rebuilt_in_loops import built_each_time, built_on_demand
from lrlint.analysis.derive.scheduler_arguments import (
    arguments_of,
    horizon_of,
    removed_arguments,
)
from lrlint.analysis.derive.state_calls import calls_on, restored_first
from lrlint.analysis.derive.step_guards import conditions, construction_guards, relative
from lrlint.analysis.derive.step_order import early_step, repeated_step
from lrlint.analysis.derive.step_sites import Step, steps_of, total
from lrlint.analysis.interpreter.choices import may_change
from lrlint.analysis.model.conditions import Condition, conjoin
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import (
    BuildOptimizer,
    BuildScheduler,
    Located,
    Repeat,
    SchedulerStep,
)
from lrlint.analysis.model.values import SchedulerRecord
from lrlint.facts import Loop, LoopKind, OptimizerUse, Schedule


def schedules_of(
    located: list[Located], loops: Loops, optimizers: dict[int, OptimizerUse]
) -> dict[int, Schedule]:
    """Return the facts of every schedule, by the identity of its record."""
    built: dict[int, Located] = {}
    records: dict[int, SchedulerRecord] = {}
    for item in located:
        if isinstance(item.event, BuildScheduler):
            record = item.event.scheduler
            built.setdefault(id(record), item)
            records[id(record)] = record
    schedules = {
        key: _schedule(records[key], item, located, loops, optimizers)
        for key, item in built.items()
    }
    for key, schedule in schedules.items():
        children = [id(child) for child in records[key].children]
        schedule.children = tuple(schedules[child] for child in children if child in schedules)
        for child in schedule.children:
            child.parent = schedule
    _relate(schedules, built, located)
    return schedules


def _schedule(
    record: SchedulerRecord,
    built: Located,
    located: list[Located],
    loops: Loops,
    optimizers: dict[int, OptimizerUse],
) -> Schedule:
    steps = steps_of(record, built.path, located, loops)
    updates = steps_of(record.optimizer, built.path, located, loops)
    if record.relayed:
        steps, updates = _without_counts(steps), _without_counts(updates)
    arguments = arguments_of(record)
    epoch_loop, batch_loop = _training_loops(updates or steps)
    under = construction_guards(built.path, loops)
    home = _construction_of_optimizer(record, located)
    return Schedule(
        scheduler=record.law,
        variable=record.variable,
        place=record.place,
        arguments=arguments,
        derived=record.derived,
        open_arguments=record.open_arguments,
        prepared=record.prepared,
        in_test=any(map(is_in_test_file, (built.event.place, *built.event.via))),
        optimizer=None if record.optimizer is None else optimizers.get(id(record.optimizer)),
        horizon=horizon_of(record, arguments),
        order=built.order,
        removed=removed_arguments(record),
        absolute_lr=record.absolute_lr,
        first_factor=record.first_factor,
        sites=tuple(step.site for step in steps),
        steps=total(steps),
        optimizer_steps=total(updates),
        epochs=None if epoch_loop is None else epoch_loop.trips,
        epoch_loop=epoch_loop,
        batch_loop=batch_loop,
        built_in=_built_in(built, home, loops),
        built_each_time=built_each_time(built, record, home, loops),
        built_under=under,
        on_default_path=all(guard.by_default is not False for guard in under),
        escapes=record.escapes,
        calls=calls_on(record, located, loops),
        writes=writes(record.optimizer, built.path, located, loops),
        restored_first=restored_first(record.optimizer, built, located, loops),
        early=early_step(steps, updates, loops),
        repeated=repeated_step(steps, loops),
        undecided=_undecided(steps),
    )


def _without_counts(steps: list[Step]) -> list[Step]:
    return [step._replace(site=replace(step.site, count=None)) for step in steps]


def _training_loops(steps: list[Step]) -> tuple[Loop | None, Loop | None]:
    """Return the epoch loop and the batch loop around the steps of an optimizer."""
    loops = [loop for step in steps for loop in step.site.loops]
    epoch = next((loop for loop in loops if loop.kind is LoopKind.EPOCH), None)
    batch = next((loop for loop in loops if loop.kind is LoopKind.BATCH), None)
    return epoch, batch


def _construction_of_optimizer(record: SchedulerRecord, located: list[Located]) -> Located | None:
    for item in located:
        if isinstance(item.event, BuildOptimizer) and item.event.optimizer is record.optimizer:
            return item
    return None


def _built_in(built: Located, home: Located | None, loops: Loops) -> tuple[Loop, ...]:
    """Return the loops around a scheduler's construction that are not around its optimizer's."""
    if home is None or built_on_demand(built, loops):
        inner = built.path
    else:
        inner = relative(built.path, home.path)
    return tuple(loops.fact(node) for node in inner if isinstance(node, Repeat))


def _undecided(steps: list[Step]) -> tuple[str, ...]:
    """Return why counts are not known, in words."""
    reasons: list[str] = []
    for site in (step.site for step in steps if step.site.count is None):
        reasons += [
            f"how often the loop over {loop.over or '?'} runs is not known"
            for loop in site.loops
            if loop.trips is None
        ]
        reasons += [
            f"whether `{guard.text}` holds is not known"
            for guard in site.guards
            if guard.by_default is None and guard.amount is None
        ]
    return tuple(dict.fromkeys(reasons))


# -- schedules of one optimizer -------------------------------------------------------------------


def _relate(
    schedules: dict[int, Schedule], built: dict[int, Located], located: list[Located]
) -> None:
    """Note which schedules of one optimizer advance together, and which exclude each other."""
    under = {key: conditions(item.path) for key, item in built.items()}
    stepped: dict[int, list[Condition | None]] = defaultdict(list)
    for item in located:
        if isinstance(item.event, SchedulerStep):
            lasting = [part for part in conditions(item.path) if not may_change(part)]
            stepped[id(item.event.scheduler)].append(conjoin(lasting))
    for key, schedule in schedules.items():
        others = {
            other_key: other
            for other_key, other in schedules.items()
            if other is not schedule
            and other.optimizer is not None
            and other.optimizer is schedule.optimizer
            and other.parent is None
            and schedule.parent is None
        }
        apart = {k for k in others if _exclude(under[key], under[k])}
        rivals = [k for k in others if others[k].sites and k not in apart]
        schedule.otherwise = tuple(others[k] for k in others if k in apart)
        schedule.competitors = tuple(others[k] for k in rivals)
        schedule.instead = tuple(
            others[k] for k in rivals if _never_together(stepped[key], stepped[k])
        )


def _exclude(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether two lists of conditions cannot hold together."""
    return any(contradict(a, b) for a in one for b in other)


def _never_together(one: Sequence[Condition | None], other: Sequence[Condition | None]) -> bool:
    """Whether each condition of one list excludes each of the other; None always holds."""
    return all(a is not None and b is not None and contradict(a, b) for a in one for b in other)
