"""Schedules that a script writes by hand: ``param_group["lr"] = get_lr(step)`` in its loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lrlint.analysis.derive.law_reads import reads_of
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.script_numbers import number_of
from lrlint.analysis.derive.step_guards import Path, conditions
from lrlint.analysis.derive.step_sites import steps_of, total
from lrlint.analysis.derive.written_laws import dead_branches, read, recurrence, steps_in, times
from lrlint.analysis.model import law_shape
from lrlint.analysis.model.computed import RateInUse, all_atoms, replaced, varies
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.records import OptimizerRecord
from lrlint.analysis.model.trace import (
    BranchNotTaken,
    BuildOptimizer,
    BuildScheduler,
    Located,
    LRWrite,
    OptimizerStep,
)
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import Opaque
from lrlint.facts import (
    HANDWRITTEN,
    HANDWRITTEN_DECAY,
    Horizon,
    LoopKind,
    OptimizerUse,
    Schedule,
    Stepping,
    Surroundings,
    WrittenLaw,
)
from lrlint.symbolic import Expr


@dataclass(frozen=True)
class Written:
    """What a script writes into the param groups of one optimizer during its training."""

    record: OptimizerRecord
    writes: tuple[Located, ...]


def hand_written(located: list[Located], loops: Loops) -> Iterator[Written]:
    """Yield the optimizers without a scheduler into which the script writes a changing LR."""
    driven = {
        id(item.event.scheduler.optimizer)
        for item in located
        if isinstance(item.event, BuildScheduler)
    }
    stepped = {
        id(item.event.optimizer): item.event.optimizer
        for item in located
        if isinstance(item.event, OptimizerStep)
    }
    for key, record in stepped.items():
        if key in driven or any(inner is None for inner in driven):
            continue
        around = _loops_around_steps(record, located)
        writes = tuple(
            item
            for item in located
            if isinstance(item.event, LRWrite)
            and item.event.optimizer is record
            and any(loops.kind(loop).trains or id(loop) in around for loop in item.loops)
        )
        if any(map(_may_change, writes)):
            yield Written(record, writes)


def _loops_around_steps(record: OptimizerRecord, located: list[Located]) -> set[int]:
    """Return the loops in which an optimizer steps, such as that over the rollouts of PPO."""
    return {
        id(loop)
        for item in located
        if isinstance(item.event, OptimizerStep) and item.event.optimizer is record
        for loop in item.loops
    }


def _may_change(item: Located) -> bool:
    """Whether an LR is known to differ from one iteration to another."""
    event = item.event
    assert isinstance(event, LRWrite)
    if event.law is None:
        return any(
            isinstance(value, Opaque) or (isinstance(value, Expr) and varies(value))
            for value in alternatives(event.value)
        )
    values = alternatives(event.value)
    if any(isinstance(value, Opaque) and "." not in (value.path or ".") for value in values):
        return True  # a variable whose value is not known
    counted = any(is_loop_atom(atom) for part in conditions(item.path) for atom in part.atoms())
    return counted or varies(event.law)


def written_schedules(
    located: list[Located], loops: Loops, optimizers: dict[int, OptimizerUse]
) -> tuple[Schedule, ...]:
    """Return the facts of the schedules that are written by hand."""
    return tuple(
        _schedule(written, located, loops, optimizers) for written in hand_written(located, loops)
    )


def _schedule(
    written: Written, located: list[Located], loops: Loops, optimizers: dict[int, OptimizerUse]
) -> Schedule:
    record = written.record
    first = written.writes[0]
    base = _path_of_construction(record, located)
    sites = tuple(
        step.site for step in steps_of(record, base, list(written.writes), loops, LRWrite)
    )
    updates = steps_of(record, base, located, loops)
    by_default = _by_default(written)
    law = replace(_law(written, by_default, loops, located), reads=reads_of(by_default, loops))
    decay = law.decays[0] if law.decays else None
    horizon: Horizon | None = None
    if decay is not None:
        place = decay.place or first.event.place
        end = decay.end
        horizon = Horizon(parameter=HANDWRITTEN_DECAY, length=end, unit=end.unit, place=place)
    found = [loop for site in sites for loop in site.loops]
    return Schedule(
        scheduler=HANDWRITTEN,
        variable=None,
        place=first.event.place,
        arguments={},
        optimizer=optimizers.get(id(record)),
        horizon=horizon,
        sites=sites,
        steps=times(law.steps, law.passes),
        law=law,
        stepping=Stepping(
            optimizer_steps=total(updates),
            epoch_loop=next((loop for loop in found if loop.kind is LoopKind.EPOCH), None),
            batch_loop=next((loop for loop in found if loop.kind is LoopKind.BATCH), None),
            escapes=record.escapes,
        ),
        surroundings=Surroundings(),
    )


def _path_of_construction(record: OptimizerRecord, located: list[Located]) -> Path:
    for item in located:
        if isinstance(item.event, BuildOptimizer) and item.event.optimizer is record:
            return item.path
    return ()


# -- the law --------------------------------------------------------------------------------------


def _by_default(written: Written) -> list[Located]:
    """Return the writes that the script's defaults do not rule out."""
    return [
        write
        for write in written.writes
        if not any(part.lean is False for part in conditions(write.path))
    ]


