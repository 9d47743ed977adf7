"""LR112 conditional-step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Guard, GuardKind, Schedule, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement.exclusions import EXERCISE
from lrlint.judgement.stepping import regular_sites
from lrlint.judgement.wiring import which_scheduler
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training

_DECAYS = frozenset({"ExponentialLR", "MultiplicativeLR", "LambdaLR"})
_OVERFLOW = re.compile(r"scale|nan|inf\b|finite|overflow|skip|grad|norm", re.IGNORECASE)
"""Conditions that ask whether the optimizer was stepped."""


def _decays_each_time(schedule: Schedule) -> Schedule | None:
    """Return a schedule that decays at each step, as a plateau scheduler does."""
    size = schedule.number("step_size")
    single = schedule.scheduler == "StepLR" and size is not None and size.value == 1
    return schedule if single or schedule.scheduler in _DECAYS else None


class ConditionalStep(Rule):
    """A scheduler that counts time is stepped only when a metric improves.

    ## What it does

    Reports `scheduler.step()` under a condition on a measured value (`if val_loss < best:`) for
    schedulers that follow a plan: cosine, one-cycle, milestones. Not reported are conditions under
    which the optimizer steps too, conditions that ask whether gradients were finite, and
    schedulers of which every step is one decay, such as `ExponentialLR`.

    ## Why is this bad

    The plan counts steps. If they come whenever the loss happens to fall, the cosine ends after the
    training, if at all, and no two runs have the same LR.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        val_loss = evaluate(model, val_loader)
        if val_loss < best:
            best = val_loss
            torch.save(model.state_dict(), "best.pt")
            scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        val_loss = evaluate(model, val_loader)
        if val_loss < best:
            best = val_loss
            torch.save(model.state_dict(), "best.pt")
        scheduler.step()
    ```

    Where the LR is to follow the metric, `ReduceLROnPlateau` does that.

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR112", "conditional-step", Severity.WARNING
    exclusions = (
        Exclusion(_decays_each_time, lambda one: f"each step of {one.scheduler} is a decay"),
        EXERCISE,
    )

    VALID = (
        training(
            'scheduler = ReduceLROnPlateau(optimizer)\nbest = float("inf")',
            epochs=100,
            epoch="""
            val_loss = evaluate(model, val_loader)
            if val_loss < best:
                best = val_loss
                scheduler.step(val_loss)
            """,
        ),
        # Only where the scaler has not left the step out.
        training(
            "scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-3)",
            update="""
            scaler.scale(model(x, y)).backward()
            before = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            if before <= scaler.get_scale():
                scheduler.step()
            """,
            parameters="scaler",
        ),
    )
    INVALID = (
        Invalid(
            training(
                'scheduler = CosineAnnealingLR(optimizer, 100, 1e-3)\nbest = float("inf")',
                epochs=100,
                epoch="""
                val_loss = evaluate(model, val_loader)
                if val_loss < best:
                    best = val_loss
                    scheduler.step()
                """,
            ),
            at="scheduler.step()",
            says=("CosineAnnealingLR", "`val_loss < best`"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        law = LAWS.get(schedule.scheduler)
        if law is None or law.takes_metric:
            return
        sites = regular_sites(schedule)
        found = [
            guard for site in sites if (guard := _condition_on_a_metric(schedule, site)) is not None
        ]
        if not found or len(found) != len(sites):
            return
        yield self.excluded(schedule) or self.finding(
            sites[0].place,
            f"{schedule.scheduler} counts its steps, but step() runs only where"
            f" `{found[0].text}` holds, which the training decides",
            notes=(
                ("the condition", found[0].place),
                ("scheduler built here", schedule.place),
            ),
        )


def _condition_on_a_metric(schedule: Schedule, site: StepSite) -> Guard | None:
    """Return the condition on a measured value that optimizer.step() is not under."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    shared = {guard.text for update in updates for guard in update.guards}
    return next(
        (
            guard
            for guard in site.guards
            if guard.kind is GuardKind.METRIC
            and guard is not which_scheduler(site)
            and guard.text not in shared
            and not _OVERFLOW.search(guard.text)
        ),
        None,
    )
