"""LR305 zero-lr-steps."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, LoopKind, Schedule
from lrlint.judgement.hand_written import caveat, is_written, mismatch, step_count, unit_of
from lrlint.judgement.hand_written_curves import zero_steps
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.judgement.stepping import driver
from lrlint.judgement.zero_lr import (
    NOT_DECIDED,
    ZERO_EXCLUSIONS,
    Zeros,
    may_be_zero,
    zeros,
    zeros_of_run,
)
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class ZeroLRSteps(Rule):
    """Some optimizer steps run with an LR of exactly 0, so they change nothing.

    ## What it does

    Reports a warm-up that starts at 0 and is stepped once per epoch, and a decay that reaches 0
    before the training ends: `PolynomialLR`, or `LinearLR` down to 0, after its `total_iters`, or a
    cosine with `eta_min=0` that is at its minimum in the last epoch. In a run it counts the steps
    whose LR was 0, whatever the schedule.

    If only a few of many steps are lost, such as the first one of a warm-up that is stepped per
    batch, it is advice (shown with `--pedantic`). LR301 reports a cosine without `eta_min`.

    ## Why is this bad

    With an LR of 0 the weights do not change, while each step costs as much as any other.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, epoch / 5))
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, (epoch + 1) / 5))
    ```

    ## References

    - [torch: PolynomialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html)
    - [ReActNet #32](https://github.com/liuzechun/ReActNet/issues/32): the last epoch at an LR of 0
    """

    code, name, severity = "LR305", "zero-lr-steps", Severity.WARNING
    exclusions = ZERO_EXCLUSIONS

    VALID = (
        training(
            "scheduler = LambdaLR(optimizer, lambda t: min(1.0, (t + 1) / 5))",
            epochs=100,
            epoch="scheduler.step()",
        ),
        training(
            "scheduler = PolynomialLR(optimizer, total_iters=100, power=0.9)",
            epochs=100,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = LambdaLR(optimizer, lambda t: min(1.0, t / 5))",
                epochs=100,
                epoch="scheduler.step()",
            ),
            at="scheduler = LambdaLR(optimizer, lambda t: min(1.0, t / 5))",
            says=("the first epoch runs",),
        ),
        Invalid(
            training(
                "scheduler = PolynomialLR(optimizer, total_iters=80)",
                epochs=100,
                epoch="scheduler.step()",
            ),
            at="scheduler = PolynomialLR(optimizer, total_iters=80)",
            says=("the last 20 of 100 epochs run",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        silence = self.excluded(schedule)
        lost = zeros(schedule) if silence is None else None
        if lost is None and not any(row.owner and row.case(schedule) for row in self.exclusions):
            lost = zeros_of_run(schedule)
        if lost is not None:
            yield self._report(schedule, lost)
        elif may_be_zero(schedule) and (
            why := silence or self.first(NOT_DECIDED, schedule, schedule.place)
        ):
            yield why

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        zeros, steps = zero_steps(schedule), step_count(schedule)
        if mismatch(schedule) is not None or _advances_by_several(schedule):
            return
        if not zeros:
            lost = zeros_of_run(schedule)
            if lost is not None:
                yield self._report(schedule, lost)
            return
        one = unit_of(schedule)
        yield self.finding(
            schedule.place,
            f"{zeros} of {steps} {one}s {'run' if zeros > 1 else 'runs'} with an LR of exactly 0"
            f"{caveat(schedule)}: nothing is learned",
            severity=self.severity if zeros > 1 or _loses_an_epoch(schedule) else Severity.ADVICE,
        )

    def _report(self, schedule: Schedule, lost: Zeros) -> Finding:
        verb = "runs" if lost.singular else "run"
        outcome = "nothing is learned"
        if lost.singular and lost.which == "the first step" and schedule.scheduler[:4] == "get_":
            outcome = "the warm-ups of transformers begin so"
        return self.finding(
            schedule.place,
            f"{lost.which} {verb} with an LR of exactly 0"
            f"{WITH_THE_DEFAULTS if lost.by_default else ''}: {outcome}",
            severity=self.severity if lost.many else Severity.ADVICE,
            notes=tuple(("stepped here", site.place) for site in driver(schedule).sites[:1]),
        )


def _advances_by_several(schedule: Schedule) -> bool:
    """Whether a loop in the epoch makes several steps, so that most of the LRs are never used."""
    return any(
        site.per is Cadence.EPOCH and site.loop is not None and site.loop.kind is LoopKind.OTHER
        for site in driver(schedule).sites
    )


def _loses_an_epoch(schedule: Schedule) -> bool:
    """Whether a step with an LR of 0 is an epoch of a scheduler class of the script."""
    return not is_written(schedule) and unit_of(schedule) == "epoch"
