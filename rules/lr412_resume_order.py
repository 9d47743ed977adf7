"""LR412 resume-order."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Call, Schedule
from lrlint.judgement import wording
from lrlint.judgement.rates import lr_after_steps
from lrlint.judgement.resuming import lr_stays_behind, overwritten_on_resume
from lrlint.judgement.stepping import cadence
from lrlint.judgement.wiring import erases
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class ResumeOrder(Rule):
    """A resume leaves the optimizer at the LR of a fresh start.

    ## What it does

    Reports a scheduler that is built after the optimizer's state is loaded and before its own is,
    if its constructor writes the LR (`LambdaLR`, `LinearLR`, `ConstantLR`, `OneCycleLR`,
    `CyclicLR`, `CosineAnnealingWarmRestarts`, `SequentialLR`, the schedules of transformers).

    It also reports a resume that loads the scheduler's state and never the optimizer's, which holds
    the LR. Not reported is `ConstantLR`, whose LR is that of the start for a while.

    ## Why is this bad

    `optimizer.load_state_dict()` restores the LR of the checkpoint, and the constructor overwrites
    it with the LR of step 0. `scheduler.load_state_dict()` restores the counter, but not the
    optimizer's LR. Until the scheduler's next step, for a whole epoch if it steps once per epoch,
    the LR is that of a fresh start. torch does not warn. If the scheduler is built first, every
    resume is exact.

    If the optimizer's state is not loaded at all, a scheduler that multiplies the LR in use
    (`StepLR`, `CosineAnnealingLR`…) goes on from the LR of a fresh start to the end.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## Use instead

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch.optim: Optimizer.load_state_dict](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.load_state_dict.html)
    - [pytorch #119168](https://github.com/pytorch/pytorch/issues/119168): building a scheduler
      changes its optimizer
    """

    code, name, severity = "LR412", "resume-order", Severity.ERROR

    LOAD = 'optimizer.load_state_dict(checkpoint["optimizer"])'
    LAMBDA = "scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    STEP = "scheduler = StepLR(optimizer, step_size=30)"
    SETUP = """
        import torch
        checkpoint = torch.load("last.pt")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        {first}
        {second}
        scheduler.load_state_dict(checkpoint["scheduler"])
        """
    VALID = (
        training(
            SETUP.format(first=LAMBDA, second=LOAD),
            epochs='checkpoint["epoch"], epochs',
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format(first=LOAD, second=LAMBDA),
                epochs='checkpoint["epoch"], epochs',
                epoch="scheduler.step()",
            ),
            at=LAMBDA,
            says=("LambdaLR", "the first epoch after every resume"),
        ),
        Invalid(
            training(
                SETUP.format(first=STEP, second="model.train()"),
                epochs='checkpoint["epoch"], epochs',
                epoch="scheduler.step()",
            ),
            at='scheduler.load_state_dict(checkpoint["scheduler"])',
            says=("the optimizer's state is not loaded", "StepLR goes on from"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        behind = lr_stays_behind(schedule)
        if behind is not None:
            yield self._left_behind(schedule, behind)
        loads = overwritten_on_resume(schedule)
        if loads is None:
            return
        load, own = loads
        counter = own.method == "last_epoch ="
        how = "setting last_epoch" if counter else "scheduler.load_state_dict()"
        note = "its counter is set here" if counter else "the scheduler's state is loaded here"
        per = cadence(schedule)
        briefly = per is Cadence.BATCH and schedule.run.departure is None
        rates = lr_after_steps(schedule, 0)
        lr = f"at {wording.number(rates[0])}, " if rates else "at "
        yield self.finding(
            schedule.place,
            f"{schedule.scheduler}() overwrites the LR that the optimizer has just"
            f" loaded, and {how} does not bring it back: the first"
            f" {wording.per(per)} after every resume runs {lr}the LR of a fresh start",
            severity=Severity.WARNING if briefly else self.severity,
            notes=(
                ("the optimizer's state is loaded here", load.place),
                (note, own.place),
            ),
        )

    def _left_behind(self, schedule: Schedule, load: Call) -> Finding:
        name, per = schedule.scheduler, wording.per(cadence(schedule))
        goes_on = (
            f"the first {per} after every resume runs at that"
            if erases(schedule)
            else f"{name} goes on from that"
        )
        return self.finding(
            load.place,
            f"scheduler.load_state_dict() does not write the LR, and the optimizer's state is not"
            f" loaded: the LR is that of a fresh start, and {goes_on}",
            notes=(("scheduler built here", schedule.place),),
        )
