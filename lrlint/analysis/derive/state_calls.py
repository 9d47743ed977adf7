"""Where states are read, restored and written to disk."""

from __future__ import annotations

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.step_guards import conditions, excluded, guards_of
from lrlint.analysis.model.records import OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import Located, OptimizerCall, Save, SchedulerCall
from lrlint.facts import Call, Checkpoint, OptimizerUse, Schedule


def calls_on(
    record: SchedulerRecord | OptimizerRecord, located: list[Located], loops: Loops
) -> tuple[Call, ...]:
    """Return the calls on a scheduler or an optimizer other than ``step()``."""
    calls = []
    for item in located:
        match item.event:
            case SchedulerCall(scheduler=owner) | OptimizerCall(optimizer=owner) if owner is record:
                calls.append(_call(item, item.event, loops))
    return tuple(calls)


def _call(item: Located, event: SchedulerCall | OptimizerCall, loops: Loops) -> Call:
    return Call(
        place=event.place,
        method=event.method,
        loops=tuple(loops.fact(repeat) for repeat in item.loops),
        guards=guards_of(item.path, loops),
        order=item.order,
        inside_scheduler_class=isinstance(event, SchedulerCall) and event.inside_scheduler_class,
        own_state=event.own_state,
    )


def restored_first(
    record: OptimizerRecord | None, built: Located, located: list[Located], loops: Loops
) -> Call | None:
    """Return the last load of a checkpoint into an optimizer before a scheduler is built on it."""
    assumed = conditions(built.path)
    last = None
    for item in located:
        event = item.event
        if item.order > built.order:
            break
        if (
            isinstance(event, OptimizerCall)
            and event.optimizer is record
            and event.method == "load_state_dict"
            and not event.own_state
            and not excluded(item.path, assumed)
        ):
            last = _call(item, event, loops)
    return last


def checkpoints(
    located: list[Located],
    loops: Loops,
    optimizers: dict[int, OptimizerUse],
    schedules: dict[int, Schedule],
) -> tuple[Checkpoint, ...]:
    """Return what is written to disk, given the facts by the identity of their records."""
    saved = []
    for item in located:
        event = item.event
        if not isinstance(event, Save):
            continue
        keys = [id(record) for record in event.holds]
        saved.append(
            Checkpoint(
                place=event.place,
                optimizers=tuple(optimizers[key] for key in keys if key in optimizers),
                schedules=tuple(schedules[key] for key in keys if key in schedules),
                order=item.order,
                open=event.open,
                counts=event.counts,
                loops=tuple(loops.fact(repeat) for repeat in item.loops),
            )
        )
    return tuple(saved)
