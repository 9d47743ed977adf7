"""What several rules ask of a training that goes on from a checkpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrlint.facts import (
    Call,
    Checkpoint,
    GuardKind,
    Loop,
    LoopKind,
    OptimizerUse,
    Schedule,
    StepArgument,
    Training,
    Write,
)
from lrlint.formulas import LAWS
from lrlint.judgement.length import is_exercise
from lrlint.judgement.rates import takes_metric, writes_when_built
from lrlint.judgement.stepping import driver, is_moved, regular_sites
from lrlint.symbolic import Atom, Expr

RESUME = re.compile(
    r"start|resum|begin|(^|[^a-z])(last|init|initial|prev|previous|done|finished)_?(epoch|step|iter)"
    r"|(epoch|step|iter)s?_?(done|trained|finished|so_far)|(^|[^a-z_])first(_?(epoch|step|iter))?$"
    r"|((checkpoint|ckpt|snapshot|saved|state|loaded)|(^|[^a-z])(ck|cp|chk))\w*\[",
    re.IGNORECASE,
)
"""What the name of a number says that tells where a training goes on."""
_COUNTER = r"epoch|step|iter|round|first|(^|_)it$|(^|_)ep$"


@dataclass(frozen=True)
class Resume:
    """A training loop that does not start at the beginning."""

    loop: Loop
    start: Expr
    """Where it starts: ``start_epoch``."""


def resumed(schedule: Schedule) -> Resume | None:
    """Return the training loop of a schedule that continues an earlier run.

    Where a checkpoint is loaded into the optimizer, any counter will do that does not start at a
    number in the script; elsewhere its name has to say that it is a start.
    """
    optimizer = schedule.optimizer
    loaded = optimizer is not None and restored(optimizer) is not None
    says_so = re.compile(f"{RESUME.pattern}|{_COUNTER}" if loaded else RESUME.pattern, re.I)
    for site in regular_sites(driver(schedule)):
        for loop in site.loops:
            first = loop.first
            if first is None or not loop.kind.trains:
                continue
            seen = schedule.run.last_lrs is not None
            if first.is_constant or (first.value not in (None, 0, 1) and not seen):
                continue
            if loop.trips is not None and not loop.trips.atoms() & first.atoms():
                continue  # `range(start, start + epochs)`: a whole training once more
            if any(says_so.search(atom.name) for atom in first.atoms()):
                return Resume(loop, first)
    return None


def restored(optimizer: OptimizerUse) -> Call | None:
    """Return where an optimizer's state is loaded from a checkpoint, or None."""
    return next(filter(_is_resume, optimizer.calls), None)


def in_training(call: Call) -> bool:
    """Whether the call runs repeatedly, as when a training goes back to its best epoch."""
    return any(loop.kind.trains for loop in call.loops)


def counts_from_zero(schedule: Schedule) -> bool:
    """Whether nothing that is seen, or could happen out of sight, moves its counter."""
    if _may_be_moved_elsewhere(schedule) or is_exercise(schedule) or schedule.parent is not None:
        return False
    if schedule.construction.derived:
        if re.search(r"last_(epoch|step)|start|resum|ckpt|checkpoint", schedule.place.text):
            return False
    elif schedule.scheduler not in LAWS or schedule.construction.open_arguments:
        return False
    if any(child.stepping.escapes is not None for child in schedule.children):
        return False
    last = schedule.argument("last_epoch")
    if last is not None and (last.number is None or last.number.as_number() != -1):
        return False
    if is_moved(schedule):
        return False
    if not regular_sites(schedule):
        return False
    wanted = (StepArgument.NOTHING, StepArgument.METRIC) if takes_metric(schedule) else _NOTHING
    if any(site.argument not in wanted for site in schedule.sites):
        return False
    if any(loop.kind is LoopKind.REPLAY for site in schedule.sites for loop in site.loops):
        return False
    guards = [guard for site in schedule.sites for guard in site.guards]
    return not any(RESUME.search(guard.text) for guard in (*guards, *schedule.construction.guards))


def _may_be_moved_elsewhere(schedule: Schedule) -> bool:
    """Whether code that is not seen may restore its state.

    A class that restores the optimizer's state itself would restore the scheduler's there, too.
    """
    stepping, optimizer = schedule.stepping, schedule.optimizer
    own = stepping.held and optimizer is not None and restored(optimizer) is not None
    return stepping.escapes is not None and not own


_NOTHING = (StepArgument.NOTHING,)


def goes_on_from_zero(schedule: Schedule) -> Resume | None:
    """Return the loop that resumes while its scheduler starts over, if that changes the LR."""
    optimizer = schedule.optimizer
    if optimizer is None or optimizer.writes:
        return None
    if not counts_from_zero(schedule):
        return None
    found = resumed(schedule)
    if found is None or _knows(schedule, found.start) or _knows_optimizer(optimizer, found.start):
        return None
    if any(
        other.variable == schedule.variable and _goes_on(other, found.start)
        for other in schedule.surroundings.otherwise
    ):
        return None  # that one is built where the training resumes, this one where it begins
    return None if _has_no_memory(schedule) and restored(optimizer) is not None else found


def _has_no_memory(schedule: Schedule) -> bool:
    """Whether each step multiplies the LR in use, which the optimizer's state brings back."""
    name = schedule.scheduler
    return name == "ExponentialLR" or (
        name == "MultiplicativeLR" and not schedule.lr_lambda.reads_step
    )


def resumed_with_state(schedule: Schedule) -> tuple[Call, Resume] | None:
    """Return where a checkpoint is loaded into a scheduler, and the loop that goes on there."""
    load = next(filter(_is_resume, schedule.calls), None)
    if load is None or _may_be_moved_elsewhere(schedule) or is_exercise(schedule):
        return None
    found = resumed(schedule)
    return None if found is None or schedule.parent is not None else (load, found)


