"""LR210 warmup-never-ends."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint import wording
from lrlint.diagnostics import Severity
from lrlint.facts import Place, Schedule
from lrlint.judgement import driver
from lrlint.judgement_exclusions import EXERCISE, OPEN_ARGUMENTS
from lrlint.judgement_warmup import (
    WARMUP_EXCLUSIONS,
    WARMUP_NOT_DECIDED,
    WARMUP_STEPS_NOT_DECIDED,
    constant_factor,
    last_factor,
    unfinished,
    warmup_steps,
)
from lrlint.length import WITH_THE_DEFAULTS, Length, is_warmup, unit
from lrlint.rule import Finding, Invalid, Rule, Silence


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
    exclusions = WARMUP_EXCLUSIONS

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import ConstantLR, LinearLR

        def train(model):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            for epoch in range(10):
                train_epoch(model, optimizer)
                scheduler.step()
        """
    SEQUENCE = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

        def train(model, epochs=100):
            optimizer = SGD(model.parameters(), lr=0.1)
            warmup = LinearLR(optimizer, start_factor=0.01, total_iters={ramp})
            cosine = CosineAnnealingLR(optimizer, T_max=95, eta_min=1e-3)
            scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[{milestone}])
            for epoch in range(100):
                train_epoch(model, optimizer)
                scheduler.step()
        """
    TRANSFORMERS = """
        from torch.optim import AdamW
        from transformers import get_linear_schedule_with_warmup

        def train(model, loader, epochs):
            optimizer = AdamW(model.parameters(), lr=1e-4)
            total = epochs * len(loader)
            scheduler = get_linear_schedule_with_warmup({arguments})
            for epoch in range(epochs):
                for batch in loader:
                    model(**batch).loss.backward()
                    optimizer.step()
                    scheduler.step()
        """
    VALID = (
        TRANSFORMERS.format(arguments="optimizer, 0.1 * total, total"),
        # How many steps a warm-up of 500 is a share of, nobody knows.
        TRANSFORMERS.format(arguments="optimizer, 500, total"),
        SCRIPT.format(build="LinearLR(optimizer, start_factor=0.1, total_iters=5)"),
        SCRIPT.format(build="ConstantLR(optimizer, factor=0.1, total_iters=3)"),
        # A decay.
        SCRIPT.format(build="LinearLR(optimizer, 1.0, 0.1, total_iters=20)"),
        SEQUENCE.format(ramp="5", milestone="5"),
        # A plateau between two others.
        SEQUENCE.format(ramp="5", milestone="5").replace(
            "CosineAnnealingLR(optimizer, T_max=95, eta_min=1e-3)",
            "LinearLR(optimizer, 1.0, 1.0, total_iters=95)",
        ),
        # One step more or less.
        SEQUENCE.format(ramp="6", milestone="5"),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build="LinearLR(optimizer, start_factor=0.1, total_iters=50)"),
            row=6,
            says=("50 epochs", "10", "ends at 26% of the base LR"),
        ),
        Invalid(
            SCRIPT.format(build="ConstantLR(optimizer, factor=0.1, total_iters=50)"),
            row=6,
            says=("ends at 10% of the base LR",),
        ),
        Invalid(
            SCRIPT.format(build="LinearLR(optimizer, 1.0, 1.0, total_iters=5)"),
            row=6,
            says=("no ramp",),
        ),
        Invalid(
            SEQUENCE.format(ramp="20", milestone="5"),
            row=6,
            says=("20 epochs", "only 5", "jumps from 21% of the base LR"),
        ),
        Invalid(
            TRANSFORMERS.format(
                arguments="optimizer, num_warmup_steps=total, num_training_steps=0.1 * total"
            ),
            row=7,
            says=("num_training_steps", "10%", "rises to the end"),
        ),
        # A share that the user may change.
        Invalid(
            TRANSFORMERS.format(arguments="optimizer, total, share * total").replace(
                "epochs):", "epochs, share=0.1):"
            ),
            row=7,
            says=("10%", "with the defaults"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
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

    def _cut_off(self, schedule: Schedule, found: Length) -> Finding:
        one, reached = unit(driver(schedule)), last_factor(schedule, found)
        percent = "" if reached is None else f" {reached:.0%} of the base LR"
        cut = schedule.parent is not None
        consequence = "the LR jumps from" if cut else "the training ends at"
        return self.finding(
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

    def _of_transformers(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        """Judge `num_warmup_steps` and `num_training_steps`, which may be swapped."""
        case = warmup_steps(schedule)
        if case is None:
            return
        if silence := self.first((OPEN_ARGUMENTS, EXERCISE), schedule, schedule.place):
            yield silence
        elif case.never_decays:
            ratio = case.found.ratio
            share = "" if ratio is None else f", {float(ratio):.0%} of that"
            yield self.finding(
                case.warmup.place or schedule.place,
                f"the warm-up takes {wording.quantity(case.length)} steps, but num_training_steps"
                f" is {wording.quantity(case.total)}{share}{case.caveat}: the LR rises to the end"
                " and never decays",
                notes=(("stepped here", schedule.sites[0].place),) if schedule.sites else (),
            )
        elif silence := self.first(WARMUP_STEPS_NOT_DECIDED, case, schedule.place):
            yield silence


def _milestone(schedule: Schedule) -> Place | None:
    milestones = None if schedule.parent is None else schedule.parent.argument("milestones")
    return None if milestones is None else milestones.place