def _law(
    written: Written, by_default: Sequence[Located], loops: Loops, located: list[Located]
) -> WrittenLaw:
    """Return what can be read of the law; nothing more where several places write the LR."""
    item = (by_default or written.writes)[0]
    event = item.event
    assert isinstance(event, LRWrite)
    if event.law is None:
        return WrittenLaw(unread=f"the LR written by `{event.place.text} = …` cannot be read")
    built_in = _path_of_construction(written.record, located)
    inner = [loop for loop in item.loops if not any(loop is outer for outer in built_in)]
    around = _loops_around_steps(written.record, located)
    repeats = [loop for loop in inner if loops.kind(loop).trains or id(loop) in around]
    alone = _writes_once(by_default) and len(repeats) == len(inner)
    if not alone or any(map(loops.is_cut, repeats)):
        return WrittenLaw()
    counters = [(loop.loop.index, loop.loop.trips) for loop in repeats]
    expression = event.law
    in_use = [atom for atom in all_atoms(expression) if isinstance(atom.key, RateInUse)]
    if in_use:
        if written.record.escapes is not None:
            return WrittenLaw()
        law = recurrence(expression, counters, item, written.record)
        rate = number_of(written.record.groups[0].get("lr"))
        if rate is None or law.compounding is None or not law.compounding.idle:
            return law
        expression = replaced(expression, dict.fromkeys(in_use, rate))  # that is the LR throughout
    guarded = any(part.lean is not True for part in conditions(item.path))
    used = law_shape.counted(expression, counters)
    if used is None or guarded:
        return WrittenLaw()
    steps = steps_in(used)
    begin = counters.index(used[0])
    passes = steps_in(counters[:begin]) if begin else None
    if steps is None or (begin and passes is None):
        return WrittenLaw()
    counter = repeats[begin + len(used) - 1]
    law = read(expression, used, steps, loops.fact(counter))
    branches = [item.event.branch for item in located if isinstance(item.event, BranchNotTaken)]
    dead = tuple(dead_branches(expression, branches))
    if written.record.escapes is not None:
        return WrittenLaw(dead=dead)  # code that is not seen may write the LR, too
    return replace(law, passes=passes, dead=dead)


def _writes_once(writes: Sequence[Located]) -> bool:
    """Whether one statement writes all these LRs, each in its own group, in proportion."""
    events = [write.event for write in writes if isinstance(write.event, LRWrite)]
    groups = {event.group for event in events}
    if len(groups) != len(events) or not events:
        return False
    loops = [[loop.loop.index for loop in write.loops] for write in writes]
    return all(
        event.place.node is events[0].place.node
        and _in_proportion(event.law, events[0].law)
        and around == loops[0]
        for event, around in zip(events, loops, strict=True)
    )


def _in_proportion(law: Expr | None, other: Expr | None) -> bool:
    """Whether two laws are the same but for the LR that they start from."""
    if law == other:
        return True
    if law is None or other is None or other == 0:
        return False
    own, its = ([a for a in all_atoms(one) if isinstance(a.key, RateInUse)] for one in (law, other))
    if len(own) == len(its) == 1:  # each follows from the LR of its own group
        return other.subs({its[0]: Expr.atom(own[0])}) == law
    share = law / other
    return not varies(share) and not any(law_shape.conditions_of(share))
