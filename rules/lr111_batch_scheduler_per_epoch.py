"""LR111 batch-scheduler-per-epoch."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Cadence, Schedule, StepSite
from lrlint.fix import Destination, MoveStatement
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, OPEN_ARGUMENTS, PLAIN_STEPS, REBUILT
from lrlint.judgement.horizon_units import horizon_in_batches
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.judgement.stepping import cadence, regular_sites
from lrlint.rule import Exclusion, Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training


def _has_one_step_per_epoch(schedule: Schedule) -> bool:
    optimizer = schedule.optimizer
    return optimizer is not None and optimizer.stepped and schedule.stepping.batch_loop is None


class BatchSchedulerPerEpoch(Rule):
    """A `CyclicLR`, whose cycles are batches long, is stepped once per epoch.

    ## What it does

    Reports `CyclicLR` that is stepped once per epoch while `step_size_up` is left at its default of
    2000 steps, counts batches, or is more than the number of epochs.

    ## Why is this bad

    The LR climbs from `base_lr` to `max_lr` in `step_size_up` steps. 100 epochs get through a
    twentieth of 2000: the LR stays next to its lowest value throughout.

    ## Example

    ```python
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1)
    for epoch in range(100):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1)
    for epoch in range(100):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            scheduler.step()
    ```

    ## Fix safety

    The fix is unsafe because the LR then goes through whole cycles, up to a `max_lr` that the
    training has never reached so far. Where a slow cycle over many epochs is wanted, keep the call
    and give `step_size_up` in epochs.

    ## References

    - [torch: CyclicLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html)
    - Smith, [Cyclical Learning Rates](https://arxiv.org/abs/1506.01186): a step size of 2 to 8
      epochs' batches
    """

    code, name, severity = "LR111", "batch-scheduler-per-epoch", Severity.WARNING
    schedulers = frozenset({"CyclicLR"})
    exclusions = (
        OPEN_ARGUMENTS,
        *PLAIN_STEPS,
        EXERCISE,
        REBUILT,
        Exclusion(_has_one_step_per_epoch, "its optimizer steps once per epoch as well"),
    )

    SETUP = """
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1{more})
        """
    VALID = (
        training(SETUP.format(more=""), epochs=100, batch="scheduler.step()"),
        # Cycles of 20 epochs.
        training(SETUP.format(more=", step_size_up=10"), epochs=100, epoch="scheduler.step()"),
    )
    INVALID = (
        Invalid(
            training(SETUP.format(more=""), epochs=100, epoch="scheduler.step()"),
            at="scheduler.step()",
            fixed=Diff(
                """
                +     scheduler.step()
                - scheduler.step()
                """
            ),
            says=("step_size_up is left at 2000", "100 steps", "0.00505"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        size, sites = schedule.argument("step_size_up"), regular_sites(schedule)
        if size is None or size.number is None or cadence(schedule) is not Cadence.EPOCH:
            return
        if size.explicit and not (
            horizon_in_batches(schedule) or _outlasts_the_training(schedule, size)
        ):
            return
        yield self.excluded(schedule) or self.finding(
            sites[0].place,
            f"step_size_up is {'' if size.explicit else 'left at '}"
            f"{wording.quantity(size.number)} batches, but step() runs once per epoch"
            f"{_reach(schedule, size)}",
            notes=(("scheduler built here", schedule.place),),
            fix=_fix(schedule, sites[0]),
        )


def _outlasts_the_training(schedule: Schedule, size: Argument) -> bool:
    steps = None if schedule.steps is None else schedule.steps.value
    number = None if size.number is None else size.number.value
    return steps is not None and number is not None and number > steps


def _reach(schedule: Schedule, size: Argument) -> str:
    """Return how far the LR gets, where that is known."""
    steps = None if schedule.steps is None else schedule.steps.value
    number = None if size.number is None else size.number.value
    low, high = schedule.number("base_lr"), schedule.number("max_lr")
    if steps is None or number is None or not 0 < steps <= number:
        return ": the LR hardly moves"
    assert schedule.steps is not None
    text = f": {wording.number(steps)} steps"
    text += "" if schedule.steps.is_constant else WITH_THE_DEFAULTS
    if low is None or high is None or low.value is None or high.value is None:
        return f"{text} get through {steps / number:.0%} of the way up"
    reached = float(low.value + (high.value - low.value) * (steps - 1) / number)
    return f"{text} take the LR from {wording.number(low.value)} to {wording.number(reached)}"


def _fix(schedule: Schedule, site: StepSite) -> Proposal | None:
    """Move the call after optimizer.step(), unless it is under a condition."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    if len(updates) != 1 or site.guards or len(schedule.sites) != 1:
        return None
    return unsafe(
        "Step after every batch",
        (site.place, MoveStatement(updates[0].place, Destination.AFTER_OPTIMIZER_STEP)),
    )
