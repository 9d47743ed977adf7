"""LR207 degenerate-horizon."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Schedule
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.degenerate import (
    DEGENERATE_EXCLUSIONS,
    Degenerate,
    degenerate_horizons,
    expressions,
    is_quotient,
    is_the_lr,
)
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.judgement.lightning import before_data, without_max_steps
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Strength


class DegenerateHorizon(Rule):
    """The horizon is a number with which the schedule makes no sense, or crashes.

    ## What it does

    Reports a `T_max`, `step_size` or `total_iters` that is 0 or negative, milestones that no whole
    number of steps ever equals (`epochs * 0.5` with an odd number of epochs), a `T_0` or
    `total_steps` that comes out of `/` and is therefore no integer, and a `step_size` that is a
    learning rate. A float that is a whole number, 15640.0, is fine wherever torch takes it.

    Under Lightning also `trainer.max_steps` where the Trainer is not given any: it is -1 then; and
    `trainer.num_training_batches` in `configure_optimizers`, where it still is infinite.

    ## Why is this bad

    `MultiStepLR` looks its counter up among the milestones: 7 and 8 are not 7.5, so the LR never
    drops. `len(train_loader) // 100` is 0 with 80 batches, and the first `step()` divides by zero.
    `StepLR(optimizer, 0.1)` takes 0.1 for the step size, and the LR never changes. Only some of
    these raise an exception.

    ## Example

    ```python
    epochs = 15
    scheduler = MultiStepLR(optimizer, milestones=[epochs * 0.5, epochs * 0.75])
    ```

    ## Use instead

    ```python
    epochs = 15
    scheduler = MultiStepLR(optimizer, milestones=[epochs // 2, epochs * 3 // 4])
    ```

    ## References

    - [torch: MultiStepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html)
    - [torch: OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html)
    """

    code, name, severity = "LR207", "degenerate-horizon", Severity.ERROR

    VALID = (
        training(
            "scheduler = MultiStepLR(optimizer, milestones=[epochs / 3, epochs * 2 / 3])",
            batches=None,
            epoch="scheduler.step()",
            parameters="epochs=90",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                epochs = 15
                scheduler = MultiStepLR(optimizer, milestones=[epochs * 0.5, epochs * 0.75])
                """,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = MultiStepLR(optimizer, milestones=[epochs * 0.5, epochs * 0.75])",
            says=("milestones 7.5, 11.25", "the LR stays at 0.1"),
        ),
        # The arguments of another scheduler.
        Invalid(
            training(
                "scheduler = StepLR(optimizer, 0.1, 30)", batches=None, epoch="scheduler.step()"
            ),
            at="scheduler = StepLR(optimizer, 0.1, 30)",
            says=("step_size=0.1", "never", "looks like a learning rate or a gamma"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        law = LAWS.get(schedule.scheduler)
        if (horizon := without_max_steps(schedule)) is not None:
            argument = schedule.arguments[horizon.parameter]
            why = f"{horizon.parameter} is trainer.max_steps, which is -1 where none is given"
            more = "; -1 is true, so that `if trainer.max_steps:` does not tell"
            yield self._report(schedule, horizon.parameter, argument, why + more)
            return
        if (horizon := before_data(schedule)) is not None:
            yield self.finding(
                horizon.place,
                f"{horizon.parameter} counts trainer.num_training_batches, which is inf until fit()"
                " has loaded the data: use trainer.estimated_stepping_batches",
                notes=(("scheduler built here", schedule.place),),
            )
            return
        if law is None or not law.is_class:
            return
        for case in degenerate_horizons(law, schedule):
            if silence := self.first(DEGENERATE_EXCLUSIONS, case, schedule.place):
                yield silence
                continue
            yield self._report(schedule, case.problem.parameter, case.argument, _words(case))
            return
        for parameter in sorted(_WHOLE & schedule.arguments.keys()):
            argument = schedule.arguments[parameter]
            if is_quotient(argument):
                why = f"{parameter}={argument.value} is a float, which raises ValueError"
                yield self._report(schedule, parameter, argument, f"{why}: divide with // instead")
                return
        step_size = schedule.argument("step_size")
        if step_size is not None and is_the_lr(schedule, step_size):
            why = f"step_size={step_size.text} is a learning rate or a gamma, no number of steps"
            yield self._report(schedule, "step_size", step_size, why)

    def _report(
        self, schedule: Schedule, parameter: str, argument: Argument, message: str
    ) -> Finding:
        certain = all(one.strength is Strength.CONSTANT for one in expressions(argument)) or (
            is_quotient(argument)
        )
        place = argument.place or schedule.place
        same = place.span().filename == schedule.place.span().filename
        return self.finding(
            place if same else schedule.place,
            f"{message}{'' if certain else WITH_THE_DEFAULTS}",
            severity=Severity.ERROR if certain else Severity.WARNING,
            notes=(
                ("scheduler built here", schedule.place if same else None),
                (f"{parameter} set here", None if same else place),
                ("stepped here", schedule.sites[0].place if schedule.sites else None),
            ),
        )


_WHOLE = frozenset({"T_0", "T_mult", "total_steps", "epochs", "steps_per_epoch"})
"""Arguments that torch wants to be of type ``int``."""


def _words(case: Degenerate) -> str:
    schedule, problem, argument = case.schedule, case.problem, case.argument
    number = argument.number
    written = "" if number is None or number.is_constant else f" ({number})"
    text = f"{problem.message}{written}"
    if problem.raises is not None and problem.raises not in text:
        text += f", which raises {problem.raises}"
    value = None if number is None else number.value
    if problem.parameter == "step_size" and value is not None and 0 < value < 1:
        text += "; it looks like a learning rate or a gamma"
    if problem.parameter == "milestones" and schedule.scheduler == "MultiStepLR":
        values = [one.value for one in expressions(argument)]
        base = {None if lr is None else lr.value for lr in schedule.base_lrs}
        if len(base) == 1 and all(value is not None and value % 1 for value in values):
            (lr,) = base
            text += "" if lr is None else f", and the LR stays at {wording.number(lr)}"
    return text
