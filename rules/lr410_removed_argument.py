"""LR410 removed-argument."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Place, Schedule
from lrlint.fix import DropArgument
from lrlint.rule import Finding, Invalid, Rule, safe
from lrlint.snippets import Diff, training


class RemovedArgument(Rule):
    """A scheduler is given an argument that torch no longer takes.

    ## What it does

    Reports arguments that were removed from torch's schedulers, such as `verbose`.

    ## Why is this bad

    `verbose` was deprecated in torch 2.2 and then removed: the constructor raises TypeError, so the
    script does not start. Given by position, as in `ReduceLROnPlateau(optimizer, "min", 0.5, 3,
    True)`, it is taken for `threshold`: with a threshold of 1 no epoch counts as better, and the LR
    decays however well the training goes.

    ## Example

    ```python
    scheduler = ReduceLROnPlateau(optimizer, patience=5, verbose=True)
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer, patience=5)
    print(scheduler.get_last_lr())
    ```

    ## What torch says

    `TypeError: __init__() got an unexpected keyword argument 'verbose'`, with the name of the
    class.

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR410", "removed-argument", Severity.WARNING

    VALID = (
        training(
            'scheduler = ReduceLROnPlateau(optimizer, "min", patience=5)',
            batches=None,
            epoch="scheduler.step(evaluate(model))",
        ),
        # A scheduler of the project has its own arguments.
        training(
            """
            from schedules import CosineWarmup
            scheduler = CosineWarmup(optimizer, epochs, verbose=True)
            """,
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                'scheduler = ReduceLROnPlateau(optimizer, "min", patience=5, verbose=True)',
                batches=None,
                epoch="scheduler.step(evaluate(model))",
            ),
            at='scheduler = ReduceLROnPlateau(optimizer, "min", patience=5, verbose=True)',
            fixed=Diff(
                """
                - scheduler = ReduceLROnPlateau(optimizer, "min", patience=5, verbose=True)
                + scheduler = ReduceLROnPlateau(optimizer, "min", patience=5)
                """
            ),
            says=("verbose", "TypeError"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        for name, place in schedule.construction.removed_arguments.items():
            position = _position_taken(schedule, place)
            yield self.finding(
                place,
                f"{schedule.scheduler} no longer takes {name}:"
                + (
                    " current torch raises TypeError"
                    if position is None
                    else f" {place.text} is now its {position}, which counts as"
                    f" {float(place.text == 'True'):.1f}"
                ),
                notes=(("scheduler built here", schedule.place),),
                fix=None
                if position is not None
                else safe(f"Drop {name}", (schedule.place, DropArgument(name))),
            )


def _position_taken(schedule: Schedule, place: Place) -> str | None:
    """Return the parameter that now has the position of an argument, None for a keyword."""
    return next(
        (
            parameter
            for parameter, argument in schedule.arguments.items()
            if argument.place is place
        ),
        None,
    )
