"""LR902 schedule-unfinished."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.rule import Finding, Rule


class ScheduleUnfinished(Rule):
    """The training ended long before its schedule did, though the script plans for all of it.

    ## What it does

    Reports a recorded run that made less than 90% of the steps that its schedule is planned for,
    where the plan is known and fits the schedule: from the script, as it reads, or from
    `lrlint.watch(total_steps=...)`. A run that an exception or a signal has ended is not reported,
    nor a schedule that is too long for any run of the script (LR201, LR202, LR205 say that).

    ## Why is this bad

    An annealing does most of its good at its end: stopped at a third of the way, the weights are
    those of a training at nearly the full LR. Early stopping and a budget in hours do that without
    a word, and the run cannot be compared with one that came to its end.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, optimizer)
        scheduler.step()
        if patience.is_over(validate(model)):
            break
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer)  # an LR that follows the metric, as the stop does
    ```

    or a training that keeps the best weights and goes on to the end.

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR902", "schedule-unfinished", Severity.WARNING

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        found = schedule.ended_early
        if found is None or schedule.parent is not None:
            return
        lrs = " and ".join(map(wording.number, sorted(set(found.lrs), reverse=True)))
        yield self.finding(
            schedule.place,
            f"training ended after {wording.number(found.steps)} of"
            f" {wording.number(found.planned)} {found.unit}: {schedule.scheduler} stopped at an LR"
            f" of {lrs}",
            notes=[("stepped here", site.place) for site in schedule.sites[:1]],
        )
