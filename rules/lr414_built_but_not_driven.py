"""LR414 built-but-not-driven."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Guard, GuardKind, Schedule
from lrlint.judgement.exclusions import EXERCISE, STEPPED_ELSEWHERE, WRITES
from lrlint.judgement.rates import lr_after_steps, lr_text
from lrlint.rule import Finding, Invalid, Rule, Silence


class BuiltButNotDriven(Rule):
    """A scheduler that lowers the LR when it is built is stepped under a flag only.

    ## What it does

    Reports a scheduler whose constructor sets another LR than the optimizer's (the start of a
    warm-up, `OneCycleLR`'s `max_lr / 25`), that is built in any case and stepped only where a
    setting says so.

    ## Why is this bad

    With the flag off the script looks as if it trained without a schedule, at the optimizer's LR.
    It trains at the LR that the constructor has left behind, from the first step to the last.

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
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        if args.warmup:
            scheduler.step()
    ```

    ## References

    - [torch.optim.lr_scheduler.LinearLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html)
    """

    code, name, severity = "LR414", "built-but-not-driven", Severity.WARNING
    exclusions = (EXERCISE, STEPPED_ELSEWHERE, WRITES)

    SCRIPT = """
        import argparse
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LinearLR, OneCycleLR, StepLR

        parser = argparse.ArgumentParser()
        parser.add_argument("--schedule", action="store_true")
        parser.add_argument("--evaluate", action="store_true")
        args = parser.parse_args()

        def main(model, train_loader):
            optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
            {build}
            for epoch in range(20):
                for x, y in train_loader:
                    model(x, y).backward()
                    {update}
                {step}
        """
    WARMUP = "scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)"
    VALID = (
        SCRIPT.format(build=WARMUP, update="optimizer.step()", step="scheduler.step()"),
        SCRIPT.format(
            build=f"if args.schedule: {WARMUP}",
            update="optimizer.step()",
            step="if args.schedule: scheduler.step()",
        ),
        # The LR is the optimizer's own.
        SCRIPT.format(
            build="scheduler = StepLR(optimizer, step_size=30)",
            update="optimizer.step()",
            step="if args.schedule: scheduler.step()",
        ),
        # Without the flag nothing is trained.
        SCRIPT.format(
            build=WARMUP,
            update="if not args.evaluate: optimizer.step()",
            step="if not args.evaluate: scheduler.step()",
        ),
        # In the one place or the other.
        SCRIPT.format(
            build=WARMUP,
            update="optimizer.step(); args.schedule and scheduler.step()",
            step="if not args.schedule: scheduler.step()",
        ),
        # No setting, but a matter of the moment.
        SCRIPT.format(
            build=WARMUP,
            update="optimizer.step()",
            step="if model.is_training_well(): scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(
                build=WARMUP, update="optimizer.step()", step="if args.schedule: scheduler.step()"
            ),
            row=12,
            says=("args.schedule", "0.001", "not at 0.1"),
        ),
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import OneCycleLR

            class Trainer:
                def __init__(self, model, loader, config):
                    self.model, self.loader, self.config = model, loader, config
                    self.optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
                    self.scheduler = OneCycleLR(self.optimizer, 0.1, total_steps=1000)

                def fit(self):
                    for x, y in self.loader:
                        self.model(x, y).backward()
                        self.optimizer.step()
                        if self.config.use_one_cycle:
                            self.scheduler.step()

            config = parse_config()
            Trainer(build_model(), build_loader(), config).fit()
            """,
            row=8,
            says=("config.use_one_cycle", "0.004"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        if optimizer is None or not optimizer.stepped or schedule.parent is not None:
            return
        flag = _flag(schedule)
        start = lr_after_steps(schedule, 0)
        own = [None if lr is None else lr.value for lr in schedule.base_lrs]
        known = [float(lr) for lr in own if lr is not None]
        if flag is None or not start or len(known) != len(start):
            return
        if all(_close(one, other) for one, other in zip(start, known, strict=True)):
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        yield self.finding(
            schedule.place,
            f"{schedule.scheduler} is built in any case and stepped only if {flag.text}: without"
            f" that, training stays at the LR {lr_text(start)} that the constructor sets, not at"
            f" {lr_text(known)}",
            notes=(
                ("stepped only under this condition", flag.place),
                ("optimizer stepped here", optimizer.sites[0].place),
            ),
        )


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


_SETTING = re.compile(r"(^|[^a-z])(args?|cfg|conf|config|opts?|options|hparams|params|flags)[.\[]")


def _flag(schedule: Schedule) -> Guard | None:
    """The setting that all of its steps depend on, and none of its optimizer's."""
    optimizer, sites = schedule.optimizer, schedule.sites
    if optimizer is None or not sites:
        return None
    for guard in sites[0].guards:
        if guard.kind is not GuardKind.FLAG:
            continue
        if guard.by_default is None and not _SETTING.search(guard.text.lower()):
            continue
        if not all(any(one.text == guard.text for one in site.guards) for site in sites[1:]):
            continue
        if any(one.text == guard.text for site in optimizer.sites for one in site.guards):
            continue
        return guard
    return None
