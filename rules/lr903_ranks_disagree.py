"""LR903 ranks-disagree."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.wiring import only_rank
from lrlint.rule import Finding, Rule


class RanksDisagree(Rule):
    """Two ranks of one training used different LRs at the same step.

    ## What it does

    Compares, in a recorded run of several processes, the LRs that the ranks used, and reports the
    first optimizer step at which they differ, whether a scheduler or the script itself sets them.

    ## Why is this bad

    Data-parallel training keeps the weights of all ranks equal by equal updates. With different LRs
    the updates differ, the replicas drift apart, and gradients of different models are averaged,
    without a warning. The usual cause is a `ReduceLROnPlateau` that each rank steps with its own
    metric.

    ## Example

    ```python
    scheduler.step(local_validation_loss)
    ```

    ## Use instead

    ```python
    dist.all_reduce(validation_loss, op=dist.ReduceOp.AVG)
    scheduler.step(validation_loss.item())
    ```

    ## References

    - [torch: DistributedDataParallel](https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html)
    """

    code, name, severity = "LR903", "ranks-disagree", Severity.ERROR
    runs_only = True

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if only_rank(schedule) is None:  # else LR109 says why
            yield from self.check_hand_written(schedule)

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        gap = schedule.run.rank_gap
        if gap is None:
            return
        yield self.finding(
            schedule.place,
            f"at optimizer step {gap.step + 1} rank 0 uses an LR of"
            f" {wording.number(gap.here)}, rank {gap.rank} one of"
            f" {wording.number(gap.there)}{f'; probably {gap.writer}' if gap.writer else ''}",
            notes=[("stepped here", site.place) for site in schedule.sites[:1]],
        )
