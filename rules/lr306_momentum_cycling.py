"""LR306 momentum-cycling."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import SetArgument
from lrlint.judgement.exclusions import OPEN_ARGUMENTS
from lrlint.rule import Finding, Invalid, Rule, Silence, safe
from lrlint.snippets import Diff, training

_WITHOUT_MOMENTUM = frozenset({"ASGD", "Adadelta", "Adafactor", "Adagrad", "LBFGS", "Rprop"})
"""torch's optimizers whose defaults hold neither ``momentum`` nor ``betas``."""


class MomentumCycling(Rule):
    """A scheduler cycles the momentum of an optimizer that has none.

    ## What it does

    Reports `OneCycleLR` and `CyclicLR` with `cycle_momentum` (the default) on one of torch's
    optimizers that have neither `momentum` nor `betas`.

    ## Why is this bad

    The constructor raises ValueError, so the script does not start.

    ## Example

    ```python
    optimizer = Adagrad(model.parameters(), lr=0.01)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)
    ```

    ## Use instead

    ```python
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=1000, cycle_momentum=False)
    ```

    ## What torch says

    `ValueError: optimizer must support momentum or beta1 with cycle_momentum option enabled`.

    ## References

    - [torch: OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html)
    """

    code, name, severity = "LR306", "momentum-cycling", Severity.ERROR
    schedulers = frozenset({"CyclicLR", "OneCycleLR"})
    exclusions = (OPEN_ARGUMENTS,)

    SETUP = """
        optimizer = Adagrad(model.parameters(), lr=0.1)
        total = len(train_loader)
        scheduler = OneCycleLR(optimizer, 0.1, total_steps=total)
        """
    VALID = (training(SETUP.replace("Adagrad", "Adam"), epochs=None, batch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(SETUP, epochs=None, batch="scheduler.step()"),
            at="scheduler = OneCycleLR(optimizer, 0.1, total_steps=total)",
            fixed=Diff(
                """
                - scheduler = OneCycleLR(optimizer, 0.1, total_steps=total)
                + scheduler = OneCycleLR(optimizer, 0.1, total_steps=total, cycle_momentum=False)
                """
            ),
            says=("Adagrad", "ValueError"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer, cycle = schedule.optimizer, schedule.argument("cycle_momentum")
        if optimizer is None or cycle is None or cycle.value is not True:
            return
        if optimizer.class_name not in _WITHOUT_MOMENTUM:
            return
        yield self.excluded(schedule) or self.finding(
            schedule.place,
            f"{schedule.scheduler} cycles the momentum, which {optimizer.class_name} does not have:"
            " its constructor raises ValueError",
            severity=self.severity if schedule.construction.on_default_path else Severity.WARNING,
            notes=(("optimizer built here", optimizer.place),),
            fix=safe(
                "Leave the momentum alone", (schedule.place, SetArgument("cycle_momentum", "False"))
            ),
        )
