"""LR703 schedule-is-flat."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.hand_written import caveat, is_written, unit_of
from lrlint.judgement.hand_written_curves import flat_lr
from lrlint.judgement.rates import lr_text
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class ScheduleIsFlat(Rule):
    """A function of the epoch or step gives the same LR throughout the training.

    ## What it does

    Computes what the script writes into `param_group["lr"]` for every epoch or step, and reports
    it where it counts, but never changes. Schedules with options are reported only where they have
    a whole quotient, as `epoch // args.step`, and would change the LR in a longer training: an
    option may switch a schedule off on purpose.

    ## Why is this bad

    The script has a schedule and trains without one. Mostly it is an integer division:
    `epoch // epochs` is 0 until the end, and `0.1 ** (epoch // 100)` is 1 in 90 epochs.

    ## Example

    ```python
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 - epoch // 90)
    ```

    ## Use instead

    ```python
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 - epoch / 90)
    ```

    ## References

    - [Python: binary arithmetic operations](https://docs.python.org/3/reference/expressions.html#binary-arithmetic-operations)
    """

    code, name, severity = "LR703", "schedule-is-flat", Severity.WARNING

    WRITE = 'for group in optimizer.param_groups:\n    group["lr"] = '
    VALID = (
        training("", epochs=90, before=WRITE + "0.1 * 0.1 ** (epoch // 30)"),
        training("", epochs=90, before=WRITE + "0.1"),
    )
    INVALID = (
        Invalid(
            training("", epochs=90, before=WRITE + "0.1 * 0.1 ** (epoch // 100)"),
            at='group["lr"] = 0.1 * 0.1 ** (epoch // 100)',
            says=("0.1 in all 90 epochs",),
        ),
        Invalid(
            training("", epochs=90, before=WRITE + "0.1 * (1 - epoch // 90)"),
            at='group["lr"] = 0.1 * (1 - epoch // 90)',
            says=("0.1 in all 90 epochs",),
        ),
    )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        lr, steps = flat_lr(schedule), schedule.law.steps
        if lr is None or steps is None:
            return
        what = "that is written here" if is_written(schedule) else f"of {schedule.scheduler}"
        yield self.finding(
            schedule.place,
            f"the LR {what} is {lr_text([lr])} in all {wording.quantity(steps)}"
            f" {unit_of(schedule)}s{caveat(schedule)}: the schedule never changes it",
        )
