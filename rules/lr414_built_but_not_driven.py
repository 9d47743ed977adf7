"""LR414 built-but-not-driven."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Guard, GuardKind, Schedule
from lrlint.judgement.exclusions import EXERCISE, STEPPED_ELSEWHERE
from lrlint.judgement.rates import lr_text, lr_when_built
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


def _written_before(schedule: Schedule) -> bool:
    """Whether the script may write the LR before the optimizer first steps."""
    optimizer = schedule.optimizer
    if optimizer is None or not optimizer.writes or not optimizer.sites:
        return False
    first = min(site.order for site in optimizer.sites)
    return any(write.order < first for write in optimizer.writes)


class BuiltButNotDriven(Rule):
    """A scheduler that changes the LR when it is built is stepped under a flag only.

    ## What it does

    Reports a scheduler that is always built but stepped only if a setting says so, and whose
    constructor changes the LR (to the start of a warm-up, or `max_lr / 25` of a `OneCycleLR`).

    ## Why is this bad

    With the flag off, the script seems to train without a schedule, at the optimizer's LR. In fact
    it trains at the LR that the constructor has set, from the first step to the last.

    ## Example

    ```python
    scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        if args.warmup:
            scheduler.step()
    ```

    ## Use instead

    ```python
    if args.warmup:
        scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    ```

    ## References

    - [torch.optim.lr_scheduler.LinearLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html)
    """

    code, name, severity = "LR414", "built-but-not-driven", Severity.WARNING
    exclusions = (
        EXERCISE,
        STEPPED_ELSEWHERE,
        Exclusion(_written_before, "the script writes the LR before the first step"),
    )

    WARMUP = "scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)"
    VALID = (
        training(
            f"if schedule:\n    {WARMUP}",
            epochs=20,
            epoch="if schedule:\n    scheduler.step()",
            parameters="schedule=False",
        ),
        # Its constructor leaves the LR alone.
        training(
            "scheduler = StepLR(optimizer, step_size=30)",
            epochs=20,
            epoch="if schedule:\n    scheduler.step()",
            parameters="schedule=False",
        ),
    )
    INVALID = (
        Invalid(
            training(
                WARMUP,
                epochs=20,
                epoch="if schedule:\n    scheduler.step()",
                parameters="schedule=False",
            ),
            at=WARMUP,
            says=("schedule", "0.001", "not at 0.1"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        if optimizer is None or not optimizer.stepped or schedule.parent is not None:
            return
        flag = _flag(schedule)
        start = lr_when_built(schedule)
        own = [None if lr is None else lr.value for lr in schedule.base_lrs]
        known = [float(lr) for lr in own if lr is not None]
        if flag is None or not start or len(known) != len(start):
            return
        if all(_close(lr, other) for lr, other in zip(start, known, strict=True)):
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        built = "is built" if schedule.construction.guards else "is built in any case"
        yield self.finding(
            schedule.place,
            f"{schedule.scheduler} {built} and stepped only if {flag.text}: without"
            f" that, training {'starts' if optimizer.writes else 'stays'} at the LR"
            f" {lr_text(start)} that the constructor sets, not at {lr_text(known)}",
            notes=(
                ("stepped only under this condition", flag.place),
                ("optimizer stepped here", optimizer.sites[0].place),
            ),
        )


def _close(lr: float, other: float) -> bool:
    return abs(lr - other) <= 1e-9 * max(abs(lr), abs(other))


_SETTING = re.compile(r"(^|[^a-z])(args?|cfg|conf|config|opts?|options|hparams|params|flags)[.\[]")


_MEASURED = re.compile(r"(?<!\w)(?!(?:get|getattr|bool|len|int|str|isinstance)\()\w+\(")
"""A call in a condition: it may ask what the training does, such as `scaler.get_scale()`."""


def _flag(schedule: Schedule) -> Guard | None:
    """Return the setting that all its steps depend on, and none of its optimizer's."""
    optimizer, sites = schedule.optimizer, schedule.sites
    if optimizer is None or not sites:
        return None
    for guard in sites[0].guards:
        if guard.kind is not GuardKind.FLAG or _MEASURED.search(guard.text):
            continue
        if guard.by_default is None and not _SETTING.search(guard.text.lower()):
            continue
        if not all(any(one.text == guard.text for one in site.guards) for site in sites[1:]):
            continue
        if any(one.text == guard.text for site in optimizer.sites for one in site.guards):
            continue
        return guard
    return None
