"""LR403 scheduler-state-not-loaded."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Training
from lrlint.judgement import wording
from lrlint.judgement.resuming import goes_on_from_zero, state_is_ignored
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class SchedulerStateNotLoaded(Rule):
    """A resume loads the optimizer's state, but not the scheduler's, which the checkpoint has.

    ## What it does

    Reports a script that saves the states of optimizer and scheduler, and on a resume loads only
    that of the optimizer.

    ## Why is this bad

    The optimizer's state restores the LR, but the scheduler counts from 0: a `StepLR` drops the LR
    too late, a cosine starts a new curve at the restored LR, a warm-up runs again and multiplies
    it. torch does not warn.

    ## Example

    ```python
    checkpoint = torch.load("last.pt")
    optimizer.load_state_dict(checkpoint["optimizer"])
    ```

    ## Use instead

    ```python
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [pytorch #65342](https://github.com/pytorch/pytorch/issues/65342): resuming gives another LR
    """

    code, name, severity = "LR403", "scheduler-state-not-loaded", Severity.WARNING

    SETUP = """
        import torch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, epochs, eta_min=1e-3)
        start_epoch = 0
        if resume:
            checkpoint = torch.load(resume)
            start_epoch = checkpoint["epoch"]
            optimizer.load_state_dict(checkpoint["optimizer"])
        """
    SAVE = """
        scheduler.step()
        state = {"epoch": epoch + 1, "optimizer": optimizer.state_dict()}
        state["scheduler"] = scheduler.state_dict()
        torch.save(state, "last.pt")
        """
    VALID = (
        training(
            SETUP + '    scheduler.load_state_dict(checkpoint["scheduler"])',
            epochs="start_epoch, epochs",
            epoch=SAVE,
            parameters="resume",
        ),
    )
    INVALID = (
        Invalid(
            training(SETUP, epochs="start_epoch, epochs", epoch=SAVE, parameters="resume"),
            at='optimizer.load_state_dict(checkpoint["optimizer"])',
            says=("CosineAnnealingLR", "counts from 0"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding]:
        for schedule in training.schedules:
            ignored, resume = state_is_ignored(training, schedule), goes_on_from_zero(schedule)
            if ignored is None or resume is None:
                continue
            load, checkpoint = ignored
            yield self.finding(
                load.place,
                f"the optimizer's state is restored, but that of {wording.called(schedule)},"
                f" which the checkpoint has, is not: training goes on at {resume.start}, and the"
                " scheduler counts from 0",
                notes=(
                    ("the checkpoint is written here", checkpoint.place),
                    ("scheduler built here", schedule.place),
                    ("the loop that resumes", resume.loop.place),
                ),
            )
