"""LR110 step-outside-training."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Loop, LoopKind, OptimizerUse, Schedule, StepSite
from lrlint.judgement.exclusions import OPTIMIZER_ELSEWHERE, STEPPED_ELSEWHERE
from lrlint.judgement.stepping import driver
from lrlint.rule import Finding, Invalid, Rule, Silence
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
    exclusions = (STEPPED_ELSEWHERE, OPTIMIZER_ELSEWHERE)

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

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        found = None if optimizer is None else _outside(schedule, optimizer)
        if optimizer is None or found is None:
            return
        text, loop = found
        # Who holds a class that trains has no reason to step what it steps while it evaluates.
        own = loop is not None and loop.kind is LoopKind.EVALUATION and schedule.stepping.held
        if not own and (silence := self.excluded(schedule)):
            yield silence
            return
        yield self.finding(
            schedule.sites[0].place,
            text,
            notes=(
                ("the loop", None if loop is None else loop.place),
                ("optimizer stepped here", optimizer.sites[0].place),
            ),
        )


def _outside(schedule: Schedule, optimizer: OptimizerUse) -> tuple[str, Loop | None] | None:
    """Say where it is stepped, if all its steps are outside of the training loop; and that loop."""
    sites, updates = schedule.sites, optimizer.sites
    if driver(schedule) is not schedule or not sites or not updates:
        return None
    evaluating = [loop for site in sites if (loop := _evaluation(site)) is not None]
    if len(evaluating) == len(sites):
        over = evaluating[0].over or "the evaluation loop"
        return f"step() runs for every batch of {over}, where nothing is trained", evaluating[0]
    if all(_comes_after(site, schedule, updates) for site in sites):
        text = "step() runs after the training loop only: no optimizer step is left to use the LR"
        return text, updates[-1].loop
    return None


def _evaluation(site: StepSite) -> Loop | None:
    """Return the evaluation loop around the call."""
    return next((loop for loop in site.loops if loop.kind is LoopKind.EVALUATION), None)


def _comes_after(site: StepSite, schedule: Schedule, updates: tuple[StepSite, ...]) -> bool:
    """Whether it is stepped outside of all loops, after each step of its optimizer."""
    if site.per is not Cadence.ONCE or site.loops or schedule.construction.loops:
        return False
    return all(
        update.loops and update.order < site.order and update.via[: len(site.via)] == site.via
        for update in updates
    )
