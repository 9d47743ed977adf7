"""LR405 get-lr-call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Call, Schedule
from lrlint.fix import ReplaceWith
from lrlint.formulas import LAWS
from lrlint.judgement.exclusions import UNKNOWN_LAW
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, safe
from lrlint.snippets import Diff, training


class GetLrCall(Rule):
    """`get_lr()` returns the next value; `get_last_lr()` is the LR in use.

    ## What it does

    Reports calls of a scheduler's `get_lr()` outside of a scheduler class.

    ## Why is this bad

    `step()` calls `get_lr()` to compute the next LR. Called from elsewhere, it applies the
    recursion once more to the LR in use: after `StepLR` has dropped the LR to 0.01 it returns
    0.001, and for a cosine it is at least one step ahead. The training is as planned, but the log
    is wrong, and so is what the script decides by it; torch warns at every call.
    `ReduceLROnPlateau`, `SequentialLR` and `ChainedScheduler` raise `NotImplementedError`.

    ## Example

    ```python
    print(scheduler.get_lr()[0])
    ```

    ## Use instead

    ```python
    print(scheduler.get_last_lr()[0])
    ```

    ## What torch says

    `To get the last learning rate computed by the scheduler, please use get_last_lr()`, at every
    call.

    ## References

    - [torch: LRScheduler.get_last_lr](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html)
    """

    code, name, severity = "LR405", "get-lr-call", Severity.WARNING
    exclusions = (UNKNOWN_LAW,)

    VALID = (
        training(
            "scheduler = StepLR(optimizer, step_size=30)",
            batches=None,
            epoch="print(scheduler.get_last_lr())\nscheduler.step()",
        ),
        # The class is where get_lr() belongs.
        """
        from torch.optim.lr_scheduler import CosineAnnealingLR

        class WarmupCosine(CosineAnnealingLR):
            def get_lr(self):
                return [max(lr, 1e-6) for lr in super().get_lr()]
        """,
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = StepLR(optimizer, step_size=30)",
                batches=None,
                epoch="scheduler.step()\nprint(scheduler.get_lr()[0])",
            ),
            at="print(scheduler.get_lr()[0])",
            fixed=Diff(
                """
                - print(scheduler.get_lr()[0])
                + print(scheduler.get_last_lr()[0])
                """
            ),
            says=("the next value",),
        ),
        Invalid(
            training(
                """
                parts = [LinearLR(optimizer), ExponentialLR(optimizer, 0.9)]
                scheduler = SequentialLR(optimizer, parts, milestones=[5])
                """,
                batches=None,
                epoch="lr = scheduler.get_lr()\nscheduler.step()",
            ),
            at="lr = scheduler.get_lr()",
            fixed=Diff(
                """
                - lr = scheduler.get_lr()
                + lr = scheduler.get_last_lr()
                """
            ),
            says=("NotImplementedError",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        for call in schedule.calls:
            if call.method != "get_lr" or call.inside_scheduler_class:
                continue
            if silence := self.excluded(schedule):
                yield silence
                return
            missing = schedule.scheduler in _WITHOUT
            yield self.finding(
                call.place,
                _message(schedule),
                severity=Severity.ERROR if missing else self.severity,
                notes=(("scheduler built here", schedule.place),),
                fix=_fix(call),
            )


_WITHOUT = frozenset({"ReduceLROnPlateau", "SequentialLR", "ChainedScheduler"})


def _message(schedule: Schedule) -> str:
    if schedule.scheduler in _WITHOUT:
        return (
            f"get_lr() raises NotImplementedError: {schedule.scheduler} has none;"
            " get_last_lr() is the LR in use"
        )
    if LAWS[schedule.scheduler].chainable:
        return "get_lr() returns the next value, not the current LR; use get_last_lr()"
    return "get_lr() is meant for step() alone, and torch warns; get_last_lr() is the LR in use"


def _fix(call: Call) -> Proposal | None:
    text = re.sub(r"\.get_lr\s*\(\s*\)$", ".get_last_lr()", call.place.text)
    if text == call.place.text:
        return None
    return safe("Read the LR in use", (call.place, ReplaceWith(text)))
