"""LR113 step-after-skipped-update."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement.length import is_exercise
from lrlint.judgement.units import cadence, regular_sites
from lrlint.rule import Finding, Invalid, Rule


class StepAfterSkippedUpdate(Rule):
    """The scheduler steps even where the GradScaler has left the optimizer's step out.

    ## What it does

    Mentions a scheduler that is stepped after every batch whose optimizer steps through a
    `GradScaler` (advice: shown with `--pedantic`). A step behind a condition, such as a comparison
    of `scaler.get_scale()`, is taken to ask whether there was an update.

    ## Why is this bad

    A scaler leaves out the step where gradients overflow: usually the first few, while it looks for
    its scale. The scheduler counts them all the same, and torch warns that it was stepped before
    the optimizer. The schedule is a few steps ahead; for a warm-up of 100 steps that may matter.

    ## Example

    ```python
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
    ```

    ## Use instead

    ```python
    scale = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    if scale <= scaler.get_scale():
        scheduler.step()
    ```

    ## References

    - [pytorch #44511](https://github.com/pytorch/pytorch/issues/44511): the warning, and why it is
      hard to avoid
    """

    code, name, severity = "LR113", "step-after-skipped-update", Severity.ADVICE

    SCRIPT = """
        import torch
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs):
            scaler = torch.amp.GradScaler()
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, {length}, eta_min=1e-3)
            for epoch in range(epochs):
                for x, y in train_loader:
                    before = scaler.get_scale()
                    scaler.scale(model(x, y)).backward()
                    {step}
                    scaler.update()
                    {in_batch}
                {in_epoch}
        """
    BATCHES = "epochs * len(train_loader)"
    VALID = (
        SCRIPT.format(
            length=BATCHES,
            step="scaler.step(optimizer)",
            in_batch="if before <= scaler.get_scale():\n                        scheduler.step()",
            in_epoch="pass",
        ),
        # An update more or less in an epoch is nothing.
        SCRIPT.format(
            length="epochs",
            step="scaler.step(optimizer)",
            in_batch="pass",
            in_epoch="scheduler.step()",
        ),
        SCRIPT.format(
            length=BATCHES, step="optimizer.step()", in_batch="scheduler.step()", in_epoch="pass"
        ),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(
                length=BATCHES,
                step="scaler.step(optimizer)",
                in_batch="scheduler.step()",
                in_epoch="pass",
            ),
            row=15,
            says=("GradScaler",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        law, optimizer, sites = LAWS.get(schedule.scheduler), schedule.optimizer, None
        if schedule.parent is not None or optimizer is None or law is None or law.takes_metric:
            return
        updates = [update for update in optimizer.sites if update.scaled]
        sites = regular_sites(schedule)
        if not updates or len(updates) != len(optimizer.sites) or is_exercise(schedule):
            return
        if cadence(schedule) is not Cadence.BATCH or schedule.overran == 0:
            return
        shared = {guard.text for update in updates for guard in update.guards}
        if any(guard.text not in shared for site in sites for guard in site.guards):
            return
        yield self.finding(
            sites[0].place,
            "step() runs even where the GradScaler leaves the optimizer's step out: the schedule"
            f" gets {_ahead(schedule)}ahead of the training",
            notes=(("the scaler steps here", updates[0].place),),
        )


def _ahead(schedule: Schedule) -> str:
    steps = schedule.overran
    return "" if steps is None else "a step " if steps == 1 else f"{steps} steps "
