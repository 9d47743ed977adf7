"""LR104 step-before-optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import LoopKind, OrderFact, Schedule, StepArgument
from lrlint.fix import Destination, MoveStatement
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, FOLLOWS_METRIC, STEPPED_TWICE, UNKNOWN_LAW
from lrlint.judgement.rates import lr_after_steps
from lrlint.rule import Exclusion, Finding, Invalid, Proposal, Rule, Silence, safe, unsafe
from lrlint.snippets import Diff, training

_STAIRS = frozenset({"StepLR", "MultiStepLR"})
_MANY_BATCHES = 100
"""Where the first LR lasts for longer, one batch fewer of it makes no difference."""


def _argument(schedule: Schedule) -> str | None:
    site = (
        None
        if schedule.stepping.early_step is None
        else schedule.stepping.early_step.scheduler_site
    )
    if site is None or site.argument is StepArgument.NOTHING:
        return None
    return f"step({site.argument_text}) sets its position"


def _is_unknown(schedule: Schedule) -> bool:
    """Whether it may be no scheduler of torch; a parameter of that name is one, stepped bare."""
    built = schedule.construction
    return schedule.scheduler not in LAWS and built.seen and not built.sets_first_lr


def _is_constant(schedule: Schedule) -> bool:
    """Whether each position of the schedule has the same LR."""
    kind = schedule.argument("name") if schedule.scheduler == "get_scheduler" else None
    named = kind is not None and kind.value == "constant"
    return named or schedule.scheduler == "get_constant_schedule"


def _drops_late(schedule: Schedule) -> bool:
    """Whether the LR stays for so many batches that one fewer is nothing."""
    early = schedule.stepping.early_step
    if early is None or early.loop.kind is LoopKind.EPOCH or schedule.scheduler not in _STAIRS:
        return False
    first = lr_after_steps(schedule, 0)
    return first is not None and first == lr_after_steps(schedule, _MANY_BATCHES)


def _may_start_at_zero(schedule: Schedule) -> bool:
    """Whether it may be a warm-up from 0, of which nothing is lost."""
    if first := lr_after_steps(schedule, 0):
        return not any(first)
    factor = schedule.lr_lambda.first_factor
    if schedule.construction.sets_first_lr or (factor is not None and factor.value):
        return False
    law, early = LAWS.get(schedule.scheduler), schedule.stepping.early_step
    may_warm_up = law is None or law.name == "LambdaLR" or not law.is_class
    return may_warm_up and early is not None and early.loop.kind is not LoopKind.EPOCH


class StepBeforeOptimizer(Rule):
    """The scheduler is stepped before the optimizer, which skips the first LR.

    ## What it does

    Reports `scheduler.step()` that runs, in every epoch or batch, before the first
    `optimizer.step()` of that epoch or batch.

    ## Why is this bad

    Building a scheduler already sets the first LR. A `step()` before the first update skips it, and
    the whole curve comes one epoch (or batch) early. Up to PyTorch 1.0 that was the right order, so
    old tutorials still show it. torch warns once, at run time, where it can tell. Per batch the
    shift is small, hence a warning; per epoch it is an error. An LR that lasts for several epochs
    is not skipped, but each drop comes one epoch early.

    ## Example

    ```python
    for epoch in range(epochs):
        scheduler.step()
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
    ```

    ## Use instead

    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    ## What torch says

    `Detected call of lr_scheduler.step() before optimizer.step()`, once, at the first `step()`.
    Stepped before each epoch, a cosine from 0.1 to 0.001 over 10 epochs begins at 0.0976 instead
    of 0.1, and a warm-up over 5 epochs that is to begin at 1 % begins at 20.8 % of the base LR.
    Stepped before each of 240 batches, that cosine is off by 0.65 % of the base LR at most.

    The same warning comes where the optimizer was replaced after the scheduler was built (LR401):
    there the LR never changes. It also comes where a `GradScaler` has left out the first update
    (LR113).

    ## Fix safety

    Where the two calls follow each other directly, the fix swaps them and is safe. Elsewhere it is
    unsafe, because it moves `scheduler.step()` past what comes between it and the end of the loop:
    a log line or a checkpoint there then has the LR of this epoch and no longer that of the next.

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
      ("Prior to PyTorch 1.1.0…")
    - The same mistake in public: [ReActNet #32](https://github.com/liuzechun/ReActNet/issues/32)
    """

    code, name, severity = "LR104", "step-before-optimizer", Severity.ERROR
    exclusions = (
        Exclusion(_is_unknown, UNKNOWN_LAW.reason),
        FOLLOWS_METRIC,
        EXERCISE,
        Exclusion(_argument, str),
        STEPPED_TWICE,
        Exclusion(_is_constant, "its LR is constant"),
        Exclusion(_drops_late, f"its LR stays for more than {_MANY_BATCHES} batches"),
        Exclusion(_may_start_at_zero, "its first LR may be 0, of which nothing is lost"),
    )

    VALID = (
        training("scheduler = StepLR(optimizer, step_size=30)", epoch="scheduler.step()"),
        # The first epoch is left out.
        training(
            "scheduler = StepLR(optimizer, step_size=30)",
            before="if epoch > 0:\n    scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = MultiStepLR(optimizer, milestones=[30, 60])",
                before="scheduler.step()",
            ),
            at="scheduler.step()",
            fixed=Diff(
                """
                - scheduler.step()
                  for x, y in train_loader:
                      model(x, y).backward()
                      optimizer.step()
                + scheduler.step()
                """
            ),
            says=("one epoch early",),
        ),
        Invalid(
            training(
                """
                scheduler = OneCycleLR(
                    optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader)
                )
                """,
                update="model(x, y).backward()\nscheduler.step()\noptimizer.step()",
                batch="optimizer.zero_grad()",
            ),
            at="scheduler.step()",
            fixed=Diff(
                """
                - scheduler.step()
                  optimizer.step()
                + scheduler.step()
                """
            ),
            says=("one batch early",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        early = schedule.stepping.early_step
        if early is None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        built = schedule.construction
        per_epoch = early.loop.kind is LoopKind.EPOCH
        one = {LoopKind.EPOCH: "epoch", LoopKind.BATCH: "batch"}.get(early.loop.kind, "iteration")
        yield self.finding(
            early.scheduler_site.place,
            f"scheduler.step() runs before optimizer.step(): {_skipped(schedule)}"
            f"the schedule comes one {one} early",
            severity=Severity.ERROR if per_epoch and built.seen else Severity.WARNING,
            notes=(
                ("optimizer stepped here", early.optimizer_site.place),
                ("scheduler built here", schedule.place if built.seen else None),
            ),
            fix=_fix(early),
        )


def _skipped(schedule: Schedule) -> str:
    """Say that the first LR is skipped, unless the second is the same, as before a first stair."""
    first, second = lr_after_steps(schedule, 0), lr_after_steps(schedule, 1)
    unknown = first is None or second is None
    if schedule.scheduler in _STAIRS if unknown else first == second:
        return ""
    value = f" ({wording.number(first[0])})" if first else ""
    return f"the first LR{value} is skipped, and "


def _fix(early: OrderFact) -> Proposal | None:
    step, update = early.scheduler_site, early.optimizer_site
    if early.adjacent:
        return safe(
            "Step the scheduler after the optimizer",
            (step.place, MoveStatement(update.place, Destination.AFTER_OPTIMIZER_STEP)),
        )
    if step.guards:
        return None
    return unsafe(
        "Step the scheduler at the end of the loop",
        (step.place, MoveStatement(early.loop.place, Destination.END_OF_BODY)),
    )
