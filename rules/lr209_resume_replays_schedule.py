"""LR209 resume-replays-schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint import wording
from lrlint.diagnostics import Severity
from lrlint.facts import Loop, LoopKind, OptimizerUse, Place, Schedule, StepArgument
from lrlint.formulas import LAWS
from lrlint.judgement import driver, is_moved, regular_sites
from lrlint.length import is_exercise
from lrlint.rule import Finding, Invalid, Rule
from lrlint.symbolic import Expr

_STARTS_AGAIN = frozenset({"CyclicLR"})
"""A cycle more or less makes no difference to where such a schedule ends."""
_RESUME = re.compile(
    r"start|resum|begin|(^|[^a-z])(last|init|initial|prev|previous|done|finished)_?(epoch|step|iter)"
    r"|(epoch|step|iter)s?_?(done|trained|finished|so_far)"
    r"|(checkpoint|ckpt|snapshot|saved|state|loaded)\w*\[",
    re.IGNORECASE,
)


class ResumeReplaysSchedule(Rule):
    """The training resumes where it stopped, but its scheduler starts from the beginning.

    ## What it does

    Reports a loop that starts at a `start_epoch` (from a checkpoint, or set by the user) while the
    scheduler starts from 0: its state is not loaded, `last_epoch` is not set, no loop steps it
    forward, and no argument of it knows of the start.

    ## Why is this bad

    The scheduler counts its own steps. Resumed at epoch 60 of 90, a `StepLR(step_size=30)` starts
    with the LR of epoch 0, a hundred times too high, and has dropped once where it should have
    dropped three times; a cosine ends in the middle of its curve. torch says nothing.

    An error where the optimizer's state is restored, so that the script is made to resume; else a
    warning. A recorded run shows it wherever a state with past steps is loaded into the optimizer
    and the scheduler counts from 0.

    ## Example

    ```python
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    start_epoch = checkpoint["epoch"] + 1
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(start_epoch, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    checkpoint = torch.load("last.pt")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    start_epoch = checkpoint["epoch"] + 1
    for epoch in range(start_epoch, epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
    - [pytorch #65342](https://github.com/pytorch/pytorch/issues/65342): resuming gives another LR
    """

    code, name, severity = "LR209", "resume-replays-schedule", Severity.ERROR

    SCRIPT = """
        import argparse
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, StepLR

        parser = argparse.ArgumentParser()
        parser.add_argument("--resume", default="")
        parser.add_argument("--epochs", type=int, default=90)
        args = parser.parse_args()

        def train(model, train_loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            start_epoch = 0
            if args.resume:
                checkpoint = torch.load(args.resume)
                model.load_state_dict(checkpoint["model"])
                start_epoch = checkpoint["epoch"] + 1
                {restore}
            for epoch in range(start_epoch, args.epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step({argument})
        """
    STEP = "StepLR(optimizer, step_size=30)"
    OPTIMIZER = 'optimizer.load_state_dict(checkpoint["optimizer"])'
    VALID = (
        SCRIPT.format(
            build=STEP,
            restore='scheduler.load_state_dict(checkpoint["scheduler"])',
            argument="",
        ),
        SCRIPT.format(build=STEP, restore="scheduler.last_epoch = start_epoch - 1", argument=""),
        SCRIPT.format(build=STEP, restore=OPTIMIZER, argument="epoch"),
        # Its LR goes on from the one that the optimizer's state brings back.
        SCRIPT.format(build="ExponentialLR(optimizer, 0.9)", restore=OPTIMIZER, argument=""),
        # Stepped forward to where it was.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def train(model, train_loader, epochs, start_epoch):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=30)
            for _ in range(start_epoch):
                scheduler.step()
            for epoch in range(start_epoch, epochs):
                train_epoch(model, train_loader, optimizer)
                scheduler.step()
        """,
        # The factor counts from where the training starts.
        """
        import argparse
        from torch.optim import Adam
        from torch.optim.lr_scheduler import LambdaLR

        parser = argparse.ArgumentParser()
        parser.add_argument("--start-epoch", type=int, default=0)
        parser.add_argument("--epochs", type=int, default=200)
        args = parser.parse_args()

        class Decay:
            def __init__(self, epochs, offset):
                self.epochs = epochs
                self.offset = offset

            def step(self, epoch):
                return 1.0 - (epoch + self.offset) / self.epochs

        def train(model, train_loader):
            optimizer = Adam(model.parameters(), lr=2e-4)
            decay = Decay(args.epochs, args.start_epoch)
            scheduler = LambdaLR(optimizer, lr_lambda=decay.step)
            for epoch in range(args.start_epoch, args.epochs):
                train_epoch(model, train_loader, optimizer)
                scheduler.step()
        """,
        # The second stage of a training, not a resumed one.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def finetune(model, train_loader, epochs, frozen_epochs):
            optimizer = SGD(model.parameters(), lr=0.01)
            scheduler = StepLR(optimizer, step_size=30)
            for epoch in range(frozen_epochs, epochs):
                train_epoch(model, train_loader, optimizer)
                scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build=STEP, restore=OPTIMIZER, argument=""),
            row=12,
            says=("start_epoch", "StepLR", "its state is not loaded"),
        ),
        # Without the optimizer's state the LR itself starts over, too.
        Invalid(
            SCRIPT.format(build="ExponentialLR(optimizer, 0.9)", restore="pass", argument=""),
            row=12,
            says=("start_epoch",),
        ),
        Invalid(
            """
            import argparse
            import torch

            parser = argparse.ArgumentParser()
            parser.add_argument("--start-epoch", type=int, default=0)
            parser.add_argument("--epochs", type=int, default=90)
            args = parser.parse_args()

            def main(model, train_loader):
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60])
                for epoch in range(args.start_epoch, args.epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            row=11,
            says=("args.start_epoch", "MultiStepLR"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if schedule.starts_over is not None:
            yield self.finding(
                schedule.place,
                f"training goes on with the optimizer's restored state, but {schedule.scheduler}"
                " starts from step 0: its state is not loaded and its last_epoch is not set",
                notes=(("the optimizer's state is restored here", schedule.starts_over),),
            )
            return
        law = LAWS.get(schedule.scheduler)
        optimizer = schedule.optimizer
        if law is None or law.takes_metric or schedule.parent is not None or optimizer is None:
            return
        if schedule.scheduler in _STARTS_AGAIN or not _counts_from_zero(schedule):
            return
        found = _resumed(schedule)
        if found is None or optimizer.writes:
            return
        loop, start = found
        restored = _restored(optimizer)
        if schedule.scheduler in ("ExponentialLR", "MultiplicativeLR") and restored is not None:
            return  # each step multiplies the LR that was restored
        if _knows(schedule, start) or _knows_optimizer(optimizer, start):
            return
        yield self.finding(
            schedule.place,
            f"training goes on at {wording.amount(start) if start.value is None else start}, but"
            f" {schedule.scheduler} starts from step 0: its state is not loaded and its last_epoch"
            " is not set",
            severity=Severity.ERROR
            if restored is not None and schedule.on_default_path
            else Severity.WARNING,
            notes=(
                ("the loop that resumes", loop.place),
                ("the optimizer's state is restored here", restored),
            ),
        )


def _counts_from_zero(schedule: Schedule) -> bool:
    """Whether nothing that is seen, or could happen out of sight, moves its counter."""
    if schedule.open_arguments or schedule.escapes is not None or is_exercise(schedule):
        return False
    if any(child.escapes is not None for child in schedule.children):
        return False
    last = schedule.argument("last_epoch")
    if last is not None and (last.number is None or last.number.as_number() != -1):
        return False
    if is_moved(schedule):
        return False
    regular = regular_sites(schedule)
    if not regular or any(site.argument is not StepArgument.NOTHING for site in schedule.sites):
        return False
    if any(loop.kind is LoopKind.REPLAY for site in schedule.sites for loop in site.loops):
        return False
    guards = [guard for site in schedule.sites for guard in site.guards]
    return not any(_RESUME.search(guard.text) for guard in (*guards, *schedule.built_under))


def _resumed(schedule: Schedule) -> tuple[Loop, Expr] | None:
    """The training loop that does not start at the beginning, and where it does."""
    for site in regular_sites(driver(schedule)):
        for loop in site.loops:
            first = loop.first
            if first is None or loop.kind not in (LoopKind.EPOCH, LoopKind.BATCH):
                continue
            if first.is_constant or first.value not in (None, 0, 1):
                continue
            if any(_RESUME.search(atom.name) for atom in first.atoms()):
                return loop, first
    return None


def _restored(optimizer: OptimizerUse) -> Place | None:
    """Where the optimizer's state is loaded, if it is."""
    return next((c.place for c in optimizer.calls if c.method == "load_state_dict"), None)


def _knows(schedule: Schedule, start: Expr) -> bool:
    """Whether its arguments, or those of its parts, take the start into account."""
    atoms = start.atoms()
    for argument in schedule.arguments.values():
        numbers = (argument.number, *(argument.numbers or ()))
        if argument.reads & atoms or any(one.atoms() & atoms for one in numbers if one is not None):
            return True
    return any(_knows(child, start) for child in schedule.children)


def _knows_optimizer(optimizer: OptimizerUse, start: Expr) -> bool:
    return any(
        group.lr is not None and group.lr.atoms() & start.atoms() for group in optimizer.groups
    )
