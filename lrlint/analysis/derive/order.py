"""In which order, within one iteration, a scheduler and its optimizer step."""

from __future__ import annotations

from lrlint.analysis.derive.kinds import Loops
from lrlint.analysis.derive.sites import conditions, is_settled
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import Located, Repeat
from lrlint.facts import GuardKind, LoopKind, OrderFact, Repetition, StepArgument, StepSite

Pairs = list[tuple[Located, StepSite]]


def early(pairs: Pairs, updates: Pairs, loops: Loops) -> OrderFact | None:
    """The scheduler's step that runs, in an iteration, before the optimizer first steps."""
    for item, site in pairs:
        # An absolute `step(epoch)` sets the LR of this very epoch, whenever it comes.
        if site.argument is StepArgument.EPOCH:
            continue
        if not _always(site) and not _comes_with(item, updates):
            continue
        for loop in reversed(item.loops):
            inside = [(other, where) for other, where in updates if loop in other.loops]
            if not inside:
                continue
            if loops.kind(loop) not in (LoopKind.EPOCH, LoopKind.BATCH):
                break
            first, where = min(inside, key=lambda pair: pair[0].order)
            if item.order < first.order:
                return OrderFact(
                    loop=loops.fact(loop),
                    scheduler_site=site,
                    optimizer_site=where,
                    adjacent=_adjacent(item, first, loop),
                )
            break
    return None


def _always(site: StepSite) -> bool:
    """Whether nothing but a flag that is on by default stands before the call."""
    return all(
        guard.kind in (GuardKind.FLAG, GuardKind.SCHEDULER, GuardKind.EVERY_K)
        and (guard.by_default is True or guard.kind is GuardKind.EVERY_K)
        for guard in site.guards
    )


def _comes_with(item: Located, updates: Pairs) -> bool:
    """Whether the optimizer steps only where the scheduler does, too: each in the same branch."""
    own = conditions(item.path)
    return all(is_settled(part, conditions(other.path)) for other, _ in updates for part in own)


def _adjacent(one: Located, other: Located, loop: Repeat) -> bool:
    """Whether the two are neighbours in the trace, reached through the same calls."""
    return (
        other.order == one.order + 1
        and one.path == other.path
        and one.event.via == other.event.via
        and one.event.place.unit is other.event.place.unit
    )


def repeated(pairs: Pairs, loops: Loops) -> Repetition | None:
    """Two steps of one scheduler on the same path through one iteration."""
    for position, (item, site) in enumerate(pairs):
        for other, where in pairs[position + 1 :]:
            loop = _shared_iteration(item, other, site, where, loops)
            if loop is not None:
                return Repetition(first=site, second=where, loop=loops.fact(loop))
    return None


def _shared_iteration(
    item: Located, other: Located, site: StepSite, where: StepSite, loops: Loops
) -> Repeat | None:
    """The loop in one iteration of which both run, if they surely do."""
    if StepArgument.EPOCH in (site.argument, where.argument):
        return None
    first, second = _counted(item, loops), _counted(other, loops)
    if first is None or second is None:
        return None
    shorter, longer = sorted((first, second), key=len)
    if not shorter or longer[: len(shorter)] != shorter:
        return None
    own, its = conditions(item.path), conditions(other.path)
    if any(contradict(a, b) for a in own for b in its):
        return None
    extra = [part for part in own if part not in its] + [part for part in its if part not in own]
    if any(part.lean is not True for part in extra):
        return None
    return shorter[-1]


def _counted(item: Located, loops: Loops) -> tuple[Repeat, ...] | None:
    """The epoch and batch loops around a step; None where it replays or evaluates."""
    kinds = [loops.kind(loop) for loop in item.loops]
    if LoopKind.REPLAY in kinds or LoopKind.EVALUATION in kinds:
        return None
    return tuple(
        loop
        for loop, kind in zip(item.loops, kinds, strict=True)
        if kind in (LoopKind.EPOCH, LoopKind.BATCH)
    )
