"""The warm-ups of pytorch_warmup (0.2): a factor of the LRs that the scheduler beside it sets.

``with warmup.dampening():`` gives the param groups the LRs that they had without it, and lowers
those again after its body, in which the scheduler steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from lrlint.formulas.arguments import per_group
from lrlint.formulas.replay import Group, Replay, values_of, write

Factor = Callable[[int], float]
"""Returns the factor by the number of the step, from 1."""


class Warmup(Replay):
    """A warm-up; a step is the beginning of ``dampening()``, `dampen` its end."""

    def __init__(self, groups: list[Group], factors: Sequence[Factor], last_step: int) -> None:
        self.groups = groups
        self.base_lrs = values_of(groups, "lr")
        self.last_epoch = last_step
        self._factors = factors
        self.dampen()

    def step(self, value: Any = None) -> None:
        for group, lr in zip(self.groups, self._undampened, strict=True):
            write(group, "lr", lr)

    def dampen(self) -> None:
        """Lower the LRs that the groups have now."""
        self._undampened = values_of(self.groups, "lr")
        self.last_epoch += 1
        for group, factor in zip(self.groups, self._factors, strict=True):
            write(group, "lr", group["lr"] * factor(self.last_epoch + 1))


def _linear(period: int) -> Factor:
    return lambda t: min(1.0, t / period)


def _exponential(period: int) -> Factor:
    return lambda t: 1.0 - math.exp(-t / period)


def _rectified(beta: float) -> Factor:
    limit = 2.0 / (1 - beta) - 1

    def length(t: int) -> float:
        power = beta**t
        return limit - 2 * t * power / (1 - power)

    if not beta > 0.6:
        raise ValueError(f"beta2 ({beta}) must be greater than 0.6")
    first = 1
    while length(first) <= 4:
        first += 1

    def factor(t: int) -> float:
        rho = length(t - 1 + first)
        scaled = (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)
        return math.sqrt(scaled)

    return factor


def _tuned(shape: Callable[[int], Factor]) -> Callable[..., Replay]:
    def build(groups: list[Group], warmup_period: Any, last_step: int = -1) -> Replay:
        periods = per_group("warmup_period", warmup_period, len(groups))
        for period in periods:
            if not isinstance(period, int):
                raise TypeError(f"warmup_period must be an int, not {period!r}")
            if period <= 0:
                raise ValueError(f"warmup_period must be positive, not {period}")
        return Warmup(groups, [shape(period) for period in periods], last_step)

    return build


def _untuned(shape: Callable[[float], Factor]) -> Callable[..., Replay]:
    """Return a warm-up whose length follows from the second beta of Adam."""

    def build(groups: list[Group], last_step: int = -1) -> Replay:
        return Warmup(groups, [shape(group["betas"][1]) for group in groups], last_step)

    return build


SCHEDULES: Final[dict[str, Callable[..., Replay]]] = {
    "LinearWarmup": _tuned(_linear),
    "ExponentialWarmup": _tuned(_exponential),
    "UntunedLinearWarmup": _untuned(lambda beta: _linear(int(2.0 / (1.0 - beta)))),
    "UntunedExponentialWarmup": _untuned(lambda beta: _exponential(int(1.0 / (1.0 - beta)))),
    "RAdamWarmup": _untuned(_rectified),
}
"""The classes by their names; the first argument of each is the list of param groups."""
