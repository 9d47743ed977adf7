"""CyclicLR: a triangle wave between two learning rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import is_number, parameters_of, per_group
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.momentum import set_momentum, set_momentum_range, uses_beta1
from lrlint.formulas.replay import Group, Replay, write

_MODES = ("triangular", "triangular2", "exp_range")


class _Wave:
    """The triangle itself, from 0 up to 1 and down again, and the scale of its amplitude."""

    def __init__(
        self,
        step_size_up: float,
        step_size_down: float | None,
        mode: str,
        gamma: float,
        scale_fn: Callable[[float], float] | None,
        scale_mode: str,
    ) -> None:
        up = float(step_size_up)
        down = float(step_size_down) if step_size_down is not None else up
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        if mode not in _MODES and scale_fn is None:
            raise ValueError(f"mode is {mode!r}, which is none of {', '.join(_MODES)}")
        if scale_fn is None:
            self.per_cycle = mode != "exp_range"
            self.scale = _SCALES[mode](gamma)
        else:
            self.per_cycle = scale_mode == "cycle"
            self.scale = scale_fn

    def at(self, t: float) -> tuple[float, Any]:
        """Return the height in [0, 1], and the argument of the scale function."""
        cycle = math.floor(1 + t / self.total_size)
        x = 1.0 + t / self.total_size - cycle
        rising = x <= self.step_ratio
        height = x / self.step_ratio if rising else (x - 1) / (self.step_ratio - 1)
        return height, cycle if self.per_cycle else t

    def between(self, base: Sequence[Any], top: Sequence[Any], t: float) -> list[Any]:
        """Return the values at step `t`: `base` at the foot of the wave, `top` at its crest."""
        height, scale_at = self.at(t)
        return [
            low + (high - low) * height * self.scale(scale_at)
            for low, high in zip(base, top, strict=True)
        ]


_SCALES: dict[str, Callable[[float], Callable[[Any], float]]] = {
    "triangular": lambda gamma: lambda cycle: 1.0,
    "triangular2": lambda gamma: lambda cycle: 1 / (2.0 ** (cycle - 1)),
    "exp_range": lambda gamma: lambda t: gamma**t,
}


class CyclicLR(Replay):
    """Smith's triangle wave; the optimizer's own LR is replaced at construction."""

    def __init__(
        self,
        groups: list[Group],
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        count, fresh = len(groups), last_epoch == -1
        base_lrs = per_group("base_lr", base_lr, count)
        if fresh:
            for lr, group in zip(base_lrs, groups, strict=True):
                write(group, "lr", lr)
        self.max_lrs = per_group("max_lr", max_lr, count)
        self.wave = _Wave(step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode)
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_beta1(groups)
            self.base_momentums = per_group("base_momentum", base_momentum, count)
            self.max_momentums = per_group("max_momentum", max_momentum, count)
            if fresh:
                set_momentum_range(groups, self.base_momentums, self.max_momentums, self.use_beta1)
        super().__init__(groups, last_epoch)
        self.base_lrs = base_lrs

    def next_lrs(self) -> list[Any]:
        lrs = self.wave.between(self.base_lrs, self.max_lrs, self.last_epoch)
        if self.cycle_momentum:
            height, scale_at = self.wave.at(self.last_epoch)
            momentums = [
                high - (high - low) * height * self.wave.scale(scale_at)
                for low, high in zip(self.base_momentums, self.max_momentums, strict=True)
            ]
            for group, momentum in zip(self.groups, momentums, strict=True):
                set_momentum(group, momentum, self.use_beta1)
        return lrs


def _triangle(
    base_lrs: Sequence[float],
    base_lr: float | list[float],
    max_lr: float | list[float],
    step_size_up: int,
    step_size_down: int | None,
    mode: str,
    gamma: float,
    scale_fn: Callable[[float], float] | None,
    scale_mode: str,
    **_: object,
) -> Curve:
    """Return `base + (max - base) * triangle(t) * scale`, for as many groups as `base_lrs`."""
    lows = per_group("base_lr", base_lr, len(base_lrs))
    highs = per_group("max_lr", max_lr, len(base_lrs))
    wave = _Wave(step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode)
    return lambda t: wave.between(lows, highs, t)


def _check(
    step_size_up: object,
    step_size_down: object,
    mode: object,
    scale_fn: object,
    **_: object,
) -> Iterator[Problem]:
    down = step_size_up if step_size_down is None else step_size_down
    if is_number(step_size_up) and is_number(down):
        if step_size_up + down == 0:
            yield refused(
                "step_size_up", "step_size_up: the cycle has no steps", "ZeroDivisionError"
            )
        elif step_size_up == 0:
            yield refused("step_size_up", "step_size_up: there is no way up", "ZeroDivisionError")
        elif step_size_up < 0:
            yield Problem("step_size_up", f"step_size_up={step_size_up!r} is negative")
        elif down < 0:
            yield Problem("step_size_down", f"step_size_down={down!r} is negative")
    if isinstance(mode, str) and mode not in _MODES and scale_fn is None:
        yield refused("mode", f"mode: {mode!r} is none of {', '.join(_MODES)}")


LAWS = (
    Law(
        name="CyclicLR",
        source="torch.optim.lr_scheduler.CyclicLR; Smith 2017, https://arxiv.org/abs/1506.01186",
        parameters=parameters_of(CyclicLR),
        replay=CyclicLR,
        closed_form=_triangle,
        check=_check,
        horizon=("step_size_up", "step_size_down"),
        durations=("step_size_up", "step_size_down"),
        past_horizon=PastHorizon.PERIODIC,
        writes_at_construction=True,
        sets_base_lr=True,
        removed=frozenset({"verbose"}),
    ),
)
