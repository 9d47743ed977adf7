"""StepLR, MultiStepLR and ExponentialLR: multiplication by gamma at given counter values."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from lrlint.formulas.arguments import is_number, is_whole, parameters_of
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of


class StepLR(Replay):
    """The current LR times gamma whenever the counter is a multiple of `step_size`."""

    def __init__(
        self, groups: list[Group], step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return values_of(self.groups, "lr")
        return [group["lr"] * self.gamma for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        decays = self.last_epoch // self.step_size
        return [base_lr * self.gamma**decays for base_lr in self.base_lrs]


class MultiStepLR(Replay):
    """The current LR times gamma at every milestone (twice where it is listed twice)."""

    def __init__(
        self,
        groups: list[Group],
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self.last_epoch not in self.milestones:
            return values_of(self.groups, "lr")
        times = self.milestones[self.last_epoch]
        return [group["lr"] * self.gamma**times for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base_lr * self.gamma**passed for base_lr in self.base_lrs]


class ExponentialLR(Replay):
    """The current LR times gamma at every step but the initial one."""

    def __init__(self, groups: list[Group], gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self._initial:
            return values_of(self.groups, "lr")
        return [group["lr"] * self.gamma for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        return [base_lr * self.gamma**self.last_epoch for base_lr in self.base_lrs]


def _power(gamma: float, times: float) -> float:
    """Return `gamma ** times`, infinite where it overflows, as repeated products are."""
    try:
        return float(gamma**times)
    except OverflowError:
        return -math.inf if gamma < 0 and times % 2 else math.inf


def _step_period(step_size: float) -> float:
    """Return the number of steps between two decays: the smallest whole multiple of `step_size`."""
    if not math.isfinite(step_size):
        return math.inf
    return abs(Fraction(step_size).numerator)


def _steps(base_lrs: Sequence[float], step_size: float, gamma: float) -> Curve:
    """Return `b * gamma ** floor(t / step_size)`."""
    period = _step_period(step_size)

    def curve(t: float) -> list[float]:
        factor = _power(gamma, t // period) if t else 1.0
        return [base_lr * factor for base_lr in base_lrs]

    return curve


def _milestones(base_lrs: Sequence[float], milestones: Iterable[Any], gamma: float) -> Curve:
    """Return `b * gamma ** n`: n milestones, out of those that the counter can equal, are <= t."""
    reachable = sorted(m for m in milestones if is_number(m) and m >= 0 and is_whole(m))

    def curve(t: float) -> list[float]:
        factor = _power(gamma, bisect_right(reachable, t))
        return [base_lr * factor for base_lr in base_lrs]

    return curve


def _exponential(base_lrs: Sequence[float], gamma: float) -> Curve:
    """Return `b * gamma ** t`."""

    def curve(t: float) -> list[float]:
        factor = _power(gamma, t)
        return [base_lr * factor for base_lr in base_lrs]

    return curve


def _check_step(step_size: object, gamma: object) -> Iterator[Problem]:
    del gamma
    if not is_number(step_size):
        return
    if step_size == 0:
        yield Problem(
            "step_size",
            "step_size=0: the first step() divides by zero",
            raises="ZeroDivisionError",
            at=1,
        )
    elif not is_whole(step_size):
        period = _step_period(step_size)
        effect = f"only every {period:g} steps" if period < 1e6 else "never"
        yield Problem(
            "step_size",
            f"step_size={step_size!r} is not a whole number of steps: the LR decays {effect}",
        )
    elif step_size < 0:
        yield Problem(
            "step_size", f"step_size={step_size!r} is negative: it acts as {-step_size!r}"
        )


def _check_milestones(milestones: object, gamma: object) -> Iterator[Problem]:
    del gamma
    if is_number(milestones):
        yield refused(
            "milestones",
            f"milestones={milestones!r} is a number where a list of them is needed",
            "TypeError",
        )
    if not isinstance(milestones, (list, tuple, set, frozenset)):
        return
    numbers = [m for m in milestones if is_number(m)]
    fractional = sorted(m for m in numbers if not is_whole(m))
    if fractional:
        yield Problem(
            "milestones",
            f"{_listed(fractional)}: not a whole number of steps, so the counter never equals it",
        )
    negative = sorted(m for m in numbers if m < 0 and is_whole(m))
    if negative:
        yield Problem("milestones", f"{_listed(negative)}: before the start, never reached")


def _listed(milestones: Sequence[float]) -> str:
    plural = "s" * (len(milestones) > 1)
    return f"milestone{plural} {', '.join(map(repr, milestones))}"


def _starts_decayed(milestones: object, **_: object) -> bool:
    return isinstance(milestones, (list, tuple, set, frozenset)) and 0 in milestones


LAWS = (
    Law(
        name="StepLR",
        source="torch.optim.lr_scheduler.StepLR",
        parameters=parameters_of(StepLR),
        replay=StepLR,
        closed_form=_steps,
        check=_check_step,
        horizon=("step_size",),
        durations=("step_size",),
        past_horizon=PastHorizon.PERIODIC,
        chainable=True,
        removed=frozenset({"verbose"}),
    ),
    Law(
        name="MultiStepLR",
        source="torch.optim.lr_scheduler.MultiStepLR",
        parameters=parameters_of(MultiStepLR),
        replay=MultiStepLR,
        closed_form=_milestones,
        check=_check_milestones,
        horizon=("milestones",),
        durations=("milestones",),
        past_horizon=PastHorizon.HOLDS,
        chainable=True,
        writes_at_construction=True,
        writes=_starts_decayed,
        removed=frozenset({"verbose"}),
    ),
    Law(
        name="ExponentialLR",
        source="torch.optim.lr_scheduler.ExponentialLR",
        parameters=parameters_of(ExponentialLR),
        replay=ExponentialLR,
        closed_form=_exponential,
        chainable=True,
        removed=frozenset({"verbose"}),
    ),
)