def _knows(schedule: Schedule, start: Expr) -> bool:
    """Whether the start is its own counter, or its arguments or parts take it into account."""
    atoms = start.atoms()
    if any(atom.name == f"{schedule.variable}.last_epoch" for atom in atoms):
        return True
    for argument in schedule.arguments.values():
        numbers = (argument.number, *(argument.numbers or ()))
        if argument.reads & atoms or any(one.atoms() & atoms for one in numbers if one is not None):
            return True
    return any(_knows(child, start) for child in schedule.children)


def _goes_on(schedule: Schedule, start: Expr) -> bool:
    """Whether a scheduler is built to continue from where the training starts."""
    last = schedule.argument("last_epoch")
    return (last is not None and last.explicit) or _knows(schedule, start)


def _knows_optimizer(optimizer: OptimizerUse, start: Expr) -> bool:
    return any(
        group.lr is not None and group.lr.atoms() & start.atoms() for group in optimizer.groups
    )


def saved_with(training: Training, schedule: Schedule) -> Checkpoint | None:
    """Return a checkpoint with the states of a schedule and of its optimizer."""
    return next(
        (
            one
            for one in training.checkpoints
            if any(other is schedule for other in one.schedules)
            and any(optimizer is schedule.optimizer for optimizer in one.optimizers)
        ),
        None,
    )


def state_is_ignored(training: Training, schedule: Schedule) -> tuple[Call, Checkpoint] | None:
    """Return where the optimizer's state is loaded but not the scheduler's (LR403).

    With it comes the checkpoint that has both states.
    """
    optimizer, checkpoint = schedule.optimizer, saved_with(training, schedule)
    if optimizer is None or checkpoint is None or goes_on_from_zero(schedule) is None:
        return None
    call = restored(optimizer)
    return None if call is None else (call, checkpoint)


def overwritten_on_resume(schedule: Schedule) -> tuple[Call, Call] | None:
    """Return where the two states are loaded, if the scheduler is built between the loads.

    Its constructor then replaces the loaded LR by that of step 0.
    """
    load = schedule.construction.restored_first
    if load is None or schedule.parent is not None or is_exercise(schedule):
        return None
    if not writes_when_built(schedule) or schedule.stepping.early_step is not None:
        return None
    if any(loop not in load.loops for loop in schedule.construction.loops):
        return None  # the training builds it long after the resume
    own = next(
        (
            call
            for call in schedule.calls
            if call.method in _PUTS_THE_COUNTER
            and not call.own_state
            and call.order > schedule.construction.order
        ),
        None,
    )
    return None if own is None or _lr_is_put_right(schedule) else (load, own)


_PUTS_THE_COUNTER = frozenset({"load_state_dict", "last_epoch ="})
"""What brings the counter of a scheduler back, and not the LR."""


def lr_stays_behind(schedule: Schedule) -> Call | None:
    """Return where a scheduler's state is loaded, if the LR of the checkpoint never is.

    In a recorded run, the LR itself decides.
    """
    optimizer, law = schedule.optimizer, LAWS.get(schedule.scheduler)
    if optimizer is None or law is None or law.takes_metric or schedule.run.last_lrs is not None:
        return None
    if law.name in _LR_OF_THE_START or schedule.parent is not None or is_exercise(schedule):
        return None
    if (
        optimizer.escapes is not None
        or schedule.stepping.escapes is not None
        or schedule.stepping.early_step is not None
    ):
        return None
    if not optimizer.stepped or optimizer.open_groups or not optimizer.groups:
        return None
    if may_start_at_loaded_lr(optimizer):
        return None
    if any(call.method in _SETS_THE_LR for call in optimizer.calls) or optimizer.writes:
        return None
    if any(call.method == "unpickled" for call in schedule.calls):
        return None
    trains = min(site.order for site in optimizer.sites)
    loads = (call for call in schedule.calls if _is_resume(call) and call.order < trains)
    return next(loads, None)


def may_start_at_loaded_lr(optimizer: OptimizerUse) -> bool:
    """Whether a base LR may be that of a checkpoint: it is unknown, or its name says so."""
    lrs = [group.lr for group in optimizer.groups]
    return any(lr is None or any(RESUME.search(atom.name) for atom in lr.atoms()) for lr in lrs)


_LR_OF_THE_START = frozenset({"ConstantLR"})
"""Up to their end, their LR is that of the start."""
_SETS_THE_LR = frozenset({"load_state_dict", "unpickled", "initial_lr ="})


def _is_resume(call: Call) -> bool:
    return call.method == "load_state_dict" and not call.own_state and not in_training(call)


def _lr_is_put_right(schedule: Schedule) -> bool:
    """Whether the LR is loaded or written again after the scheduler is built."""
    optimizer = schedule.optimizer
    if optimizer is None:
        return True
    writes = schedule.surroundings.writes
    if any(w.order > schedule.construction.order and not _precedes_resume(w) for w in writes):
        return True
    return any(
        call.method == "load_state_dict" and call.order > schedule.construction.order
        for call in optimizer.calls
    )


def _precedes_resume(write: Write) -> bool:
    """Whether an LR is written in the first iterations only, counted from where training starts.

    A training that is resumed later does not write it: ``if start * len(loader) + i <= warmup``.
    """
    starts = frozenset[Atom]().union(
        *(loop.first.atoms() for loop in write.loops if loop.first is not None)
    )
    return any(
        guard.kind in (GuardKind.BEFORE, GuardKind.OTHER)
        and "<" in guard.text
        and not starts.isdisjoint(guard.reads)
        for guard in write.guards
    )
