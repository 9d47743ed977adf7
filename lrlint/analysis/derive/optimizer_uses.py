"""The facts of every optimizer of a trace."""

from __future__ import annotations

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.lr_writes import writes
from lrlint.analysis.derive.script_numbers import number_of
from lrlint.analysis.derive.simulated_counts import counted_by_running, never_happens
from lrlint.analysis.derive.state_calls import calls_on
from lrlint.analysis.derive.step_guards import conditions, relative
from lrlint.analysis.derive.step_sites import steps_of, total
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, Flag, Not
from lrlint.analysis.model.questions import CHANGING
from lrlint.analysis.model.records import OptimizerRecord
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    Located,
    OptimizerStep,
    Rebind,
    Repeat,
)
from lrlint.facts import OptimizerUse, ParamGroup


def optimizer_uses(trace: Block, located: list[Located], loops: Loops) -> dict[int, OptimizerUse]:
    """Return the facts of every optimizer, by the identity of its record."""
    constructions: dict[int, Located] = {}
    records: dict[int, OptimizerRecord] = {}
    for item in located:
        match item.event:
            case BuildOptimizer(optimizer=record):
                constructions[id(record)] = item
                records[id(record)] = record
            case OptimizerStep(optimizer=record):
                records.setdefault(id(record), record)
            case BuildScheduler(scheduler=scheduler) if scheduler.optimizer is not None:
                records.setdefault(id(scheduler.optimizer), scheduler.optimizer)
    uses = {
        key: _use(record, constructions.get(key), trace, located, loops)
        for key, record in records.items()
    }
    for item in located:
        if isinstance(item.event, Rebind):
            old, new = uses.get(id(item.event.old)), uses.get(id(item.event.new))
            if old is not None and new is not None and not never_happens(trace, item.event):
                _replace(old, new, item, constructions.get(id(item.event.old)), loops)
    return uses


def _use(
    record: OptimizerRecord,
    built: Located | None,
    trace: Block,
    located: list[Located],
    loops: Loops,
) -> OptimizerUse:
    """Return the facts of one optimizer; ``built`` is None where its construction is not seen."""
    path = () if built is None else built.path
    steps = steps_of(record, path, located, loops)
    if built is not None:
        (steps,) = counted_by_running(trace, built, steps)
    return OptimizerUse(
        class_name=record.class_name,
        variable=record.variable,
        place=record.place,
        groups=_param_groups(record),
        sites=tuple(step.site for step in steps),
        steps=total(steps),
        escapes=record.escapes,
        open_groups=record.unknown_groups,
        writes=writes(record, path, located, loops),
        calls=calls_on(record, located, loops),
    )


def _param_groups(record: OptimizerRecord) -> tuple[ParamGroup, ...]:
    return tuple(
        ParamGroup(
            lr=number_of(group.get("lr")),
            lr_given="lr" in record.given or group.get("lr") is not record.defaults.get("lr"),
            momentum=number_of(group.get("momentum")),
            initial_lr="initial_lr" in group,
            place=place,
        )
        for group, place in zip(record.groups, record.group_places, strict=True)
    )


def _replace(
    old: OptimizerUse, new: OptimizerUse, rebind: Located, built: Located | None, loops: Loops
) -> None:
    """Note that an optimizer takes the name of another, if its conditions allow it."""
    path = relative(rebind.path, () if built is None else built.path)
    doubtful = [part for part in conditions(path) if part.lean is not True]
    if not doubtful:
        old.replaced_by = new
    elif all(map(_comes_up, doubtful)):
        old.replaced_midway = new
        old.replaced_in = tuple(loops.fact(node) for node in path if isinstance(node, Repeat))


def _comes_up(condition: Condition) -> bool:
    """Whether a condition may hold from some iteration on: `epoch == 5`, a flag that is cleared."""
    if isinstance(condition, Not):
        return _comes_up(condition.of)
    if isinstance(condition, Flag):
        return condition.nature in CHANGING
    return any(map(is_loop_atom, condition.atoms()))
