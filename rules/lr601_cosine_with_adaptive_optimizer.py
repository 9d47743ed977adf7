"""LR601 cosine-with-adaptive-optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, Schedule
from lrlint.judgement.exclusions import EXERCISE, NOT_STEPPED
from lrlint.judgement.length import is_warmup
from lrlint.judgement.stepping import driver
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training

_ADAPTIVE = frozenset(
    {
        *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam"),
        *("RMSprop", "Rprop", "SparseAdam"),
    }
)
"""Optimizers that scale each step by the gradients they have seen."""


def _may_warm_up(schedule: Schedule) -> bool:
    """Whether a warm-up comes before it, or may, as one that is written by hand."""
    whole = driver(schedule)
    if whole is not schedule and whole.scheduler in ("SequentialLR", "ChainedScheduler"):
        return any(is_warmup(part) or part.scheduler == "LambdaLR" for part in whole.children)
    if schedule.surroundings.competitors or schedule.stepping.escapes is not None:
        return True
    if schedule.optimizer is not None and schedule.optimizer.writes:
        return True
    return any(guard.kind is GuardKind.AFTER for site in whole.sites for guard in site.guards)


class CosineWithAdaptiveOptimizer(Rule):
    """A cosine anneals the LR of an optimizer that adapts its step size.

    ## What it does

    Mentions cosine annealing without a warm-up on Adam, AdamW, RMSprop, Adagrad and similar
    optimizers (advice: shown with `--pedantic`).

    ## Why is this bad

    It need not be. But the cosine was proposed for SGD, and these optimizers already divide each
    step by the size of the gradients. Compare it with a constant LR, or with another decay.

    ## Example

    ```python
    optimizer = Adam(model.parameters(), lr=1e-3)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-5)
    ```

    ## Use instead

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=epochs - 5, eta_min=1e-5)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
    ```

    ## References

    - Loshchilov & Hutter, [Decoupled Weight Decay Regularization](https://arxiv.org/abs/1711.05101):
      Adam with a cosine, and what it takes
    """

    code, name, severity = "LR601", "cosine-with-adaptive-optimizer", Severity.ADVICE
    schedulers = frozenset({"CosineAnnealingLR", "CosineAnnealingWarmRestarts"})
    exclusions = (
        NOT_STEPPED,
        EXERCISE,
        Exclusion(_may_warm_up, "a warm-up may come before it"),
    )

    COSINE = "scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-5)"
    VALID = (
        training(COSINE, batches=None, epoch="scheduler.step()"),
        # A warm-up says that the schedule has been thought about.
        training(
            """
            optimizer = Adam(model.parameters(), lr=1e-3)
            warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)
            cosine = CosineAnnealingLR(optimizer, T_max=epochs - 5, eta_min=1e-5)
            scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
            """,
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                f"optimizer = Adam(model.parameters(), lr=1e-3)\n{COSINE}",
                batches=None,
                epoch="scheduler.step()",
            ),
            at=COSINE,
            says=("Adam",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        if optimizer is None or optimizer.class_name not in _ADAPTIVE:
            return
        yield self.excluded(schedule) or self.finding(
            schedule.place,
            f"{schedule.scheduler} anneals the LR of {optimizer.class_name}, which adapts its step"
            " size by itself: compare it with a constant LR",
            notes=(("optimizer built here", optimizer.place),),
        )
