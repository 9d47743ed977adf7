"""What the expression of an LR says: how long its law is, its values, and branches never taken."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from lrlint.analysis.derive.script_numbers import number_of
from lrlint.analysis.derive.step_guards import conditions
from lrlint.analysis.model import law_ends, law_shape
from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
from lrlint.analysis.model.computed import Computed, Derived, RateInUse, all_atoms, replaced, varies
from lrlint.analysis.model.condition_queries import text_of
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.law_shape import Counters
from lrlint.analysis.model.records import NotTaken, OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import Located
from lrlint.facts import (
    Cadence,
    Compounding,
    DeadBranch,
    DecayEnd,
    Loop,
    LoopKind,
    StepSite,
    Threshold,
    WrittenLaw,
)
from lrlint.symbolic import UNREPRESENTABLE, Expr, NotRepresentable, Strength, TooComplex, compare

_MOST_POINTS = 20_000
"""Points of a curve that are computed one by one."""
_SIZES = (7, 500, 40_009)
"""What the numbers of batches may be, and others that are not known."""


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
    law = read(rate.number, [(rate.step, None)], steps, counter)
    return replace(law, dead=tuple(dead_branches(rate.number, rate.not_taken)))


def read(law: Expr, used: Counters, steps: Expr, counter: Loop) -> WrittenLaw:
    """Return what a law says of its length, and the LR at each value of its counter."""
    reading = _reading(law, used, steps, counter)
    return replace(reading, samples=tuple(_samples(law, used, steps, counter)))


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
        except UNREPRESENTABLE:
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
            for end in law_ends.ends(law, used)
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
    """Return the only number below 1 that a law raises to a varying power."""
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


def dead_branches(law: Expr, branches: Iterable[NotTaken]) -> Iterator[DeadBranch]:
    """Yield the branches of a law that are never taken; a plateau of 0 epochs is left out."""
    known = set(law_shape.conditions_of(law))
    for branch in branches:
        if branch.earlier in known and text_of(branch.condition) != text_of(branch.earlier):
            yield DeadBranch(
                place=branch.place, text=text_of(branch.condition), earlier=text_of(branch.earlier)
            )


def recurrence(law: Expr, counters: Counters, item: Located, record: OptimizerRecord) -> WrittenLaw:
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
    idle = 0 < len(factors) < _MOST_POINTS and all(one == 1 for one in factors)
    return WrittenLaw(
        compounding=Compounding(times=times, first=first, last=last, meant=meant, idle=idle)
    )


def _is_decay(factors: Sequence[float]) -> bool:
    """Whether factors fall from about 1 in each step, as those of a base LR do."""
    return len(factors) > 2 and factors[0] > 0.9 and all(map(operator.gt, factors, factors[1:]))


def _lasts(factor: Expr, counters: Counters) -> bool:
    """Whether a factor falls from 1 to 0 over the whole training: ``1 - epoch / epochs``."""
    used = law_shape.counted(factor, counters)
    steps = None if used is None else steps_in(used)
    if used is None or steps is None or used[0] != counters[0]:
        return False
    return any(compare(end.at, steps).equal for end in law_ends.ends(factor, used))


def steps_in(counters: Counters) -> Expr | None:
    """Return how many values the counter takes."""
    steps: Expr | None = Expr.const(1)
    for _, trips in counters:
        steps = None if trips is None else times(steps, trips)
    return steps


def times(steps: Expr | None, passes: Expr | None) -> Expr | None:
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
