"""LR701 compounding-decay."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.hand_written import caveat, lost_rate
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class CompoundingDecay(Rule):
    """A factor that is meant for the base LR multiplies the LR in use again and again.

    ## What it does

    Reports `group["lr"] *= factor` where the factor follows from the epoch or step, or is applied
    from some epoch on, and the LR falls to less than a billionth within the training. A factor that
    falls from 1 to 0 over the whole training (`1 - epoch / epochs`), or from about 1 in each step
    (`1 / (1 + decay * epoch)`), is reported where it leaves less than half of the LR that it would
    give of the base LR. A constant factor (`group["lr"] *= 0.95`) and single drops
    (`if epoch == 30`) are not reported.

    ## Why is this bad

    `0.1 ** (epoch // 30)` says how much of the base LR is left. Multiplied into the LR in use, it
    takes a tenth of the LR in epoch 30, a tenth of that in epoch 31, and so on: after ten epochs
    the training stands still, and the loss looks as if it had converged.

    ## Example

    ```python
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] *= 0.1 ** (epoch // 30)
    ```

    ## Use instead

    ```python
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] = base_lr * 0.1 ** (epoch // 30)
    ```

    ## References

    - [PyTorch examples: adjust_learning_rate](https://github.com/pytorch/examples/pull/1043)
    """

    code, name, severity = "LR701", "compounding-decay", Severity.ERROR

    VALID = (
        training(
            "",
            epochs=90,
            before='for group in optimizer.param_groups:\n    group["lr"] *= 0.95',
        ),
        training(
            "",
            epochs=90,
            before="if epoch in (30, 60):\n    for group in optimizer.param_groups:\n"
            '        group["lr"] *= 0.1',
        ),
    )
    INVALID = (
        Invalid(
            training(
                "",
                epochs=90,
                before="for group in optimizer.param_groups:\n"
                '    group["lr"] *= 0.1 ** (epoch // 30)',
            ),
            at='group["lr"] *= 0.1 ** (epoch // 30)',
            says=("multiplies the LR in use", "90 times", "0.1 to 1e-91"),
        ),
        Invalid(
            training(
                "",
                epochs=12,
                before='for group in optimizer.param_groups:\n    group["lr"] *= 1 - epoch / 12',
            ),
            at='group["lr"] *= 1 - epoch / 12',
            says=("12 times", "0.1 to 5.37e-06, not to 0.00833"),
        ),
    )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        found, end = schedule.law.compounding, lost_rate(schedule)
        if found is None or end is None:
            return
        yield self.finding(
            schedule.place,
            f"the factor multiplies the LR in use, {found.times} times{caveat(schedule)}, instead"
            f" of the base LR: the LR falls from {wording.number(found.first)} to {end}",
        )
