"""LR406 wrong-optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Call, OptimizerUse, Place, Schedule, Training
from lrlint.judgement.exclusions import EXERCISE, OPTIMIZER_ELSEWHERE
from lrlint.judgement.units import regular_sites
from lrlint.judgement.wiring import meet
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence


def _successor(schedule: Schedule) -> OptimizerUse | None:
    old = schedule.optimizer
    return None if old is None else old.replaced_by or old.replaced_midway


def _may_step(schedule: Schedule) -> bool:
    """Whether its optimizer is not known to train nothing."""
    steps = schedule.optimizer_steps
    return steps is None or steps.as_number() != 0


class WrongOptimizer(Rule):
    """A scheduler drives an optimizer that is never stepped; another one trains.

    ## What it does

    Reports a scheduler that is stepped in the training loop while its optimizer never is, and
    another optimizer is stepped in that loop. (An optimizer that has been built anew under the same
    name is LR401.) A scheduler that is used as a calculator is left alone: its LR is written into
    the other optimizer.

    A scheduler that a resume takes whole out of a checkpoint is such a case, too, where the
    optimizer only loads its state: it drives the copy of the optimizer that was pickled with it.

    ## Why is this bad

    The scheduler changes the LR of an optimizer that trains nothing. The one that does trains at
    its own LR from the first step to the last, though the log shows the schedule. torch warns that
    `lr_scheduler.step()` is called before `optimizer.step()`, which leads away from the cause.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    head_optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            head_optimizer.step()
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(head_optimizer, step_size=30)
    ```

    and on a resume

    ```python
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR406", "wrong-optimizer", Severity.ERROR
    exclusions = (
        OPTIMIZER_ELSEWHERE,
        Exclusion(_successor, "another optimizer takes the place of its own", owner="LR401"),
        Exclusion(_may_step, "how often its optimizer is stepped is not known"),
        EXERCISE,
    )

    SCRIPT = """
        from torch.optim import SGD, Adam
        from torch.optim.lr_scheduler import StepLR

        def train(generator, critic, train_loader, epochs):
            optimizer_g = Adam(generator.parameters(), lr=0.1)
            optimizer_c = SGD(critic.parameters(), lr=0.2)
            scheduler = StepLR({driven}, step_size=30)
            for epoch in range(epochs):
                for x, y in train_loader:
                    critic(x, y).backward()
                    {stepped}
                scheduler.step()
                {write}
        """
    RESUME = """
        import torch
        from torch.optim.lr_scheduler import StepLR

        def main(args, model, train_loader):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=30)
            start_epoch = 0
            if args.resume:
                checkpoint = torch.load(args.resume)
                start_epoch = checkpoint["epoch"]
                {optimizer}
                {scheduler}
            for epoch in range(start_epoch, 90):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
                torch.save(
                    {{"epoch": epoch + 1, "optimizer": optimizer, "scheduler": scheduler}},
                    "last.pt",
                )
        """
    VALID = (
        SCRIPT.format(driven="optimizer_c", stepped="optimizer_c.step()", write="pass"),
        SCRIPT.format(
            driven="optimizer_g", stepped="optimizer_c.step(); optimizer_g.step()", write="pass"
        ),
        # Who steps it is not seen.
        SCRIPT.format(
            driven="optimizer_g",
            stepped="optimizer_c.step(); generator.train_on(x, optimizer_g)",
            write="pass",
        ),
        # It only computes an LR.
        SCRIPT.format(
            driven="optimizer_g",
            stepped="optimizer_c.step()",
            write='optimizer_c.param_groups[0]["lr"] = scheduler.get_last_lr()[0]',
        ),
        # Both come out of the same pickle.
        RESUME.format(
            optimizer='optimizer = checkpoint["optimizer"]',
            scheduler='scheduler = checkpoint["scheduler"]',
        ),
        # Not in the same training.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def plot(steps):
            optimizer = SGD([parameter], lr=0.1)
            scheduler = StepLR(optimizer, step_size=30)
            for _ in range(steps):
                scheduler.step()

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            plot(epochs)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
        """,
    )
    INVALID = (
        Invalid(
            RESUME.format(
                optimizer='optimizer.load_state_dict(checkpoint["optimizer"])',
                scheduler='scheduler = checkpoint["scheduler"]',
            ),
            row=12,
            says=("pickled with it", "stays"),
        ),
        Invalid(
            SCRIPT.format(driven="optimizer_g", stepped="optimizer_c.step()", write="pass"),
            row=7,
            says=("optimizer_g", "never stepped", "optimizer_c"),
        ),
        Invalid(
            """
            import torch

            def make_scheduler(optimizer):
                return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90, eta_min=1e-4)

            class Trainer:
                def __init__(self, model, loader):
                    self.model, self.loader = model, loader
                    self.warmup_optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = make_scheduler(self.warmup_optimizer)

                def fit(self):
                    for epoch in range(90):
                        for x, y in self.loader:
                            self.optimizer.zero_grad()
                            self.model(x, y).backward()
                            self.optimizer.step()
                        self.scheduler.step()

            def main():
                Trainer(build_model(), build_loader()).fit()

            main()
            """,
            row=4,
            says=("self.warmup_optimizer", "self.optimizer"),
        ),
    )

    def _ghost(self, schedule: Schedule, call: Call) -> Finding:
        return self.finding(
            call.place,
            "the scheduler out of the checkpoint drives the copy of the optimizer that was pickled"
            " with it: the LR of the one that trains stays as it is loaded",
            notes=(
                ("the optimizer that trains is built here", _place(schedule)),
                ("the scheduler steps here", schedule.sites[0].place),
            ),
        )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            optimizer = schedule.optimizer
            ghost = _unpickled(schedule)
            if ghost is not None:
                yield self._ghost(schedule, ghost)
            if optimizer is None or optimizer.stepped or schedule.parent is not None:
                continue
            other = _who_trains(schedule, training)
            if other is None:
                continue
            if silence := self.excluded(schedule):
                yield silence
                continue
            yield self.finding(
                schedule.place,
                f"{schedule.scheduler} drives {_name(optimizer)}, which is never stepped:"
                f" {_name(other)} trains, and knows nothing of the schedule",
                severity=self.severity if schedule.on_default_path else Severity.WARNING,
                notes=(
                    ("its optimizer is built here", optimizer.place),
                    ("the other one is stepped here", other.sites[0].place),
                    ("the scheduler steps here", schedule.sites[0].place),
                ),
            )


def _unpickled(schedule: Schedule) -> Call | None:
    """Where its name is given to a scheduler out of a checkpoint that is stepped instead of it."""
    optimizer = schedule.optimizer
    if optimizer is None or not optimizer.stepped or schedule.parent is not None:
        return None
    if any(call.method == "unpickled" for call in optimizer.calls):
        return None  # together with its optimizer
    return next(
        (
            call
            for call in schedule.calls
            if call.method == "unpickled"
            and any(site.order > call.order for site in regular_sites(schedule))
        ),
        None,
    )


def _who_trains(schedule: Schedule, training: Training) -> OptimizerUse | None:
    """The optimizer that is stepped in the loop in which the scheduler is."""
    sites = regular_sites(schedule)
    here = [
        other
        for other in training.optimizers
        if any(meet(one, two) for one in sites for two in other.sites)
    ]
    if not here or any(other.writes for other in here):
        return None
    driven = {id(one.optimizer) for one in training.schedules if one.sites}
    return next((other for other in here if id(other) not in driven), None)


def _place(schedule: Schedule) -> Place | None:
    return None if schedule.optimizer is None else schedule.optimizer.place


def _name(optimizer: OptimizerUse) -> str:
    return optimizer.variable or f"the {optimizer.class_name}"
