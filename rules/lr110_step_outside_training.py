"""LR110 step-outside-training."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Loop, LoopKind, Schedule, StepSite
from lrlint.judgement.units import driver
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class StepOutsideTraining(Rule):
    """The scheduler is stepped where nothing is trained.

    ## What it does

    Reports a scheduler all of whose steps come in a loop over validation or test batches, or after
    the training loop.

    ## Why is this bad

    In the evaluation loop the schedule counts validation batches, of which there are as many as the
    validation set happens to have. After the training loop it is stepped once, when no optimizer
    step is left to use the LR: the whole training runs at the first LR.

    ## Example

    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
    scheduler.step()
    ```

    ## Use instead

    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR110", "step-outside-training", Severity.WARNING

    SETUP = "import torch\nscheduler = StepLR(optimizer, step_size=30)"
    VALID = (training(SETUP, epoch="scheduler.step()", after="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(
                SETUP,
                epoch="""
                with torch.no_grad():
                    for x, y in val_loader:
                        model(x, y)
                        scheduler.step()
                """,
            ),
            at="scheduler.step()",
            says=("for every batch of val_loader",),
        ),
        Invalid(
            training(SETUP, after="scheduler.step()"),
            at="scheduler.step()",
            says=("after the training loop",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        one, optimizer = driver(schedule), schedule.optimizer
        if one is not schedule or one.escapes is not None or optimizer is None:
            return
        if not schedule.sites or not optimizer.sites or optimizer.escapes is not None:
            return
        evaluating = [loop for site in schedule.sites if (loop := _evaluation(site)) is not None]
        site = schedule.sites[0]
        if len(evaluating) == len(schedule.sites):
            over = evaluating[0].over or "the evaluation loop"
            text, loop = (
                f"step() runs for every batch of {over}, where nothing is trained",
                site.loop,
            )
        elif all(_comes_after(one, schedule) for one in schedule.sites):
            text, loop = (
                "step() runs after the training loop only: no optimizer step is left to use the LR",
                optimizer.sites[-1].loop,
            )
        else:
            return
        yield self.finding(
            site.place,
            text,
            notes=(
                ("the loop", None if loop is None else loop.place),
                ("optimizer stepped here", optimizer.sites[0].place),
            ),
        )


def _evaluation(site: StepSite) -> Loop | None:
    """Return the evaluation loop around the call."""
    return next((loop for loop in site.loops if loop.kind is LoopKind.EVALUATION), None)


def _comes_after(site: StepSite, schedule: Schedule) -> bool:
    """Whether the call comes after all optimizer steps, outside of all loops."""
    assert schedule.optimizer is not None
    if site.per is not Cadence.ONCE or site.loops or schedule.built_in or site.via:
        return False
    updates = schedule.optimizer.sites
    return all(update.loops and update.order < site.order for update in updates)
