"""LR504 transformers-horizon."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Schedule, TrainerArguments, Training
from lrlint.formulas import PastHorizon
from lrlint.judgement import wording
from lrlint.judgement.length import Length, notes, resized, where
from lrlint.judgement.lightning import wrong_interval
from lrlint.judgement.rates import lr_after_steps, lr_text
from lrlint.judgement.sketches import sketches
from lrlint.judgement.stepping import counts_training_steps
from lrlint.judgement.training_steps import (
    EVALUATED,
    evaluates,
    function_of,
    refused_type,
    warmup_never_ends,
    wrong_length,
)
from lrlint.judgement.units import training_steps_in_epochs
from lrlint.judgement.whole_length import LENGTH_EXCLUSIONS
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import Diff, training


def _successor(schedule: Schedule) -> Schedule | None:
    return next(iter(schedule.surroundings.competitors), None)


class TransformersHorizon(Rule):
    """A schedule of transformers or diffusers is not as long as the training.

    ## What it does

    Compares the `num_training_steps` of `get_linear_schedule_with_warmup`, `get_scheduler` and the
    other schedule functions of transformers and diffusers with the number of times that the
    schedule is stepped over the whole training; in the same way the `total_num_steps` of
    DeepSpeed's own schedulers, the `t_max` of composer's own, the `max_epochs` of lightning-bolts'
    `LinearWarmupCosineAnnealingLR` and the `t_total` of MONAI's `WarmupCosineSchedule`. The length
    of `get_wsd_schedule` is the sum of its phases where it is given the stable one. A difference of
    one step, or of less than 1 %, is not reported. Where gradient accumulation explains the
    difference, LR206 reports it; where the warm-up is longer than the training, LR210 does.

    Of a `Trainer` that builds its schedule from `TrainingArguments`, it reports what raises when
    the training starts (`cosine_with_min_lr` without a minimum, `warmup_stable_decay` without
    `num_decay_steps`, arguments that the schedule does not take) and a warm-up that is ignored.

    ## Why is this bad

    `num_training_steps` counts optimizer updates: not epochs, not samples, not the batches of other
    processes. With too few of them a linear schedule is at an LR of 0 for the rest of the training,
    and a cosine climbs back to its peak; with too many the LR is still high when the training ends.
    Nothing says so.

    ## Example

    ```python
    scheduler = get_linear_schedule_with_warmup(optimizer, 100, num_training_steps=len(dataset))
    for epoch in range(epochs):
        for batch in loader:
            train(batch)
            optimizer.step()
            scheduler.step()
    ```

    ## Use instead

    ```python
    updates = epochs * len(loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, 100, num_training_steps=updates)
    ```

    ## Fix safety

    The fix is unsafe because it changes the LR of nearly every step, and because the script does
    not tell which number is the wrong one. A warm-up that is computed as a share of the same
    number of steps keeps its length: change that as well.

    ## References

    - [transformers: schedules](https://huggingface.co/docs/transformers/main_classes/optimizer_schedules)
    - The same in public: [transformers #26827](https://github.com/huggingface/transformers/issues/26827)
    """

    code, name, severity = "LR504", "transformers-horizon", Severity.ERROR
    exclusions = (
        Exclusion(warmup_never_ends, "its warm-up is longer than the training", owner="LR210"),
        *(row for row in LENGTH_EXCLUSIONS if row.owner != "LR504"),
        Exclusion(_successor, lambda other: f"{other.scheduler} drives the same optimizer"),
    )

    LINEAR = """
        from transformers import get_linear_schedule_with_warmup
        scheduler = get_linear_schedule_with_warmup(optimizer, 10, {steps})
        """
    VALID = (
        training(LINEAR.format(steps="epochs * len(train_loader)"), batch="scheduler.step()"),
        # How long the training is, is not known.
        training(LINEAR.format(steps="5000"), batch="scheduler.step()"),
    )
    INVALID = (
        Invalid(
            training(LINEAR.format(steps="30"), epochs=30, batch="scheduler.step()"),
            at="scheduler = get_linear_schedule_with_warmup(optimizer, 10, 30)",
            fixed=Diff(
                """
                - scheduler = get_linear_schedule_with_warmup(optimizer, 10, 30)
                + scheduler = get_linear_schedule_with_warmup(optimizer, 10, 30 * len(train_loader))
                """
            ),
            says=("num_training_steps=30 epochs", "per batch", "the LR is 0 for the rest"),
        ),
        Invalid(
            training(
                """
                from transformers import get_cosine_schedule_with_warmup
                scheduler = get_cosine_schedule_with_warmup(optimizer, 0, 20000)
                """,
                epochs=10,
                batches="i in range(1000)",
                update="model(i).backward()\noptimizer.step()",
                batch="scheduler.step()",
            ),
            at="scheduler = get_cosine_schedule_with_warmup(optimizer, 0, 20000)",
            fixed=Diff(
                """
                - scheduler = get_cosine_schedule_with_warmup(optimizer, 0, 20000)
                + scheduler = get_cosine_schedule_with_warmup(optimizer, 0, 10000)
                """
            ),
            says=("num_training_steps is 20000", "steps 10000 times", "ends at 0.05"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if not counts_training_steps(schedule) or schedule.parent is not None:
            return
        if wrong_interval(schedule) is not None:
            return  # reported by LR501
        if (mismatch := training_steps_in_epochs(schedule)) is not None:
            horizon, count = mismatch.evidence.horizon, mismatch.site.count
            times = "" if count is None else f", {wording.amount(count)} times"
            yield self.finding(
                where(schedule),
                f"{wording.horizon(horizon, 'epochs')}, but step() runs per batch{times}:"
                f" {_too_short(schedule)}{mismatch.evidence.caveat}",
                severity=Severity.ERROR if mismatch.certain else Severity.WARNING,
                notes=notes(schedule),
                fix=None if schedule.steps is None else resized(schedule, schedule.steps),
            )
        elif silence := self.excluded(schedule):
            yield silence
        elif (length := wrong_length(schedule)) is not None:
            yield self.finding(
                where(schedule),
                f"{length.horizon.parameter} is {wording.quantity(length.length)}, but the"
                f" scheduler steps {_times(length)}{length.caveat}: {_consequence(length)}",
                severity=Severity.ERROR if length.certain else Severity.WARNING,
                notes=notes(schedule),
                fix=resized(schedule, length.steps),
                sketches=sketches(schedule, length.length),
            )

    def check_training(self, training: Training) -> Iterator[Finding]:
        for trainer in training.trainers:
            yield from self._contradictions(trainer)

    def _contradictions(self, trainer: TrainerArguments) -> Iterator[Finding]:
        """Report what a Trainer raises for its schedule, or ignores."""
        kind = trainer.arguments["lr_scheduler_type"]
        if not isinstance(kind.value, str):
            return
        place, name = kind.place or trainer.place, f"lr_scheduler_type={kind.value!r}"
        warmup = trainer.arguments["warmup_steps"]
        if (problem := refused_type(trainer)) is not None:
            yield self.finding(
                place,
                f"{name}: {problem.message}, which raises {problem.raises} when training starts",
            )
        elif kind.value in EVALUATED and not evaluates(trainer):
            yield self.finding(
                place, f"{name} needs an eval_strategy: TrainingArguments raises ValueError"
            )
        elif kind.value == "constant" and warmup.place is not None and _is_positive(warmup):
            yield self.finding(
                warmup.place,
                f"warmup_steps={warmup.text} is ignored by {name}:"
                " constant_with_warmup is the one that warms up",
                severity=Severity.WARNING,
            )


def _is_positive(argument: Argument) -> bool:
    number = None if argument.number is None else argument.number.value
    return number is not None and number > 0


def _times(length: Length) -> str:
    text = f"{wording.quantity(length.steps)} times"
    if length.ratio is None or (length.steps.value is not None and length.length.value is not None):
        return text
    share = float(length.ratio)
    return f"{text}, {share:.3g} times that" if share > 1 else f"{text}, {share:.0%} of that"


def _consequence(length: Length) -> str:
    schedule = length.schedule
    last = _last(length)
    if length.longer:
        return _too_short(schedule) + ("" if last is None else f"; the last step runs at {last}")
    return "the LR is still high at the end" if last is None else f"the LR ends at {last}"


def _too_short(schedule: Schedule) -> str:
    """Return what the LR does after ``num_training_steps``."""
    law = function_of(schedule)
    length = schedule.length
    after = "then" if length is None else f"after {wording.amount(length)} steps"
    match None if law is None else (law.name, law.past_horizon):
        case ("get_linear_schedule_with_warmup", _):
            return f"{after} the LR is 0 for the rest of the training"
        case (_, PastHorizon.RAISES):
            return "Trainer(…) raises ValueError"
        case (_, PastHorizon.RISES):
            return f"the LR is at its minimum {after}, and climbs back"
    return f"{after} the LR stays at its minimum"


def _last(length: Length) -> str | None:
    """Return the LR of the last step, where all numbers are known."""
    if not isinstance(length.steps.value, int) or length.length.value is None:
        return None
    law = function_of(length.schedule)
    if length.longer and law is not None and law.past_horizon is PastHorizon.RAISES:
        return None
    lrs = lr_after_steps(length.schedule, length.steps.value - 1)
    return None if lrs is None else lr_text(lrs)
