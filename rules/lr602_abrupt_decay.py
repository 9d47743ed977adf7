"""LR602 abrupt-decay."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, NOT_STEPPED, OPEN_ARGUMENTS
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.option import Option
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Strength


class AbruptDecay(Rule):
    """The LR drops to a tenth, or less, in one step.

    ## What it does

    Mentions `StepLR` and `MultiStepLR` with a `gamma` of 0.1 or less, which is the default (advice:
    shown with `--pedantic`).

    ## Why is this bad

    It need not be: many published results were trained like that. But the epochs before a drop run
    at an LR that is too high, and the epoch of the drop has to be tuned. A smooth decay over the
    same range has one number less to tune.

    ## Example

    ```python
    scheduler = StepLR(optimizer, step_size=30, gamma=0.1)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    ```

    ## References

    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983): cosine against drops
    """

    code, name, severity = "LR602", "abrupt-decay", Severity.ADVICE
    schedulers = frozenset({"MultiStepLR", "StepLR"})
    exclusions = (OPEN_ARGUMENTS, NOT_STEPPED, EXERCISE)

    gamma = Option(0.1, "`gamma` is reported up to this value.", least=0, most=1)

    VALID = (
        training(
            "scheduler = StepLR(optimizer, step_size=30, gamma=0.5)",
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = StepLR(optimizer, step_size=30)",
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = StepLR(optimizer, step_size=30)",
            says=("gamma is left at 0.1", "a tenth"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        gamma = schedule.argument("gamma")
        if gamma is None or gamma.number is None:
            return
        value = gamma.number.value
        if value is None or not 0 < value <= self.gamma:
            return  # 0 and below: LR308
        if silence := self.excluded(schedule):
            yield silence
            return
        share = "a tenth" if value == 0.1 else f"1/{wording.number(round(1 / value))}"
        yield self.finding(
            schedule.place,
            f"gamma is {'' if gamma.explicit else 'left at '}{wording.amount(gamma.number)}"
            f"{'' if gamma.number.strength is Strength.CONSTANT else WITH_THE_DEFAULTS}:"
            f" the LR drops to {share} in one step, where a smooth decay has no moment to be tuned",
            notes=(("gamma set here", gamma.place),),
        )
