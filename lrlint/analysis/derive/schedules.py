"""The facts of every schedule of a trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lrlint.analysis.derive.dry_runs import is_in_test_file
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.lr_writes import writes
from lrlint.analysis.derive.rebuilt_in_loops import built_each_time, built_on_demand
from lrlint.analysis.derive.scheduler_arguments import (
    arguments_of,
    cooldown_of,
    horizon_of,
    removed_arguments,
)
from lrlint.analysis.derive.simulated_counts import counted_by_running
from lrlint.analysis.derive.state_calls import calls_on, restored_first
from lrlint.analysis.derive.step_guards import Path, conditions, construction_guards, relative
from lrlint.analysis.derive.step_order import early_step, repeated_step
from lrlint.analysis.derive.step_sites import Step, steps_of, total
from lrlint.analysis.derive.written_laws import law_of_own
from lrlint.analysis.model.condition_queries import may_change
from lrlint.analysis.model.conditions import Condition, conjoin, negate
from lrlint.analysis.model.contradictions import contradict, exclude
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import Owner, SchedulerRecord
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    IdleStep,
    Located,
    OptimizerStep,
    Repeat,
    SchedulerCall,
    SchedulerStep,
    When,
)
from lrlint.analysis.model.words import HELD, unknown_trips
from lrlint.facts import (
    Acceleration,
    Cadence,
    Construction,
    FactorFunction,
    Loop,
    LoopKind,
    OptimizerUse,
    Schedule,
    Stepping,
    Surroundings,
)


def schedules_of(
    trace: Block,
    located: list[Located],
    loops: Loops,
    optimizers: dict[int, OptimizerUse],
    accelerations: Mapping[int, Acceleration],
) -> dict[int, Schedule]:
    """Return the facts of every schedule, by the identity of its record."""
    built: dict[int, Located] = {}
    records: dict[int, SchedulerRecord] = {}
    for item in located:
        if isinstance(item.event, BuildScheduler):
            record = item.event.scheduler
            built.setdefault(id(record), item)
            records[id(record)] = record
    for record in records.values():
        record.relayed |= _is_continued(record, located)
    schedules = {
        key: _schedule(records[key], item, trace, located, loops, optimizers)
        for key, item in built.items()
    }
    for key in accelerations.keys() & schedules.keys():
        acceleration = accelerations[key]
        schedules[key].stepping = replace(schedules[key].stepping, acceleration=acceleration)
    for key, schedule in schedules.items():
        children = [id(child) for child in records[key].children]
        schedule.children = tuple(schedules[child] for child in children if child in schedules)
        for child in schedule.children:
            child.parent = schedule
        schedule.stepping = replace(
            schedule.stepping, trained_instead=_trained_instead(records[key], located, optimizers)
        )
    _relate(schedules, built, located)
    return schedules


def _is_continued(record: SchedulerRecord, located: list[Located]) -> bool:
    """Whether a scheduler that the same call has built loads a state, as a resumed one does."""
    loads = [
        item.event.scheduler
        for item in located
        if isinstance(item.event, SchedulerCall)
        and item.event.method == "load_state_dict"
        and not any(isinstance(node, When) for node in item.path)
    ]
    return any(
        other is not record and other.place.node is record.place.node and other.law == record.law
        for other in loads
    )


def _trained_instead(
    record: SchedulerRecord, located: list[Located], optimizers: dict[int, OptimizerUse]
) -> OptimizerUse | None:
    """Return the optimizer that steps wherever a scheduler does, if its own steps only elsewhere.

    ``if epoch < 5: opt_a.step(); scheduler.step()``, where only the ``else`` steps ``opt_b``, or
    only another loop.
    """
    steps = [item for item in located if _steps(item, record)]
    updates = [item for item in located if _steps(item, record.optimizer)]
    if (
        not steps
        or not updates
        or not all(_apart(step, update) for step in steps for update in updates)
    ):
        return None
    for key, other in optimizers.items():
        trains = [item for item in located if id(_owner(item)) == key]
        if trains and all(any(_runs_with(step, update) for update in trains) for step in steps):
            return other
    return None


def _apart(one: Located, other: Located) -> bool:
    """Whether two things never happen in the same iteration, and not in the same loop either."""
    if _exclude(one.path, other.path):
        return True
    loops = {id(loop) for loop in one.loops}
    return bool(loops and other.loops) and loops.isdisjoint(map(id, other.loops))


def _owner(item: Located) -> Owner | None:
    match item.event:
        case OptimizerStep(optimizer=owner) | SchedulerStep(scheduler=owner):
            return owner
    return None


def _steps(item: Located, owner: Owner | None) -> bool:
    return owner is not None and _owner(item) is owner


def _runs_with(step: Located, update: Located) -> bool:
    """Whether an update is made in the same branch, and loop, as a step of a scheduler."""
    return bool(step.loops) and step.path == update.path[: len(step.path)]


def _schedule(
    record: SchedulerRecord,
    built: Located,
    trace: Block,
    located: list[Located],
    loops: Loops,
    optimizers: dict[int, OptimizerUse],
) -> Schedule:
    steps = steps_of(record, built.path, located, loops)
    updates = steps_of(record.optimizer, built.path, located, loops)
    if record.relayed or record.miscounted:
        steps = _without_counts(steps)
    if not record.paced:
        steps = _at_unknown_pace(steps)
    if record.relayed or (record.optimizer is not None and record.optimizer.miscounted):
        updates = _without_counts(updates)
    steps, updates = counted_by_running(trace, built, steps, updates)
    replaced = record.miscounted or (record.optimizer is not None and record.optimizer.miscounted)
    arguments = arguments_of(record)
    stepping = _stepping(record, steps, updates, loops, located)
    sites, count = tuple(step.site for step in steps), total(steps)
    epoch_loop = stepping.epoch_loop
    return Schedule(
        scheduler=record.law,
        variable=record.variable,
        place=record.place,
        arguments=arguments,
        optimizer=None if record.optimizer is None else optimizers.get(id(record.optimizer)),
        horizon=horizon_of(record, arguments),
        sites=sites,
        steps=count,
        law=law_of_own(record, sites, count),
        epochs=None if epoch_loop is None else epoch_loop.trips,
        calls=calls_on(record, located, loops),
        construction=_construction(record, built, located, loops),
        lr_lambda=FactorFunction(
            absolute_lr=record.absolute_lr,
            power_of=record.power_of,
            # The scheduler may be ahead when the optimizer steps first.
            first_factor=None if replaced else record.first_factor,
            reads_step=record.reads_step,
        ),
        stepping=stepping,
        surroundings=Surroundings(writes=writes(record.optimizer, built.path, located, loops)),
    )


def _construction(
    record: SchedulerRecord, built: Located, located: list[Located], loops: Loops
) -> Construction:
    guards = construction_guards(built.path, loops)
    home = _construction_of_optimizer(record, located)
    return Construction(
        order=built.order,
        loops=_loops_around(built, home, loops),
        rebuilt=built_each_time(built, record, home, loops),
        guards=guards,
        on_default_path=all(guard.by_default is not False for guard in guards),
        in_test=any(map(is_in_test_file, (built.event.place, *built.event.via))),
        derived=record.derived,
        inherits_step=record.inherits_step,
        sets_first_lr=record.sets_first_lr,
        open_arguments=record.open_arguments,
        seen=not record.given,
        removed_arguments=removed_arguments(record),
        restored_first=restored_first(record.optimizer, built, located, loops),
        positioned=record.kind in (LibraryKind.TIMM_SCHEDULER, LibraryKind.IGNITE_SCHEDULER),
        planned_epochs=record.planned_epochs,
        cooldown=cooldown_of(record),
    )


def _stepping(
    record: SchedulerRecord,
    steps: list[Step],
    updates: list[Step],
    loops: Loops,
    located: list[Located],
) -> Stepping:
    epoch_loop, batch_loop = _training_loops(updates or steps)
    idle = tuple(
        item.event.place
        for item in located
        if isinstance(item.event, IdleStep) and item.event.scheduler is record
    )
    return Stepping(
        optimizer_steps=total(updates),
        epoch_loop=epoch_loop,
        batch_loop=batch_loop,
        early_step=None if record.miscounted else early_step(steps, updates, loops),
        repeated_step=None if record.miscounted else repeated_step(steps, updates, loops),
        driver=record.driver,
        prepared=record.stopped,
        idle=idle,
        escapes=record.escapes or record.given_to,
        held=record.escapes is not None and record.escapes.startswith(HELD),
        undecided=_undecided(steps),
    )


def _without_counts(steps: list[Step]) -> list[Step]:
    return [step._replace(site=replace(step.site, count=None)) for step in steps]


def _at_unknown_pace(steps: list[Step]) -> list[Step]:
    return [step._replace(site=replace(step.site, per=Cadence.UNKNOWN)) for step in steps]


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


def _loops_around(built: Located, home: Located | None, loops: Loops) -> tuple[Loop, ...]:
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
            f"{unknown_trips(loop.over)} is not known" for loop in site.loops if loop.trips is None
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
    under = {key: item.path for key, item in built.items()}
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
        rivals = {k: other for k, other in others.items() if other.sites and k not in apart}
        schedule.surroundings = replace(
            schedule.surroundings,
            competitors=tuple(rivals.values()),
            instead=tuple(
                other for k, other in rivals.items() if _never_together(stepped[key], stepped[k])
            ),
            otherwise=tuple(other for k, other in others.items() if k in apart),
            alternatives=tuple(
                other
                for k, other in schedules.items()
                if other is not schedule
                and built[k].event.place.node is built[key].event.place.node
                and _exclude(under[key], under[k])
            ),
        )


def _exclude(one: Path, other: Path) -> bool:
    """Whether the conditions along two paths cannot hold together."""
    ours = [node.condition for node in one if isinstance(node, When)]
    theirs = [node.condition for node in other if isinstance(node, When)]
    # Two branches of one `if`, however many settings its condition is about.
    if any(negate(condition) in theirs for condition in ours):
        return True
    return exclude(conditions(one), conditions(other))


def _never_together(one: Sequence[Condition | None], other: Sequence[Condition | None]) -> bool:
    """Whether each condition of one list excludes each of the other; None always holds."""
    return all(a is not None and b is not None and contradict(a, b) for a in one for b in other)
