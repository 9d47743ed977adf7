"""LR208 early-stop-truncates."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
    UNKNOWN_CADENCE,
)
from lrlint.judgement.length import against, segment
from lrlint.judgement.stepping import driver
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class EarlyStopTruncates(Rule):
    """Early stopping ends a training whose annealing is planned for its whole length.

    ## What it does

    Mentions a cosine, polynomial or one-cycle schedule that spans the training while the epoch loop
    is left early where a metric no longer improves (advice: shown with `--pedantic`).

    ## Why is this bad

    These schedules do most of their work at the end. A metric that stalls at the high LR of the
    middle improves at the low LR of the end, but patience runs out before that comes. Train to the
    end, or let `ReduceLROnPlateau` follow the metric.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
        if early_stopping(evaluate(model, val_loader)):
            break
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
        keep_the_best(model, evaluate(model, val_loader))
    ```

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR208", "early-stop-truncates", Severity.ADVICE
    schedulers = frozenset({"CosineAnnealingLR", "OneCycleLR", "PolynomialLR"})
    exclusions = (
        OPEN_ARGUMENTS,
        *PLAIN_STEPS,
        UNKNOWN_CADENCE,
        EXERCISE,
        REBUILT,
        *STEPPED_WRONGLY,
    )

    SETUP = """
        scheduler = {build}
        best, waited = float("inf"), 0
        """
    EPOCH = """
        scheduler.step()
        val_loss = evaluate(model, val_loader)
        waited = 0 if val_loss < best else waited + 1
        best = min(best, val_loss)
        if waited > patience:
            break
        """
    VALID = (
        training(SETUP.format(build="StepLR(optimizer, 30)"), epoch=EPOCH, parameters="patience"),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format(build="CosineAnnealingLR(optimizer, epochs, 1e-3)"),
                epoch=EPOCH,
                parameters="patience",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)",
            says=("T_max",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        horizon, loop = schedule.horizon, driver(schedule).stepping.epoch_loop
        if loop is None or not loop.stops_early or not _spans(schedule):
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        assert horizon is not None
        yield self.finding(
            schedule.place,
            f"{horizon.parameter}{_length(schedule)} is planned for the whole training, which stops"
            " early: the low LR at the end of the schedule may never come",
            notes=(("the loop that is left early", loop.place),),
        )


def _spans(schedule: Schedule) -> bool:
    """Whether the schedule is as long as the training would be."""
    horizon, steps = schedule.horizon, segment(schedule, at_most=True)
    if horizon is None or horizon.length is None or steps is None:
        return False
    found = against(schedule, horizon, horizon.length, steps)
    return found.fits and not found.comparison.unknown


def _length(schedule: Schedule) -> str:
    length = schedule.length
    return "" if length is None else f" = {wording.amount(length)}"
