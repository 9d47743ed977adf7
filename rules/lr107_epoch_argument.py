"""LR107 epoch-argument."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, StepArgument, StepSite
from lrlint.fix import DropArgument
from lrlint.formulas import LAWS
from lrlint.judgement.exclusions import EXERCISE
from lrlint.judgement.stepping import is_moved
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, safe
from lrlint.snippets import Diff, training


class EpochArgument(Rule):
    """A scheduler is stepped with an epoch number, which is deprecated.

    ## What it does

    Reports `scheduler.step(epoch)` on a torch scheduler that counts its own steps, except on
    `CosineAnnealingWarmRestarts`, where a fractional epoch is documented use.

    ## Why is this bad

    The argument is deprecated since torch 1.4, warns, and will be removed. It moves the counter to
    that number: `step(epoch)` at the end of epoch 0 leaves the LR where it was, so that every LR
    comes one epoch late, and a jump computes the LR in closed form, which forgets every LR that was
    written by hand or by another scheduler.

    The fix drops the argument where it is what `step()` alone would count: `step(epoch + 1)` at the
    end of every epoch, counted from 0.

    ## Example

    ```python
    for epoch in range(epochs):
        train(model, optimizer)
        scheduler.step(epoch)
    ```

    ## Use instead

    ```python
    for epoch in range(epochs):
        train(model, optimizer)
        scheduler.step()
    ```

    ## What torch says

    `The epoch parameter in scheduler.step() was not necessary and is being deprecated where
    possible`, at every call.

    ## References

    - [torch: LRScheduler.step](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html)
    """

    code, name, severity = "LR107", "epoch-argument", Severity.WARNING
    exclusions = (EXERCISE,)

    STEP_LR = "scheduler = StepLR(optimizer, step_size=30)"
    VALID = (
        training(STEP_LR, epoch="scheduler.step()"),
        training(
            "scheduler = ReduceLROnPlateau(optimizer)",
            epoch="scheduler.step(evaluate(model), epoch)",
        ),
    )
    INVALID = (
        Invalid(
            training(STEP_LR, epoch="scheduler.step(epoch)"),
            at="scheduler.step(epoch)",
            says=("step(epoch)", "deprecated"),
        ),
        Invalid(
            training(STEP_LR, epoch="scheduler.step(epoch=epoch + 1)"),
            at="scheduler.step(epoch=epoch + 1)",
            fixed=Diff(
                """
                - scheduler.step(epoch=epoch + 1)
                + scheduler.step()
                """
            ),
            says=("step(epoch=epoch + 1)",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if not _counts_its_steps(schedule):
            return
        sites = [
            site
            for site in schedule.sites
            if site.argument is StepArgument.EPOCH and not _another_takes_it(schedule, site)
        ]
        if sites and (silence := self.excluded(schedule)):
            yield silence
            return
        for site in sites:
            yield self.finding(
                site.place,
                f"{schedule.scheduler}.step({site.argument_text}) is deprecated: it moves the"
                " counter to that number, where a plain step() advances it by one",
                notes=(("scheduler built here", schedule.place),),
                fix=_fix(schedule, site),
            )


def _counts_its_steps(schedule: Schedule) -> bool:
    """Whether `step()` is that of torch's `LRScheduler`, which is to have no argument."""
    law = LAWS.get(schedule.scheduler)
    if law is None:
        return schedule.construction.inherits_step
    return law.is_class and not (law.takes_epoch or law.takes_metric)


def _another_takes_it(schedule: Schedule, site: StepSite) -> bool:
    """Whether the call steps another scheduler, too, which may need the epoch: one of timm's."""
    return any(
        other.place.span() != schedule.place.span() and not _counts_its_steps(other)
        for other in schedule.surroundings.otherwise
        if any(one.place.span() == site.place.span() for one in other.sites)
    )


def _fix(schedule: Schedule, site: StepSite) -> Proposal | None:
    """Drop the argument where step() alone would count the same."""
    if (
        len(schedule.sites) != 1
        or schedule.surroundings.competitors
        or schedule.construction.loops
        or is_moved(schedule)
    ):
        return None
    if site.position is None or site.position.as_number() != 1 or len(site.loops) != 1:
        return None
    writes = schedule.optimizer is None or schedule.optimizer.writes
    if site.guards or writes:
        return None
    name = "epoch" if site.argument_text.startswith("epoch=") else 0
    return safe("Drop the argument", (site.place, DropArgument(name)))
