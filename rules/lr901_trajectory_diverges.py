"""LR901 trajectory-diverges."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Departure, Schedule, Training
from lrlint.judgement import wording
from lrlint.judgement.resuming import overwritten_on_resume
from lrlint.judgement.resuming_by_hand import starts_over
from lrlint.rule import Finding, Rule


class TrajectoryDiverges(Rule):
    """An optimizer step used another LR than that of its schedule.

    ## What it does

    Reports, in a recorded run, the first optimizer step whose LR differs from the scheduler's by
    more than rounding, with both values and what probably wrote it. After a resume it compares the
    LR with the closed form at the scheduler's counter; one that the script writes itself, with that
    of the same training without interruption, if the checkpoint's LR is that of the step before.

    Not reported is an LR that the script writes now and then, or as a warm-up, if the scheduler
    computes each LR from the one in use and so goes on from there. It is a warning if the script
    writes the LR throughout the training, because the scheduler then has no effect.

    ## Why is this bad

    The training does not follow the schedule that you chose. A write to `param_group["lr"]` is lost
    at the next step of a scheduler that computes the LR from the base LR, and kept by one that
    multiplies the LR in use. A checkpoint that is loaded into the optimizer only leaves the
    scheduler at its start.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(epochs):
        if epoch == 30:
            optimizer.param_groups[0]["lr"] = 0.01
        train(model, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch if epoch < 30 else 0.1)
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR901", "trajectory-diverges", Severity.ERROR
    runs_only = True

    def check_training(self, training: Training) -> Iterator[Finding]:
        for schedule in training.written:
            departure = schedule.run.departure
            if departure is not None and starts_over(training, schedule) is None:  # LR209 says so
                yield self._by_hand(schedule, departure)

    def _by_hand(self, schedule: Schedule, departure: Departure) -> Finding:
        return self.finding(
            schedule.place,
            f"optimizer step {departure.step + 1} after the checkpoint uses an LR of"
            f" {wording.number(departure.used)} in param group {departure.group}, where the"
            f" training without interruption uses {wording.number(departure.expected)}; probably"
            f" {departure.writer}",
            notes=(("the optimizer's state is restored here", schedule.run.goes_on),),
        )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        departure = schedule.run.departure
        if departure is None or (departure.resumed and overwritten_on_resume(schedule)):
            return  # LR412 says why
        optimizer = schedule.optimizer
        yield self.finding(
            schedule.place,
            f"optimizer step {departure.step + 1} uses an LR of {wording.number(departure.used)} in"
            f" param group {departure.group}, {schedule.scheduler} makes it"
            f" {wording.number(departure.expected)}; probably {departure.writer}",
            severity=Severity.WARNING if departure.kept else self.severity,
            notes=(("optimizer built here", None if optimizer is None else optimizer.place),),
        )
