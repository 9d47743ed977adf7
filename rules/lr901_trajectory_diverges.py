"""LR901 trajectory-diverges."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.resuming import overwritten_on_resume
from lrlint.rule import Finding, Rule


class TrajectoryDiverges(Rule):
    """A training step used another LR than its schedule makes.

    ## What it does

    Reports, in a recorded run, the first optimizer step whose LR is not the one that the scheduler
    has set, beyond the rounding of its recursion: with both values and the likely writer. After a
    resume it compares the LR with the closed form at the scheduler's counter.

    ## Why is this bad

    The schedule that you chose is not the one that trains. A write to `param_group["lr"]` is lost
    at the next step of a scheduler that computes its LR from scratch, and kept for ever by one
    that multiplies it; a checkpoint that is loaded into the optimizer only leaves the scheduler at
    its start.

    ## Example

    ```python
    for epoch in range(epochs):
        if epoch == 30:
            optimizer.param_groups[0]["lr"] = 0.01
        train(model, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = MultiStepLR(optimizer, milestones=[30], gamma=0.1)
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR901", "trajectory-diverges", Severity.ERROR

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        found = schedule.departure
        if found is None or (found.resumed and overwritten_on_resume(schedule)):
            return  # LR412 says why
        optimizer = schedule.optimizer
        yield self.finding(
            schedule.place,
            f"optimizer step {found.step + 1} uses an LR of {wording.number(found.used)} in param"
            f" group {found.group}, {schedule.scheduler} makes it"
            f" {wording.number(found.expected)}; probably {found.writer}",
            notes=(("optimizer built here", None if optimizer is None else optimizer.place),),
        )
