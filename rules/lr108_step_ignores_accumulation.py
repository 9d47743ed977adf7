"""LR108 step-ignores-accumulation."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import Destination, MoveStatement
from lrlint.formulas import LAWS, PastHorizon
from lrlint.judgement import wording
from lrlint.judgement.accumulation import EveryMicroBatch, steps_every_micro_batch
from lrlint.judgement.exclusions import EXERCISE, OPEN_ARGUMENTS, PLAIN_STEPS, STEPPED_TWICE
from lrlint.judgement.sketches import sketches, whole_plan
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training


class StepIgnoresAccumulation(Rule):
    """Gradients are accumulated, but the scheduler steps for every micro-batch.

    ## What it does

    Reports `scheduler.step()` that runs for every micro-batch where the optimizer steps only for
    every k-th of them, and the horizon counts optimizer steps.

    ## Why is this bad

    The schedule runs k times too fast. With 4 micro-batches per update, a cosine over all updates
    is at its minimum after a quarter of the training, and then climbs back.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader) // 4)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            (loss(model(x), y) / 4).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
            scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader) // 4)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            (loss(model(x), y) / 4).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()
    ```

    ## Fix safety

    The fix is unsafe because it slows the schedule down k times: the LR of nearly every step
    changes. Where the horizon is meant in micro-batches, keep the call and change the horizon.

    ## References

    - [accelerate #963](https://github.com/huggingface/accelerate/issues/963): schedulers and
      gradient accumulation
    """

    code, name, severity = "LR108", "step-ignores-accumulation", Severity.ERROR
    exclusions = (OPEN_ARGUMENTS, STEPPED_TWICE, *PLAIN_STEPS, EXERCISE)

    UPDATE = """
        model(x, y).backward()
        if (i + 1) % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
        """
    VALID = (
        # The horizon counts micro-batches, as the steps do.
        training(
            "scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-3)",
            batches="i, (x, y) in enumerate(train_loader)",
            update=UPDATE,
        ),
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)",
            batches="i, (x, y) in enumerate(train_loader)",
            update=UPDATE,
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                scheduler = CosineAnnealingLR(
                    optimizer, T_max=epochs * (len(train_loader) // 4), eta_min=1e-3
                )
                """,
                batches="i, (x, y) in enumerate(train_loader)",
                update=UPDATE,
            ),
            at="scheduler.step()",
            fixed=Diff(
                """
                      optimizer.step()
                +     scheduler.step()
                      optimizer.zero_grad()
                - scheduler.step()
                """
            ),
            says=("every 4 micro-batches", "4 times as fast"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        found = steps_every_micro_batch(schedule)
        if found is None or schedule.parent is not None:
            return
        yield self.excluded(schedule) or self.finding(
            found.site.place,
            f"step() runs for every micro-batch, but the optimizer steps once every"
            f" {wording.quantity(found.every)} micro-batches, which"
            f" {_horizon(schedule)} counts: {_consequence(schedule, found)}",
            severity=Severity.WARNING if found.every.value == 1 else Severity.ERROR,
            notes=(
                ("scheduler built here", schedule.place),
                ("accumulated here", found.guard.place),
            ),
            fix=_fix(schedule, found),
            sketches=sketches(schedule, whole_plan(schedule)),
        )


def _horizon(schedule: Schedule) -> str:
    return "the horizon" if schedule.horizon is None else schedule.horizon.parameter


def _consequence(schedule: Schedule, found: EveryMicroBatch) -> str:
    every = found.every.value
    text = f"the schedule runs {wording.amount(found.every)} times as fast as it should"
    if every == 1:
        return f"{text}, as soon as that is more than 1"
    law = LAWS.get(schedule.scheduler)
    if law is not None and law.past_horizon is PastHorizon.RAISES:
        return f"{text}, and then raises ValueError"
    return text


def _fix(schedule: Schedule, found: EveryMicroBatch) -> Proposal | None:
    """Move the call after optimizer.step(), under the same condition."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    if len(updates) != 1 or len(schedule.sites) != 1:
        return None
    return unsafe(
        "Step with the optimizer",
        (found.site.place, MoveStatement(updates[0].place, Destination.AFTER_OPTIMIZER_STEP)),
    )
