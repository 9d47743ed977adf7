"""LR407 competing-schedulers."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement.wiring import drives, erases, meet
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence


class CompetingSchedulers(Rule):
    """Two schedulers step the same optimizer, and one of them erases what the other does.

    ## What it does

    Reports two schedulers that step in the same training loop, throughout the training, on one
    optimizer, where at least one computes each LR from the base LR: `LambdaLR`, `OneCycleLR`,
    `CyclicLR`, `CosineAnnealingWarmRestarts` and the schedules of transformers. Schedulers that
    take turns (`if epoch < warmup: …`) are not reported, nor are two that multiply the LR that they
    find, such as `LinearLR` and `ExponentialLR`: those compose.

    ## Why is this bad

    `LambdaLR` sets `base_lr * factor`, whatever the LR is. A `StepLR` or `ReduceLROnPlateau` beside
    it has divided the LR by ten until the `LambdaLR` steps next, and not a moment longer. Of two
    that both compute the LR from scratch, only the one that steps last is ever seen.

    ## Example

    ```python
    warmup = LambdaLR(optimizer, lambda step: min(1, step / 500))
    plateau = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            warmup.step()
        plateau.step(evaluate())
    ```

    ## Use instead

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=500)
    plateau = ReduceLROnPlateau(optimizer)
    ```

    ## References

    - [torch.optim: ChainedScheduler](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html)
    - [torch.optim: SequentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html)
    """

    code, name, severity = "LR407", "competing-schedulers", Severity.ERROR

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import (
            CosineAnnealingWarmRestarts,
            ExponentialLR,
            LambdaLR,
            LinearLR,
            OneCycleLR,
            ReduceLROnPlateau,
            StepLR,
        )

        def train(model, train_loader, epochs, use_lambda=True):
            optimizer = SGD(model.parameters(), lr=0.1)
            first = {first}
            second = {second}
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                {steps}
        """
    BOTH = "first.step(); second.step()"
    LAMBDA = "LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    VALID = (
        # They compose.
        SCRIPT.format(
            first="LinearLR(optimizer, total_iters=5)",
            second="ExponentialLR(optimizer, 0.9)",
            steps=BOTH,
        ),
        # They take turns.
        SCRIPT.format(
            first=LAMBDA,
            second="StepLR(optimizer, 30)",
            steps="(first if epoch < 5 else second).step()",
        ),
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LambdaLR, StepLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            warmup = LambdaLR(optimizer, lambda epoch: (epoch + 1) / 5)
            scheduler = StepLR(optimizer, 30)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                if epoch < 5:
                    warmup.step()
                else:
                    scheduler.step()
        """,
        # The one or the other.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LambdaLR, StepLR

        def build(optimizer, args):
            if args.kind == "lambda":
                return LambdaLR(optimizer, lambda epoch: 0.95**epoch)
            return StepLR(optimizer, 30)

        def train(model, train_loader, args):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = build(optimizer, args)
            for epoch in range(args.epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """,
        # One after the other.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LambdaLR, StepLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            warmup = LambdaLR(optimizer, lambda epoch: (epoch + 1) / 5)
            for epoch in range(5):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                warmup.step()
            scheduler = StepLR(optimizer, 30)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(first=LAMBDA, second="StepLR(optimizer, step_size=30)", steps=BOTH),
            row=14,
            says=("LambdaLR", "erases what StepLR"),
        ),
        Invalid(
            SCRIPT.format(
                first="ReduceLROnPlateau(optimizer)",
                second="CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)",
                steps="first.step(evaluate()); second.step()",
            ),
            row=15,
            says=("CosineAnnealingWarmRestarts", "erases what ReduceLROnPlateau"),
        ),
        # Neither takes notice of the other.
        Invalid(
            """
            from torch.optim import AdamW
            from torch.optim.lr_scheduler import LambdaLR
            from transformers import get_linear_schedule_with_warmup

            class Trainer:
                def __init__(self, model, train_loader, epochs):
                    self.model, self.train_loader, self.epochs = model, train_loader, epochs
                    self.optimizer = AdamW(model.parameters(), lr=1e-4)
                    self.scheduler = get_linear_schedule_with_warmup(
                        self.optimizer, 100, epochs * len(train_loader)
                    )
                    self.decay = LambdaLR(self.optimizer, lambda epoch: 0.9**epoch)

                def fit(self):
                    for epoch in range(self.epochs):
                        for x, y in self.train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                            self.scheduler.step()
                        self.decay.step()
            """,
            row=9,
            says=("both compute", "from the base LR"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        mine = drives(schedule)
        if not mine or not erases(schedule):
            return
        for other in schedule.competitors:
            both = erases(other)
            if both and other.order < schedule.order:
                continue  # the pair is reported once
            theirs = drives(other)
            if not any(meet(one, two) for one in mine for two in theirs):
                continue
            if silence := self.first(PAIR_EXCLUSIONS, (schedule, other), schedule.place):
                yield silence
                continue
            default = schedule.on_default_path and other.on_default_path
            yield self.finding(
                schedule.place,
                _both(schedule, other) if both else _one(schedule, other),
                severity=self.severity if default else Severity.WARNING,
                notes=(
                    (f"{other.scheduler} built here", other.place),
                    ("stepped here", mine[0].place),
                    ("and here", theirs[0].place),
                ),
            )
            return


def _shared_name(pair: tuple[Schedule, Schedule]) -> str | None:
    schedule, other = pair
    return schedule.variable if schedule.variable == other.variable else None


def _is_instead(pair: tuple[Schedule, Schedule]) -> bool:
    schedule, other = pair
    return other in schedule.instead


PAIR_EXCLUSIONS = (
    Exclusion(_shared_name, lambda name: f"which scheduler is called {name} is not certain"),
    Exclusion(_is_instead, "a setting decides which of the two schedulers steps"),
)


def _one(schedule: Schedule, other: Schedule) -> str:
    return (
        f"{schedule.scheduler} computes each LR from the base LR, and so erases what"
        f" {other.scheduler} does to the same optimizer"
    )


def _both(schedule: Schedule, other: Schedule) -> str:
    return (
        f"{schedule.scheduler} and {other.scheduler} both compute the LR of one optimizer from the"
        " base LR: only the one that has stepped last is in effect"
    )
