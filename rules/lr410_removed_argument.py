"""LR410 removed-argument."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import DropArgument
from lrlint.rule import Finding, Invalid, Rule, safe


class RemovedArgument(Rule):
    """A scheduler is given an argument that torch no longer takes.

    ## What it does

    Reports arguments that were removed from torch's schedulers, such as `verbose`.

    ## Why is this bad

    `verbose` was deprecated in torch 2.2 and is gone: the constructor raises TypeError, and the
    script does not start.

    ## Example

    ```python
    scheduler = ReduceLROnPlateau(optimizer, patience=5, verbose=True)
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer, patience=5)
    ...
    print(scheduler.get_last_lr())
    ```

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR410", "removed-argument", Severity.WARNING

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        def train(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = ReduceLROnPlateau(optimizer, {arguments})
            for epoch in range(epochs):
                train_epoch(model, optimizer)
                scheduler.step(evaluate(model))
        """
    VALID = (
        SCRIPT.format(arguments='"min", patience=5'),
        # A scheduler of the project may have whatever arguments it likes.
        """
        from torch.optim import SGD
        from schedules import CosineWarmup

        def train(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineWarmup(optimizer, epochs, verbose=True)
            for epoch in range(epochs):
                train_epoch(model, optimizer)
                scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(arguments='"min", patience=5, verbose=True'),
            row=6,
            fixed=SCRIPT.format(arguments='"min", patience=5'),
            says=("verbose", "TypeError"),
        ),
        Invalid(
            SCRIPT.format(arguments="verbose=False, patience=5"),
            row=6,
            fixed=SCRIPT.format(arguments="patience=5"),
            says=("verbose",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        for name, place in schedule.removed.items():
            yield self.finding(
                place,
                f"{schedule.scheduler} no longer takes {name}: current torch raises TypeError",
                notes=(("scheduler built here", schedule.place),),
                fix=safe(f"Drop {name}", (schedule.place, DropArgument(name))),
            )
