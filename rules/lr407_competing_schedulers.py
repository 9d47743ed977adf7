"""LR407 competing-schedulers."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement.stepping import driver
from lrlint.judgement.wiring import drives, erases, meet
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class CompetingSchedulers(Rule):
    """Two schedulers step one optimizer, and one of them erases what the other does.

    ## What it does

    Reports two schedulers that step in the same training loop, throughout the training, on one
    optimizer, if at least one computes each LR from the base LR: `LambdaLR`, `OneCycleLR`,
    `CyclicLR`, `CosineAnnealingWarmRestarts` and the schedules of transformers. They are reported
    within a `ChainedScheduler`, too. Not reported are schedulers that take turns
    (`if epoch < warmup: …`), and two that multiply the LR in use, such as `LinearLR` and
    `ExponentialLR`: those compose.

    ## Why is this bad

    `LambdaLR` sets `base_lr * factor`, whatever the LR is. If a `StepLR` or `ReduceLROnPlateau`
    divides the LR by ten, that lasts until the next step of the `LambdaLR`. Of two that compute the
    LR from the base LR, only the one that steps last has an effect.

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
    ```

    ## References

    - [torch.optim: ChainedScheduler](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html)
    - [torch.optim: SequentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html)
    """

    code, name, severity = "LR407", "competing-schedulers", Severity.ERROR

    LAMBDA = "first = LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    VALID = (
        # The two compose.
        training(
            """
            first = LinearLR(optimizer, total_iters=5)
            second = ExponentialLR(optimizer, 0.9)
            """,
            epoch="first.step()\nsecond.step()",
        ),
        # They take turns.
        training(
            f"{LAMBDA}\nsecond = StepLR(optimizer, 30)",
            epoch="(first if epoch < 5 else second).step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                f"{LAMBDA}\nsecond = StepLR(optimizer, step_size=30)",
                epoch="first.step()\nsecond.step()",
            ),
            at=LAMBDA,
            says=("LambdaLR", "erases what StepLR"),
        ),
        Invalid(
            training(
                """
                first = ReduceLROnPlateau(optimizer)
                second = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)
                """,
                epoch="first.step(evaluate())\nsecond.step()",
            ),
            at="second = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)",
            says=("CosineAnnealingWarmRestarts", "erases what ReduceLROnPlateau"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        mine = drives(driver(schedule))
        if not mine or not erases(schedule):
            return
        for other in _competitors(schedule):
            both = erases(other)
            if both and other.construction.order < schedule.construction.order:
                continue  # the pair is reported once
            theirs = drives(driver(other))
            if not any(meet(one, two) for one in mine for two in theirs):
                continue
            if silence := self.first(PAIR_EXCLUSIONS, (schedule, other), schedule.place):
                yield silence
                continue
            default = schedule.construction.on_default_path and other.construction.on_default_path
            yield self.finding(
                schedule.place,
                _both_compute(schedule, other) if both else _one_erases(schedule, other),
                severity=self.severity if default else Severity.WARNING,
                notes=(
                    (f"{other.scheduler} built here", other.place),
                    ("stepped here", mine[0].place),
                    ("and here", theirs[0].place),
                ),
            )
            return


def _competitors(schedule: Schedule) -> tuple[Schedule, ...]:
    """Return the schedulers that change the same LR: beside it, or in one ChainedScheduler."""
    whole = schedule.parent
    if whole is None:
        return schedule.surroundings.competitors
    if whole.scheduler != "ChainedScheduler":
        return ()
    return tuple(child for child in whole.children if child is not schedule)


def _shared_name(pair: tuple[Schedule, Schedule]) -> str | None:
    schedule, other = pair
    return schedule.variable if schedule.variable == other.variable else None


def _is_instead(pair: tuple[Schedule, Schedule]) -> bool:
    schedule, other = pair
    return other in schedule.surroundings.instead


PAIR_EXCLUSIONS = (
    Exclusion(_shared_name, lambda name: f"which scheduler is called {name} is not certain"),
    Exclusion(_is_instead, "a setting decides which of the two schedulers steps"),
)


def _one_erases(schedule: Schedule, other: Schedule) -> str:
    return (
        f"{schedule.scheduler} computes each LR from the base LR, and so erases what"
        f" {other.scheduler} does to the same optimizer"
    )


def _both_compute(schedule: Schedule, other: Schedule) -> str:
    return (
        f"{schedule.scheduler} and {other.scheduler} both compute the LR of one optimizer from the"
        " base LR: only the one that has stepped last is in effect"
    )
