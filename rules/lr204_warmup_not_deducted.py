"""LR204 warmup-not-deducted."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, Schedule
from lrlint.judgement import wording
from lrlint.judgement.length import (
    Length,
    advances_by_one,
    against,
    ignored_accumulation,
    is_exercise,
    iterations,
    notes,
    rebuilt_in,
    resized,
    segment,
    where,
)
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.judgement.units import driver, is_moved, length_is_explained
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import Diff, training
from lrlint.symbolic import Expr, NotRepresentable, TooComplex, compare


class WarmupNotDeducted(Rule):
    """A warm-up comes before an annealing that is planned for the whole training.

    ## What it does

    Reports a decay (`CosineAnnealingLR`, `PolynomialLR`, a falling `LinearLR`) that begins after a
    warm-up, as the second part of a `SequentialLR` or under `if epoch >= warmup:`, and is longer
    than what the warm-up leaves of the training.

    ## Why is this bad

    The parts of a `SequentialLR` count from 0 when their turn comes. With `T_max=100` after a
    warm-up of 10 in 100 epochs, the last epoch is the 89th of the cosine: the training ends while
    the LR is still high.

    ## Example

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=10)
    cosine = CosineAnnealingLR(optimizer, T_max=epochs)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[10])
    ```

    ## Use instead

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=10)
    cosine = CosineAnnealingLR(optimizer, T_max=epochs - 10)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[10])
    ```

    ## References

    - [torch: SequentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html)
    """

    code, name, severity = "LR204", "warmup-not-deducted", Severity.WARNING
    schedulers = frozenset({"CosineAnnealingLR", "LinearLR", "PolynomialLR"})

    SEQUENCE = """
        ramp = LinearLR(optimizer, start_factor=0.01, total_iters=10)
        cosine = CosineAnnealingLR(optimizer, T_max={length}, eta_min=1e-3)
        scheduler = SequentialLR(optimizer, [ramp, cosine], milestones=[10])
        """
    VALID = (
        training(SEQUENCE.format(length=90), epochs=100, batches=None, epoch="scheduler.step()"),
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs - warmup, eta_min=1e-3)",
            batches=None,
            epoch="if epoch >= warmup:\n    scheduler.step()",
            parameters="warmup",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SEQUENCE.format(length=100), epochs=100, batches=None, epoch="scheduler.step()"
            ),
            at="cosine = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)",
            fixed=Diff(
                """
                - cosine = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)
                + cosine = CosineAnnealingLR(optimizer, T_max=90, eta_min=1e-3)
                """
            ),
            says=("T_max is 100", "a warm-up of 10, which leaves 90 steps", "ends at 0.00393"),
        ),
        Invalid(
            training(
                "scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)",
                batches=None,
                epoch="if epoch >= warmup:\n    scheduler.step()",
                parameters="warmup",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)",
            fixed=Diff(
                """
                - scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)
                + scheduler = CosineAnnealingLR(optimizer, T_max=epochs - warmup, eta_min=1e-3)
                """
            ),
            says=("T_max is epochs", "a warm-up of warmup"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if not _is_judged(schedule) or not _falls(schedule):
            return
        found = _in_sequence(schedule) or _after_a_condition(schedule)
        if found is None:
            return
        length, warmup = found
        yield self.finding(
            where(schedule),
            f"{length.horizon.parameter} is {wording.quantity(length.length)}, but it comes after"
            f" a warm-up of {wording.quantity(warmup)}, which leaves"
            f" {wording.quantity(length.steps)} steps"
            f"{length.caveat if length.comparison.differs else ''}: the LR {_end(length)}",
            notes=notes(schedule),
            fix=resized(schedule, length.steps),
        )


def _is_judged(schedule: Schedule) -> bool:
    one = driver(schedule)
    return not (
        schedule.open_arguments
        or not advances_by_one(schedule)
        or is_exercise(schedule)
        or is_moved(one)
        or rebuilt_in(schedule) is not None
        or length_is_explained(schedule)
        or ignored_accumulation(one) is not None
    )


def _falls(schedule: Schedule) -> bool:
    if schedule.scheduler != "LinearLR":
        return True
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    if start is None or end is None or start.value is None or end.value is None:
        return False
    return end.value < start.value


def _in_sequence(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Compare the last part of a SequentialLR with the steps that are left after its milestone."""
    parent, horizon = schedule.parent, schedule.horizon
    if parent is None or parent.scheduler != "SequentialLR" or schedule is parent.children[0]:
        return None
    milestones = parent.argument("milestones")
    marks = None if milestones is None else milestones.numbers
    left = segment(schedule)
    if not marks or left is None or horizon is None or horizon.length is None:
        return None
    if left.value is not None and left.value <= 0:
        return None
    if schedule is not parent.children[-1]:
        return None  # a part in the middle may be cut off on purpose
    found = against(schedule, horizon, horizon.length, left)
    if found.comparison.differs:
        return None if found.fits or found.longer else (found, marks[-1])
    return _if_warmup_is_included(found, marks[-1])


def _after_a_condition(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Compare a schedule under ``if epoch >= warmup:`` with the steps that are left."""
    horizon = schedule.horizon
    if schedule.parent is not None or horizon is None or horizon.length is None:
        return None
    if len(schedule.sites) != 1 or len(schedule.sites[0].guards) != 1:
        return None
    (site,) = schedule.sites
    (guard,) = site.guards
    whole = iterations(site)
    if guard.kind is not GuardKind.AFTER or guard.amount is None or whole is None:
        return None
    found = against(schedule, horizon, horizon.length, whole - guard.amount)
    return (
        None
        if found.comparison.differs and found.fits
        else _if_warmup_is_included(found, guard.amount)
    )


def _if_warmup_is_included(found: Length, warmup: Expr) -> tuple[Length, Expr] | None:
    """Return both where the length is that of the warm-up and the remaining steps together."""
    if warmup.value == 0:
        return None
    try:
        together = compare(found.length, found.steps + warmup)
    except (TooComplex, NotRepresentable):
        return None
    return (found, warmup) if together.equal and found.comparison.sign != 1 else None


def _end(found: Length) -> str:
    """Return where the LR is in the last step."""
    schedule, steps, lrs = found.schedule, found.steps.value, None
    if isinstance(steps, int) and steps > 0 and found.length.value is not None:
        lrs = lr_after_steps(schedule, steps - 1)
    elif found.ratio is not None:
        lrs = lr_after(schedule, found.ratio)
    return "never gets to its end" if lrs is None else f"ends at {lr_text(lrs)}"
