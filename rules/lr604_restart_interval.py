"""LR604 restart-interval."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import (
    EXERCISE,
    OPEN_ARGUMENTS,
    PLAIN_STEPS,
    REBUILT,
    STEPPED_WRONGLY,
)
from lrlint.judgement.length import WITH_THE_DEFAULTS, unit
from lrlint.judgement.stepping import driver
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Strength

_SHORTEST = 3
"""Steps of a cycle: its start, something between, and its low end."""
_STEEPEST = 4
"""From here on the second cycle is longer than most trainings, and the third than all."""


class RestartInterval(Rule):
    """Warm restarts come so often, or so rarely, that there are no cycles.

    ## What it does

    Mentions `CosineAnnealingWarmRestarts` whose `T_0` is below 3 steps while `T_mult` is 1, or
    whose `T_mult` is above 4 (advice: shown with `--pedantic`). With `step(epoch + i / n)`, a cycle
    of one epoch is long enough.

    ## Why is this bad

    With `T_0=1` and one step per epoch the LR never falls, because each cycle has only its first
    step. With `T_0=2` it alternates between the whole LR and half of it. With `T_0=10, T_mult=10`
    the restarts come after 10, 110 and 1110 epochs.

    ## Example

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=1, eta_min=1e-4)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
    ```

    ## References

    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983): `T_mult` of 1 and 2
    """

    code, name, severity = "LR604", "restart-interval", Severity.ADVICE
    schedulers = frozenset({"CosineAnnealingWarmRestarts"})
    exclusions = (OPEN_ARGUMENTS, *PLAIN_STEPS, EXERCISE, REBUILT, *STEPPED_WRONGLY)

    SETUP = "scheduler = CosineAnnealingWarmRestarts(optimizer, {}, eta_min=1e-4)"
    VALID = (training(SETUP.format("T_0=1, T_mult=2"), batches=None, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(SETUP.format("T_0=1"), batches=None, epoch="scheduler.step()"),
            at=SETUP.format("T_0=1"),
            says=("restarts with every epoch", "never"),
        ),
        Invalid(
            training(SETUP.format("T_0=10, T_mult=10"), batches=None, epoch="scheduler.step()"),
            at=SETUP.format("T_0=10, T_mult=10"),
            says=("after 10, 110 and 1110 epochs",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        first, factor = schedule.number("T_0"), schedule.number("T_mult")
        if first is None or factor is None:
            return
        length, times = first.value, factor.value
        if not isinstance(length, int) or not isinstance(times, int) or length < 1 or times < 1:
            return  # LR207
        step = unit(driver(schedule))
        if times == 1 and length < _SHORTEST:
            text = f"it restarts every {length} {step}s: the LR alternates"
            if length == 1:
                text = f"it restarts with every {step}: the LR never falls"
        elif times > _STEEPEST:
            ends = [length, length * (1 + times), length * (1 + times + times**2)]
            numbers = [wording.number(end) for end in ends]
            text = f"it restarts after {numbers[0]}, {numbers[1]} and {numbers[2]} {step}s"
        else:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        certain = max(first.strength, factor.strength) is Strength.CONSTANT
        yield self.finding(
            schedule.place,
            f"T_0 is {wording.amount(first)} and T_mult {wording.amount(factor)}"
            f"{'' if certain else WITH_THE_DEFAULTS}, so that {text}",
            notes=(("stepped here", driver(schedule).sites[0].place),),
        )
