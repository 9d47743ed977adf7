"""Where an optimizer or a scheduler is stepped, seen from its construction, and how often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.running_counters import ended_by_counter, running_on, times_of_running
from lrlint.analysis.derive.step_guards import (
    Path,
    conditions,
    guard,
    is_settled,
    ordinarily,
    parts,
    relative,
)
from lrlint.analysis.model import counting
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, conjoin, flatten
from lrlint.analysis.model.contradictions import exclude
from lrlint.analysis.model.records import OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import (
    Event,
    Located,
    LRWrite,
    OptimizerStep,
    Repeat,
    SchedulerStep,
)
from lrlint.analysis.model.values import AnyValue, Choice, Const, ListValue, Opaque
from lrlint.facts import Cadence, Loop, LoopKind, StepArgument, StepSite
from lrlint.symbolic import UNREPRESENTABLE, Expr, NotRepresentable, TooComplex, Unit


class Step(NamedTuple):
    """A step in the trace, with the facts about it."""

    located: Located
    site: StepSite


def steps_of(
    record: OptimizerRecord | SchedulerRecord | None,
    base: Path,
    located: list[Located],
    loops: Loops,
    kinds: type[Event] | tuple[type[Event], ...] = (OptimizerStep, SchedulerStep),
) -> list[Step]:
    """Return the steps of an optimizer or scheduler, as seen from a construction at ``base``."""
    steps = []
    for item in located:
        match item.event:
            case (
                OptimizerStep(optimizer=owner)
                | SchedulerStep(scheduler=owner)
                | LRWrite(optimizer=owner)
            ) if isinstance(item.event, kinds):
                site = _site(item, base, loops) if owner is record else None
                if site is not None:
                    steps.append(Step(item, site))
    return steps


def total(steps: list[Step]) -> Expr | None:
    """Return the sum of all counts, or None where one of them is not known."""
    result = Expr.const(0)
    for step in steps:
        if step.site.count is None:
            return None
        try:
            result = result + step.site.count
        except (TooComplex, NotRepresentable):
            return None
    return result


def _site(located: Located, base: Path, loops: Loops) -> StepSite | None:
    """Return a step as seen from ``base``; None where the two exclude each other."""
    assumed = conditions(base)
    inner = relative(located.path, base)
    guards = [(part, node) for part, node in parts(inner) if not is_settled(part, assumed)]
    if exclude([part for part, _ in guards], assumed):
        return None
    whole = [node for node in inner if isinstance(node, Repeat)]
    repeats = [node for node in whole if not (node.loop.calls and node.loop.trips is not None)]
    count, once = _count(repeats, [part for part, _ in guards], loops, located)
    facts = [_loop(repeat, assumed, loops) for repeat in repeats]
    event = located.event
    if isinstance(event, SchedulerStep) and event.times is not None and count is not None:
        count = count * event.times
    if any(
        fact.trips is not repeat.loop.trips for fact, repeat in zip(facts, repeats, strict=True)
    ):
        count = None
    site = StepSite(
        place=event.place,
        loops=tuple(facts),
        guards=tuple(guard(part, node, repeats, loops) for part, node in guards),
        per=_cadence([repeat for repeat in repeats if repeat not in once], loops),
        count=count,
        order=located.order,
        scaled=isinstance(event, OptimizerStep) and event.scaled,
        via=event.via,
        called_once=len(repeats) < len(whole),
    )
    return _with_argument(site, event, repeats) if isinstance(event, SchedulerStep) else site


def _with_argument(site: StepSite, event: SchedulerStep, repeats: list[Repeat]) -> StepSite:
    """Return the step of a scheduler in some loops with what is known of its argument."""
    source, result = event.origins
    line = _line(event.argument, repeats)
    return replace(
        site,
        argument=_argument(event),
        argument_text=event.argument_text,
        argument_source=source,
        argument_result=result,
        position=None if line is None else line[1],
        counted=None if line is None else site.loops[repeats.index(line[0])],
        offset=_offset(event.argument, repeats),
        last=_last(event.argument, repeats),
        local=event.local,
    )


def _loop(repeat: Repeat, assumed: Sequence[Condition], loops: Loops) -> Loop:
    fact = loops.fact(repeat)
    return replace(fact, trips=None) if has_other_trips(repeat, assumed) else fact


def has_other_trips(repeat: Repeat, assumed: Sequence[Condition]) -> bool:
    """Whether a loop has another trip count under the conditions that are known to hold."""
    return any(
        all(is_settled(part, assumed) for part in flatten(condition))
        for condition in repeat.loop.otherwise
    )


def _cadence(repeats: list[Repeat], loops: Loops) -> Cadence:
    for repeat in reversed(repeats):
        match loops.kind(repeat):
            case LoopKind.BATCH:
                return Cadence.BATCH
            case LoopKind.EPOCH:
                return Cadence.EPOCH
            case LoopKind.EVALUATION:
                return Cadence.UNKNOWN
            case LoopKind.OTHER if repeat.loop.calls:
                return Cadence.UNKNOWN
    return Cadence.ONCE


# -- how often ------------------------------------------------------------------------------------


def _count(
    repeats: list[Repeat], guards: list[Condition], loops: Loops, located: Located
) -> tuple[Expr | None, list[Repeat]]:
    """Return how often a site runs, and the loops that reach it exactly once per pass."""
    by_loop: dict[int, list[Condition]] = {}
    running: dict[int, tuple[Condition, list[Repeat]]] = {}
    total: Expr | None = Expr.const(1)
    times: Expr | None
    for part in guards:
        atoms = set(part.atoms())
        counters = [repeat for repeat in repeats if repeat.loop.index in atoms]
        foreign = {atom for atom in atoms if is_loop_atom(atom)}
        foreign -= {repeat.loop.index for repeat in counters}
        if len(counters) == 1 and not foreign:
            by_loop.setdefault(id(counters[0]), []).append(part)
        elif (
            len(counters) > 1
            and not foreign
            and not running
            and (flat := running_on(part, counters, repeats)) is not None
        ):
            running[id(counters[-1])] = flat, counters
        elif counters or foreign or ordinarily(part) is None:
            total = None
        elif not ordinarily(part):
            return Expr.const(0), []
    once: list[Repeat] = []
    ended = None if running else _ended(repeats, by_loop, loops, located)
    if ended is not None:
        total = None if total is None else total * ended
    for repeat in repeats if ended is None else repeats[:-2]:
        own = by_loop.get(id(repeat), [])
        if id(repeat) in running:
            times, at_most_once = times_of_running(*running[id(repeat)], loops)
            times = None if any(id(loop) in by_loop for loop in running[id(repeat)][1]) else times
        elif any(repeat in counters for _, counters in running.values()):
            continue  # counted with the innermost
        else:
            times, at_most_once = _times(repeat, own, loops)
        if at_most_once:
            once.append(repeat)
        try:
            total = None if times is None or total is None else total * times
        except (TooComplex, NotRepresentable):
            total = None
    return total, once


def _ended(
    repeats: list[Repeat], by_loop: dict[int, list[Condition]], loops: Loops, located: Located
) -> Expr | None:
    """Return how often a site runs in two loops that end at a number of steps."""
    if not by_loop:
        return ended_by_counter(repeats, loops, located)
    own = by_loop.get(id(repeats[-1]), [])
    if len(by_loop) > 1 or len(own) != 1:
        return None
    return ended_by_counter(repeats, loops, located, own[0])


def _times(repeat: Repeat, guards: list[Condition], loops: Loops) -> tuple[Expr | None, bool]:
    """Return how many iterations of a loop satisfy its guards, and whether at most one does."""
    picks_one = any(counting.holds_once(part, repeat.loop.index) for part in guards)
    trips = None if loops.is_cut(repeat) else repeat.loop.trips
    if trips is None:
        return None, picks_one
    condition = conjoin(guards)
    if condition is None:
        return trips, False
    times = counting.occurrences(condition, repeat.loop.index, trips)
    if times is None and picks_one:
        return Expr.const(1), True
    return times, times is not None and times.as_number() == 1


# -- the argument of scheduler.step(…) ------------------------------------------------------------

_EPOCH_WORDS = ("epoch", "step", "iter", "global", "i_")
_METRIC_WORDS = re.compile(
    r"loss|accuracy|(^|[^a-z])(acc|metrics?|scores?|val|valid|err|error|m?ap|m?iou|auc|f1|psnr|bleu)"
    r"\d*($|[^a-z])"
)


def _argument(event: SchedulerStep) -> StepArgument:
    """Return what a step is given, from the value and, last, from how it is written."""
    if event.argument is None:
        return StepArgument.NOTHING
    keyword, equals, _ = event.argument_text.partition("=")
    match keyword if equals else "":
        case "metrics":
            return StepArgument.METRIC
        case "epoch":
            return StepArgument.EPOCH
    return _kind_of_argument(event.argument, event.argument_text)


def _kind_of_argument(value: AnyValue, text: str) -> StepArgument:
    """Tell whether a scheduler's ``step()`` is given an epoch or a metric, by its value or name."""
    match value:
        case Const(value=None):
            return StepArgument.NOTHING
        case Expr():
            if value.unit in (Unit.EPOCH, Unit.STEP, Unit.BATCH) or any(
                is_loop_atom(atom) for atom in value.atoms()
            ):
                return StepArgument.EPOCH
            return StepArgument.UNKNOWN
        case Opaque(measured=True):
            return StepArgument.METRIC
        case Opaque(path=path):
            words = (path or text).lower()
            if _METRIC_WORDS.search(words):
                return StepArgument.METRIC
            if any(word in words for word in _EPOCH_WORDS):
                return StepArgument.EPOCH
        case ListValue():
            return StepArgument.METRIC
        case Choice(alternatives=alternatives):
            kinds = {_kind_of_argument(item, text) for _, item in alternatives}
            return kinds.pop() if len(kinds) == 1 else StepArgument.UNKNOWN
    return StepArgument.UNKNOWN


