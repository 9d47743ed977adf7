"""Linear warm-ups before a cosine, of other libraries: lightning-bolts (0.7) and MONAI (1.6)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import is_number, parameters_of
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of

BOLTS = "pl_bolts.LinearWarmupCosineAnnealingLR"
MONAI = "monai.WarmupCosineSchedule"
"""The names begin with the library: many projects have classes that are called so."""

WARMUPS = {BOLTS: ("warmup_epochs", "max_epochs"), MONAI: ("warmup_steps", "t_total")}
"""The parameters that are the steps of the warm-up and of the whole training."""
LENGTHS = {name: total for name, (_, total) in WARMUPS.items()}


class LinearWarmupCosineAnnealingLR(Replay):
    """The next LR from the current one; a warm-up of n ends after n - 1 steps."""

    def __init__(
        self,
        groups: list[Group],
        warmup_epochs: int,
        max_epochs: int,
        warmup_start_lr: float = 0.0,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.warmup_epochs, self.max_epochs = warmup_epochs, max_epochs
        self.warmup_start_lr, self.eta_min = warmup_start_lr, eta_min
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        lrs = values_of(self.groups, "lr")
        return self.following(self.last_epoch, self.base_lrs, lrs)

    def following(self, t: int, base_lrs: Sequence[Any], lrs: Sequence[Any]) -> list[Any]:
        """Return the LRs of step t, given those of the step before."""
        start, low = self.warmup_start_lr, self.eta_min
        pairs = list(zip(base_lrs, lrs, strict=True))
        if t == 0:
            return [start] * len(pairs)
        if t < self.warmup_epochs:
            return [lr + (base - start) / (self.warmup_epochs - 1) for base, lr in pairs]
        if t == self.warmup_epochs:
            return list(base_lrs)
        length, done = self.max_epochs - self.warmup_epochs, t - self.warmup_epochs
        if (t - 1 - self.max_epochs) % (2 * length) == 0:
            rise = 1 - math.cos(math.pi / length)
            return [lr + (base - low) * rise / 2 for base, lr in pairs]
        now = 1 + math.cos(math.pi * done / length)
        before = 1 + math.cos(math.pi * (done - 1) / length)
        return [now / before * (lr - low) + low for lr in lrs]


def _chained(base_lrs: Sequence[float], **arguments: Any) -> Curve:
    """Return the LRs of each step, which follow from those before."""
    chain = LinearWarmupCosineAnnealingLR([{"lr": lr} for lr in base_lrs], **arguments)
    reached = [chain.following(0, base_lrs, base_lrs)]

    def curve(t: float) -> list[float]:
        while len(reached) <= t:
            reached.append(chain.following(len(reached), base_lrs, reached[-1]))
        return list(reached[int(t)])

    return curve


class WarmupCosineSchedule(Replay):
    """A multiple of the base LR, which `end_lr` bounds from below after the warm-up."""

    def __init__(
        self,
        groups: list[Group],
        warmup_steps: int,
        t_total: int,
        end_lr: float = 0.0,
        cycles: float = 0.5,
        last_epoch: int = -1,
        warmup_multiplier: float = 0,
    ) -> None:
        self._at = _bounded(
            [group["initial_lr"] if "initial_lr" in group else group["lr"] for group in groups],
            *(warmup_steps, t_total, end_lr, cycles, warmup_multiplier),
        )
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        return self._at(self.last_epoch)


def _bounded(
    base_lrs: Sequence[float],
    warmup_steps: int,
    t_total: int,
    end_lr: float,
    cycles: float,
    warmup_multiplier: float,
) -> Curve:
    warmup = min(max(warmup_steps, 0), t_total)

    def curve(t: float) -> list[float]:
        if t < warmup:
            share = t / max(1.0, warmup)
            factor = warmup_multiplier + (1 - warmup_multiplier) * share
            return [base_lr * factor for base_lr in base_lrs]
        progress = (t - warmup) / max(1, t_total - warmup)
        factor = max(0.0, 0.5 * (1.0 + math.cos(math.pi * cycles * 2.0 * progress)))
        return [max(end_lr, base_lr * factor) for base_lr in base_lrs]

    return curve


def _check(warmup_multiplier: object, **_: object) -> Iterator[Problem]:
    if is_number(warmup_multiplier) and not 0 <= warmup_multiplier <= 1:
        yield refused("warmup_multiplier", "warmup_multiplier must be between 0 and 1")


def _law(
    name: str,
    source: str,
    replay: Callable[..., Replay],
    closed_form: Callable[..., Curve],
    durations: tuple[str, str],
    **options: Any,
) -> Law:
    return Law(
        name=name,
        source=source,
        parameters=parameters_of(replay),
        replay=replay,
        closed_form=closed_form,
        horizon=durations[1:],
        durations=durations,
        past_horizon=PastHorizon.RISES,
        writes_at_construction=True,
        **options,
    )


LAWS = (
    _law(
        BOLTS,
        "pl_bolts.optimizers.lr_scheduler.LinearWarmupCosineAnnealingLR",
        *(LinearWarmupCosineAnnealingLR, _chained),
        WARMUPS[BOLTS],
        chainable=True,
    ),
    _law(
        MONAI,
        "monai.optimizers.lr_scheduler.WarmupCosineSchedule",
        *(WarmupCosineSchedule, _bounded),
        WARMUPS[MONAI],
        check=_check,
    ),
)
