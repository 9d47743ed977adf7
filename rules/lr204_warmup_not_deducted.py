"""LR204 warmup-not-deducted."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    MOVED,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
    WHOLE_IGNORES_ACCUMULATION,
)
from lrlint.judgement.length import Length, against, iterations, notes, resized, segment, where
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.rule import Finding, Invalid, Rule, Silence
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
    exclusions = (
        OPEN_ARGUMENTS,
        *PLAIN_STEPS,
        EXERCISE,
        MOVED,
        REBUILT,
        *STEPPED_WRONGLY,
        WHOLE_IGNORES_ACCUMULATION,
    )

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

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        turn = _turn_in_sequence(schedule) or _turn_after_guard(schedule)
        if turn is None or not _falls(schedule):
            return
        length, warmup = turn
        forgotten = _is_forgotten(schedule, length, warmup)
        if not forgotten and not length.comparison.unknown:
            return
        if silence := self.excluded(schedule):
            yield silence
        elif not forgotten:
            yield self.silence(
                where(schedule),
                f"whether {length.horizon.parameter} = {wording.amount(length.length)} fits the"
                f" {wording.amount(length.steps)} steps after the warm-up is not known",
            )
        else:
            yield self._report(schedule, length, warmup)

    def _report(self, schedule: Schedule, length: Length, warmup: Expr) -> Finding:
        return self.finding(
            where(schedule),
            f"{length.horizon.parameter} is {wording.quantity(length.length)}, but it comes after"
            f" a warm-up of {wording.quantity(warmup)}, which leaves"
            f" {wording.quantity(length.steps)} steps"
            f"{length.caveat if length.comparison.differs else ''}: the LR {_end(length)}",
            notes=notes(schedule),
            fix=resized(schedule, length.steps),
        )


def _falls(schedule: Schedule) -> bool:
    if schedule.scheduler != "LinearLR":
        return True
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    if start is None or end is None or start.value is None or end.value is None:
        return False
    return end.value < start.value


def _turn_in_sequence(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Return the length of the last part of a SequentialLR against its steps, and its start."""
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
        return None  # it may be meant to be cut off
    return against(schedule, horizon, horizon.length, left), marks[-1]


def _turn_after_guard(schedule: Schedule) -> tuple[Length, Expr] | None:
    """Return the length after ``if epoch >= warmup:`` against the steps there, and the warm-up."""
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
    return against(schedule, horizon, horizon.length, whole - guard.amount), guard.amount


def _is_forgotten(schedule: Schedule, found: Length, warmup: Expr) -> bool:
    """Whether a length takes no account of the warm-up before it."""
    if found.comparison.differs and found.fits:
        return False
    if found.comparison.differs and schedule.parent is not None:
        return not found.longer
    return _is_whole(found, warmup)


def _is_whole(found: Length, warmup: Expr) -> bool:
    """Whether the length is that of the warm-up and what it leaves together."""
    if warmup.value == 0:
        return False
    try:
        together = compare(found.length, found.steps + warmup)
    except (TooComplex, NotRepresentable):
        return False
    return together.equal and found.comparison.sign != 1


def _end(found: Length) -> str:
    """Return where the LR is in the last step."""
    schedule, steps, lrs = found.schedule, found.steps.value, None
    if isinstance(steps, int) and steps > 0 and found.length.value is not None:
        lrs = lr_after_steps(schedule, steps - 1)
    elif found.ratio is not None:
        lrs = lr_after(schedule, found.ratio)
    return "never gets to its end" if lrs is None else f"ends at {lr_text(lrs)}"
