"""LR402 scheduler-state-not-saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lrlint.diagnostics import Severity
from lrlint.facts import Checkpoint, Schedule, Training
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.resuming import goes_on_from_zero, restored
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence


class SchedulerStateNotSaved(Rule):
    """A checkpoint keeps the optimizer's state, but not that of its scheduler.

    ## What it does

    Reports a checkpoint that holds `optimizer.state_dict()` and nothing of the scheduler that
    drives the optimizer, in a script that loads the optimizer's state and goes on where it stopped.
    A scheduler that needs no state is not reported: `ExponentialLR` multiplies the LR that the
    optimizer brings along, `step(epoch)` says which epoch it is, and some scripts set `last_epoch`
    or step the scheduler forward.

    ## Why is this bad

    How far the schedule has come is known to the scheduler alone. After a resume it counts from 0:
    a `StepLR` that was about to drop the LR waits another `step_size` epochs, a cosine takes the
    restored LR for the start of a whole new curve, and `ReduceLROnPlateau` has forgotten the best
    value and how long it has waited. torch says nothing.

    ## Example

    ```python
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "last.pt")
    ```

    ## Use instead

    ```python
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
        },
        "last.pt",
    )
    ```

    and `scheduler.load_state_dict(checkpoint["scheduler"])` where the checkpoint is loaded.

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [torch: LRScheduler.state_dict](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html)
    """

    code, name, severity = "LR402", "scheduler-state-not-saved", Severity.WARNING

    SCRIPT = """
        import torch
        from torch.optim.lr_scheduler import ExponentialLR, ReduceLROnPlateau, StepLR

        def train(model, train_loader, epochs, resume):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            start_epoch = 0
            if resume:
                checkpoint = torch.load(resume)
                start_epoch = checkpoint["epoch"]
                optimizer.load_state_dict(checkpoint["optimizer"])
                {restore}
            for epoch in range({loop}):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step({argument})
                state = {{"epoch": epoch + 1, "optimizer": optimizer.state_dict()}}
                {save}
                torch.save(state, "last.pt")
        """
    STEP = "StepLR(optimizer, step_size=30)"
    FORGETS: ClassVar[dict[str, str]] = {
        "build": STEP,
        "restore": "pass",
        "loop": "start_epoch, epochs",
        "argument": "",
        "save": "pass",
    }
    VALID = (
        SCRIPT.format(
            **{
                **FORGETS,
                "save": 'state["scheduler"] = scheduler.state_dict()',
                "restore": 'scheduler.load_state_dict(checkpoint["scheduler"])',
            }
        ),
        # Kept in a file of its own, or whole.
        SCRIPT.format(**{**FORGETS, "save": 'torch.save(scheduler.state_dict(), "scheduler.pt")'}),
        SCRIPT.format(**{**FORGETS, "save": 'state["scheduler"] = scheduler'}),
        # What else it holds is not seen.
        SCRIPT.format(**{**FORGETS, "save": "state.update(model.more_state())"}),
        # They need no state.
        SCRIPT.format(**{**FORGETS, "build": "ExponentialLR(optimizer, 0.9)"}),
        SCRIPT.format(**{**FORGETS, "argument": "epoch"}),
        SCRIPT.format(**{**FORGETS, "restore": "scheduler.last_epoch = start_epoch"}),
        # A whole training once more.
        SCRIPT.format(**{**FORGETS, "loop": "epochs"}),
        SCRIPT.format(**{**FORGETS, "loop": "start_epoch, start_epoch + epochs"}),
        # Nothing resumes here: the checkpoint is for others.
        """
        import torch

        def train(model, train_loader, epochs):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
                torch.save({"optimizer": optimizer.state_dict()}, "last.pt")
        """,
    )
    INVALID = (
        # Steps instead of epochs, and a scheduler that is chosen by its name.
        Invalid(
            """
            import torch

            def train(model, loader, config):
                optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
                name = config["scheduler"]
                scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **config["args"])
                step = 0
                if config["resume"]:
                    saved = torch.load("last.pt")
                    optimizer.load_state_dict(saved["optimizer"])
                    step = saved["step"]
                while step < 100_000:
                    for x, y in loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
                        step += 1
                    torch.save({"step": step, "optimizer": optimizer.state_dict()}, "last.pt")
            """,
            row=18,
            says=("that of the scheduler", "at step"),
        ),
        Invalid(SCRIPT.format(**FORGETS), row=18, says=("StepLR", "starts over"), also=("LR209",)),
        Invalid(
            SCRIPT.format(
                **{
                    **FORGETS,
                    "build": "ReduceLROnPlateau(optimizer)",
                    "argument": "model.evaluate()",
                }
            ),
            row=18,
            says=("ReduceLROnPlateau", "best"),
        ),
        # In the methods of a class, with a scheduler of its own and a helper that writes.
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import LRScheduler

            class Poly(LRScheduler):
                def __init__(self, optimizer, epochs):
                    self.epochs = epochs
                    super().__init__(optimizer)

                def get_lr(self):
                    return [lr * (1 - self.last_epoch / self.epochs) for lr in self.base_lrs]

            def save_checkpoint(state, name):
                torch.save(state, name)

            class Trainer:
                def __init__(self, model, train_loader, epochs, resume=None):
                    self.model = model
                    self.train_loader = train_loader
                    self.epochs = epochs
                    self.start_epoch = 0
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = Poly(self.optimizer, epochs)
                    if resume is not None:
                        self.load(resume)

                def load(self, path):
                    checkpoint = torch.load(path)
                    self.start_epoch = checkpoint["epoch"] + 1
                    self.optimizer.load_state_dict(checkpoint["optimizer"])

                def save(self, epoch):
                    save_checkpoint(
                        {"epoch": epoch, "optimizer": self.optimizer.state_dict()}, "last.pt"
                    )

                def fit(self):
                    for epoch in range(self.start_epoch, self.epochs):
                        for x, y in self.train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                        self.scheduler.step()
                        self.save(epoch)

            if __name__ == "__main__":
                Trainer(torch.nn.Linear(2, 1), load_data(), 90, resume="last.pt").fit()
            """,
            row=33,
            says=("Poly",),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for checkpoint in training.checkpoints:
            for schedule in training.schedules:
                if not _forgets(checkpoint, schedule):
                    continue
                silence = self.first(KEPT, (training, schedule), schedule.place)
                yield silence or self._finding(checkpoint, schedule)

    def _finding(self, checkpoint: Checkpoint, schedule: Schedule) -> Finding:
        optimizer, resume = schedule.optimizer, goes_on_from_zero(schedule)
        assert optimizer is not None
        assert resume is not None
        load = restored(optimizer)
        law = LAWS.get(schedule.scheduler)
        consequence = "its schedule starts over"
        if law is not None and law.takes_metric:
            consequence = "it has forgotten the best value and how long it has waited"
        reads = [call for call in optimizer.calls if call.method == "state_dict"]
        read = max(
            (call for call in reads if call.order < checkpoint.order),
            key=lambda call: call.order,
            default=None,
        )
        return self.finding(
            checkpoint.place if read is None else read.place,
            f"the checkpoint keeps the optimizer's state, but not that of"
            f" {wording.called(schedule)}: when training goes on at {resume.start}, {consequence}",
            notes=(
                ("the checkpoint is written here", checkpoint.place),
                ("scheduler built here", schedule.place),
                ("the optimizer's state is restored here", None if load is None else load.place),
                ("the loop that resumes", resume.loop.place),
            ),
        )


def _forgets(checkpoint: Checkpoint, schedule: Schedule) -> bool:
    """Whether a checkpoint holds the optimizer's state alone, from which the training goes on."""
    optimizer = schedule.optimizer
    if optimizer is None or not any(one is optimizer for one in checkpoint.optimizers):
        return False
    if schedule in checkpoint.schedules or goes_on_from_zero(schedule) is None:
        return False
    return restored(optimizer) is not None


def _open_checkpoint(case: tuple[Training, Schedule]) -> Checkpoint | None:
    return next((checkpoint for checkpoint in case[0].checkpoints if checkpoint.open), None)


def _other_checkpoint(case: tuple[Training, Schedule]) -> bool:
    training, schedule = case
    return any(schedule in checkpoint.schedules for checkpoint in training.checkpoints)


def _reads_state(case: tuple[Training, Schedule]) -> bool:
    return any(call.method == "state_dict" for call in case[1].calls)


KEPT = (
    Exclusion(_open_checkpoint, "a checkpoint may hold more than is seen"),
    Exclusion(_other_checkpoint, "another checkpoint has its state"),
    Exclusion(_reads_state, "its state is read, and where it goes is not seen"),
)
