"""Trainings that go on from a checkpoint while the LR that they write by hand starts over."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts import Call, Checkpoint, GuardKind, Loop, Schedule, Training
from lrlint.judgement.length import is_exercise
from lrlint.judgement.resuming import RESUME, may_start_at_loaded_lr, restored, resumed
from lrlint.symbolic import Atom, Expr, Strength


@dataclass(frozen=True)
class StartsOver:
    """A schedule written by hand that does not go on where the training does."""

    loop: Loop
    """The loop that the training resumes with."""
    start: Expr | None = None
    """Where that loop starts, if it goes on where the earlier training stopped."""
    load: Call | None = None
    """Where the optimizer's state is loaded."""
    unsaved: Checkpoint | None = None
    """A checkpoint that lacks what the LR is computed from."""

    @property
    def loses_rate(self) -> bool:
        """Whether the LR in use is lost, from which the next one follows."""
        return self.load is None


def starts_over(training: Training, schedule: Schedule) -> StartsOver | None:
    """Return how a resumed training starts its LR over; None where it does not, or may not."""
    optimizer, reads = schedule.optimizer, schedule.law.reads
    if optimizer is None or reads is None or optimizer.escapes is not None:
        return None
    if is_exercise(schedule) or optimizer.open_groups or _tests_the_start(schedule):
        return None
    loops = [loop for site in schedule.sites for loop in site.loops if loop.kind.trains]
    if not loops or any(loops[0] not in write.loops for write in optimizer.writes):
        return None  # another write may set what is restored
    load, start = restored(optimizer), _start(schedule, loops[0])
    if schedule.run.last_lrs is not None and not _has_gone_on(schedule, start):
        return None
    if start is not None and reads.in_use:
        return _without_rate(schedule, loops[0], start)
    trips = [loop.trips.atoms() for loop in loops if loop.trips is not None]
    # Of several numbers in the length of a loop, one may be where it goes on.
    lengths = {atom for atoms in trips if len(atoms) == 1 for atom in atoms}
    starts = frozenset() if start is None else start.atoms()
    if loops[0] not in reads.loops or reads.numbers & starts:
        return None
    if any(_may_be_a_start(atom) for atom in reads.numbers - lengths):
        return None
    if start is not None:
        return StartsOver(loops[0], start, load) if load is not None else None
    if load is None or load.order > schedule.sites[0].order:
        return None
    return _from_the_beginning(training, schedule, loops[0], load)


def _may_be_a_start(atom: Atom) -> bool:
    """Whether a number may be where the training goes on; by default, it begins at 0 or 1."""
    if atom.value is None or (atom.integer and RESUME.search(atom.name)):
        return True
    return atom.integer and atom.value in (0, 1) and atom.strength is not Strength.CONSTANT


def _start(schedule: Schedule, loop: Loop) -> Expr | None:
    """Return where the training goes on: its loop starts there, or has as many iterations less."""
    found = resumed(schedule)
    if found is not None:
        return found.start
    atoms = frozenset() if loop.trips is None else loop.trips.atoms()
    starts = [atom for atom in atoms if RESUME.search(atom.name)]
    return Expr.atom(starts[0]) if len(starts) == 1 else None


def _without_rate(schedule: Schedule, loop: Loop, start: Expr) -> StartsOver | None:
    """Return a resume that loses the LR in use: nothing loads or sets it."""
    optimizer = schedule.optimizer
    assert optimizer is not None
    if any(call.method != "state_dict" for call in optimizer.calls) or not optimizer.groups:
        return None
    return None if may_start_at_loaded_lr(optimizer) else StartsOver(loop, start)


def _from_the_beginning(
    training: Training, schedule: Schedule, loop: Loop, load: Call
) -> StartsOver | None:
    """Return a resume whose loop begins at its first iteration again, as its checkpoints tell."""
    first = loop.first
    if first is None or not first.is_constant:
        return None
    if schedule.run.goes_on is not None:
        return StartsOver(loop, None, load)
    written = [
        checkpoint
        for checkpoint in training.checkpoints
        if schedule.optimizer in checkpoint.optimizers and loop in checkpoint.loops
    ]
    if any(checkpoint.counts for checkpoint in written):
        return StartsOver(loop, None, load)
    if not written or any(checkpoint.open for checkpoint in training.checkpoints):
        return None
    return StartsOver(loop, None, load, written[0])


def _has_gone_on(schedule: Schedule, start: Expr | None) -> bool:
    """Whether a recorded run goes on from an earlier one, so far as it shows that."""
    if start is None:
        return schedule.run.goes_on is not None
    return start.value is not None and start.value > 0


def _tests_the_start(schedule: Schedule) -> bool:
    """Whether some updates are left out because an earlier training has made them."""
    optimizer = schedule.optimizer
    assert optimizer is not None
    guards = [guard for site in optimizer.sites for guard in site.guards]
    return any(
        RESUME.search(guard.text)
        or (guard.kind is GuardKind.AFTER and (guard.amount is None or guard.amount.value is None))
        for guard in guards
    )
