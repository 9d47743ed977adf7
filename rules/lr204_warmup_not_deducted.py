"""LR204 warmup-not-deducted."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.hand_written import mismatch, source, unit_of
from lrlint.judgement.length import Length, notes, resized, where
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.judgement.warmup import AFTER_WARMUP_EXCLUSIONS, after_warmup, forgets_warmup
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import Diff, training
from lrlint.symbolic import Expr


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

    ## Fix safety

    The fix is unsafe because it changes the LR of every step after the warm-up. A training that is
    meant to end at that LR, because it will be continued, keeps its `T_max`.

    ## References

    - [torch: SequentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html)
    """

    code, name, severity = "LR204", "warmup-not-deducted", Severity.WARNING
    schedulers = frozenset({"CosineAnnealingLR", "LinearLR", "PolynomialLR"})
    exclusions = AFTER_WARMUP_EXCLUSIONS

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
        turn = after_warmup(schedule)
        if turn is None:
            return
        length, warmup = turn
        forgotten = forgets_warmup(schedule, length, warmup)
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

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        found = mismatch(schedule)
        if found is None or found.warmup is None:
            return
        one, last = unit_of(schedule), found.last
        end = "never gets to its end" if last is None else f"ends at {lr_text([last])}"
        yield self.finding(
            found.place,
            f"the decay is {wording.quantity(found.length.steps)} {one}s long, which is the whole"
            f" training, but begins after a warm-up of {wording.quantity(found.warmup)}"
            f"{found.length.caveat}: the LR {end}",
            notes=(source(schedule),),
        )

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


def _end(found: Length) -> str:
    """Return where the LR is in the last step."""
    schedule, steps, lrs = found.schedule, found.steps.value, None
    if isinstance(steps, int) and steps > 0 and found.length.value is not None:
        lrs = lr_after_steps(schedule, steps - 1)
    elif found.ratio is not None:
        lrs = lr_after(schedule, found.ratio)
    return "never gets to its end" if lrs is None else f"ends at {lr_text(lrs)}"
