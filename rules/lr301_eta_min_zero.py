"""LR301 eta-min-zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import SetArgument
from lrlint.judgement.length import WITH_THE_DEFAULTS, own_length, segment, unit
from lrlint.judgement.low_end import (
    COUNTED,
    FLAT,
    LOW_END_EXCLUSIONS,
    NEAR,
    is_only_planned,
    low_steps,
    lowest_share,
    share,
)
from lrlint.judgement.rates import lr_text
from lrlint.judgement.stepping import driver, sets_position
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe
from lrlint.snippets import Diff, training
from lrlint.symbolic import Strength


class EtaMinZero(Rule):
    """A cosine anneals to its default minimum of 0, so its last steps change nothing.

    ## What it does

    Reports `CosineAnnealingLR` and `CosineAnnealingWarmRestarts` without `eta_min`, whose default
    is 0, whatever else is wrong with the schedule. An explicit `eta_min=0` counts as a decision and
    is mentioned with `--pedantic` only, as is a cosine none of whose steps falls below 10 % of the
    base LR.

    ## Why is this bad

    A cosine is flat at its end: the last 6.4 % of its steps run below 1 % of the base LR. They cost
    as much as all others and hardly change the weights: 6 of 100 epochs are wasted. A small minimum
    turns them into fine-tuning.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.001)
    ```

    The fix sets 1 % of the lowest base LR where that is a number in the script, else `1e-6`.

    ## Fix safety

    The fix is unsafe because the script does not say which minimum is right: 1 % of the base LR,
    or `1e-6`, is a starting point. The last steps then change the weights, so results differ
    slightly.

    ## References

    - [torch: CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983), equation 5
    """

    code, name, severity = "LR301", "eta-min-zero", Severity.WARNING
    schedulers = frozenset({"CosineAnnealingLR", "CosineAnnealingWarmRestarts"})
    exclusions = LOW_END_EXCLUSIONS

    VALID = (
        training(
            "scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)",
            batches=None,
            epoch="scheduler.step()",
        ),
        # Another schedule follows before the cosine is low.
        training(
            """
            cosine = CosineAnnealingLR(optimizer, T_max=100)
            tail = ConstantLR(optimizer, factor=0.1, total_iters=50)
            scheduler = SequentialLR(optimizer, [cosine, tail], milestones=[80])
            """,
            epochs=100,
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = CosineAnnealingLR(optimizer, T_max=100)",
                epochs=100,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=100)",
            fixed=Diff(
                """
                - scheduler = CosineAnnealingLR(optimizer, T_max=100)
                + scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)
                """
            ),
            says=("the last 6 of 100 epochs", "1 % of the base LR of 0.1"),
        ),
        Invalid(
            training(
                """
                optimizer = AdamW(model.parameters(), lr=lr)
                scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader))
                """,
                batch="scheduler.step()",
                parameters="lr",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader))",
            fixed=Diff(
                """
                - scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader))
                + scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-6)
                """
            ),
            says=("the last 6.4 % of T_max = epochs * len(train_loader)",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        eta_min = schedule.argument("eta_min")
        if eta_min is None or eta_min.number is None or eta_min.number.as_number() != 0:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        what = "eta_min is 0" if eta_min.explicit else "eta_min is left at 0"
        site = next(iter(driver(schedule).sites), None)
        lowest = lowest_share(schedule)
        near = lowest is None or lowest < NEAR
        steps = segment(schedule)
        if not near and steps is not None and steps.value == 1:
            return  # a single step anneals nothing
        yield self.finding(
            schedule.place,
            f"{what}: {_consequence(schedule)} of the base LR{_base(schedule)}",
            severity=self.severity if near and not eta_min.explicit else Severity.ADVICE,
            notes=(
                ("eta_min set here", eta_min.place),
                ("stepped here", None if site is None else site.place),
            ),
            fix=None if eta_min.explicit else _fix(schedule),
        )


def _consequence(schedule: Schedule) -> str:
    """Say how many of the last epochs or steps run at next to nothing, up to the "%"."""
    horizon, steps = schedule.horizon, segment(schedule)
    length = None if horizon is None else horizon.length
    whole, last = None if length is None else length.value, None if steps is None else steps.value
    step, cycles = unit(driver(schedule)), schedule.scheduler == "CosineAnnealingWarmRestarts"
    planned, open_position = is_only_planned(schedule), sets_position(schedule)
    known = isinstance(whole, int) and whole <= COUNTED
    if not known and not planned and not open_position and (end := _early_end(schedule)):
        return end
    if not isinstance(whole, int) or not known or open_position:
        what = "every cycle" if cycles else f"T_max{'' if length is None else f' = {length}'}"
        runs = "would run" if planned else "run"
        return f"the last {100 * (1 - FLAT):.1f} % of {what} {runs} below 1 %"
    if planned:
        what = f"{'T_0' if cycles else 'T_max'}={whole}"
        return _at_the_end(whole, what, whole, planned=True)
    if not isinstance(last, int) or last > COUNTED:
        return _at_the_end(whole, f"{'T_0' if cycles else 'T_max'}={whole} {step}s", whole)
    if last <= (whole if cycles else whole + 1):  # a cycle restarts where a cosine is at its end
        return _at_the_end(last, f"{last} {step}s", whole)
    low = low_steps(schedule, last)  # it rises again, or restarts
    if low:
        return f"{low} of {last} {step}s run below 1 %"
    return f"the last {step} of the first cycle runs at {_percent(whole - 1, whole)}"


def _early_end(schedule: Schedule) -> str | None:
    """Say where the LR ends if that is before the cosine is low, whatever its length is."""
    length = own_length(schedule, at_most=True)
    if length is None or length.ratio is None or length.ratio > FLAT:
        return None
    return f"the last {unit(driver(schedule))} runs at {_percent(float(length.ratio), 1)}"


def _at_the_end(steps: int, what: str, whole: int, *, planned: bool = False) -> str:
    """Say how many steps are left once the cosine is low."""
    low = steps - math.floor(FLAT * whole) - 1
    many, one = ("would run", "would run") if planned else ("run", "runs")
    if low > 1:
        return f"the last {low} of {what} {many} below 1 %"
    value = "below 1 %" if low == 1 else f"at {_percent(steps - 1, whole)}"
    return f"the last of {what} {one} {value}"


def _percent(step: float, whole: float) -> str:
    percent = 100 * share(step, whole)
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def _base(schedule: Schedule) -> str:
    bases = [lr.value for lr in schedule.base_lrs if lr is not None and lr.value is not None]
    text = ""
    if bases and len(bases) == len(schedule.base_lrs):
        text = f" of {lr_text([float(lr) for lr in bases])}"
    counts = (schedule.horizon and schedule.horizon.length, segment(schedule))
    if any(n and n.value is not None and n.strength is not Strength.CONSTANT for n in counts):
        text += WITH_THE_DEFAULTS
    return text


def _fix(schedule: Schedule) -> Proposal:
    lrs = schedule.base_lrs
    sure = [
        float(lr.value)
        for lr in lrs
        if lr is not None and lr.value is not None and lr.strength is Strength.CONSTANT
    ]
    text = "1e-6"
    if sure and len(sure) == len(lrs):
        text = _literal(Fraction(str(min(sure))) / 100)
    return unsafe("Set a minimum", (schedule.place, SetArgument("eta_min", text)))


def _literal(number: Fraction) -> str:
    """Return ``0.001`` or ``1e-5``."""
    return f"{float(number):g}".replace("e-0", "e-")
