"""LR904 non-finite-lr."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Training
from lrlint.rule import Finding, Rule


class NonFiniteLr(Rule):
    """An optimizer step used an LR that is negative, infinite or NaN.

    ## What it does

    Reports, in a recorded run, the first optimizer step whose LR is negative, infinite or NaN.

    ## Why is this bad

    A negative LR increases the loss; infinity and NaN destroy the weights in one step. A
    handwritten polynomial decay returns a negative or complex factor after its last step.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda step: 1 - step / total_steps)
    for step in range(2 * total_steps):
        train(model, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda step: max(0.0, 1 - step / total_steps))
    ```

    ## References

    - [torch: LambdaLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html)
    """

    code, name, severity = "LR904", "non-finite-lr", Severity.ERROR
    runs_only = True

    def check_training(self, training: Training) -> Iterator[Finding]:
        for optimizer in training.optimizers:
            bad = optimizer.bad_rate
            if bad is None:
                continue
            place = next((s.place for s in training.schedules if s.optimizer is optimizer), None)
            yield self.finding(
                optimizer.place if place is None else place,
                f"optimizer step {bad.step + 1} uses an LR of {bad.lr:g}"
                f" in param group {bad.group}",
                notes=(("optimizer built here", optimizer.place),),
            )
