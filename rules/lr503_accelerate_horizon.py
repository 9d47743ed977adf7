"""LR503 accelerate-horizon."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    IGNORED_ACCUMULATION,
    STEPPED_WRONGLY,
    STEPS_EVERY_MICRO_BATCH,
)
from lrlint.judgement.length import notes, where
from lrlint.judgement.processes import Error, Misfit, accumulated_twice, misfit
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class AccelerateHorizon(Rule):
    """A scheduler that accelerate prepares is planned for another number of steps.

    ## What it does

    Compares the length of a scheduler that is passed to `accelerator.prepare` with the number of
    times that accelerate advances it:

    - once for each process at every update (`num_processes` times), because every process sees only
      its share of the batches; once with `DataLoaderConfiguration(split_batches=True)`;
    - under `accelerator.accumulate()` only where the gradients are synchronised.

    How many processes there are is decided when the script is launched. A length that is right on
    one process only is a warning; one that is wrong on any number is an error. Also reported:
    `Accelerator(split_batches=True)`, which accelerate 1 takes and ignores.

    ## Why is this bad

    With the length of one process, the LR reaches its end after half of the training on two
    processes and after an eighth of it on eight: a linear schedule is at 0 from there on, a cosine
    climbs back. Where the number of processes, or of accumulated batches, is counted once too
    often, the LR is still high when the training ends.

    ## Example

    ```python
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    total = epochs * len(loader)  # of one process
    scheduler = accelerator.prepare(get_linear_schedule_with_warmup(optimizer, 0, total))
    ```

    ## Use instead

    ```python
    total = epochs * len(loader) * accelerator.num_processes
    ```

    Or count before `prepare`: then `len(loader)` is that of all processes.

    ## References

    - [accelerate #628](https://github.com/huggingface/accelerate/issues/628),
      [#2142](https://github.com/huggingface/accelerate/issues/2142),
      [diffusers #4387](https://github.com/huggingface/diffusers/issues/4387)
    """

    code, name, severity = "LR503", "accelerate-horizon", Severity.WARNING
    exclusions = (*STEPPED_WRONGLY, IGNORED_ACCUMULATION, STEPS_EVERY_MICRO_BATCH)

    SETUP = """
        from accelerate import Accelerator
        from transformers import get_linear_schedule_with_warmup
        accelerator = Accelerator()
        model, optimizer, train_loader = accelerator.prepare(
            model, SGD(model.parameters(), lr=0.1), train_loader
        )
        total = {total}
        scheduler = accelerator.prepare(get_linear_schedule_with_warmup(optimizer, 0, total))
        """
    VALID = (
        training(
            SETUP.format(total="epochs * len(train_loader) * accelerator.num_processes"),
            batch="scheduler.step()",
        ),
        # Counted before the processes share the batches.
        training(
            """
            from accelerate import Accelerator
            accelerator = Accelerator()
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-3)
            train_loader, optimizer, scheduler = accelerator.prepare(
                train_loader, optimizer, scheduler
            )
            """,
            batch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(SETUP.format(total="epochs * len(train_loader)"), batch="scheduler.step()"),
            at="scheduler = accelerator.prepare("
            "get_linear_schedule_with_warmup(optimizer, 0, total))",
            says=("once per process", "half of the training on 2 processes"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if schedule.stepping.acceleration is None or schedule.parent is not None:
            return
        ignored = schedule.stepping.acceleration.ignored
        if (twice := accumulated_twice(schedule)) is not None:
            site, first, second = twice
            yield self.finding(
                site.place,
                f"it steps only where accumulate() and the condition around it agree: at every"
                f" {wording.quantity(first)} and at every {wording.quantity(second)} batches",
                severity=Severity.ERROR,
                notes=notes(schedule),
            )
        elif silence := self.excluded(schedule):
            if misfit(schedule) is not None:
                yield silence
        elif ignored is not None and (schedule.sites or schedule.stepping.escapes):
            yield self.finding(
                ignored,
                "accelerate ignores split_batches here: the scheduler advances once per process at"
                " every update. Pass dataloader_config=DataLoaderConfiguration(split_batches=True)",
                notes=notes(schedule),
            )
        elif (found := misfit(schedule)) is not None:
            yield self.finding(
                where(schedule),
                _message(schedule, found),
                severity=Severity.ERROR if found.certain else Severity.WARNING,
                notes=notes(schedule),
            )


def _message(schedule: Schedule, found: Misfit) -> str:
    """Return what is wrong with a length, or a pace, under accelerate."""
    horizon = schedule.horizon
    name = "the length" if horizon is None else horizon.parameter
    every = found.acceleration.every
    known = every is not None and every.value not in (None, 1)
    batches = wording.amount(every) if every is not None and known else "k"
    match found.error:
        case Error.PROCESSES_FORGOTTEN:
            return (
                f"{name} counts the steps of one process, but accelerate advances a prepared"
                " scheduler once per process at every update: the schedule is over after half of"
                " the training on 2 processes"
            )
        case Error.PACE:
            return (
                "accelerate advances a prepared scheduler once per process at every step(): on 2"
                " processes it is twice as fast"
            )
        case Error.PROCESSES_TWICE:
            length, why = (
                found.acceleration.length,
                "the batches of all processes are in it already",
            )
            if found.acceleration.once:
                why = "it advances once at every update here"
            counted = "counts the batches of all processes"
            if length is not None and found.acceleration.processes in length.atoms():
                counted = "is multiplied by the number of processes"
            return (
                f"{name} {counted}, but {why}: on 2 processes the training covers half of the"
                " schedule"
            )
        case Error.BATCHES:
            return (
                f"{name} counts batches, but under accumulate() accelerate advances the scheduler"
                f" once every {batches} of them: the training covers 1/{batches} of the schedule"
            )
    return (
        f"{name} is divided by the accumulation of {batches} batches, but nothing holds the steps"
        f" back without accumulate(): the schedule is over after 1/{batches} of the training"
    )
