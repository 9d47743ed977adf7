"""LR113 step-after-skipped-update."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement.length import is_exercise
from lrlint.judgement.units import cadence, regular_sites
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class StepAfterSkippedUpdate(Rule):
    """The scheduler steps even where the GradScaler has left the optimizer's step out.

    ## What it does

    Mentions a scheduler that is stepped after every batch whose optimizer steps through a
    `GradScaler` (advice: shown with `--pedantic`). A step under a condition, such as a comparison
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

    SETUP = """
        import torch
        scaler = torch.amp.GradScaler()
        scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-3)
        """
    UPDATE = """
        before = scaler.get_scale()
        scaler.scale(model(x, y)).backward()
        scaler.step(optimizer)
        scaler.update()
        """
    VALID = (
        training(
            SETUP,
            update=UPDATE,
            batch="if before <= scaler.get_scale():\n    scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(SETUP, update=UPDATE, batch="scheduler.step()"),
            at="scheduler.step()",
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
