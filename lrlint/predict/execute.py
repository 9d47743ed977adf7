"""Run a trace for one optimizer: a simulated training."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.compiling import NotComputable
from lrlint.analysis.model.records import OptimizerRecord, Owner, SchedulerRecord
from lrlint.analysis.model.running import TOO_LONG
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    walk,
)
from lrlint.formulas import LAWS
from lrlint.predict.event_compiler import EventCompiler
from lrlint.predict.running import Unreadable
from lrlint.predict.simulation import Prediction, Simulation, TrainingEnds


def predict(
    machine: Machine,
    trace: Block,
    target: Owner,
    max_steps: int | None = None,
    *,
    relative: bool = False,
    planned: float | None = None,
) -> Prediction:
    """Run ``trace`` for the optimizer of ``target``, or for an optimizer without a scheduler.

    ``max_steps`` bounds the recorded LRs, not the counts. ``relative`` asks for the LR as a
    multiple of the base LR where that is unknown, which costs three more simulations. ``planned``
    is how often the script steps, where that is known before.
    """
    prediction = _run(machine, trace, target, max_steps, planned=planned)
    if relative and prediction.unresolved and TOO_LONG not in prediction.unresolved:
        prediction.relative_lr = _relative(machine, trace, target, max_steps)
    if prediction.raises is None:
        prediction.raises = _refused_today(trace, target)
        prediction.refused = prediction.raises is not None
    return prediction


def _refused_today(trace: Block, target: Owner) -> str | None:
    """Say what current torch raises for arguments that it took before, which change no LR."""
    optimizer = target if isinstance(target, OptimizerRecord) else target.optimizer
    for item in walk(trace):
        if not isinstance(item.event, BuildScheduler):
            continue
        record = item.event.scheduler
        if optimizer is None or record.optimizer is not optimizer:
            continue
        law = LAWS.get(record.law)
        gone = sorted(law.removed & record.places.keys()) if law is not None else []
        if gone:
            return (
                f"TypeError in current torch, where {record.law} no longer takes"
                f" {' and '.join(gone)}; the LRs are those of older releases"
            )
    return None


def _relative(
    machine: Machine, trace: Block, target: Owner, max_steps: int | None
) -> list[list[float]] | None:
    """Return the LR as a multiple of the base LR; None where it is not in proportion to that.

    An ``eta_min`` or a ``max_lr``, for example, does not follow the base LR.
    """
    first = _run(machine, trace, target, max_steps, 1.0)
    if first.unresolved or first.raises or not first.lr or not first.lr[0]:
        return None
    # So large and so small that a bound of the script's would show; powers of two, whose products
    # are exact.
    for factor in (2.0**40, 2.0**-40):
        other = _run(machine, trace, target, max_steps, factor).lr
        if other is None or not all(
            math.isclose(factor * one, two, rel_tol=1e-9)
            for before, after in zip(first.lr, other, strict=True)
            for one, two in zip(before, after, strict=True)
        ):
            return None
    return first.lr


def _run(
    machine: Machine,
    trace: Block,
    target: Owner,
    max_steps: int | None,
    base_lr: float | None = None,
    planned: float | None = None,
) -> Prediction:
    """Simulate the training; ``base_lr`` takes the place of an unknown LR of the optimizer."""
    optimizer = target if isinstance(target, OptimizerRecord) else target.optimizer
    if optimizer is None:
        return Prediction(unresolved=["the optimizer"])
    unseen = list(dict.fromkeys(_unseen(machine, trace, optimizer)))
    if unseen:
        return Prediction(unresolved=unseen)
    simulation = Simulation(machine, target, max_steps, base_lr, planned)
    program = EventCompiler(machine, trace, target, optimizer, simulation).program()
    try:
        if not _builds(trace, optimizer):
            simulation.build_optimizer(optimizer)
        unresolved = simulation.unresolved or list(_unseen(machine, trace, optimizer))
        if unresolved:
            return Prediction(unresolved=list(dict.fromkeys(unresolved)))
        program([])
    except TrainingEnds:
        pass
    except (Unreadable, NotComputable) as reason:
        return Prediction(unresolved=[str(reason)])
    if simulation.unresolved:
        return Prediction(unresolved=list(dict.fromkeys(simulation.unresolved)))
    return simulation.prediction()


def _unseen(machine: Machine, trace: Block, optimizer: OptimizerRecord) -> Iterator[str]:
    """Yield what is not seen of an optimizer and the schedulers that drive it."""
    if "lr" not in optimizer.groups[0]:
        return  # the simulation says so
    if optimizer.unknown_groups and optimizer.by_default is None:
        yield f"the param groups of {optimizer.variable or optimizer.class_name}"
    if optimizer.own_writes is not None:
        yield optimizer.own_writes
    events = (item.event for item in walk(trace))
    schedulers = [event.scheduler for event in events if isinstance(event, BuildScheduler)]
    driving = [scheduler for scheduler in schedulers if scheduler.optimizer is optimizer]
    classes = {"Optimizer", "LRScheduler", optimizer.class_name, *(one.law for one in driving)}
    for name in map(str, machine.patched.data):
        if name.startswith("torch.optim.") and name.split(".")[-2] in classes:
            yield f"what the script replaces {name} by"
    run = [
        given
        for scheduler in driving
        for owner in (scheduler.own, scheduler.handler)
        if owner is not None
        for given in owner.given
    ]
    owners: list[Owner] = [optimizer, *driving]
    for owner in owners:
        why = owner.escapes
        if isinstance(owner, SchedulerRecord) and not any(owner is given for given in run):
            why = why or owner.given_to
        if why:
            yield f"{owner.variable or 'an object'}, which is {why}"


def _builds(trace: Block, optimizer: OptimizerRecord) -> bool:
    events = (item.event for item in walk(trace))
    return any(isinstance(e, BuildOptimizer) and e.optimizer is optimizer for e in events)
