"""LR403 scheduler-state-not-loaded."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Training
from lrlint.judgement import wording
from lrlint.judgement.resuming import goes_on_from_zero, state_is_ignored
from lrlint.rule import Finding, Invalid, Rule


class SchedulerStateNotLoaded(Rule):
    """A resumed training restores the optimizer's state, but not the scheduler's, which it saved.

    ## What it does

    Reports a resume that loads the optimizer's state from a checkpoint in which the script keeps
    the scheduler's, too, and leaves that where it is.

    ## Why is this bad

    The optimizer's state brings back the LR, and the scheduler counts from 0 all the same: a
    `StepLR` drops the LR too late, a cosine takes the restored LR for the start of a whole new
    curve, a warm-up runs again, from an LR that it multiplies. torch says nothing.

    ## Example

    ```python
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    ```

    ## Use instead

    ```python
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [pytorch #65342](https://github.com/pytorch/pytorch/issues/65342): resuming gives another LR
    """

    code, name, severity = "LR403", "scheduler-state-not-loaded", Severity.WARNING

    SCRIPT = """
        import argparse
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR

        parser = argparse.ArgumentParser()
        parser.add_argument("--resume", default="")
        parser.add_argument("--epochs", type=int, default=90)

        def main():
            args = parser.parse_args()
            model, train_loader = build(args)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            start_epoch = 0
            if args.resume:
                checkpoint = torch.load(args.resume)
                start_epoch = checkpoint["epoch"]
                optimizer.load_state_dict(checkpoint["optimizer"])
                {restore}
            for epoch in range(start_epoch, args.epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
                torch.save(
                    {{
                        "epoch": epoch + 1,
                        "optimizer": optimizer.state_dict(),
                        "scheduler": scheduler.state_dict(),
                    }},
                    "last.pt",
                )

        main()
        """
    COSINE = "CosineAnnealingLR(optimizer, args.epochs, eta_min=1e-3)"
    VALID = (
        SCRIPT.format(build=COSINE, restore='scheduler.load_state_dict(checkpoint["scheduler"])'),
        SCRIPT.format(build=COSINE, restore='scheduler = checkpoint["scheduler"]'),
        SCRIPT.format(build=COSINE, restore="scheduler.last_epoch = start_epoch"),
        SCRIPT.format(build="ExponentialLR(optimizer, 0.9)", restore="pass"),
        # Back to the best epoch, not on from a checkpoint.
        """
        import torch

        def train(model, train_loader, epochs, start_epoch):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
            for epoch in range(start_epoch, epochs):
                before = optimizer.state_dict()
                loss = model.train_epoch(train_loader, optimizer)
                scheduler.step()
                if loss > 100:
                    optimizer.load_state_dict(before)
                torch.save([optimizer.state_dict(), scheduler.state_dict()], "last.pt")
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build=COSINE, restore="pass"),
            row=18,
            says=("CosineAnnealingLR", "counts from 0"),
        ),
        Invalid(
            """
            import torch

            class Trainer:
                def __init__(self, model, epochs, path):
                    self.model, self.epochs, self.path = model, epochs, path
                    self.start_epoch = 0
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 30)

                def resume(self):
                    checkpoint = torch.load(self.path)
                    self.optimizer.load_state_dict(checkpoint["optimizer"])
                    self.start_epoch = checkpoint["epoch"]

                def save(self, epoch):
                    state = {"epoch": epoch}
                    state["optimizer"] = self.optimizer.state_dict()
                    state["scheduler"] = self.scheduler.state_dict()
                    torch.save(state, self.path)

                def fit(self, train_loader):
                    self.resume()
                    for epoch in range(self.start_epoch, self.epochs):
                        for x, y in train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                        self.scheduler.step()
                        self.save(epoch)

            if __name__ == "__main__":
                Trainer(torch.nn.Linear(2, 1), 90, "last.pt").fit(load_data())
            """,
            row=12,
            says=("StepLR",),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding]:
        for schedule in training.schedules:
            found, resume = state_is_ignored(training, schedule), goes_on_from_zero(schedule)
            if found is None or resume is None:
                continue
            load, checkpoint = found
            yield self.finding(
                load.place,
                f"the optimizer's state is restored, but that of {wording.called(schedule)},"
                f" which the checkpoint has, is not: training goes on at {resume.start}, and the"
                " scheduler counts from 0",
                notes=(
                    ("the checkpoint is written here", checkpoint.place),
                    ("scheduler built here", schedule.place),
                    ("the loop that resumes", resume.loop.place),
                ),
            )
