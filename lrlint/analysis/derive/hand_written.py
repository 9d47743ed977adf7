"""Schedules that a script writes by hand: ``param_group["lr"] = get_lr(step)`` in its loop."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from lrlint.analysis.derive.law_reads import reads_of
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.script_numbers import number_of
from lrlint.analysis.derive.step_guards import Path, conditions
from lrlint.analysis.derive.step_sites import steps_of, total
from lrlint.analysis.model import law_shape
from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
from lrlint.analysis.model.computed import Computed, Derived, RateInUse, all_atoms, replaced, varies
from lrlint.analysis.model.condition_queries import is_loop_atom, text_of
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.law_shape import Counters
from lrlint.analysis.model.records import NotTaken, OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import (
    BranchNotTaken,
    BuildOptimizer,
    BuildScheduler,
    Located,
    LRWrite,
    OptimizerStep,
)
from lrlint.analysis.model.values import Opaque, alternatives
from lrlint.facts import (
    HANDWRITTEN,
    HANDWRITTEN_DECAY,
    Cadence,
    Compounding,
    DeadBranch,
    DecayEnd,
    Horizon,
    Loop,
    LoopKind,
    OptimizerUse,
    Schedule,
    Stepping,
    StepSite,
    Surroundings,
    Threshold,
    WrittenLaw,
)
from lrlint.symbolic import Expr, NotRepresentable, Strength, TooComplex, compare

_TRAINING = (LoopKind.EPOCH, LoopKind.BATCH)
_MOST_POINTS = 20_000
"""Points of a curve that are computed one by one."""
_SIZES = (7, 500, 40_009)
"""What the numbers of batches may be, and others that are not known."""


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
            and any(loops.kind(loop) in _TRAINING or id(loop) in around for loop in item.loops)
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
        steps=_times(law.steps, law.passes),
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
    repeats = [loop for loop in inner if loops.kind(loop) in _TRAINING or id(loop) in around]
    alone = _writes_once(by_default) and len(repeats) == len(inner)
    if not alone or written.record.escapes is not None or any(map(loops.is_cut, repeats)):
        return WrittenLaw()
    counters = [(loop.loop.index, loop.loop.trips) for loop in repeats]
    if any(isinstance(atom.key, RateInUse) for atom in all_atoms(event.law)):
        return _recurrence(event.law, counters, item, written.record)
    guarded = any(part.lean is not True for part in conditions(item.path))
    used = law_shape.counted(event.law, counters)
    if used is None or guarded:
        return WrittenLaw()
    steps = _steps(used)
    begin = counters.index(used[0])
    passes = _steps(counters[:begin]) if begin else None
    if steps is None or (begin and passes is None):
        return WrittenLaw()
    counter = repeats[begin + len(used) - 1]
    read = _read(event.law, used, steps, loops.fact(counter))
    branches = [item.event.branch for item in located if isinstance(item.event, BranchNotTaken)]
    return replace(read, passes=passes, dead=tuple(_dead_branches(event.law, branches)))


def _writes_once(writes: Sequence[Located]) -> bool:
    """Whether writes are one of the script's, which follows one law in each param group."""
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
    share = law / other
    return not varies(share) and not any(law_shape.conditions_of(share))


def law_of_own(
    record: SchedulerRecord, sites: Sequence[StepSite], steps: Expr | None
) -> WrittenLaw:
    """Return the law of a scheduler of a class of the script that counts its plain steps."""
    rate = record.own_rate
    if rate is None or steps is None or len(sites) != 1 or not sites[0].loops:
        return WrittenLaw()
    (site,) = sites
    kind = {Cadence.EPOCH: LoopKind.EPOCH, Cadence.BATCH: LoopKind.BATCH}.get(site.per)
    counter = next((loop for loop in reversed(site.loops) if loop.kind is kind), site.loops[-1])
    read = _read(rate.number, [(rate.step, None)], steps, counter)
    return replace(read, dead=tuple(_dead_branches(rate.number, rate.not_taken)))


def _read(law: Expr, used: Counters, steps: Expr, counter: Loop) -> WrittenLaw:
    """Return what a law says of its length, and the LR at each value of its counter."""
    read = _reading(law, used, steps, counter)
    return replace(read, samples=tuple(_samples(law, used, steps, counter)))


def _samples(law: Expr, used: Counters, steps: Expr, counter: Loop) -> Iterator[WrittenLaw]:
    """Yield the law for some values of the whole numbers that are not known."""
    trips = [number for _, number in used if number is not None]
    unknown = [
        atom
        for atom in all_atoms(law, steps, *trips)
        if atom.value is None and atom.is_integer and not isinstance(atom.key, Derived)
    ]
    for size in _SIZES if unknown else ():
        # Two names may mean the same number, as that of the batches, so all have the same one.
        known = dict.fromkeys(unknown, Expr.const(size))
        try:
            counters = [
                (index, None if number is None else replaced(number, known))
                for index, number in used
            ]
            yield _reading(replaced(law, known), counters, replaced(steps, known), counter)
        except (TooComplex, NotRepresentable, ZeroDivisionError):
            return


