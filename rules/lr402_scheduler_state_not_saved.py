"""LR402 scheduler-state-not-saved."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Checkpoint, Schedule, Training
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.resuming import goes_on_from_zero, restored, resumed_with_state
from lrlint.judgement.resuming_by_hand import StartsOver, starts_over
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class SchedulerStateNotSaved(Rule):
    """A checkpoint has the optimizer's state, but not that of its scheduler.

    ## What it does

    Reports a checkpoint with `optimizer.state_dict()` and without the scheduler's state, in a
    script that loads the optimizer's state and goes on where it stopped, also where that script
    tries to load the state that is missing. A scheduler that needs no state is not reported:
    `ExponentialLR` multiplies the LR in use, `step(epoch)` sets the position, and some scripts set
    `last_epoch` or step the scheduler forward. Reported too is a checkpoint without the counter
    from which the script computes its LR by hand.

    ## Why is this bad

    Only the scheduler knows its position. After a resume it counts from 0: a `StepLR` waits another
    `step_size` epochs before it drops the LR, a cosine starts a new curve at the restored LR, and
    `ReduceLROnPlateau` has forgotten the best value and how long it has waited. torch does not
    warn.

    ## Example

    ```python
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "last.pt")
    ```

    ## Use instead

    ```python
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    state["scheduler"] = scheduler.state_dict()
    torch.save(state, "last.pt")
    ```

    and `scheduler.load_state_dict(checkpoint["scheduler"])` where the checkpoint is loaded.

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [torch: LRScheduler.state_dict](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html)
    """

    code, name, severity = "LR402", "scheduler-state-not-saved", Severity.WARNING

    SETUP = """
        import torch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = StepLR(optimizer, step_size=30)
        start_epoch = 0
        if resume:
            checkpoint = torch.load(resume)
            start_epoch = checkpoint["epoch"]
            optimizer.load_state_dict(checkpoint["optimizer"])
        """
    VALID = (
        training(
            SETUP + '    scheduler.load_state_dict(checkpoint["scheduler"])',
            epochs="start_epoch, epochs",
            epoch="""
            scheduler.step()
            state = {"epoch": epoch + 1, "optimizer": optimizer.state_dict()}
            state["scheduler"] = scheduler.state_dict()
            torch.save(state, "last.pt")
            """,
            parameters="resume",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP,
                epochs="start_epoch, epochs",
                epoch="""
                scheduler.step()
                state = {"epoch": epoch + 1, "optimizer": optimizer.state_dict()}
                torch.save(state, "last.pt")
                """,
                parameters="resume",
            ),
            at='state = {"epoch": epoch + 1, "optimizer": optimizer.state_dict()}',
            says=("StepLR", "starts over"),
            also=("LR209",),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for checkpoint in training.checkpoints:
            for schedule in training.schedules:
                if not _forgets(checkpoint, schedule):
                    continue
                silence = self.first(KEPT, (training, schedule), schedule.place)
                yield silence or self._finding(checkpoint, schedule)
        for schedule in training.written:
            found = starts_over(training, schedule)
            if found is not None and found.unsaved is not None:
                yield self._by_hand(schedule, found, found.unsaved)

    def _by_hand(self, schedule: Schedule, found: StartsOver, checkpoint: Checkpoint) -> Finding:
        return self.finding(
            checkpoint.place,
            "the checkpoint keeps the optimizer's state, but not the counter from which the LR is"
            " computed: when training goes on, its schedule starts over",
            notes=(
                ("the LR is written here", schedule.place),
                (
                    "the optimizer's state is restored here",
                    None if found.load is None else found.load.place,
                ),
                ("the loop that resumes", found.loop.place),
            ),
        )

    def _finding(self, checkpoint: Checkpoint, schedule: Schedule) -> Finding:
        optimizer, resume = schedule.optimizer, goes_on_from_zero(schedule)
        assert optimizer is not None
        load, loaded = restored(optimizer), "the optimizer's state is restored here"
        law = LAWS.get(schedule.scheduler)
        consequence = "its schedule starts over"
        if law is not None and law.takes_metric:
            consequence = "it has forgotten the best value and how long it has waited"
        if resume is None and (wanted := resumed_with_state(schedule)):
            load, resume = wanted
            loaded, consequence = "it is loaded here", "there is no such state to load"
        assert resume is not None
        reads = [call for call in optimizer.calls if call.method == "state_dict"]
        read = max(
            (call for call in reads if call.order < checkpoint.order),
            key=lambda call: call.order,
            default=None,
        )
        return self.finding(
            checkpoint.place if read is None else read.place,
            f"the checkpoint keeps the optimizer's state, but not that of"
            f" {wording.called(schedule)}: when training goes on at {resume.start}, {consequence}",
            notes=(
                ("the checkpoint is written here", checkpoint.place),
                ("scheduler built here", schedule.place),
                (loaded, None if load is None else load.place),
                ("the loop that resumes", resume.loop.place),
            ),
        )


def _forgets(checkpoint: Checkpoint, schedule: Schedule) -> bool:
    """Whether a checkpoint holds the optimizer's state alone, from which the training goes on."""
    optimizer = schedule.optimizer
    if optimizer is None or not any(one is optimizer for one in checkpoint.optimizers):
        return False
    if schedule in checkpoint.schedules or restored(optimizer) is None:
        return False
    return goes_on_from_zero(schedule) is not None or resumed_with_state(schedule) is not None


def _open_checkpoint(case: tuple[Training, Schedule]) -> Checkpoint | None:
    return next((checkpoint for checkpoint in case[0].checkpoints if checkpoint.open), None)


def _other_checkpoint(case: tuple[Training, Schedule]) -> bool:
    training, schedule = case
    return any(schedule in checkpoint.schedules for checkpoint in training.checkpoints)


def _reads_state(case: tuple[Training, Schedule]) -> bool:
    return any(call.method == "state_dict" for call in case[1].calls)


KEPT = (
    Exclusion(_open_checkpoint, "a checkpoint may hold more than is seen"),
    Exclusion(_other_checkpoint, "another checkpoint has its state"),
    Exclusion(_reads_state, "its state is read, and where it goes is not seen"),
)
