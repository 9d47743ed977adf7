"""LR205 milestone-never-reached."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    KNOWN_PACE,
    MOVED,
    OPEN_ARGUMENTS,
    REBUILT,
    STEPPED_WRONGLY,
    UNKNOWN_STEPS,
    WHOLE_IGNORES_ACCUMULATION,
)
from lrlint.judgement.length import WITH_THE_DEFAULTS, against, is_warmup, notes, segment, unit
from lrlint.judgement.rates import lr_text
from lrlint.judgement.units import driver
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Expr, compare


def _follower(schedule: Schedule) -> Schedule | None:
    """Return the schedule of which another part follows: this one is meant to be cut off."""
    whole = driver(schedule)
    return whole if whole is not schedule and schedule is not whole.children[-1] else None


def _is_in_no_loop(schedule: Schedule) -> bool:
    whole = driver(schedule)
    return not whole.built_in and not any(site.loops for site in whole.sites)


class MilestoneNeverReached(Rule):
    """The training ends before the LR is to drop.

    ## What it does

    Reports milestones of `MultiStepLR` and `SequentialLR`, a `step_size` of `StepLR`, and the
    `total_iters` of a decay that lie past the last step of the training. A milestone that is the
    very last step is not reported, unless it is the only one.

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
    schedulers = frozenset({"LinearLR", "MultiStepLR", "PolynomialLR", "SequentialLR", "StepLR"})
    exclusions = (
        OPEN_ARGUMENTS,
        Exclusion(_follower, lambda whole: f"another part of the {whole.scheduler} follows it"),
        *KNOWN_PACE,
        EXERCISE,
        Exclusion(_is_in_no_loop, "the loop in which it is stepped is not seen"),
        MOVED,
        Exclusion(is_warmup, "it is a warm-up", owner="LR210"),
        REBUILT,
        *STEPPED_WRONGLY,
        WHOLE_IGNORES_ACCUMULATION,
    )

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
        steps = segment(schedule, at_most=True)
        parameter = _PARAMETERS[schedule.scheduler]
        argument = schedule.argument(parameter)
        if argument is None or argument.place is None:
            return
        if steps is None:
            if silence := self.first((*self.exclusions, UNKNOWN_STEPS), schedule, schedule.place):
                yield silence
            return
        if steps.value is not None and steps.value <= 0:
            return  # its turn never comes
        missed = _missed(schedule, parameter, argument, steps)
        open_marks = [mark for mark in _marks(argument) if compare(mark, steps).unknown]
        if not missed and not open_marks:
            return
        if silence := self.excluded(schedule):
            yield silence
        elif missed:
            yield self._report(schedule, parameter, argument, steps, missed)
        else:
            yield self.silence(
                schedule.place,
                f"whether {parameter} {wording.amount(open_marks[0])} is reached in"
                f" {wording.amount(steps)} steps is not known",
            )

    def _report(
        self,
        schedule: Schedule,
        parameter: str,
        argument: Argument,
        steps: Expr,
        missed: tuple[Expr, ...],
    ) -> Finding:
        place = argument.place or schedule.place
        here = place.span().filename == schedule.place.span().filename
        certain = all(compare(steps, one).certain for one in missed)
        every = argument.numbers is None or len(missed) == len(argument.numbers)
        return self.finding(
            place if here else schedule.place,
            f"{_names(argument, parameter, missed)} never reached:"
            f" {'the training' if schedule.parent is None else 'its turn'} ends after"
            f" {wording.quantity(steps)} {unit(driver(schedule))}s"
            f"{'' if certain else WITH_THE_DEFAULTS}"
            f"{_consequence(schedule) if every else ''}",
            notes=notes(schedule),
        )


_PARAMETERS = {
    "LinearLR": "total_iters",
    "MultiStepLR": "milestones",
    "PolynomialLR": "total_iters",
    "SequentialLR": "milestones",
    "StepLR": "step_size",
}


def _marks(argument: Argument) -> tuple[Expr, ...]:
    return argument.numbers or (() if argument.number is None else (argument.number,))


def _is_past(mark: Expr, steps: Expr) -> bool:
    """Whether the last step, which uses the LR of ``steps - 1``, comes before the mark."""
    found = compare(mark, steps)
    return found.equal or (found.differs and found.sign == 1)


def _missed(
    schedule: Schedule, parameter: str, argument: Argument, steps: Expr
) -> tuple[Expr, ...]:
    """Return the horizons that the training does not reach."""
    if parameter == "total_iters":
        return _unfinished(schedule, steps)
    if parameter == "step_size":
        size = argument.number
        return (size,) if size is not None and _is_past(size, steps) else ()
    marks = argument.numbers or ()
    missed = tuple(mark for mark in marks if _is_past(mark, steps))
    if len(missed) == len(marks):
        return () if schedule.scheduler == "SequentialLR" and _stays_in_warmup(schedule) else missed
    return tuple(mark for mark in missed if not compare(mark, steps).equal)


def _stays_in_warmup(schedule: Schedule) -> bool:
    """Whether the sequence never gets past its warm-up: LR210."""
    return bool(schedule.children) and is_warmup(schedule.children[0])


def _unfinished(schedule: Schedule, steps: Expr) -> tuple[Expr, ...]:
    horizon = schedule.horizon
    if horizon is None or horizon.length is None or schedule.parent is not None:
        return ()  # a part of another schedule: LR204
    found = against(schedule, horizon, horizon.length, steps)
    if not found.comparison.differs or found.fits or found.longer:
        return ()
    return (horizon.length,)


def _names(argument: Argument, parameter: str, missed: tuple[Expr, ...]) -> str:
    texts = [wording.quantity(one) for one in missed]
    if argument.numbers is None:
        return f"{parameter} {texts[0]} is"
    if len(texts) == 1:
        return f"milestone {texts[0]} is"
    return f"milestones {', '.join(texts[:-1])} and {texts[-1]} are"


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
