"""In which order a scheduler and its optimizer step within one iteration of a loop."""

from __future__ import annotations

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.step_guards import conditions, is_settled
from lrlint.analysis.derive.step_sites import Step
from lrlint.analysis.model.contradictions import exclude
from lrlint.analysis.model.trace import Located, Repeat
from lrlint.facts import GuardKind, LoopKind, OrderFact, Repetition, StepArgument, StepSite


def early_step(steps: list[Step], updates: list[Step], loops: Loops) -> OrderFact | None:
    """Return a scheduler's step that runs, in an iteration, before the optimizer first steps."""
    for step in steps:
        # An absolute `step(epoch)` sets the LR of this very epoch, whenever it comes.
        if step.site.argument is StepArgument.EPOCH:
            continue
        if not _always_runs(step.site) and not _runs_with(step.located, updates):
            continue
        for loop in reversed(step.located.loops):
            inside = [update for update in updates if loop in update.located.loops]
            if not inside:
                continue
            if not loops.kind(loop).trains:
                break
            first = min(inside, key=lambda update: update.located.order)
            if step.located.order < first.located.order:
                return OrderFact(
                    loop=loops.fact(loop),
                    scheduler_site=step.site,
                    optimizer_site=first.site,
                    adjacent=_adjacent(step.located, first.located),
                )
            break
    return None


def _always_runs(site: StepSite) -> bool:
    """Whether all guards of a step are on by default, or let it run every k iterations."""
    return all(
        guard.kind in (GuardKind.FLAG, GuardKind.SCHEDULER, GuardKind.EVERY_K)
        and (guard.by_default is True or guard.kind is GuardKind.EVERY_K)
        for guard in site.guards
    )


def _runs_with(step: Located, updates: list[Step]) -> bool:
    """Whether the optimizer steps only where the scheduler does too, each in the same branch."""
    own = conditions(step.path)
    return all(
        is_settled(part, conditions(update.located.path)) for update in updates for part in own
    )


def _adjacent(step: Located, update: Located) -> bool:
    """Whether two steps are neighbours in the trace, reached through the same calls."""
    return (
        update.order == step.order + 1
        and step.path == update.path
        and step.event.via == update.event.via
        and step.event.place.unit is update.event.place.unit
    )


def repeated_step(steps: list[Step], updates: list[Step], loops: Loops) -> Repetition | None:
    """Return two steps of one scheduler on the same path through one iteration.

    Where each follows an update of its own, as in an iteration of two updates, nothing is repeated.
    """
    for position, first in enumerate(steps):
        for second in steps[position + 1 :]:
            loop = _shared_iteration(first, second, loops)
            if loop is not None and not any(
                first.located.order < update.located.order < second.located.order
                and update.located.loops == first.located.loops == second.located.loops
                for update in updates
            ):
                return Repetition(first=first.site, second=second.site, loop=loops.fact(loop))
    return None


def _shared_iteration(first: Step, second: Step, loops: Loops) -> Repeat | None:
    """Return the innermost training loop around both steps if each iteration surely runs both."""
    if StepArgument.EPOCH in (first.site.argument, second.site.argument):
        return None
    ours, theirs = _training_loops(first.located, loops), _training_loops(second.located, loops)
    if ours is None or theirs is None:
        return None
    shorter, longer = sorted((ours, theirs), key=len)
    if not shorter or longer[: len(shorter)] != shorter:
        return None
    one, other = conditions(first.located.path), conditions(second.located.path)
    if exclude(one, other):
        return None
    only_one = [part for part in one if part not in other]
    only_other = [part for part in other if part not in one]
    if any(part.lean is not True for part in only_one + only_other):
        return None
    return shorter[-1]


def _training_loops(step: Located, loops: Loops) -> tuple[Repeat, ...] | None:
    """Return the epoch and batch loops around a step, None where it replays or evaluates."""
    kinds = [loops.kind(loop) for loop in step.loops]
    if LoopKind.REPLAY in kinds or LoopKind.EVALUATION in kinds:
        return None
    return tuple(loop for loop, kind in zip(step.loops, kinds, strict=True) if kind.trains)
