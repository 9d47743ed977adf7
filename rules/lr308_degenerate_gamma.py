"""LR308 degenerate-gamma."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, NOT_STEPPED
from lrlint.judgement.hand_written_curves import growing_decay
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Expr, Strength

_FACTOR = {
    "ExponentialLR": "gamma",
    "MultiStepLR": "gamma",
    "ReduceLROnPlateau": "factor",
    "StepLR": "gamma",
}


class DegenerateGamma(Rule):
    """The factor of a decay is 0, negative, or does not decay.

    ## What it does

    Reports a `gamma` of `StepLR`, `MultiStepLR` or `ExponentialLR`, or a `factor` of
    `ReduceLROnPlateau`, that is 0 or less, or above 1; and an LR that the script writes itself and
    that a negative exponent lets grow: `lr * 0.1 ** -(epoch // 30)`. A `gamma` of exactly 1 keeps
    the LR as it is, which is a usual way to switch a schedule off; torch does not take a `factor`
    of 1. A root such as `(high / low) ** (1 / steps)` is meant to grow, as in an LR range test.

    ## Why is this bad

    With 0 the LR is 0 after the first decay, with a negative factor it changes its sign, and above
    1 the LR grows without bound.

    ## Example

    ```python
    scheduler = StepLR(optimizer, step_size=30, gamma=10)
    ```

    ## Use instead

    ```python
    scheduler = StepLR(optimizer, step_size=30, gamma=0.1)
    ```

    ## References

    - [torch: StepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html)
    """

    code, name, severity = "LR308", "degenerate-gamma", Severity.WARNING
    schedulers = frozenset(_FACTOR)
    exclusions = (NOT_STEPPED, EXERCISE)

    SETUP = "scheduler = ExponentialLR(optimizer, gamma={})"
    VALID = (
        training(SETUP.format(0.95), epochs=60, batches=None, epoch="scheduler.step()"),
        # A constant LR.
        training(SETUP.format(1.0), epochs=60, batches=None, epoch="scheduler.step()"),
    )
    INVALID = (
        Invalid(
            training(SETUP.format(0), epochs=60, batches=None, epoch="scheduler.step()"),
            at=SETUP.format(0),
            says=("gamma is 0", "the LR is 0"),
        ),
        Invalid(
            training(SETUP.format(1.1), epochs=60, batches=None, epoch="scheduler.step()"),
            at=SETUP.format(1.1),
            says=("gamma is 1.1", "the LR grows"),
        ),
    )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        growth = growing_decay(schedule)
        if growth is None:
            return
        factor, first, last = growth
        yield self.finding(
            schedule.place,
            f"the powers of {wording.quantity(factor)} that are written here have a negative"
            f" exponent: the LR grows from {wording.number(first)} to {wording.number(last)},"
            " where it should decay",
        )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        parameter = _FACTOR[schedule.scheduler]
        argument = schedule.argument(parameter)
        if argument is None or argument.place is None or argument.number is None:
            return
        value = argument.number.value
        if value is None or 0 < value < 1 or (value == 1 and parameter == "gamma"):
            return
        if value > 1 and _is_root(argument.number):
            return  # an LR range test: it grows from one LR to another
        if silence := self.excluded(schedule):
            yield silence
            return
        sure = argument.number.strength is Strength.CONSTANT
        yield self.finding(
            argument.place,
            f"{parameter} is {wording.number(value)}{'' if sure else WITH_THE_DEFAULTS}:"
            f" {_consequence(parameter, float(value))}",
            notes=(("scheduler built here", schedule.place),),
        )


def _is_root(number: Expr) -> bool:
    """Whether a factor is computed so that many steps of it lead from one LR to another."""
    return any(atom.name.startswith(("**(", "exp(")) for atom in number.atoms())


def _consequence(parameter: str, factor: float) -> str:
    if factor == 0:
        return "the LR is 0 from the first decay on"
    if factor < 0:
        return "the LR changes its sign with every decay"
    if parameter == "factor":
        return "torch raises ValueError"
    return "the LR grows where it should decay"
