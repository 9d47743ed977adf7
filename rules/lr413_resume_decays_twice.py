"""LR413 resume-decays-twice."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Call, LoopKind, Schedule, StepArgument, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement.wiring import erases
from lrlint.rule import Finding, Invalid, Rule


class ResumeDecaysTwice(Rule):
    """A resume restores the decayed LR and then steps the scheduler through the past once more.

    ## What it does

    Reports `for _ in range(start_epoch): scheduler.step()` behind `optimizer.load_state_dict()`,
    for a scheduler that multiplies the LR that it finds (`StepLR`, `MultiStepLR`, `ExponentialLR`,
    `CosineAnnealingLR`…). `LambdaLR` and the like compute the LR from the base LR and are not
    reported, nor is a replay that comes before the optimizer's state is loaded.

    ## Why is this bad

    The restored LR has all decays of the past in it, and the replay applies each of them again: a
    `StepLR` that had divided the LR by 10 divides it by 100. torch says nothing.

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

    or, with a checkpoint that has no such state, load the optimizer's behind the replay.

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    """

    code, name, severity = "LR413", "resume-decays-twice", Severity.ERROR

    SCRIPT = """
        import torch
        from torch.optim.lr_scheduler import LambdaLR, StepLR

        def train(model, train_loader, epochs, start_epoch, path):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            {first}
            for _ in range(start_epoch):
                scheduler.step()
            {second}
            for epoch in range(start_epoch, epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    LOAD = 'optimizer.load_state_dict(torch.load(path)["optimizer"])'
    STEP = "StepLR(optimizer, step_size=30)"
    VALID = (
        SCRIPT.format(build=STEP, first="pass", second="pass"),
        SCRIPT.format(build=STEP, first="pass", second=LOAD),
        SCRIPT.format(
            build="LambdaLR(optimizer, lambda epoch: 0.95**epoch)", first=LOAD, second="pass"
        ),
        # The LR is put back first.
        SCRIPT.format(
            build=STEP, first=f'{LOAD}; optimizer.param_groups[0]["lr"] = 0.1', second="pass"
        ),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build=STEP, first=LOAD, second="pass"),
            row=9,
            says=("StepLR", "twice"),
        ),
        Invalid(
            """
            import torch

            class Trainer:
                def __init__(self, model, epochs):
                    self.model, self.epochs, self.start_epoch = model, epochs, 0
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

                def resume(self, path):
                    state = torch.load(path)
                    self.start_epoch = state["epoch"]
                    self.optimizer.load_state_dict(state["optimizer"])

                def fit(self, train_loader):
                    self.resume("last.pt")
                    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                        self.optimizer, self.epochs, eta_min=1e-3
                    )
                    for _ in range(self.start_epoch):
                        scheduler.step()
                    for epoch in range(self.start_epoch, self.epochs):
                        for x, y in train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                        scheduler.step()
            """,
            row=19,
            says=("CosineAnnealingLR",),
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
    """Where the optimizer's state is loaded, if that is the last word on its LR before a replay."""
    optimizer = schedule.optimizer
    if optimizer is None:
        return None
    loads = [
        call for call in optimizer.calls if call.method == "load_state_dict" and not call.own_state
    ]
    if any(call.order > site.order for call in loads):
        return None
    for call in loads:
        later = (write.order for write in schedule.writes)
        if not any(call.order < order for order in later):
            return call
    return None
