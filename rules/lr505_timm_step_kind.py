"""LR505 timm-step-kind."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, StepSite
from lrlint.fix import ReplaceWith
from lrlint.judgement.exclusions import EXERCISE, OPEN_ARGUMENTS
from lrlint.judgement.positions import wrong_position
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training


class TimmStepKind(Rule):
    """A scheduler of timm is stepped by a call or with a number that is not the one it counts.

    ## What it does

    timm's schedulers are told where they are: `step(epoch)` moves those that count epochs,
    `step_update(num_updates)` those that count updates (`t_in_epochs=False`, or
    `step_on_epochs=False` of `create_scheduler_v2`), and the other call does nothing. Each call
    sets the LR of what comes next, so the number is that of the epochs, or updates, that are done.

    Reports a schedule for which only the other call is made, a call without a number, a number in
    another unit than the schedule counts, one that starts again with each epoch, one that lags an
    epoch behind, a `PlateauLRScheduler` that is given no metric, and a number of epochs that
    `create_scheduler` returns and the loop does not run.

    ## Why is this bad

    timm raises only where the number is left out. Everything else trains, at an LR that never
    moves, that hardly moves, or that comes late.

    ## Example

    ```python
    scheduler = CosineLRScheduler(optimizer, t_initial=epochs)
    for epoch in range(epochs):
        train(model, optimizer)
        scheduler.step(epoch)
    ```

    ## Use instead

    ```python
    scheduler = CosineLRScheduler(optimizer, t_initial=epochs)
    for epoch in range(epochs):
        train(model, optimizer)
        scheduler.step(epoch + 1)
    ```

    ## Fix safety

    `step(epoch)` at the end of an epoch becomes `step(epoch + 1)`. The LR of every epoch but the
    first changes, so that a run no longer repeats an earlier one.

    ## References

    - [timm: schedulers](https://huggingface.co/docs/timm/reference/schedulers)
    - The same in public: [timm #1242](https://github.com/huggingface/pytorch-image-models/issues/1242)
    """

    code, name, severity = "LR505", "timm-step-kind", Severity.ERROR
    positioned = True
    exclusions = (OPEN_ARGUMENTS, EXERCISE)

    COSINE = """
        from timm.scheduler import CosineLRScheduler
        scheduler = CosineLRScheduler(optimizer, {arguments})
        """
    VALID = (
        training(COSINE.format(arguments="t_initial=epochs"), epoch="scheduler.step(epoch + 1)"),
        # At the start of the epoch.
        training(COSINE.format(arguments="t_initial=epochs"), before="scheduler.step(epoch)"),
    )
    INVALID = (
        Invalid(
            training(
                COSINE.format(arguments="t_initial=epochs, lr_min=1e-3"),
                epochs=6,
                epoch="scheduler.step(epoch)",
            ).replace("t_initial=epochs", "t_initial=6"),
            at="scheduler.step(epoch)",
            fixed=Diff(
                """
                - scheduler.step(epoch)
                + scheduler.step(epoch + 1)
                """
            ),
            says=("lags one epoch behind", "0.0258 instead of 0.00763"),
        ),
        Invalid(
            training(
                COSINE.format(arguments="t_initial=epochs * len(train_loader), t_in_epochs=False"),
                epoch="scheduler.step(epoch + 1)",
            ),
            at="scheduler.step(epoch + 1)",
            says=("counts updates, so step() does nothing", "stays at 0.1"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        found = wrong_position(schedule)
        if found is None:
            return
        yield self.excluded(schedule) or self.finding(
            found.place,
            found.text,
            severity=Severity.ERROR if found.certain else Severity.WARNING,
            notes=(("scheduler built here", schedule.place),)
            if found.place is not schedule.place
            else (),
            fix=None if found.behind is None else _fix(found.behind),
        )


def _fix(site: StepSite) -> Proposal | None:
    """Pass the number of epochs that are done."""
    text, argument = site.place.text, site.argument_text
    if not argument.isidentifier() or text.count(argument) != 1:
        return None
    more = text.replace(argument, f"{argument} + 1")
    return unsafe("Pass the number of epochs that are done", (site.place, ReplaceWith(more)))