def _reading(law: Expr, used: Counters, steps: Expr, counter: Loop) -> WrittenLaw:
    return WrittenLaw(
        counter=counter,
        steps=steps,
        at=_curve(law, used),
        decays=tuple(
            DecayEnd(
                end=end.at,
                start=end.start,
                cosine=end.cosine,
                place=end.place,
                stays=end.clamped,
            )
            for end in law_shape.ends(law, used)
        ),
        thresholds=tuple(
            Threshold(
                at=mark.at,
                text=text_of(mark.condition),
                place=None if mark.key is None else mark.key.place,
            )
            for mark in law_shape.marks(law, used)
        ),
        settled=_settled(law, used, steps),
        divides=law_shape.divides(law),
        factor=_factor(law),
    )


def _factor(law: Expr) -> Expr | None:
    """Return the number below 1 of which a law has varying powers, where that is the only one."""
    keys = [atom.key for atom in all_atoms(law)]
    bases = {
        key.parts[0]
        for key in keys
        if isinstance(key, Computed) and key.function == "**" and varies(key.parts[1])
    }
    value = next(iter(bases)).value if len(bases) == 1 else None
    return bases.pop() if value is not None and 0 < value < 1 else None


def _settled(law: Expr, counters: Counters, steps: Expr) -> bool:
    """Whether neither the law nor the number of its steps depends on an option."""
    trips = [steps, *(trips for _, trips in counters if trips is not None)]
    return all(
        isinstance(atom.key, Derived) or atom.strength is Strength.CONSTANT
        for atom in all_atoms(law, *trips)
    )


def _dead_branches(law: Expr, branches: Iterable[NotTaken]) -> Iterator[DeadBranch]:
    """Yield the branches of a law that are never taken; a plateau of 0 epochs is left out."""
    known = set(law_shape.conditions_of(law))
    for branch in branches:
        if branch.earlier in known and text_of(branch.condition) != text_of(branch.earlier):
            yield DeadBranch(
                place=branch.place, text=text_of(branch.condition), earlier=text_of(branch.earlier)
            )


def _recurrence(
    law: Expr, counters: Counters, item: Located, record: OptimizerRecord
) -> WrittenLaw:
    """Return the law where the next LR follows from the one in use."""
    rate = number_of(record.groups[0].get("lr"))
    guards = conditions(item.path)
    in_use = [atom for atom in all_atoms(law) if isinstance(atom.key, RateInUse)]
    stages = any(isinstance(part, Relation) and part.op not in ("==", "!=") for part in guards)
    changes = varies(law.subs(dict.fromkeys(in_use, Expr.const(1)))) or stages
    if rate is None or rate.value is None or len(in_use) != 1 or not changes:
        return WrittenLaw()
    indices = [index for index, _ in counters]
    try:
        compute = compile_number(law, [*indices, *in_use])
        tests = [compile_condition(part, indices) for part in guards]
    except (NotComputable, ZeroDivisionError):
        return WrittenLaw()
    sizes = [trips.value for _, trips in counters if trips is not None]
    if len(sizes) < len(counters) or not all(isinstance(size, int) for size in sizes):
        return WrittenLaw()
    first = last = float(rate.value)
    times = 0
    factor, twice = (law.subs({in_use[0]: Expr.const(lr)}) for lr in (1, 2))
    relative = twice == 2 * factor
    factors: list[float] = []
    try:
        for position in islice(
            product(*(range(int(size)) for size in sizes if size)), _MOST_POINTS
        ):
            if all(test(*position) for test in tests):
                factors += [float(compute(*position, 1))] if relative else []
                last, times = float(compute(*position, last)), times + 1
    except (ArithmeticError, ValueError):
        return WrittenLaw()
    falls = factors and (_lasts(factor, counters) or _is_decay(factors))
    meant = first * factors[-1] if falls else None
    return WrittenLaw(compounding=Compounding(times=times, first=first, last=last, meant=meant))


def _is_decay(factors: Sequence[float]) -> bool:
    """Whether factors fall from about 1 in each step, as those of a base LR do."""
    return len(factors) > 2 and factors[0] > 0.9 and all(map(operator.gt, factors, factors[1:]))


def _lasts(factor: Expr, counters: Counters) -> bool:
    """Whether a factor falls from 1 to 0 over the whole training: ``1 - epoch / epochs``."""
    used = law_shape.counted(factor, counters)
    steps = None if used is None else _steps(used)
    if used is None or steps is None or used[0] != counters[0]:
        return False
    return any(compare(end.at, steps).equal for end in law_shape.ends(factor, used))


def _steps(counters: Counters) -> Expr | None:
    """Return how many values the counter takes."""
    steps: Expr | None = Expr.const(1)
    for _, trips in counters:
        steps = None if trips is None else _times(steps, trips)
    return steps


def _times(steps: Expr | None, passes: Expr | None) -> Expr | None:
    """Return a number of steps, times that of the passes if there is one."""
    if steps is None or passes is None:
        return steps
    try:
        return steps * passes
    except (TooComplex, NotRepresentable):
        return None


def _curve(law: Expr, counters: Counters) -> Callable[[int], float] | None:
    """Return the LR as a function of the counter, with the script's defaults."""
    try:
        compute = compile_number(law, [index for index, _ in counters])
    except (NotComputable, ZeroDivisionError):
        return None
    sizes = [None if trips is None else trips.value for _, trips in counters[1:]]
    known = [size for size in sizes if isinstance(size, int) and size > 0]
    if len(known) < len(sizes):
        return None

    def at(position: int) -> float:
        digits: list[int] = []
        for size in reversed(known):
            position, digit = divmod(position, size)
            digits.append(digit)
        return float(compute(position, *reversed(digits)))

    return at
