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
from lrlint.judgement.units import cadence, driver
from lrlint.rule import Finding, Invalid, Rule, Silence

_FEW = 10


class AnnealingOnTinyRun(Rule):
    """An annealing has so few steps that it is a staircase.

    ## What it does

    Mentions a cosine, polynomial or one-cycle schedule that is stepped fewer than 10 times in the
    whole training (advice: shown with `--pedantic`).

    ## Why is this bad

    A curve of five points is no curve: the LR of the first epoch, the whole of it, is the highest,
    and each drop is abrupt. Stepped per batch, the same schedule is smooth.

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

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max={epochs}, eta_min=1e-3)
            for epoch in range({epochs}):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    VALID = (
        SCRIPT.format(epochs="100"),
        SCRIPT.format(epochs="epochs"),
        SCRIPT.format(epochs="10"),
    )
    INVALID = (Invalid(SCRIPT.format(epochs="5"), row=6, says=("5 steps", "once per epoch")),)

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        one = driver(schedule)
        steps = None if one.steps is None else one.steps.value
        if steps is None or not 0 < steps < _FEW:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        assert one.steps is not None
        per_epoch = cadence(schedule) is Cadence.EPOCH and one.batch_loop is not None
        yield self.finding(
            schedule.place,
            f"{schedule.scheduler} has {wording.number(steps)} steps"
            f"{'' if one.steps.is_constant else WITH_THE_DEFAULTS} to anneal in: the curve is a"
            f" staircase{'; step once per batch, not once per epoch' if per_epoch else ''}",
            notes=(("stepped here", one.sites[0].place),),
        )
