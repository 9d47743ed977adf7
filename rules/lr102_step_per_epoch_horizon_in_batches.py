"""LR102 step-per-epoch-horizon-in-batches."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, StepSite
from lrlint.fix import Destination, MoveStatement
from lrlint.judgement import wording
from lrlint.judgement.lightning import wrong_interval
from lrlint.judgement.rates import course
from lrlint.judgement.sketches import sketches, whole_plan
from lrlint.judgement.units import Mismatch, stepped_per_epoch_with_batch_horizon
from lrlint.rule import Finding, Invalid, Proposal, Rule, unsafe
from lrlint.snippets import Diff, training


class StepPerEpochHorizonInBatches(Rule):
    """The scheduler is stepped once per epoch, but its horizon counts batches.

    ## What it does

    Reports `scheduler.step()` in the epoch loop where the horizon of the schedule counts batches:
    `T_max=epochs * len(train_loader)`, `OneCycleLR` with `steps_per_epoch=len(train_loader)`,
    `num_training_steps=…`.

    ## Why is this bad

    A scheduler counts its own `step()` calls. Ten epochs of 391 batches are ten steps of 3910: the
    LR hardly moves, and a `OneCycleLR` never leaves its warm-up. torch says nothing.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader))
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader))
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            scheduler.step()
    ```

    Or keep the call where it is and count epochs: `T_max=epochs`.

    ## Fix safety

    The fix is unsafe because it speeds the schedule up by the number of batches in an epoch: the
    LR of nearly every step changes. Where the LR is to stay the same within an epoch, keep the
    call and count the horizon in epochs.

    ## References

    - [torch.optim.lr_scheduler.OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html):
      "step should be called after a batch has been used for training"
    - The same mistake in public: [SimCLR #43](https://github.com/sthalles/SimCLR/issues/43)
    """

    code, name, severity = "LR102", "step-per-epoch-horizon-in-batches", Severity.ERROR

    ONE_CYCLE = """
        scheduler = OneCycleLR(
            optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader)
        )
        """
    VALID = (
        training(ONE_CYCLE, batch="scheduler.step()"),
        training(
            """
            length = epochs * len(train_loader) if per_batch else epochs
            scheduler = CosineAnnealingLR(optimizer, T_max=length, eta_min=1e-3)
            """,
            batch="if per_batch:\n    scheduler.step()",
            epoch="if not per_batch:\n    scheduler.step()",
            parameters="per_batch",
        ),
    )
    INVALID = (
        Invalid(
            training(ONE_CYCLE, epoch="print(epoch)\nscheduler.step()"),
            at="scheduler.step()",
            fixed=Diff(
                """
                      optimizer.step()
                +     scheduler.step()
                  print(epoch)
                - scheduler.step()
                """
            ),
            says=("counts batches", "epochs of epochs * len(train_loader) steps"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        # The step sizes of a CyclicLR are batches by definition: LR111.
        if schedule.parent is not None or schedule.scheduler == "CyclicLR":
            return
        mismatch = stepped_per_epoch_with_batch_horizon(schedule)
        if mismatch is None or wrong_interval(schedule) is not None:  # LR501
            return
        horizon, update = mismatch.evidence.horizon, _update(schedule)
        yield self.finding(
            mismatch.site.place,
            f"{wording.horizon(horizon, 'batches')}, but step() runs once per epoch:"
            f" {_consequence(schedule, mismatch)}{mismatch.evidence.caveat}",
            severity=Severity.ERROR if mismatch.certain else Severity.WARNING,
            notes=(
                (f"{horizon.parameter} set here", horizon.place),
                ("scheduler built here", mismatch.evidence.schedule.place),
                ("optimizer stepped here", None if update is None else update.place),
            ),
            fix=_fix(schedule, mismatch.site),
            sketches=sketches(schedule, whole_plan(schedule)),
        )


def _consequence(schedule: Schedule, mismatch: Mismatch) -> str:
    """Return how far the schedule gets, in numbers where they are known."""
    one, length = mismatch.evidence.schedule, mismatch.evidence.horizon.length
    assert length is not None
    if schedule.steps is None:
        return "the LR hardly moves"
    text = f"the schedule gets through {wording.amount(schedule.steps)} of"
    text += f" {wording.amount(length)} steps"
    return text + (course(schedule, schedule.steps) if one is schedule else "")


def _update(schedule: Schedule) -> StepSite | None:
    sites = () if schedule.optimizer is None else schedule.optimizer.sites
    return sites[0] if len(sites) == 1 else None


def _fix(schedule: Schedule, site: StepSite) -> Proposal | None:
    """Move the call after optimizer.step(), unless it is under a condition."""
    update = _update(schedule)
    if update is None or site.guards or len(schedule.sites) != 1:
        return None
    return unsafe(
        "Step after every batch",
        (site.place, MoveStatement(update.place, Destination.AFTER_OPTIMIZER_STEP)),
    )
