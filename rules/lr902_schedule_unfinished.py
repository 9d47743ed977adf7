"""LR902 schedule-unfinished."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.rule import Finding, Rule


class ScheduleUnfinished(Rule):
    """The training ended long before its schedule, although the script plans for all of it.

    ## What it does

    Reports a recorded run that made less than 90% of its planned steps, if the plan fits the
    schedule and is known from the script or from `lrlint.watch(total_steps=...)`. Not reported are
    a run that an exception or a signal has ended, and a schedule that is too long for any run of
    the script (LR201, LR202, LR205).

    ## Why is this bad

    A decay has most of its effect at the end: after a third of it, the weights are those of a
    training at nearly the full LR. Early stopping or a time limit ends a run without a warning, and
    it cannot be compared with a complete one.

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
    scheduler = ReduceLROnPlateau(optimizer)  # follows the metric, as the stop does
    ```

    or keep the best weights and train to the end.

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR902", "schedule-unfinished", Severity.WARNING
    runs_only = True

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        end = schedule.run.ended_early
        if end is None or schedule.parent is not None:
            return
        lrs = " and ".join(map(wording.number, sorted(set(end.lrs), reverse=True)))
        yield self.finding(
            schedule.place,
            f"training ended after {wording.number(end.steps)} of"
            f" {wording.number(end.planned)} {end.unit}: {schedule.scheduler} stopped at an LR"
            f" of {lrs}",
            notes=[("stepped here", site.place) for site in schedule.sites[:1]],
        )
