"""LR113 step-after-skipped-update."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Guard, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement.exclusions import EXERCISE, FOLLOWS_METRIC
from lrlint.judgement.stepping import cadence, regular_sites
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


def _own_condition(schedule: Schedule) -> Guard | None:
    """Return a condition of its steps that those of its optimizer are not under."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    shared = {guard.text for update in updates for guard in update.guards}
    guards = (guard for site in regular_sites(schedule) for guard in site.guards)
    return next((guard for guard in guards if guard.text not in shared), None)


def _overran_never(schedule: Schedule) -> bool:
    return schedule.run.overran == 0


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

    ## What torch says

    `Detected call of lr_scheduler.step() before optimizer.step()`, where the very first update is
    left out; nothing where it is a later one.

    ## References

    - [pytorch #44511](https://github.com/pytorch/pytorch/issues/44511): the warning, and why it is
      hard to avoid
    """

    code, name, severity = "LR113", "step-after-skipped-update", Severity.ADVICE
    exclusions = (
        FOLLOWS_METRIC,
        EXERCISE,
        Exclusion(_overran_never, "the optimizer made all its steps in this run"),
        Exclusion(_own_condition, lambda guard: f"it is stepped only where `{guard.text}` holds"),
    )

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

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        if schedule.parent is not None or optimizer is None or schedule.scheduler not in LAWS:
            return
        updates = [update for update in optimizer.sites if update.scaled]
        if not updates or len(updates) != len(optimizer.sites):
            return
        if cadence(schedule) is not Cadence.BATCH:
            return
        yield self.excluded(schedule) or self.finding(
            regular_sites(schedule)[0].place,
            "step() runs even where the GradScaler leaves the optimizer's step out: the schedule"
            f" gets {_ahead(schedule)}ahead of the training",
            notes=(("the scaler steps here", updates[0].place),),
        )


def _ahead(schedule: Schedule) -> str:
    steps = schedule.run.overran
    return "" if steps is None else "a step " if steps == 1 else f"{steps} steps "
