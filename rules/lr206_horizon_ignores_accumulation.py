"""LR206 horizon-ignores-accumulation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import ReplaceWith
from lrlint.judgement import wording
from lrlint.judgement.accumulation import IgnoredAccumulation, ignored_accumulation
from lrlint.judgement.exclusions import (
    EXERCISE,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_TWICE,
)
from lrlint.judgement.length import notes, resized, where
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.judgement.sketches import sketches, whole_plan
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training


class HorizonIgnoresAccumulation(Rule):
    """The horizon counts micro-batches, but the scheduler steps only once per k of them.

    ## What it does

    Reports a schedule whose length is the number of batches (`epochs * len(train_loader)`) where
    gradient accumulation lets the scheduler step only in every k-th batch:
    `if (i + 1) % k == 0: …; scheduler.step()`. It is the same where the optimizer steps in each
    batch and only the scheduler waits, for a validation in every k-th of them.

    ## Why is this bad

    With k = 4 the scheduler gets through a quarter of its schedule. A cosine that starts at 0.1
    ends at 0.0854 instead of 0, a warm-up takes four times as long, a `OneCycleLR` is still on its
    way up. torch says nothing.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader))
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            train(x, y)
            if (i + 1) % accumulation_steps == 0:
                optimizer.step()
                scheduler.step()
    ```

    ## Use instead

    ```python
    updates = epochs * (len(train_loader) // accumulation_steps)
    scheduler = CosineAnnealingLR(optimizer, T_max=updates)
    ```

    ## Fix safety

    The fix is unsafe because the LR then falls k times as fast as before. A base LR that was
    chosen with the slow schedule was used nearly unchanged for the whole training and may now be
    too low.

    ## References

    - [torch: gradient accumulation](https://docs.pytorch.org/docs/stable/notes/amp_examples.html#gradient-accumulation)
    """

    code, name, severity = "LR206", "horizon-ignores-accumulation", Severity.ERROR
    exclusions = (
        OPEN_ARGUMENTS,
        STEPPED_TWICE,
        *PLAIN_STEPS,
        EXERCISE,
        REBUILT,
    )

    VALID = (
        training(
            """
            updates = epochs * len(train_loader) // k
            scheduler = CosineAnnealingLR(optimizer, T_max=updates, eta_min=1e-3)
            """,
            batches="i, (x, y) in enumerate(train_loader)",
            update="""
            model(x, y).backward()
            if (i + 1) % k == 0:
                optimizer.step()
                scheduler.step()
            """,
            parameters="k",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                scheduler = CosineAnnealingLR(
                    optimizer, T_max=epochs * len(train_loader), eta_min=1e-3
                )
                """,
                batches="i, (x, y) in enumerate(train_loader)",
                update="""
                (model(x, y) / 4).backward()
                if (i + 1) % 4 == 0:
                    optimizer.step()
                    scheduler.step()
                """,
            ),
            at="optimizer, T_max=epochs * len(train_loader), eta_min=1e-3",
            fixed=Diff(
                """
                - optimizer, T_max=epochs * len(train_loader), eta_min=1e-3
                + optimizer, T_max=epochs * (len(train_loader) // 4), eta_min=1e-3
                """
            ),
            says=("micro-batches", "every 4", "1/4 of the schedule", "ends at 0.0855"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        found = ignored_accumulation(schedule)
        if found is None or schedule.parent is not None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        accumulates = _accumulates(schedule)
        counted = "micro-batches" if accumulates else "batches"
        label = "accumulated here" if accumulates else "the scheduler waits here"
        yield self.finding(
            where(schedule),
            f"{found.horizon.parameter} counts {counted} ({found.horizon.length}), but the"
            f" scheduler steps once every {wording.quantity(found.every)} of them:"
            f" {_consequence(schedule, found)}",
            severity=Severity.WARNING if _one_by_default(found) else Severity.ERROR,
            notes=(*notes(schedule), (label, found.guard.place)),
            fix=_fix(schedule, found),
            sketches=sketches(schedule, whole_plan(schedule)) if found.whole else (),
        )


def _accumulates(schedule: Schedule) -> bool:
    """Whether the optimizer waits, too: else each batch is an update, as between validations."""
    optimizer = schedule.optimizer
    return optimizer is None or all(site.accumulation is not None for site in optimizer.sites)


def _one_by_default(found: IgnoredAccumulation) -> bool:
    """Whether gradients are accumulated only where the user asks for it."""
    return found.every.value == 1


def _consequence(schedule: Schedule, found: IgnoredAccumulation) -> str:
    every = found.every.value
    if not isinstance(every, int) or every < 2:
        what = "the training ends before the schedule does"
        return f"{what}, as soon as that is more than 1" if _one_by_default(found) else what
    if not found.whole:
        return f"the schedule is {every} times as long as it should be"
    lrs, steps = lr_after(schedule, Fraction(1, every)), schedule.steps
    if steps is not None and isinstance(steps.value, int) and steps.value > 0:
        lrs = lr_after_steps(schedule, steps.value - 1)
    text = f"the training covers 1/{every} of the schedule"
    return text if lrs is None else f"{text} and ends at {lr_text(lrs)}"


def _fix(schedule: Schedule, found: IgnoredAccumulation) -> Proposal | None:
    """Divide the batches of one epoch by k."""
    batches = None if found.guard.loop is None else found.guard.loop.trips
    if batches is None or schedule.steps is None:
        return None
    per_epoch = schedule.argument("steps_per_epoch")
    if per_epoch is not None and per_epoch.place is not None:
        text = per_epoch.place.write(batches // found.every)
        return (
            None if text is None else unsafe("Count updates", (per_epoch.place, ReplaceWith(text)))
        )
    return resized(schedule, schedule.steps if found.whole else batches // found.every)
