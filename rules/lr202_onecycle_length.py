"""LR202 onecycle-length."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import ReplaceWith
from lrlint.judgement import wording
from lrlint.judgement.length import Length, notes, resized, where
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_at_the_end, lr_text
from lrlint.judgement.sketches import sketches
from lrlint.judgement.whole_length import (
    LENGTH_EXCLUSIONS,
    NOT_JUDGED,
    assumed_batches,
    assumed_text,
    whole_length,
)
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training
from lrlint.symbolic import Expr, compare


class OneCycleLength(Rule):
    """`OneCycleLR` is planned for another number of steps than the training has.

    ## What it does

    Compares the length of a `OneCycleLR` (`total_steps`, or `epochs` times `steps_per_epoch`) with
    the number of times that it is stepped over the whole training. More steps are an error; fewer
    are a warning, unless the difference is one step or less than 1 %. So is a length that takes
    every epoch to have a round number of batches, 1000 say, or as many as the validation, where the
    training's loader decides that.

    ## Why is this bad

    `OneCycleLR` refuses to go on: one `step()` too many is forgiven (the LR jumps up for one
    batch), the next raises `ValueError: Tried to step 241 times. The specified number of total
    steps is 240`, hours into the training. A scheduler that accelerate has prepared does not raise:
    it is stepped once past its end, and the LR then stays where it is. With fewer steps the cycle
    is cut off: its last part, in which the LR falls far below where it started and the model
    settles, never runs.

    ## Example

    ```python
    scheduler = OneCycleLR(optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(train_loader))
    for epoch in range(12):
        for x, y in train_loader:
            train(x, y)
            scheduler.step()
    ```

    ## Use instead

    ```python
    epochs = 12
    scheduler = OneCycleLR(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader))
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            scheduler.step()
    ```

    ## What torch says

    Nothing before the step that is too many. There it raises ``ValueError: Tried to step 241
    times. The specified number of total steps is 240``.

    ## Fix safety

    The fix is unsafe because the whole cycle is stretched or compressed, its peak too, and because
    the script does not tell which of the two numbers is the wrong one: where the training has too
    many epochs, change those.

    ## References

    - [torch: OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html)
    - Smith & Topin, [Super-Convergence](https://arxiv.org/abs/1708.07120)
    """

    code, name, severity = "LR202", "onecycle-length", Severity.ERROR
    schedulers = frozenset({"OneCycleLR"})
    exclusions = LENGTH_EXCLUSIONS

    VALID = (
        training(
            """
            scheduler = OneCycleLR(
                optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader)
            )
            """,
            batch="scheduler.step()",
        ),
        # A cycle of epochs, with one to spare.
        training(
            "scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=epochs + 1)",
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                epochs = 12
                scheduler = OneCycleLR(
                    optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(train_loader)
                )
                """,
                batch="scheduler.step()",
            ),
            at="optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(train_loader)",
            fixed=Diff(
                """
                - optimizer, max_lr=0.1, epochs=10, steps_per_epoch=len(train_loader)
                + optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader)
                """
            ),
            says=("ValueError", "10 of 12 epochs"),
        ),
        Invalid(
            training(
                "scheduler = OneCycleLR(optimizer, 0.1, total_steps=100)",
                epochs=102,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = OneCycleLR(optimizer, 0.1, total_steps=100)",
            fixed=Diff(
                """
                - scheduler = OneCycleLR(optimizer, 0.1, total_steps=100)
                + scheduler = OneCycleLR(optimizer, 0.1, total_steps=102)
                """
            ),
            says=("total_steps is 100", "102 times", "step() number 101 raises ValueError"),
        ),
    )

    def _of_assumed_epochs(self, schedule: Schedule, each: Expr, batches: Expr) -> Finding:
        return self.finding(
            where(schedule),
            assumed_text(each, batches, "step() raises ValueError before the training ends"),
            severity=Severity.WARNING,
            notes=notes(schedule),
        )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if schedule.horizon is None or schedule.parent is not None:
            return
        assumed = assumed_batches(schedule)
        if assumed is not None and self.first(NOT_JUDGED, schedule, schedule.place) is None:
            yield self._of_assumed_epochs(schedule, *assumed)
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        found = whole_length(schedule)
        if found is None or (found.fits and not _too_long(found)):
            return
        parameter, longer = found.horizon.parameter, _too_long(found)
        certain = found.holds if longer else found.certain
        consequence = _crash(found) if longer else _cut_off(found)
        if longer and schedule.stepping.prepared:
            if found.fits:
                return  # accelerate steps it exactly that once
            consequence = _stays(found)
        yield self.finding(
            where(schedule),
            f"{parameter} is {wording.quantity(found.length)}, but the scheduler steps"
            f" {wording.quantity(found.steps)} times{'' if certain else found.caveat}:"
            f" {consequence}",
            severity=Severity.ERROR if longer and certain else Severity.WARNING,
            notes=notes(schedule),
            fix=_fix(found),
            sketches=sketches(schedule, found.length),
        )


def _too_long(found: Length) -> bool:
    """Whether there is at least one step too many."""
    return found.comparison.differs and found.longer


def _stays(found: Length) -> str:
    """Return the consequence for a prepared schedule, which accelerate steps once past its end."""
    length, annealing = found.length.value, found.schedule.argument("anneal_strategy")
    lrs = None
    if isinstance(length, int) and annealing is not None and annealing.value == "cos":
        lrs = lr_after_steps(found.schedule, length - 2)  # the cosine is even about its end
    stays = "the LR stays where it is" if lrs is None else f"the LR stays at {lr_text(lrs)}"
    return f"accelerate steps it once past its end and no further, and {stays}"


def _crash(found: Length) -> str:
    text = f"step() number {wording.amount(found.length + 1)} raises ValueError"
    schedule = found.schedule
    epochs = schedule.epochs
    batches = None if schedule.stepping.batch_loop is None else schedule.stepping.batch_loop.trips
    if epochs is None or epochs.value is None or batches is None:
        return text
    done = compare(found.length, batches).ratio
    return text if done is None else f"{text}, after {float(done):.3g} of {epochs.value} epochs"


def _cut_off(found: Length) -> str:
    lrs = lr_at_the_end(found.schedule, found.steps, found.ratio)
    share = "" if found.ratio is None else f" covers {float(found.ratio):.0%} of the cycle and"
    lowest = lr_after(found.schedule, Fraction(1))
    if lrs is None or lowest is None:
        return f"the training{share} ends before the LR is low"
    return f"the training{share} ends at {lr_text(lrs)} instead of {lr_text(lowest)}"


def _fix(found: Length) -> Proposal | None:
    """Set ``total_steps``, or ``epochs`` where only they are wrong."""
    schedule = found.schedule
    direct = resized(schedule, found.steps)
    epochs, batches = schedule.argument("epochs"), schedule.number("steps_per_epoch")
    if direct is not None or epochs is None or epochs.place is None or batches is None:
        return direct
    if schedule.epochs is None or not compare(schedule.epochs * batches, found.steps).equal:
        return None
    text = epochs.place.write(schedule.epochs)
    return (
        None if text is None else unsafe("Plan for all epochs", (epochs.place, ReplaceWith(text)))
    )
