"""LR210 warmup-never-ends."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Place, Schedule, Training
from lrlint.formulas.lengths import WARMUPS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import COMPETITOR, EXERCISE, NO_MAX_STEPS, OPEN_ARGUMENTS
from lrlint.judgement.hand_written import caveat, source, unit_of
from lrlint.judgement.hand_written_warmups import begun_anew, long_warmup, repeated_warmup
from lrlint.judgement.length import WITH_THE_DEFAULTS, Length, is_warmup, unit
from lrlint.judgement.stepping import driver
from lrlint.judgement.training_steps import warms_up
from lrlint.judgement.warmup import (
    WARMUP_EXCLUSIONS,
    WARMUP_NOT_DECIDED,
    WARMUP_STEPS_NOT_DECIDED,
    WarmupSteps,
    constant_factor,
    last_factor,
    takes_all,
    too_long_for,
    unfinished,
    warmup_and_total,
    warmup_of_training,
    warmup_steps,
)
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class WarmupNeverEnds(Rule):
    """The warm-up does not get to its end, or does not warm up.

    ## What it does

    Reports a warm-up (`LinearLR` that rises, `ConstantLR`) that is longer than the training, or
    than the part of a `SequentialLR` that it is given, a `LinearLR` whose start and end factor are
    the same, and a `get_…_schedule…` of transformers or diffusers whose `num_warmup_steps` are more
    than its `num_training_steps`, or than the steps that the training makes. The warm-ups of
    lightning-bolts' `LinearWarmupCosineAnnealingLR` and MONAI's `WarmupCosineSchedule`, and the
    `warmup_t` of a schedule of timm's, are judged in the same way. A warm-up that the script writes
    itself is also reported where it counts the batches of each epoch (`if i < warmup:`) and so
    starts over in each.

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
            "CosineLRScheduler",
            "MultiStepLRScheduler",
            "PolyLRScheduler",
            "StepLRScheduler",
            "TanhLRScheduler",
            "get_cosine_schedule_with_warmup",
            "get_cosine_with_hard_restarts_schedule_with_warmup",
            "get_linear_schedule_with_warmup",
            "get_polynomial_decay_schedule_with_warmup",
            "get_constant_schedule_with_warmup",
            "get_inverse_sqrt_schedule",
            "get_cosine_with_min_lr_schedule_with_warmup",
            "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
            "get_wsd_schedule",
            "get_scheduler",
            *WARMUPS,
        }
    )
    positioned = True
    exclusions = (
        *WARMUP_EXCLUSIONS,
        COMPETITOR,  # it may take over from the warm-up
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

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if (long := too_long_for(schedule)) is not None:
            argument, one = schedule.argument("warmup_t"), unit(schedule)
            yield self.finding(
                schedule.place if argument is None else argument.place or schedule.place,
                f"the warm-up takes {wording.quantity(long.length)} {one}s, but there are only"
                f" {wording.quantity(long.steps)}{long.caveat}: the LR rises to the end",
                notes=(("stepped here", schedule.sites[0].place),),
            )
            return
        yield from self._of_transformers(schedule)
        if not is_warmup(schedule):
            return
        if silence := self.excluded(schedule):
            yield silence
        elif (factor := constant_factor(schedule)) is not None:
            yield self.finding(
                schedule.place,
                f"start_factor and end_factor are both {wording.amount(factor)}: there is no ramp",
            )
        elif (found := unfinished(schedule)) is not None:
            yield self._cut_off(schedule, found)
        elif silence := self.first(WARMUP_NOT_DECIDED, schedule, schedule.place):
            yield silence

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        end, steps, one = long_warmup(schedule), schedule.law.steps, unit_of(schedule)
        if steps is None:
            return
        if end is not None:
            anew = schedule.law.passes is not None
            limit = "its counter starts over after" if anew else "there are only"
            yield self.finding(
                end.place or schedule.place,
                f"the warm-up takes {wording.quantity(end.at)} {one}s, but {limit}"
                f" {wording.quantity(steps)}{caveat(schedule)}: the LR rises to the end",
                notes=(source(schedule),) if end.place else (),
            )
        elif (length := repeated_warmup(schedule)) is not None:
            yield self.finding(
                schedule.place,
                f"the warm-up of {length} {one}s starts over after {wording.quantity(steps)}"
                f" {one}s{caveat(schedule)}, and again and again: the LR falls back each time",
            )

    def check_training(self, training: Training) -> Iterator[Finding]:
        if any(long_warmup(one) or repeated_warmup(one) for one in training.written):
            return
        for optimizer in training.optimizers:
            for write, guard in begun_anew(optimizer):
                yield self.finding(
                    write.place,
                    f"the warm-up starts over in every epoch: `{guard.text}` counts the batches of"
                    " one epoch, so that the LR falls back each time",
                    notes=(("the condition", guard.place),),
                )

    def _cut_off(self, schedule: Schedule, found: Length) -> Finding:
        one, reached = unit(driver(schedule)), last_factor(schedule, found)
        percent = "" if reached is None else f" {reached:.0%} of the base LR"
        cut = schedule.parent is not None
        consequence = "the LR jumps from" if cut else "the training ends at"
        return self.finding(
            schedule.place,
            f"the warm-up takes {wording.quantity(found.length)} {one}s, but"
            f" {'is given only' if cut else 'there are only'} {wording.quantity(found.steps)}"
            f"{'' if found.certain else found.caveat or WITH_THE_DEFAULTS}"
            + (f": {consequence}{percent}" if percent else ""),
            notes=(
                ("the milestone is set here", _milestone(schedule)),
                ("stepped here", driver(schedule).sites[0].place),
            ),
        )

    def _of_transformers(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        """Judge `num_warmup_steps`, which may be swapped with `num_training_steps`."""
        if not warms_up(schedule):
            return
        planned, taken = warmup_steps(schedule), warmup_of_training(schedule)
        if planned is None and taken is None:
            return
        if silence := self.first(
            (OPEN_ARGUMENTS, EXERCISE, NO_MAX_STEPS), schedule, schedule.place
        ):
            yield silence
        elif planned is not None and planned.never_ends:
            yield self._too_long(
                planned,
                f"{warmup_and_total(schedule)[1]} is {wording.quantity(planned.compared.steps)}",
                "the LR rises to the end and never decays",
            )
        elif taken is not None and taken.never_ends:
            share = taken.compared.ratio
            peak = "its peak" if share is None else f"{float(share):.0%} of its peak"
            yield self._too_long(
                taken,
                f"the scheduler steps only {wording.quantity(taken.compared.steps)} times",
                f"the LR rises to the end, to {peak}" if share else "the LR never gets to its peak",
            )
        elif taken is not None and takes_all(taken):
            yield self._too_long(
                taken,
                "the scheduler steps no more often",
                "the LR rises to the end and never decays",
            )
        elif (case := planned or taken) is not None and (
            silence := self.first(WARMUP_STEPS_NOT_DECIDED, case, schedule.place)
        ):
            yield silence

    def _too_long(self, case: WarmupSteps, given: str, consequence: str) -> Finding:
        ratio, schedule = case.compared.ratio, case.schedule
        share = "" if ratio in (None, 1) else f", {float(ratio):.0%} of that"
        return self.finding(
            case.warmup.place or schedule.place,
            f"the warm-up takes {wording.quantity(case.length)} steps, but {given}{share}"
            f"{case.caveat}: {consequence}",
            notes=(("stepped here", schedule.sites[0].place),) if schedule.sites else (),
        )


def _milestone(schedule: Schedule) -> Place | None:
    milestones = None if schedule.parent is None else schedule.parent.argument("milestones")
    return None if milestones is None else milestones.place
