"""LR109 step-on-one-rank."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement.units import regular_sites
from lrlint.judgement.wiring import only_rank
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class StepOnOneRank(Rule):
    """Every process trains, but only one of them steps the scheduler.

    ## What it does

    Reports `scheduler.step()` that only runs where `rank == 0` or `is_main_process()` holds, while
    the optimizer steps on every rank.

    ## Why is this bad

    Each process has its own scheduler. All others stay at the first LR, and since gradients are
    averaged, not weights, the replicas of the model drift apart, silently.

    ## Example

    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        if dist.get_rank() == 0:
            torch.save(model.state_dict(), "model.pt")
            scheduler.step()
    ```

    ## Use instead

    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
        if dist.get_rank() == 0:
            torch.save(model.state_dict(), "model.pt")
    ```

    ## References

    - [torch: DistributedDataParallel](https://docs.pytorch.org/docs/stable/notes/ddp.html): each
      process has its own optimizer
    """

    code, name, severity = "LR109", "step-on-one-rank", Severity.ERROR

    SETUP = """
        import torch
        import torch.distributed as dist
        rank = dist.get_rank()
        scheduler = StepLR(optimizer, step_size=30)
        """
    VALID = (
        training(
            SETUP,
            epoch="""
            if rank == 0:
                torch.save(model.state_dict(), "model.pt")
            scheduler.step()
            """,
        ),
        # On every rank, each in its own way.
        training(
            SETUP,
            epoch="""
            if rank == 0:
                torch.save(model.state_dict(), "model.pt")
                scheduler.step()
            if rank != 0:
                scheduler.step()
            """,
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP,
                epoch="""
                if rank == 0:
                    torch.save(model.state_dict(), "model.pt")
                    scheduler.step()
                """,
            ),
            at="scheduler.step()",
            says=("`rank == 0`",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        guard = only_rank(schedule)
        if guard is None or schedule.optimizer is None:
            return
        yield self.finding(
            regular_sites(schedule)[0].place,
            f"step() runs only where `{guard.text}` holds, but the optimizer steps on every rank:"
            " all other ranks stay at the first LR",
            notes=(
                ("the condition", guard.place),
                ("optimizer stepped here", schedule.optimizer.sites[0].place),
            ),
        )
