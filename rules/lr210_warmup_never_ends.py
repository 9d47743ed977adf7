"""LR210 warmup-never-ends."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Place, Schedule
from lrlint.judgement import wording
from lrlint.judgement.length import (
    WITH_THE_DEFAULTS,
    Length,
    advances_by_one,
    against,
    is_exercise,
    is_warmup,
    rebuilt_in,
    segment,
    unit,
)
from lrlint.judgement.units import driver, is_moved, length_is_explained
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training
from lrlint.symbolic import Expr, Strength


class WarmupNeverEnds(Rule):
    """The warm-up does not get to its end, or does not warm up.

    ## What it does

    Reports a warm-up (`LinearLR` that rises, `ConstantLR`) that is longer than the training, or
    than the part of a `SequentialLR` that it is given, a `LinearLR` whose start and end factor
    are the same, and a `get_…_schedule_with_warmup` of transformers whose `num_warmup_steps` are
    more than its `num_training_steps`.

    ## Why is this bad

    A warm-up that is longer than the training keeps the LR below what was asked for, to the end. In
    a `SequentialLR` whose milestone comes too early, the LR jumps to its full height from wherever
    the warm-up is. Where the two numbers of transformers' functions are swapped, which is easily
    done, what was meant to warm up for a tenth of the training does so all the time.

    ## Example

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=1000)
    cosine = CosineAnnealingLR(optimizer, T_max=95)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
    ```

    ## Use instead

    ```python
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=95)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
    ```

    ## References

    - [torch: LinearLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html)
    """

    code, name, severity = "LR210", "warmup-never-ends", Severity.WARNING
    schedulers = frozenset(
        {
            "ConstantLR",
            "LinearLR",
            "get_cosine_schedule_with_warmup",
            "get_cosine_with_hard_restarts_schedule_with_warmup",
            "get_linear_schedule_with_warmup",
            "get_polynomial_decay_schedule_with_warmup",
        }
    )

    SEQUENCE = """
        warmup = LinearLR(optimizer, start_factor=0.01, total_iters={ramp})
        cosine = CosineAnnealingLR(optimizer, T_max=95, eta_min=1e-3)
        scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
        """
    VALID = (
        training(SEQUENCE.format(ramp=5), epochs=100, batches=None, epoch="scheduler.step()"),
        # A decay.
        training(
            "scheduler = LinearLR(optimizer, 1.0, 0.1, total_iters=20)",
            epochs=10,
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = LinearLR(optimizer, start_factor=0.1, total_iters=50)",
                epochs=10,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = LinearLR(optimizer, start_factor=0.1, total_iters=50)",
            says=("50 epochs", "10", "ends at 26% of the base LR"),
        ),
        Invalid(
            training(SEQUENCE.format(ramp=20), epochs=100, batches=None, epoch="scheduler.step()"),
            at="warmup = LinearLR(optimizer, start_factor=0.01, total_iters=20)",
            says=("20 epochs", "only 5", "jumps from 21% of the base LR"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        yield from self._of_transformers(schedule)
        if not is_warmup(schedule) or not _is_judged(schedule):
            return
        if (factor := _flat(schedule)) is not None:
            yield self.finding(
                schedule.place,
                f"start_factor and end_factor are both {wording.amount(factor)}: there is no ramp",
            )
            return
        found = _too_long(schedule)
        if found is None:
            return
        one, reached = unit(driver(schedule)), _share(schedule, found)
        percent = "" if reached is None else f" {reached:.0%} of the base LR"
        cut = schedule.parent is not None
        consequence = "the LR jumps from" if cut else "the training ends at"
        yield self.finding(
            schedule.place,
            f"the warm-up takes {wording.quantity(found.length)} {one}s, but"
            f" {'is given only' if cut else 'there are only'} {wording.quantity(found.steps)}"
            f"{'' if found.certain else WITH_THE_DEFAULTS}"
            + (f": {consequence}{percent}" if percent else ""),
            notes=(
                ("the milestone is set here", _milestone(schedule)),
                ("stepped here", driver(schedule).sites[0].place),
            ),
        )

    def _of_transformers(self, schedule: Schedule) -> Iterator[Finding]:
        """Of `num_warmup_steps` and `num_training_steps`, which may be swapped."""
        warmup, total = (
            schedule.argument(name) for name in ("num_warmup_steps", "num_training_steps")
        )
        if warmup is None or warmup.number is None or total is None or total.number is None:
            return
        if schedule.horizon is None or schedule.open_arguments or is_exercise(schedule):
            return
        found = against(schedule, schedule.horizon, warmup.number, total.number)
        caveat = found.caveat
        if found.comparison.unknown:
            length = warmup.number.resolve(Strength.DEFAULT)
            steps = total.number.resolve(Strength.DEFAULT)
            found = against(schedule, schedule.horizon, length, steps)
            caveat = WITH_THE_DEFAULTS
        if not _is_shorter(found):
            return
        share = "" if found.ratio is None else f", {float(found.ratio):.0%} of that"
        yield self.finding(
            warmup.place or schedule.place,
            f"the warm-up takes {wording.quantity(warmup.number)} steps, but num_training_steps is"
            f" {wording.quantity(total.number)}{share}{caveat}: the LR rises to the end and"
            " never decays",
            notes=(("stepped here", schedule.sites[0].place),) if schedule.sites else (),
        )


def _is_shorter(found: Length) -> bool:
    """Whether the training has fewer steps than the warm-up; of `n // 48` that may be none."""
    if found.ratio is not None:
        return found.ratio < 1 and not found.comparison.off_by_one
    return found.comparison.differs and not found.fits and not found.longer


def _is_judged(schedule: Schedule) -> bool:
    one = driver(schedule)
    return not (
        schedule.open_arguments
        or not advances_by_one(schedule)
        or is_exercise(schedule)
        or is_moved(one)
        or rebuilt_in(schedule) is not None
        or length_is_explained(schedule)
    )


def _flat(schedule: Schedule) -> Expr | None:
    """The factor that it starts and ends with, if the two are the same."""
    start, end = schedule.argument("start_factor"), schedule.number("end_factor")
    if start is None or start.place is None or start.number is None or end != start.number:
        return None
    if schedule.parent is not None and schedule is not schedule.parent.children[0]:
        return None  # the plateau between a warm-up and a decay
    return start.number


def _milestone(schedule: Schedule) -> Place | None:
    milestones = None if schedule.parent is None else schedule.parent.argument("milestones")
    return None if milestones is None else milestones.place


def _too_long(schedule: Schedule) -> Length | None:
    """The warm-up against the steps that it is given."""
    horizon, steps = schedule.horizon, segment(schedule, at_most=True)
    if horizon is None or horizon.length is None or steps is None:
        return None
    if steps.value is not None and steps.value <= 0:
        return None
    found = against(schedule, horizon, horizon.length, steps)
    if not found.comparison.differs or found.fits or found.longer:
        return None
    return found


def _share(schedule: Schedule, found: Length) -> float | None:
    """The share of the base LR in the last step of the warm-up."""
    if schedule.scheduler == "ConstantLR":
        factor = schedule.number("factor")
        return None if factor is None or factor.value is None else float(factor.value)
    start, end = schedule.number("start_factor"), schedule.number("end_factor")
    steps, length = found.steps.value, found.length.value
    if start is None or end is None or start.value is None or end.value is None:
        return None
    if steps is None or length is None:
        return None
    return float(start.value + (end.value - start.value) * (steps - 1) / length)
