"""CosineAnnealingLR and CosineAnnealingWarmRestarts: SGDR, without and with the restarts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import is_number, is_whole, parameters_of
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of

_EARLY = 1000
"""Steps that are searched for a division by zero."""
_SGDR = "Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983"


class CosineAnnealingLR(Replay):
    """Half a cosine from the initial LR to `eta_min` in `T_max` steps, computed recursively."""

    def __init__(
        self, groups: list[Group], T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        t, period, floor = self.last_epoch, self.T_max, self.eta_min
        if self._initial:
            return values_of(self.groups, "lr")
        if self._step_count == 1 and t > 0:
            return self._annealed(t * math.pi / period)
        if (t - 1 - period) % (2 * period) == 0:
            rise = 1 - math.cos(math.pi / period)
            return [
                group["lr"] + (base_lr - floor) * rise / 2
                for base_lr, group in zip(self.base_lrs, self.groups, strict=True)
            ]
        ratio = _swing(t, period) / _swing(t - 1, period)
        return [ratio * (group["lr"] - floor) + floor for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        return self._annealed(math.pi * self.last_epoch / self.T_max)

    def _annealed(self, angle: float) -> list[Any]:
        return [_annealed(base_lr, self.eta_min, angle) for base_lr in self.base_lrs]


class CosineAnnealingWarmRestarts(Replay):
    """Half a cosine from the initial LR to `eta_min`, again and again, each cycle `T_mult` times
    as long as the one before; `step(epoch)` may jump anywhere, fractions included."""

    def __init__(
        self,
        groups: list[Group],
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"T_0 must be a positive integer, not {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"T_mult must be an integer >= 1, not {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"eta_min must be a number, not {eta_min}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        angle = math.pi * self.T_cur / self.T_i
        return [_annealed(base_lr, self.eta_min, angle) for base_lr in self.base_lrs]

    def step(self, value: Any = None) -> None:
        epoch = 0 if value is None and self.last_epoch < 0 else value
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            self._jump(epoch)
        self.last_epoch = math.floor(epoch)
        self.write_lrs(self.next_lrs())

    def _jump(self, epoch: float) -> None:
        """Move to `epoch` with torch's logarithm, whose rounding can miss a restart by a cycle."""
        if epoch < 0:
            raise ValueError(f"epoch must not be negative, but is {epoch}")
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            T_0, T_mult = self.T_0, self.T_mult
            cycles = int(math.log(epoch / T_0 * (T_mult - 1) + 1, T_mult))
            self.T_cur = epoch - T_0 * (T_mult**cycles - 1) / (T_mult - 1)
            self.T_i = T_0 * T_mult**cycles


def _swing(t: float, period: float) -> float:
    return 1 + math.cos(math.pi * t / period)


def _annealed(base_lr: Any, eta_min: Any, angle: float) -> Any:
    return eta_min + (base_lr - eta_min) * (1 + math.cos(angle)) / 2


def _cosine(base_lrs: Sequence[float], T_max: float, eta_min: float) -> Curve:
    """Return `eta_min + (b - eta_min) * (1 + cos(pi * t / T_max)) / 2`."""

    def curve(t: float) -> list[float]:
        if t == 0:
            return list(base_lrs)
        return [_annealed(base_lr, eta_min, math.pi * t / T_max) for base_lr in base_lrs]

    return curve


def _warm_restarts(base_lrs: Sequence[float], T_0: int, T_mult: int, eta_min: float) -> Curve:
    """Return the cosine of the cycle that `t` lies in; a restart belongs to the new cycle."""

    def curve(t: float) -> list[float]:
        into, length = t, T_0
        if T_mult == 1:
            into = t % T_0
        while into >= length:
            into -= length
            length *= T_mult
        angle = math.pi * into / length
        return [_annealed(base_lr, eta_min, angle) for base_lr in base_lrs]

    return curve


def _check_cosine(T_max: object, eta_min: object) -> Iterator[Problem]:
    if is_number(T_max):
        yield from _check_length(T_max)
    if isinstance(eta_min, (list, tuple)):
        yield Problem(
            "eta_min",
            "eta_min is a list: it must be one number for all param groups",
            raises="TypeError",
            at=1,
        )


def _check_length(T_max: float) -> Iterator[Problem]:
    if T_max == 0:
        yield Problem(
            "T_max",
            "T_max=0: the first step() divides by zero",
            raises="ZeroDivisionError",
            at=1,
        )
    elif not is_whole(T_max):
        at = _division_by_zero(T_max)
        effect = f"; step {at} divides by zero" if at else ", so no step is its minimum"
        yield Problem(
            "T_max",
            f"T_max={T_max!r} is not a whole number of steps{effect}",
            raises="ZeroDivisionError" if at else None,
            at=at,
        )
    elif T_max < 0:
        yield Problem("T_max", f"T_max={T_max!r} is negative: it acts as {-T_max!r}")


def _division_by_zero(T_max: float) -> int | None:
    """Return the step at which the recursion divides by zero, if it is an early one.

    That happens where an odd multiple of `T_max` is a whole step (1/3, 10/3): the class does not
    recognise that step as the minimum.
    """
    for t in range(1, _EARLY + 1):
        if (t - 1 - T_max) % (2 * T_max) != 0 and _swing(t - 1, T_max) == 0:
            return t
    return None


def _check_restarts(T_0: object, T_mult: object, eta_min: object) -> Iterator[Problem]:
    if is_number(T_0) and (T_0 <= 0 or not isinstance(T_0, int)):
        yield refused("T_0", f"T_0={T_0!r} is not a positive integer")
    if is_number(T_mult) and (T_mult < 1 or not isinstance(T_mult, int)):
        yield refused("T_mult", f"T_mult={T_mult!r} is not an integer of at least 1")
    if eta_min is None or isinstance(eta_min, (list, tuple, str)):
        yield refused("eta_min", f"eta_min={eta_min!r} is not a number")


LAWS = (
    Law(
        name="CosineAnnealingLR",
        source=f"torch.optim.lr_scheduler.CosineAnnealingLR; {_SGDR}",
        parameters=parameters_of(CosineAnnealingLR),
        replay=CosineAnnealingLR,
        closed_form=_cosine,
        check=_check_cosine,
        horizon=("T_max",),
        durations=("T_max",),
        past_horizon=PastHorizon.RISES,
        chainable=True,
        removed=frozenset({"verbose"}),
    ),
    Law(
        name="CosineAnnealingWarmRestarts",
        source=f"torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; {_SGDR}",
        parameters=parameters_of(CosineAnnealingWarmRestarts),
        replay=CosineAnnealingWarmRestarts,
        closed_form=_warm_restarts,
        check=_check_restarts,
        horizon=("T_0",),
        durations=("T_0",),
        past_horizon=PastHorizon.RESTARTS,
        writes_at_construction=True,
        takes_epoch=True,
        removed=frozenset({"verbose"}),
    ),
)
