"""LR412 resume-order."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Schedule
from lrlint.judgement import wording
from lrlint.judgement.rates import lr_after_steps
from lrlint.judgement.resuming import overwritten_on_resume
from lrlint.judgement.units import cadence
from lrlint.rule import Finding, Invalid, Rule


class ResumeOrder(Rule):
    """A resume builds the scheduler behind the loaded optimizer, whose LR the constructor resets.

    ## What it does

    Reports a scheduler whose constructor writes the LR (`LambdaLR`, `LinearLR`, `ConstantLR`,
    `OneCycleLR`, `CyclicLR`, `CosineAnnealingWarmRestarts`, `SequentialLR`, the schedules of
    transformers) and that is built when the optimizer's state has been loaded, and before its own.

    ## Why is this bad

    `optimizer.load_state_dict()` brings back the LR of the checkpoint, and the constructor puts the
    LR of step 0 in its place. `scheduler.load_state_dict()` restores the counter and leaves the
    optimizer's LR alone, so that after every resume the LR is that of a fresh start until the
    scheduler's next step: for a whole epoch where it steps once per epoch. torch says nothing. With
    the scheduler built first, every resume is exact.

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

    SCRIPT = """
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR

        def train(model, train_loader, epochs, resume):
            start_epoch = 0
            checkpoint = torch.load(resume) if resume else None
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            {first}
            scheduler = {build}
            {second}
            if checkpoint:
                scheduler.load_state_dict(checkpoint["scheduler"])
                start_epoch = checkpoint["epoch"]
            for epoch in range(start_epoch, epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    LOAD = 'if checkpoint: optimizer.load_state_dict(checkpoint["optimizer"])'
    LAMBDA = "LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    VALID = (
        SCRIPT.format(first="pass", build=LAMBDA, second=LOAD),
        # Its constructor leaves the LR alone.
        SCRIPT.format(first=LOAD, build="CosineAnnealingLR(optimizer, 90, 1e-3)", second="pass"),
        # The LR is put right by hand.
        SCRIPT.format(
            first=LOAD,
            build=LAMBDA,
            second='optimizer.param_groups[0]["lr"] = checkpoint["lr"]',
        ),
        # Loaded twice.
        SCRIPT.format(first=LOAD, build=LAMBDA, second=LOAD),
        # Another run's optimizer: the schedule is a fresh one.
        """
        import torch
        from torch.optim.lr_scheduler import LambdaLR

        def finetune(model, train_loader, path):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            optimizer.load_state_dict(torch.load(path)["optimizer"])
            scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
            for epoch in range(90):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(first=LOAD, build=LAMBDA, second="pass"),
            row=9,
            says=("LambdaLR", "the first epoch after every resume"),
        ),
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

            def load(path, model, optimizer):
                checkpoint = torch.load(path)
                model.load_state_dict(checkpoint["model"])
                optimizer.load_state_dict(checkpoint["optimizer"])
                return checkpoint

            class Trainer:
                def __init__(self, model, path):
                    self.model, self.epoch = model, 0
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    checkpoint = load(path, model, self.optimizer)
                    self.scheduler = CosineAnnealingWarmRestarts(self.optimizer, 10, eta_min=1e-3)
                    self.scheduler.load_state_dict(checkpoint["scheduler"])

                def fit(self, train_loader):
                    for self.epoch in range(90):
                        for x, y in train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                        self.scheduler.step()
            """,
            row=15,
            says=("CosineAnnealingWarmRestarts", "at 0.1"),
        ),
        # One batch only.
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import OneCycleLR

            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            checkpoint = torch.load("last.pt")
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler = OneCycleLR(optimizer, 0.1, total_steps=7820)
            scheduler.load_state_dict(checkpoint["scheduler"])
            for epoch in range(checkpoint["epoch"], 20):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
            """,
            row=7,
            says=("OneCycleLR", "the first batch", "at 0.004"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        found = overwritten_on_resume(schedule)
        if found is None:
            return
        load, own = found
        per = cadence(schedule)
        briefly = per is Cadence.BATCH and schedule.departure is None
        rates = lr_after_steps(schedule, 0)
        lr = f"at {wording.number(rates[0])}, " if rates else "at "
        yield self.finding(
            schedule.place,
            f"the constructor of {schedule.scheduler} overwrites the LR that the optimizer has just"
            f" loaded, and scheduler.load_state_dict() does not bring it back: the first"
            f" {wording.per(per)} after every resume runs {lr}the LR of a fresh start",
            severity=Severity.WARNING if briefly else self.severity,
            notes=(
                ("the optimizer's state is loaded here", load.place),
                ("the scheduler's state is loaded here", own.place),
            ),
        )
