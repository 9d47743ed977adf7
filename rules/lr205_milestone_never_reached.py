"""LR205 milestone-never-reached."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import UNKNOWN_STEPS
from lrlint.judgement.hand_written import caveat, lr_at, missed_drops, source, step_count, unit_of
from lrlint.judgement.length import early_caveat, notes, segment, unit
from lrlint.judgement.milestones import (
    MILESTONE_EXCLUSIONS,
    WITH_MILESTONES,
    Milestones,
    given_milestones,
    milestones,
    trains_on,
)
from lrlint.judgement.rates import lr_text
from lrlint.judgement.stepping import driver
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import compare


class MilestoneNeverReached(Rule):
    """The training ends before the LR is to drop.

    ## What it does

    Reports milestones of `MultiStepLR` and `SequentialLR`, a `step_size` of `StepLR`, and the
    `total_iters` of a decay that lie past the last step of the training. A milestone that is the
    very last step is not reported, unless it is the only one. Drops that the script writes into
    `param_group["lr"]` itself (`if epoch >= 60`) are read in the same way.

    ## Why is this bad

    What is planned for those steps never happens: the LR stays too high, and the drop with which a
    model settles is missing. Often the training has been shortened, and the schedule forgotten.

    ## Example

    ```python
    scheduler = MultiStepLR(optimizer, milestones=[60, 120, 160])
    for epoch in range(100):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = MultiStepLR(optimizer, milestones=[30, 60, 80])
    for epoch in range(100):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: MultiStepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html)
    """

    code, name, severity = "LR205", "milestone-never-reached", Severity.WARNING
    schedulers = WITH_MILESTONES
    positioned = True
    exclusions = MILESTONE_EXCLUSIONS

    VALID = (
        training(
            "scheduler = MultiStepLR(optimizer, [30, 60, 90])",
            epochs=90,
            batches=None,
            epoch="scheduler.step()",
        ),
        training(
            "scheduler = PolynomialLR(optimizer, total_iters=100)",
            epochs=100,
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = MultiStepLR(optimizer, [60, 120, 160])",
                epochs=100,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = MultiStepLR(optimizer, [60, 120, 160])",
            says=("milestones 120 and 160", "100 epochs"),
        ),
        Invalid(
            training(
                "scheduler = StepLR(optimizer, epochs)", batches=None, epoch="scheduler.step()"
            ),
            at="scheduler = StepLR(optimizer, epochs)",
            says=("step_size epochs", "stays at 0.1"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        argument, steps = given_milestones(schedule), segment(schedule, at_most=True)
        if argument is not None and steps is None:
            rows = (*self.exclusions, UNKNOWN_STEPS)
            if silence := self.first(rows, schedule, schedule.place):
                yield silence
        found = milestones(schedule)
        if found is None or not (found.missed or found.undecided):
            return
        if silence := self.excluded(schedule):
            yield silence
        elif found.missed:
            yield self._report(schedule, found)
        else:
            yield self.silence(
                schedule.place,
                f"whether {found.parameter} {wording.amount(found.undecided[0])} is reached in"
                f" {wording.amount(found.steps)} steps is not known",
            )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        missed, reached = missed_drops(schedule)
        steps = schedule.law.steps
        only_the_last_step = all(compare(mark.at, steps).equal for mark in missed if steps)
        if steps is None or not missed or (reached and only_the_last_step):
            return
        one, count = unit_of(schedule), step_count(schedule)
        marks = " and ".join(wording.amount(mark.at) for mark in missed)
        last = None if count is None else lr_at(schedule, count - 1)
        stays = "" if last is None else f", so that the LR stays at {lr_text([last])}"
        yield self.finding(
            missed[0].place or schedule.place,
            f"the drop of the LR at {one} {marks} is never reached: the training ends after"
            f" {wording.quantity(steps)} {one}s{caveat(schedule)}{stays}",
            notes=(source(schedule),) if missed[0].place else (),
        )

    def _report(self, schedule: Schedule, found: Milestones) -> Finding:
        here = found.place.span().filename == schedule.place.span().filename
        return self.finding(
            found.place if here else schedule.place,
            f"{_names(found)} never reached: {_end(schedule, found)}"
            f"{early_caveat(schedule, certain=found.certain)}"
            f"{_consequence(schedule) if found.all_missed else ''}",
            notes=notes(schedule),
        )


def _names(found: Milestones) -> str:
    texts = [wording.quantity(mark) for mark in found.missed]
    if found.argument.numbers is None:
        return f"{found.parameter} {texts[0]} is"
    if len(texts) == 1:
        return f"milestone {texts[0]} is"
    return f"milestones {', '.join(texts[:-1])} and {texts[-1]} are"


def _end(schedule: Schedule, found: Milestones) -> str:
    count, several = wording.quantity(found.steps), "" if found.steps.value == 1 else "s"
    if trains_on(schedule):
        return f"the scheduler makes only {count} step{several}"
    ends = "the training" if schedule.parent is None else "its turn"
    return f"{ends} ends after {count} {unit(driver(schedule))}{several}"


def _consequence(schedule: Schedule) -> str:
    if schedule.scheduler == "SequentialLR":
        return ", so that the schedules after it never run"
    if schedule.scheduler in ("LinearLR", "PolynomialLR"):
        return ", so that the LR never gets to its end"
    bases = [lr.value for lr in schedule.base_lrs if lr is not None]
    known = [float(lr) for lr in bases if lr is not None]
    if schedule.parent is not None or not known or len(known) != len(schedule.base_lrs):
        return ", so that the LR never drops"
    return f", so that the LR stays at {lr_text(known)}"
