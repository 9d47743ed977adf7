"""LR103 scheduler-never-stepped."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    BAD_INTERVAL,
    OPTIMIZER_ELSEWHERE,
    REFUSED,
    UNKNOWN_OPTIMIZER,
)
from lrlint.judgement.rates import lr_after_steps
from lrlint.judgement.wiring import always
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


def _escape(schedule: Schedule) -> str | None:
    return next(
        (part.stepping.escapes for part in (schedule, *schedule.children) if part.stepping.escapes),
        None,
    )


def _in_test(schedule: Schedule) -> bool:
    return schedule.construction.in_test


def _trains_nothing(schedule: Schedule) -> bool:
    return schedule.optimizer is not None and not schedule.optimizer.stepped


def _is_unknown(schedule: Schedule) -> bool:
    return schedule.scheduler not in LAWS and not schedule.construction.derived


def _successor(schedule: Schedule) -> str | None:
    """Return the name that another scheduler took: the first of several tries, left in a script."""
    same = (
        other for other in schedule.surroundings.competitors if other.variable == schedule.variable
    )
    return schedule.variable if next(same, None) is not None else None


def _alternative(schedule: Schedule) -> Schedule | None:
    """Return what is stepped where the same call builds it for another optimizer."""
    return next((other for other in schedule.surroundings.alternatives if other.sites), None)


def _twin(schedule: Schedule) -> Schedule | None:
    """Return what is stepped of several that a loop builds by the same call."""
    return next(
        (
            other
            for other in schedule.surroundings.competitors
            if other.sites and other.place.span() == schedule.place.span()
        ),
        None,
    )


def _only_idle(schedule: Schedule) -> bool:
    return bool(schedule.stepping.idle)


def _left_behind(schedule: Schedule) -> bool:
    """Whether the script decides each LR by itself, so that the scheduler has no effect."""
    writes = () if schedule.optimizer is None else schedule.optimizer.writes
    return any(write.from_scratch and write.loops and always(write.guards) for write in writes)


def _asked(schedule: Schedule) -> bool:
    """Whether the script calls another method of a scheduler of timm: it may ask for an LR."""
    return schedule.construction.positioned and any(
        call.method != "state_dict" for call in schedule.calls
    )


class SchedulerNeverStepped(Rule):
    """A scheduler is built, but nothing ever calls its `step()`.

    ## What it does

    Reports a scheduler whose optimizer is stepped, while no code that lrlint sees steps the
    scheduler, passes it to something that could, returns it or stores it out of sight. Reading
    `get_last_lr()` is not a step.

    ## Why is this bad

    The whole training runs at one LR: the optimizer's own, or where the constructor has already
    changed it (a warm-up, `OneCycleLR`) at the start value, which can be 25 times lower. Where the
    script writes an LR of its own in every epoch or step, the scheduler is only left over, and
    nothing is reported.

    ## Example

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        print(scheduler.get_last_lr())
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        print(scheduler.get_last_lr())
        scheduler.step()
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR103", "scheduler-never-stepped", Severity.ERROR
    positioned = True
    exclusions = (
        BAD_INTERVAL,
        REFUSED,
        Exclusion(_asked, "other methods of it are called, which may say or set the LR"),
        Exclusion(_only_idle, "the steps that are made do nothing", owner="LR505"),
        Exclusion(_escape, lambda escape: f"it may be stepped elsewhere: it is {escape}"),
        UNKNOWN_OPTIMIZER,
        OPTIMIZER_ELSEWHERE,
        Exclusion(_left_behind, "the script itself writes the LR of each step"),
        Exclusion(_in_test, "it is built in a test"),
        Exclusion(_trains_nothing, "no step() of its optimizer is found either"),
        Exclusion(_is_unknown, "lrlint does not know this class"),
        Exclusion(_alternative, "it is stepped only where it is built for another optimizer"),
        Exclusion(_twin, "the same call builds another that is stepped"),
        Exclusion(_successor, lambda name: f"another scheduler is called {name} as well"),
    )

    VALID = (
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import ExponentialLR

        def train(model, train_loader, fit):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = ExponentialLR(optimizer, gamma=0.9)
            fit(model, train_loader, optimizer, scheduler)
        """,
        training(
            """
            warmup = LinearLR(optimizer, total_iters=5)
            cosine = CosineAnnealingLR(optimizer, T_max=epochs - 5, eta_min=1e-3)
            scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
            """,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = ExponentialLR(optimizer, gamma=0.9)",
                epoch="print(scheduler.get_last_lr())",
            ),
            at="scheduler = ExponentialLR(optimizer, gamma=0.9)",
            says=("ExponentialLR", "scheduler.step()", "stays at 0.1"),
        ),
        Invalid(
            training("warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)"),
            at="warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)",
            says=("warmup.step()", "stays at 0.001"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if schedule.parent is not None or schedule.sites:
            return
        if any(child.sites for child in schedule.children):
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        optimizer = schedule.optimizer
        assert optimizer is not None
        method = _method(schedule)
        step = f"{schedule.variable}.{method}()" if schedule.variable else f"its {method}()"
        yield self.finding(
            schedule.place,
            f"{wording.called(schedule)} is built, but {step} is never called:"
            f" {_consequence(schedule)}",
            severity=Severity.ERROR if schedule.construction.on_default_path else Severity.WARNING,
            notes=(("optimizer stepped here", optimizer.sites[0].place),),
        )


def _method(schedule: Schedule) -> str:
    """Return the method that advances it."""
    if schedule.scheduler.endswith("Warmup"):
        return "dampening"  # of pytorch_warmup
    in_epochs = schedule.argument("t_in_epochs")
    return "step_update" if in_epochs is not None and in_epochs.value is False else "step"


def _consequence(schedule: Schedule) -> str:
    if schedule.scheduler not in LAWS and schedule.surroundings.competitors:
        return "the schedule beside it goes on from the LR that the constructor has lowered"
    if any(other.sites for other in schedule.surroundings.competitors):
        return "only the schedule beside it changes the LR"
    if schedule.optimizer is not None and any(write.loops for write in schedule.optimizer.writes):
        return "only what the script writes itself changes the LR"
    first = lr_after_steps(schedule, 0)
    if first:
        return f"the LR stays at {wording.number(first[0])}"
    law = LAWS.get(schedule.scheduler)
    if law is None or law.writes_at_construction:
        return "the LR stays where the constructor has put it"
    base = schedule.base_lrs[0] if schedule.base_lrs else None
    return "the LR never changes" if base is None else f"the LR stays at {wording.amount(base)}"
