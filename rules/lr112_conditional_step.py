"""LR112 conditional-step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Guard, GuardKind, Schedule, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement import regular_sites
from lrlint.judgement_exclusions import EXERCISE
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence

_DECAYS = frozenset({"ExponentialLR", "MultiplicativeLR", "LambdaLR"})
_OVERFLOW = re.compile(r"scale|nan|inf\b|finite|overflow|skip|grad|norm", re.IGNORECASE)
"""What asks whether the optimizer made its step."""


def _decays_each_time(schedule: Schedule) -> Schedule | None:
    """Return a schedule each of whose steps is a decay of its own, as of a plateau scheduler."""
    size = schedule.number("step_size")
    single = schedule.scheduler == "StepLR" and size is not None and size.value == 1
    return schedule if single or schedule.scheduler in _DECAYS else None


class ConditionalStep(Rule):
    """A scheduler that counts time is stepped only when a metric improves.

    ## What it does

    Reports `scheduler.step()` behind a condition on a measured value (`if val_loss < best:`) for
    schedulers that follow a plan: cosine, one-cycle, milestones. Conditions under which the
    optimizer makes its step as well are not reported, nor those that ask whether gradients were
    finite. Neither are schedulers of which every step is one decay, such as `ExponentialLR`: those
    may be stepped by hand.

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

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, ReduceLROnPlateau

        def train(model, train_loader, val_loader, scaler):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            best = float("inf")
            for epoch in range(100):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                val_loss = evaluate(model, val_loader)
                if {condition}:
                    best = val_loss
                    scheduler.step({given})
        """
    COSINE = "CosineAnnealingLR(optimizer, 100, 1e-3)"
    VALID = (
        SCRIPT.format(build=COSINE, condition="epoch >= 0", given=""),
        SCRIPT.format(build="ExponentialLR(optimizer, 0.5)", condition="val_loss > best", given=""),
        SCRIPT.format(
            build="ReduceLROnPlateau(optimizer)", condition="val_loss < best", given="val_loss"
        ),
        # A batch that is left out altogether.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), 1e-3)
            for epoch in range(epochs):
                for x, y in train_loader:
                    loss = model(x, y)
                    if loss.item() < 100:
                        loss.backward()
                        optimizer.step()
                        scheduler.step()
        """,
        # Only where the scaler has not left the step out.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs, scaler):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), 1e-3)
            for epoch in range(epochs):
                for x, y in train_loader:
                    scaler.scale(model(x, y)).backward()
                    before = scaler.get_scale()
                    scaler.step(optimizer)
                    scaler.update()
                    if before <= scaler.get_scale():
                        scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build=COSINE, condition="val_loss < best", given=""),
            row=15,
            says=("CosineAnnealingLR", "`val_loss < best`"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        law = LAWS.get(schedule.scheduler)
        if law is None or law.takes_metric:
            return
        sites = regular_sites(schedule)
        found = [guard for site in sites if (guard := _measured(schedule, site)) is not None]
        if not found or len(found) != len(sites):
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        yield self.finding(
            sites[0].place,
            f"{schedule.scheduler} counts its steps, but step() runs only where"
            f" `{found[0].text}` holds, which the training decides",
            notes=(
                ("the condition", found[0].place),
                ("scheduler built here", schedule.place),
            ),
        )


def _measured(schedule: Schedule, site: StepSite) -> Guard | None:
    """The condition on a measured value that the optimizer's step is not under."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    shared = {guard.text for update in updates for guard in update.guards}
    return next(
        (
            guard
            for guard in site.guards
            if guard.kind is GuardKind.METRIC
            and guard.text not in shared
            and not _OVERFLOW.search(guard.text)
        ),
        None,
    )
