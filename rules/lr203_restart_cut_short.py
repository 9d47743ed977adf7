"""LR203 restart-cut-short."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Schedule, StepArgument
from lrlint.judgement import wording
from lrlint.judgement.length import (
    WITH_THE_DEFAULTS,
    Length,
    against,
    ignored_accumulation,
    is_exercise,
    notes,
    rebuilt_in,
    unit,
)
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.judgement.units import length_is_explained, regular_sites
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class RestartCutShort(Rule):
    """The training ends in the middle of a warm-restart cycle, at a high LR.

    ## What it does

    Computes where the cycles of `CosineAnnealingWarmRestarts` end (after `T_0` steps, and each
    cycle `T_mult` times as long as the one before) and reports a training that stops well before
    such an end, or in the epoch after it. The message names the nearest lengths that end with a
    cycle.

    ## Why is this bad

    At the end of a cycle the LR is low and the model has settled; the restart lifts the LR back to
    its start and the loss with it. With `T_0=10, T_mult=2` the cycles end after 10, 30, 70 and 150
    epochs: 100 epochs end in the middle of the fourth, at 71 % of the base LR, with a model that is
    likely worse than the one 30 epochs before.

    ## Example

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
    for epoch in range(100):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
    for epoch in range(70):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: CosineAnnealingWarmRestarts](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html)
    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983): models are taken at the end of
      a cycle
    """

    code, name, severity = "LR203", "restart-cut-short", Severity.WARNING
    schedulers = frozenset({"CosineAnnealingWarmRestarts"})

    RESTARTS = """
        scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
        """
    VALID = (training(RESTARTS, epochs=70, batches=None, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(RESTARTS, epochs=100, batches=None, epoch="scheduler.step()"),
            at=RESTARTS.strip(),
            says=("30 of 80 epochs", "the last epoch runs at 0.071", "70 or 150 epochs"),
        ),
        # `step(epoch)` counts epochs, wherever it is called.
        Invalid(
            training(
                "scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=50, eta_min=1e-4)",
                epochs=75,
                batches="i, (x, y) in enumerate(train_loader)",
                batch="scheduler.step(epoch + i / len(train_loader))",
            ),
            row=6,
            says=("25 of 50 epochs", "50 or 100 epochs"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        found, times = _length(schedule), schedule.number("T_mult")
        factor = None if times is None else times.value
        if found is None or not isinstance(factor, int) or factor < 1:
            return
        cycle = _cycle(found, factor)
        if cycle is None or _ends_well(schedule, cycle):
            return
        certain = found.certain and times is not None and times.is_constant
        yield self.finding(
            schedule.place,
            f"training ends {_position(schedule, cycle)}"
            f"{'' if certain else WITH_THE_DEFAULTS}{_last(schedule, cycle)};"
            f" a cycle ends after {_ends(schedule, cycle)}",
            notes=notes(schedule),
        )


@dataclass(frozen=True)
class _Cycle:
    """The cycle in which the training ends, in steps, or in units of T_0."""

    start: Fraction
    length: Fraction
    end: Fraction
    """Where the training ends."""
    in_steps: bool

    @property
    def share(self) -> Fraction:
        """How much of the cycle is over at the end of the last step."""
        return (self.end - self.start) / self.length

    @property
    def last(self) -> Fraction:
        """How much of it is over when the last step begins."""
        return self.share - (Fraction(1) / self.length if self.in_steps else 0)


def _length(schedule: Schedule) -> Length | None:
    """The training against T_0, in the unit that the scheduler counts."""
    horizon, sites = schedule.horizon, regular_sites(schedule)
    if horizon is None or horizon.length is None or schedule.parent is not None or not sites:
        return None
    if schedule.open_arguments or is_exercise(schedule) or rebuilt_in(schedule) is not None:
        return None
    if length_is_explained(schedule) or ignored_accumulation(schedule) is not None:
        return None
    arguments = {site.argument for site in sites}
    steps = None
    if arguments == {StepArgument.NOTHING}:
        steps = schedule.steps
    elif arguments == {StepArgument.EPOCH}:
        steps = schedule.epochs
    return None if steps is None else against(schedule, horizon, horizon.length, steps)


def _cycle(found: Length, factor: int) -> _Cycle | None:
    first, end = found.length.value, found.steps.value
    if isinstance(first, int) and isinstance(end, int):
        length, position, in_steps = Fraction(first), Fraction(end), True
    elif found.ratio is not None:
        length, position, in_steps = Fraction(1), found.ratio, False
    else:
        return None
    if length <= 0 or position <= 0:
        return None
    start = Fraction(0)
    if factor == 1:
        start = length * (math.ceil(position / length) - 1)
    while start + length < position:
        start += length
        length *= factor
    return _Cycle(start, length, position, in_steps)


def _ends_well(schedule: Schedule, cycle: _Cycle) -> bool:
    """Whether it ends with a cycle, or so near to its end that nobody can see the difference."""
    rest = cycle.length - (cycle.end - cycle.start)
    if rest == 0 or (cycle.in_steps and rest == 1) or not _high(cycle.last):
        return True
    one_more = cycle.in_steps and cycle.end - cycle.start == 1
    return one_more and schedule.per is not Cadence.EPOCH


def _high(share: Fraction) -> bool:
    """Whether a cosine is above 10 % of its range."""
    return (1 + math.cos(math.pi * share)) / 2 > 0.1


def _counts(schedule: Schedule) -> str:
    absolute = any(site.argument is StepArgument.EPOCH for site in schedule.sites)
    return "epochs" if absolute else f"{unit(schedule)}s"


def _position(schedule: Schedule, cycle: _Cycle) -> str:
    if not cycle.in_steps:
        return f"{float(100 * cycle.share):.3g}% into a cycle"
    done, whole = int(cycle.end - cycle.start), int(cycle.length)
    return f"{done} of {whole} {_counts(schedule)} into a cycle"


def _last(schedule: Schedule, cycle: _Cycle) -> str:
    if any(site.argument is StepArgument.EPOCH for site in schedule.sites):
        return ""
    if cycle.in_steps:
        lrs = lr_after_steps(schedule, int(cycle.end) - 1)
    else:
        lrs = lr_after(schedule, cycle.end)
    return "" if lrs is None else f": the last {unit(schedule)} runs at {lr_text(lrs)}"


def _ends(schedule: Schedule, cycle: _Cycle) -> str:
    """The nearest lengths that end with a cycle."""
    ends = [end for end in (cycle.start, cycle.start + cycle.length) if end > 0]
    text = " or ".join(wording.number(float(end)) for end in ends)
    return f"{text} {_counts(schedule)}" if cycle.in_steps else f"{text} times T_0"
