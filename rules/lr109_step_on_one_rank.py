"""LR109 step-on-one-rank."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement.rates import takes_metric
from lrlint.judgement.stepping import regular_sites
from lrlint.judgement.wiring import only_rank
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class StepOnOneRank(Rule):
    """Every process trains, but only one of them steps the scheduler.

    ## What it does

    Reports `scheduler.step()` that only runs where `rank == 0` or `is_main_process()` holds, while
    the optimizer steps on every rank. Also reports a `ReduceLROnPlateau` that is given a value that
    the process computes from its batches of a `DistributedSampler`, in a script whose processes
    exchange no values.

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
        local = next((site for site in schedule.sites if site.local), None)
        if local is not None and takes_metric(schedule):
            yield self.finding(
                local.place,
                f"{schedule.scheduler} is given {local.argument_text}, which each process computes"
                " on its own share of the data and which nothing averages: the processes lower the"
                " LR at different times",
                severity=Severity.WARNING,
                notes=(("scheduler built here", schedule.place),),
            )
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
