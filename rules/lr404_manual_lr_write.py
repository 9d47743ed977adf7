"""LR404 manual-lr-write."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import LoopKind, Schedule
from lrlint.judgement.wiring import erases
from lrlint.judgement.writes import (
    WRITE_EXCLUSIONS,
    WRITTEN_EXCLUSIONS,
    WriteBeside,
    writes_beside,
)
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class ManualLrWrite(Rule):
    """Manual write to `param_group["lr"]` while a scheduler controls it.

    ## What it does

    Reports `param_group["lr"] = …` where the LR that is written or the schedule is lost:

    - an LR that is computed from scratch in every epoch or batch, while a scheduler steps in the
      same loop;
    - an LR that is written in some epochs, or once after the constructor, while the scheduler
      computes each LR from the base LR (`LambdaLR`, `OneCycleLR`, `CyclicLR`,
      `CosineAnnealingWarmRestarts`, the schedules of transformers).

    Not reported are a warm-up (`if epoch < 5: …`), a factor or a bound on the LR in use, and an LR
    from which a chainable scheduler (`StepLR`, `CosineAnnealingLR`…) goes on.

    ## Why is this bad

    A param group has one LR, and the last write wins. Either the schedule has no effect, although
    the scheduler is stepped and logs it, or the written LR lasts until the scheduler's next step.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(epochs):
        if epoch == 60:
            for group in optimizer.param_groups:
                group["lr"] = 1e-4
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch if epoch < 60 else 1e-3)
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR404", "manual-lr-write", Severity.WARNING
    exclusions = WRITTEN_EXCLUSIONS

    LAMBDA = "scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    STEP = "scheduler = StepLR(optimizer, step_size=30)"
    VALID = (
        # A warm-up.
        training(
            LAMBDA,
            before="""
            if epoch < 5:
                optimizer.param_groups[0]["lr"] = 0.02 * (epoch + 1)
            """,
            epoch="scheduler.step()",
        ),
        # The decay goes on from there.
        training(
            STEP,
            before='if epoch == 60:\n    optimizer.param_groups[0]["lr"] = 0.05',
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                LAMBDA,
                before='if epoch == 60:\n    optimizer.param_groups[0]["lr"] = 1e-4',
                epoch="scheduler.step()",
            ),
            at='optimizer.param_groups[0]["lr"] = 1e-4',
            says=("the next step of LambdaLR", "erases"),
        ),
        # Both decay it.
        Invalid(
            training(
                STEP,
                before='optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)',
                epoch="scheduler.step()",
            ),
            at='optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)',
            says=("in every epoch", "StepLR", "never used"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        cases = () if schedule.parent is not None else writes_beside(schedule)
        if cases and (silence := self.excluded(schedule)):
            yield silence
            return
        seen: set[object] = set()
        for case in cases:
            place = case.write.place
            if silence := self.first(WRITE_EXCLUSIONS, case, place):
                yield silence
                continue
            where = (place.span().filename, place.span().start)
            if where in seen:
                continue
            seen.add(where)
            yield self.finding(
                place,
                _lost(case),
                notes=(
                    ("the scheduler steps here", case.sites[0].place),
                    ("scheduler built here", schedule.place),
                ),
            )


def _lost(case: WriteBeside) -> str:
    """Say whether the LR that is written is lost, or the schedule."""
    name = case.schedule.scheduler
    if case.loop is None:
        return (
            f"the LR is written by hand, but the first step of {name} erases it: the schedule goes"
            " on from the optimizer's own LR"
        )
    if not case.every_time:
        return f"the LR is written by hand, and the next step of {name} erases it"
    unit = "epoch" if case.loop.kind is LoopKind.EPOCH else "batch"
    text = f"the LR is written by hand in every {unit}, while {name} sets it, too"
    if case.survives:
        return f"{text}: the schedule of {name} is never used"
    if erases(case.schedule):
        return f"{text}: its next step erases what is written"
    return f"{text}: each step of {name} goes on from what is written"
