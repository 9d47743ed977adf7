"""LR209 resume-replays-schedule."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, Schedule, Training
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    FOLLOWS_METRIC,
    OPEN_ARGUMENTS,
    STEPPED_ELSEWHERE,
    UNKNOWN_LAW,
    WRITES,
)
from lrlint.judgement.resuming import goes_on_from_zero, restored, resumed, state_is_ignored
from lrlint.judgement.resuming_by_hand import StartsOver, starts_over
from lrlint.judgement.stepping import is_moved
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class ResumeReplaysSchedule(Rule):
    """The training resumes where it stopped, but its scheduler starts from the beginning.

    ## What it does

    Reports a loop that starts at a `start_epoch` (from a checkpoint, or set by the user) while the
    scheduler starts from 0: its state is not loaded, `last_epoch` is not set, no loop steps it
    forward, and none of its arguments depends on the start.

    Of an LR that the script writes by hand, reports a counter that starts from 0 again, and a decay
    of the LR in use (`group["lr"] *= 0.1`) where the optimizer's state is not loaded.

    ## Why is this bad

    The scheduler counts its own steps. Resumed at epoch 60 of 90, a `StepLR(step_size=30)` starts
    with the LR of epoch 0, a hundred times too high, and has dropped once where it should have
    dropped three times; a cosine ends in the middle of its curve. torch says nothing.

    It is an error where the optimizer's state is restored, because then the script is made to
    resume; else a warning. A recorded run shows it wherever a state with past steps is loaded into
    the optimizer and the scheduler counts from 0.

    ## Example

    ```python
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    start_epoch = checkpoint["epoch"] + 1
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(start_epoch, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    start_epoch = checkpoint["epoch"] + 1
    for epoch in range(start_epoch, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [pytorch #65342](https://github.com/pytorch/pytorch/issues/65342): resuming gives another LR
    """

    code, name, severity = "LR209", "resume-replays-schedule", Severity.ERROR
    exclusions = (
        UNKNOWN_LAW,
        FOLLOWS_METRIC,
        OPEN_ARGUMENTS,
        WRITES,
        STEPPED_ELSEWHERE,
        EXERCISE,
    )

    SETUP = """
        import torch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = StepLR(optimizer, step_size=30)
        start_epoch = 0
        if args.resume:
            checkpoint = torch.load(args.resume)
            model.load_state_dict(checkpoint["model"])
            start_epoch = checkpoint["epoch"] + 1
            {restore}
        """
    VALID = (
        training(
            SETUP.format(restore='scheduler.load_state_dict(checkpoint["scheduler"])'),
            epochs="start_epoch, args.epochs",
            epoch="scheduler.step()",
            parameters="args",
        ),
        # Stepped forward to where it was.
        training(
            """
            scheduler = StepLR(optimizer, step_size=30)
            for _ in range(start_epoch):
                scheduler.step()
            """,
            epochs="start_epoch, epochs",
            batches=None,
            epoch="scheduler.step()",
            parameters="start_epoch",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format(restore='optimizer.load_state_dict(checkpoint["optimizer"])'),
                epochs="start_epoch, args.epochs",
                epoch="scheduler.step()",
                parameters="args",
            ),
            at="scheduler = StepLR(optimizer, step_size=30)",
            says=("start_epoch", "StepLR", "its state is not loaded"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            if schedule.run.starts_over is not None:
                yield self._recorded(schedule)
            elif state_is_ignored(training, schedule) is not None:
                why = "the checkpoint has the scheduler's state, which is not loaded"
                yield self.silence(schedule.place, why, owner="LR403")
            else:
                yield from self._foreseen(training, schedule)
        for schedule in training.written:
            found = starts_over(training, schedule)
            if found is not None and found.unsaved is None:
                yield self._by_hand(schedule, found)

    def _by_hand(self, schedule: Schedule, found: StartsOver) -> Finding:
        where = (
            "training goes on with the optimizer's restored state"
            if found.start is None
            else f"training goes on at {found.start}"
        )
        fault = (
            "the LR in use, from which the next one follows, is that of a fresh start: the"
            " optimizer's state is not loaded"
            if found.loses_rate
            else "the LR written here counts from 0"
        )
        if found.start is None:
            fault += ": the counter in the checkpoint is not restored"
        certain = found.start is not None and not found.loses_rate
        return self.finding(
            schedule.place,
            f"{where}, but {fault}",
            severity=Severity.ERROR if certain else Severity.WARNING,
            notes=(
                ("the loop that resumes", found.loop.place),
                (
                    "the optimizer's state is restored here",
                    None if found.load is None else found.load.place,
                ),
            ),
        )

    def _recorded(self, schedule: Schedule) -> Finding:
        after = schedule.run.starts_over_after
        resumes = f"after step {after}" if after else "with the optimizer's restored state"
        restored_here = (
            "the checkpoint is loaded here" if after else "the optimizer's state is restored here"
        )
        return self.finding(
            schedule.place,
            f"training goes on {resumes}, but {schedule.scheduler}"
            " starts from step 0: its state is not loaded and its last_epoch is not set",
            notes=((restored_here, schedule.run.starts_over),),
        )

    def _foreseen(self, training: Training, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer, found = schedule.optimizer, goes_on_from_zero(schedule)
        if optimizer is None or (found is None and not _may_start_over(schedule)):
            return
        table = self.exclusions if found is None else (UNKNOWN_LAW, FOLLOWS_METRIC)
        if silence := self.first(table, schedule, schedule.place):
            yield silence
            return
        if found is None:
            return
        start, load, only_where = found.start, restored(optimizer), _only_where(training, schedule)
        yield self.finding(
            schedule.place,
            f"training goes on at {wording.amount(start) if start.value is None else start}, but"
            f" {schedule.scheduler} starts from step 0{only_where}: its state is not loaded and its"
            " last_epoch is not set",
            severity=Severity.ERROR
            if load is not None and schedule.construction.on_default_path and not only_where
            else Severity.WARNING,
            notes=(
                ("the loop that resumes", found.loop.place),
                ("the optimizer's state is restored here", None if load is None else load.place),
            ),
        )


def _only_where(training: Training, schedule: Schedule) -> str:
    """Say which settings put this scheduler in place of another that goes on where it was."""
    others = [
        other
        for other in training.schedules
        if other.variable == schedule.variable and goes_on_from_zero(other) is None
    ]
    shared = {guard.text for other in others for guard in other.construction.guards}
    asked = [
        guard.text
        for guard in schedule.construction.guards
        if guard.kind is GuardKind.FLAG
        and guard.by_default is not True
        and guard.text not in shared
    ]
    return f" where {' and '.join(asked)}" if others and asked else ""


def _may_start_over(schedule: Schedule) -> bool:
    """Whether its training is resumed and nothing is seen that restores its position."""
    is_whole = schedule.parent is None and not is_moved(schedule)
    return is_whole and resumed(schedule) is not None
