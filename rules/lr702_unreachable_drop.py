"""LR702 unreachable-drop."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement.hand_written import source
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class UnreachableDrop(Rule):
    """A branch of a schedule can never be taken, because a wider condition comes first.

    ## What it does

    Reports a branch of the function whose value is written into `param_group["lr"]`, of a
    `LambdaLR` function or of `get_lr()` in a scheduler class of the script, where its condition on
    the epoch or step holds only where that of an earlier branch does, too.

    ## Why is this bad

    `if epoch >= 40: … elif epoch >= 60: …` asks for the wider range first, so the second drop never
    happens: the LR stays at the first one to the end of the training.

    ## Example

    ```python
    if epoch >= 40:
        lr = 0.02
    elif epoch >= 60:
        lr = 0.002
    ```

    ## Use instead

    ```python
    if epoch >= 60:
        lr = 0.002
    elif epoch >= 40:
        lr = 0.02
    ```

    ## References

    - [TRADES #11](https://github.com/yaodongyu/TRADES/issues/11)
    """

    code, name, severity = "LR702", "unreachable-drop", Severity.ERROR

    SETUP = "lr = 0.2"
    BEFORE = """
        if epoch >= {}:
            lr = {}
        elif epoch >= {}:
            lr = {}
        else:
            lr = 0.2
        for group in optimizer.param_groups:
            group["lr"] = lr
        """
    VALID = (training(SETUP, epochs=90, before=BEFORE.format(60, 0.002, 40, 0.02)),)
    INVALID = (
        Invalid(
            training(SETUP, epochs=90, before=BEFORE.format(40, 0.02, 60, 0.002)),
            at="elif epoch >= 60:",
            says=("epoch >= 60", "never", "epoch >= 40"),
        ),
    )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        for branch in schedule.law.dead:
            yield self.finding(
                branch.place,
                f"this branch of the schedule is never taken: wherever `{branch.text}` holds,"
                f" `{branch.earlier}` holds, too, and is asked first",
                notes=(source(schedule),),
            )