def _line(argument: AnyValue | None, repeats: list[Repeat]) -> tuple[Repeat, Expr] | None:
    """Return the loop with whose iterations an argument grows by 1, and its first value there."""
    for repeat in reversed(repeats):
        line = argument.linear_in(repeat.loop.index) if isinstance(argument, Expr) else None
        if line is None or line[0].as_number() == 0:
            continue
        return (repeat, line[1]) if line[0].as_number() == 1 else None
    return None


def _offset(argument: AnyValue | None, repeats: list[Repeat]) -> Expr | None:
    """Return an argument less the number of iterations before, where that does not change."""
    if not isinstance(argument, Expr) or not repeats:
        return None
    done = Expr.const(0)
    for repeat in repeats:
        trips = repeat.loop.trips
        if trips is None and repeat is not repeats[0]:
            return None
        try:
            done = (done if trips is None else done * trips) + Expr.atom(repeat.loop.index)
        except (TooComplex, NotRepresentable):
            return None
    offset = argument - done
    return None if any(map(is_loop_atom, offset.atoms())) else offset


def _last(argument: AnyValue | None, repeats: list[Repeat]) -> Expr | None:
    """Return an argument in the last iteration of all loops."""
    if not isinstance(argument, Expr):
        return None
    ends = {one.loop.index: one.loop.trips - 1 for one in repeats if one.loop.trips is not None}
    try:
        last = argument.subs(ends)
    except UNREPRESENTABLE:
        return None
    return None if any(map(is_loop_atom, last.atoms())) else last
