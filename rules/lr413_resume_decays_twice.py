"""LR413 resume-decays-twice."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Call, LoopKind, Schedule, StepArgument, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement.wiring import erases
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class ResumeDecaysTwice(Rule):
    """A resume restores the decayed LR and then steps the scheduler through the past epochs.

    ## What it does

    Reports `for _ in range(start_epoch): scheduler.step()` after `optimizer.load_state_dict()`, for
    a scheduler that multiplies the LR in use (`StepLR`, `MultiStepLR`, `ExponentialLR`,
    `CosineAnnealingLR`…). Not reported are `LambdaLR` and others that compute the LR from the base
    LR, and a replay before the optimizer's state is loaded.

    ## Why is this bad

    The restored LR is already decayed, and the replay applies each decay again: a `StepLR` that had
    divided the LR by 10 has then divided it by 100. torch does not warn.

    ## Example

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    optimizer.load_state_dict(checkpoint["optimizer"])
    for _ in range(start_epoch):
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    or, if the checkpoint has no state of the scheduler, load that of the optimizer after the
    replay.

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    """

    code, name, severity = "LR413", "resume-decays-twice", Severity.ERROR

    SETUP = """
        import torch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = StepLR(optimizer, step_size=30)
        {before}
        for _ in range(start_epoch):
            scheduler.step()
        {after}
        """
    LOAD = 'optimizer.load_state_dict(torch.load(path)["optimizer"])'
    VALID = (
        training(
            SETUP.format(before="model.train()", after=LOAD),
            epochs="start_epoch, epochs",
            epoch="scheduler.step()",
            parameters="start_epoch, path",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format(before=LOAD, after="model.train()"),
                epochs="start_epoch, epochs",
                epoch="scheduler.step()",
                parameters="start_epoch, path",
            ),
            row=9,
            says=("StepLR", "twice"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        law = LAWS.get(schedule.scheduler)
        if law is None or law.takes_metric or schedule.parent is not None:
            return
        if not law.chainable or erases(schedule):
            return
        for site in schedule.sites:
            load = _restored_before(schedule, site) if _replays(site) else None
            if load is not None:
                yield self.finding(
                    site.place,
                    f"the LR that the optimizer has loaded is already decayed: stepping"
                    f" {schedule.scheduler} through the past epochs decays it twice",
                    notes=(
                        ("the optimizer's state is loaded here", load.place),
                        ("scheduler built here", schedule.place),
                    ),
                )
                return


def _replays(site: StepSite) -> bool:
    return site.argument is StepArgument.NOTHING and any(
        loop.kind is LoopKind.REPLAY for loop in site.loops
    )


def _restored_before(schedule: Schedule, site: StepSite) -> Call | None:
    """Return where the optimizer's state is loaded, if nothing writes the LR before the replay."""
    optimizer = schedule.optimizer
    if optimizer is None:
        return None
    loads = [
        call for call in optimizer.calls if call.method == "load_state_dict" and not call.own_state
    ]
    if any(call.order > site.order for call in loads):
        return None
    for call in loads:
        later = (write.order for write in schedule.surroundings.writes)
        if not any(call.order < order for order in later):
            return call
    return None
