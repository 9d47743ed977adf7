"""LR105 stepped-twice."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Repetition, Schedule, StepArgument, StepSite
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE
from lrlint.judgement.stepping import driver, stepped_by_itself_too
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


def _unknown_argument(schedule: Schedule) -> StepSite | None:
    twice = schedule.stepping.repeated_step
    sites = () if twice is None else (twice.first, twice.second)
    return next((site for site in sites if site.argument is StepArgument.UNKNOWN), None)


class SteppedTwice(Rule):
    """One scheduler is stepped twice on the same path, so its schedule runs too fast.

    ## What it does

    Reports two `step()` calls of one scheduler that both run in the same epoch or batch: once in a
    helper and once in the loop that calls it, after every batch and again after every epoch, or by
    itself and as a part of a `SequentialLR` or `ChainedScheduler`.

    ## Why is this bad

    Each call advances the schedule. Stepped twice per epoch, a `StepLR` with `step_size=10` decays
    every 5 epochs, and a cosine is back at its start when training ends. torch says nothing.

    ## Example

    ```python
    def train_one_epoch(loader, optimizer, scheduler):
        for x, y in loader:
            train(x, y)
            optimizer.step()
        scheduler.step()

    for epoch in range(epochs):
        train_one_epoch(train_loader, optimizer, scheduler)
        scheduler.step()
    ```

    ## Use instead

    ```python
    def train_one_epoch(loader, optimizer):
        for x, y in loader:
            train(x, y)
            optimizer.step()

    for epoch in range(epochs):
        train_one_epoch(train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR105", "stepped-twice", Severity.ERROR
    exclusions = (
        EXERCISE,
        Exclusion(
            _unknown_argument, lambda site: f"step({site.argument_text}) may set its position"
        ),
    )

    VALID = (
        # One of the two, as the flag says.
        training(
            "scheduler = StepLR(optimizer, step_size=30)",
            batch="if per_batch:\n    scheduler.step()",
            epoch="if not per_batch:\n    scheduler.step()",
            parameters="per_batch",
        ),
        # Two schedulers.
        training(
            """
            optimizers = [SGD(model.parameters(), lr=0.1) for model in (generator, critic)]
            schedulers = [StepLR(optimizer, step_size=30) for optimizer in optimizers]
            """,
            update="critic(generator(x), y).backward()",
            batch="for optimizer in optimizers:\n    optimizer.step()",
            epoch="for scheduler in schedulers:\n    scheduler.step()",
            parameters="generator, critic",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = LinearLR(optimizer, total_iters=epochs * len(train_loader))",
                batch="scheduler.step()",
                epoch="scheduler.step()",
            ),
            row=12,
            says=("in every batch and once more in every epoch",),
        ),
        Invalid(
            training(
                """
                warmup = LinearLR(optimizer, total_iters=5)
                cosine = CosineAnnealingLR(optimizer, T_max=epochs - 5, eta_min=1e-3)
                scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
                """,
                epoch="warmup.step()\nscheduler.step()",
            ),
            at="warmup.step()",
            says=("LinearLR is a part of SequentialLR", "twice per epoch"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        both = stepped_by_itself_too(schedule)
        if both is not None:
            own, other = both
            whole = driver(schedule).scheduler
            yield self.finding(
                own.place,
                f"{schedule.scheduler} is a part of {whole}, which steps it already: it is stepped"
                f" twice per {wording.per(own.per)}",
                notes=(
                    (f"{whole} stepped here", other.place),
                    ("scheduler built here", schedule.place),
                ),
            )
        twice = schedule.stepping.repeated_step
        if twice is None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        first, second = twice.first, twice.second
        if first.per is Cadence.EPOCH and second.per is Cadence.BATCH:
            first, second = second, first  # report the rarer call
        yield self.finding(
            second.place,
            f"the scheduler is stepped {_how_often(schedule, twice)}{_numbers(schedule)}",
            notes=(
                ("stepped here too", first.place),
                ("scheduler built here", schedule.place),
            ),
        )


def _how_often(schedule: Schedule, twice: Repetition) -> str:
    if {twice.first.per, twice.second.per} == {Cadence.BATCH, Cadence.EPOCH}:
        return "in every batch and once more in every epoch"
    per, steps, epochs = twice.second.per, schedule.steps, schedule.epochs
    if per is Cadence.EPOCH and steps is not None and epochs is not None:
        times = (steps / epochs).value
        if times is not None and times > 2:
            return "more than twice per epoch"
    return f"twice per {wording.per(per)}"


def _numbers(schedule: Schedule) -> str:
    steps, epochs = schedule.steps, schedule.epochs
    if steps is None or epochs is None:
        return ""
    return f": {wording.amount(steps)} steps in {wording.amount(epochs)} epochs"
