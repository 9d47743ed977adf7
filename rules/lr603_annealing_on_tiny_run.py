"""LR603 annealing-on-tiny-run."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
)
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.judgement.stepping import cadence, driver
from lrlint.option import Option
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Strength


class AnnealingOnTinyRun(Rule):
    """A schedule has so few steps that its curve is a staircase.

    ## What it does

    Mentions a cosine, polynomial or one-cycle schedule that is stepped fewer than 10 times in the
    whole training (advice: shown with `--pedantic`).

    ## Why is this bad

    Five points do not make a curve: the whole first epoch runs at the highest LR, and each drop is
    abrupt. Stepped per batch, the same schedule is smooth.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=5, eta_min=1e-4)
    for epoch in range(5):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=5 * len(train_loader), eta_min=1e-4)
    for epoch in range(5):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            scheduler.step()
    ```

    ## References

    - [torch: CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
    """

    code, name, severity = "LR603", "annealing-on-tiny-run", Severity.ADVICE
    schedulers = frozenset(
        {"CosineAnnealingLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "PolynomialLR"}
    )
    exclusions = (*PLAIN_STEPS, EXERCISE, REBUILT, *STEPPED_WRONGLY, OPEN_ARGUMENTS)

    steps = Option(10, "Schedules with fewer steps than this are reported.", least=1)

    SETUP = "scheduler = CosineAnnealingLR(optimizer, T_max={}, eta_min=1e-3)"
    VALID = (training(SETUP.format(100), epochs=100, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(SETUP.format(5), epochs=5, epoch="scheduler.step()"),
            at=SETUP.format(5),
            says=("5 steps", "once per epoch"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        whole = driver(schedule)
        steps = None if whole.steps is None else whole.steps.value
        if steps is None or not 0 < steps < self.steps:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        assert whole.steps is not None
        caveat = "" if whole.steps.strength is Strength.CONSTANT else WITH_THE_DEFAULTS
        per_epoch = cadence(schedule) is Cadence.EPOCH and whole.stepping.batch_loop is not None
        yield self.finding(
            schedule.place,
            f"{schedule.scheduler} has {wording.number(steps)} steps{caveat} to anneal in:"
            " the curve is a staircase"
            f"{'; step once per batch, not once per epoch' if per_epoch else ''}",
            notes=(("stepped here", whole.sites[0].place),),
        )
