"""LR409 scheduler-rebuilt-in-loop."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Loop, LoopKind, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE
from lrlint.judgement.length import against, rebuilt_in
from lrlint.judgement.rates import lr_after, lr_text
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training

_MEMORYLESS = frozenset({"ExponentialLR", "MultiplicativeLR"})
"""They multiply the LR by the same factor at every step, whenever they were built."""


def _fits(schedule: Schedule) -> bool | None:
    """Whether its length is the number of its steps; None where that is not known."""
    horizon, steps = schedule.horizon, schedule.steps
    if horizon is None or horizon.length is None or steps is None:
        return None
    length = against(schedule, horizon, horizon.length, steps)
    return None if length.comparison.unknown else length.fits


def _is_conditional(schedule: Schedule) -> bool:
    return not schedule.construction.rebuilt


def _starts_over(schedule: Schedule) -> bool:
    """Whether each starts at the LR of the first, and is as long as it should be."""
    if LAWS[schedule.scheduler].chainable:
        return False
    return schedule.per is Cadence.BATCH and _fits(schedule) is not False


def _is_reset(schedule: Schedule) -> bool:
    loop, optimizer = rebuilt_in(schedule), schedule.optimizer
    writes = () if optimizer is None or loop is None else optimizer.writes
    return any(loop in write.loops for write in writes)


class SchedulerRebuiltInLoop(Rule):
    """The scheduler is built anew in every epoch or batch, so its schedule starts over.

    ## What it does

    Reports a scheduler that is built in every iteration of the training loop, for an optimizer that
    is built outside of it. Not reported is a schedule that is meant to start over: one that is as
    long as the iteration and sets its first LR (`OneCycleLR`, `CosineAnnealingWarmRestarts`), or
    one for which the script resets the LR.

    ## Why is this bad

    A new scheduler counts from 0. A `StepLR(optimizer, 30)` that is built in every epoch never gets
    to step 30. A `CosineAnnealingLR` does not even start over: it starts from the LR in use, so the
    first one anneals to `eta_min` and all others stay there.

    ## Example

    ```python
    for epoch in range(epochs):
        scheduler = StepLR(optimizer, step_size=30)
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR409", "scheduler-rebuilt-in-loop", Severity.ERROR
    exclusions = (
        Exclusion(_is_conditional, "it is built in some iterations only"),
        EXERCISE,
        Exclusion(_starts_over, "each of them starts at the base LR and is as long as it runs"),
        Exclusion(_is_reset, "the script sets the LR in the same loop"),
    )

    VALID = (
        # A cycle for each epoch, which sets the LR that it starts from.
        training(
            "",
            before="""
            scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader))
            """,
            batch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "",
                epochs=90,
                before="scheduler = StepLR(optimizer, step_size=30)",
                epoch="scheduler.step()",
            ),
            at="scheduler = StepLR(optimizer, step_size=30)",
            says=("in every epoch", "first 1 of 30 steps"),
        ),
        # It anneals once, and never starts over.
        Invalid(
            training(
                "",
                epochs=20,
                before="scheduler = CosineAnnealingLR(optimizer, len(train_loader), eta_min=1e-3)",
                batch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, len(train_loader), eta_min=1e-3)",
            says=("from 0.1 to 0.001", "stays at 0.001 for the other 19 of 20 epochs"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        loop, law = rebuilt_in(schedule), LAWS.get(schedule.scheduler)
        optimizer = schedule.optimizer
        if loop is None or law is None or law.name in _MEMORYLESS or schedule.parent is not None:
            return
        if not schedule.sites:
            return
        yield self.excluded(schedule) or self.finding(
            schedule.place,
            f"a new {schedule.scheduler} is built in every {_one(loop)}:"
            f" {_consequence(schedule, loop)}",
            severity=self.severity if schedule.construction.on_default_path else Severity.WARNING,
            notes=(
                (f"the {_one(loop)} loop", loop.place),
                ("the optimizer lives on", None if optimizer is None else optimizer.place),
                ("stepped here", schedule.sites[0].place),
            ),
        )


def _one(loop: Loop) -> str:
    return "epoch" if loop.kind is LoopKind.EPOCH else "batch"


def _consequence(schedule: Schedule, loop: Loop) -> str:
    horizon, steps = schedule.horizon, schedule.steps
    if schedule.scheduler == "CosineAnnealingLR" and _fits(schedule):
        return _annealed(schedule, loop)
    if horizon is None or horizon.length is None or steps is None:
        return "the schedule starts over every time"
    parts = f"{wording.amount(steps)} of {wording.amount(horizon.length)} steps"
    return f"the schedule never gets past the first {parts}"


def _annealed(schedule: Schedule, loop: Loop) -> str:
    """Say where a cosine that starts from the LR in use leaves it."""
    first, last = lr_after(schedule, Fraction(0)), lr_after(schedule, Fraction(1))
    if first is None or last is None:
        return "the first one anneals the LR to eta_min, and all others find it there"
    text = f"the first one anneals the LR from {lr_text(first)} to {lr_text(last)}"
    trips = loop.trips and loop.trips.value
    rest = f" for the other {trips - 1} of {trips} {_one(loop)}s" if isinstance(trips, int) else ""
    return f"{text}, where the next one starts: the LR stays at {lr_text(last)}{rest}"
