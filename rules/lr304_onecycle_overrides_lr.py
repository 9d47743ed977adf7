"""LR304 onecycle-overrides-lr."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, OPEN_ARGUMENTS, PART
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.option import Option
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Expr, Strength


class OneCycleOverridesLR(Rule):
    """The scheduler replaces the LR of the optimizer by a very different one.

    ## What it does

    Mentions `OneCycleLR` and `CyclicLR` on an optimizer whose `lr=` is 10 times (`factor`) higher
    than `max_lr`, or 10 times lower than the lowest LR of the cycle (advice: shown with
    `--pedantic`).

    ## Why is this bad

    These two compute every LR from their own arguments. Tuning the optimizer's `lr=` has no effect.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=1e-3, total_steps=1000)
    ```

    ## Use instead

    ```python
    optimizer = SGD(model.parameters(), lr=1e-3)
    scheduler = OneCycleLR(optimizer, max_lr=1e-3, total_steps=1000)
    ```

    ## References

    - [torch: OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html)
    """

    code, name, severity = "LR304", "onecycle-overrides-lr", Severity.ADVICE
    schedulers = frozenset({"CyclicLR", "OneCycleLR"})
    exclusions = (OPEN_ARGUMENTS, PART, EXERCISE)

    SETUP = """
        optimizer = SGD(model.parameters(), lr={}, momentum=0.9)
        scheduler = OneCycleLR(optimizer, max_lr=0.01, total_steps=len(train_loader))
        """
    factor = Option(
        10.0, "The LRs of optimizer and scheduler may be this many times apart.", least=1
    )

    VALID = (
        # The LR at which the cycle starts.
        training(SETUP.format(0.0004), epochs=None, batch="scheduler.step()"),
    )
    INVALID = (
        Invalid(
            training(SETUP.format(0.5), epochs=None, batch="scheduler.step()"),
            at="scheduler = OneCycleLR(optimizer, max_lr=0.01, total_steps=len(train_loader))",
            says=("lr=0.5 of the optimizer", "from 0.0004 to 0.01"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        optimizer = schedule.optimizer
        if optimizer is None or len(optimizer.groups) != 1 or optimizer.open_groups:
            return
        (group,) = optimizer.groups
        bounds = _bounds(schedule)
        if group.lr is None or group.lr.value is None or not group.lr_given or bounds is None:
            return
        low, high, certain = bounds
        own = float(group.lr.value)
        if own <= 0 or low / self.factor < own < high * self.factor:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        certain = certain and group.lr.strength is Strength.CONSTANT
        yield self.finding(
            schedule.place,
            f"lr={wording.number(own)} of the optimizer is replaced:"
            f" {schedule.scheduler} runs from {wording.number(low)} to {wording.number(high)}"
            f"{'' if certain else WITH_THE_DEFAULTS}",
            notes=(("the optimizer's LR is set here", optimizer.place),),
        )


def _bounds(schedule: Schedule) -> tuple[float, float, bool] | None:
    """Return where a cycle starts and where it peaks, and whether that is certain."""
    high = _number(schedule.argument("max_lr"))
    if schedule.scheduler == "CyclicLR":
        low = _number(schedule.argument("base_lr"))
    else:
        low = _number(schedule.argument("div_factor"))
    if high is None or high.value is None or low is None or not low.value:
        return None
    certain = max(high.strength, low.strength) is Strength.CONSTANT
    if schedule.scheduler == "CyclicLR":
        return float(low.value), float(high.value), certain
    return float(high.value / low.value), float(high.value), certain


def _number(argument: Argument | None) -> Expr | None:
    return None if argument is None else argument.number
