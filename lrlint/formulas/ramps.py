"""ConstantLR, LinearLR and PolynomialLR: a factor that changes until `total_iters`, then holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import is_number, is_whole, parameters_of
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of


class ConstantLR(Replay):
    """The LR times `factor` from the start, divided by it again at step `total_iters`."""

    def __init__(
        self,
        groups: list[Group],
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError(f"factor must be between 0 and 1, not {factor}")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self.last_epoch == 0:
            return [group["lr"] * self.factor for group in self.groups]
        if self.last_epoch != self.total_iters:
            return values_of(self.groups, "lr")
        return [group["lr"] * (1.0 / self.factor) for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        factor = self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)
        return [base_lr * factor for base_lr in self.base_lrs]


class LinearLR(Replay):
    """The LR times a factor that goes from `start_factor` to `end_factor` in `total_iters`."""

    def __init__(
        self,
        groups: list[Group],
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(f"start_factor must be above 0 and at most 1, not {start_factor}")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError(f"end_factor must be between 0 and 1, not {end_factor}")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self.last_epoch == 0:
            return [group["lr"] * self.start_factor for group in self.groups]
        if self._initial or self.last_epoch > self.total_iters:
            return values_of(self.groups, "lr")
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [group["lr"] * (1.0 + rise / before) for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        rise = self.end_factor - self.start_factor
        gone = min(self.total_iters, self.last_epoch)
        return [
            base_lr * (self.start_factor + rise * gone / self.total_iters)
            for base_lr in self.base_lrs
        ]


class PolynomialLR(Replay):
    """The LR times `(1 - t / total_iters) ** power`."""

    def __init__(
        self,
        groups: list[Group],
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self._initial or self.last_epoch > self.total_iters:
            return values_of(self.groups, "lr")
        left = 1.0 - self.last_epoch / self.total_iters
        left_before = 1.0 - (self.last_epoch - 1) / self.total_iters
        decay = (left / left_before) ** self.power
        return [group["lr"] * decay for group in self.groups]

    def jump_lrs(self) -> list[Any]:
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [base_lr * left**self.power for base_lr in self.base_lrs]


def _last_ramp_step(total_iters: float) -> float:
    """Return the last step that moves the factor: before the end, where that is fractional."""
    return math.floor(total_iters) if math.isfinite(total_iters) else total_iters


def _constant(base_lrs: Sequence[float], factor: float, total_iters: float) -> Curve:
    """Return `b * factor` while `t < total_iters`, then `b`."""
    ends = total_iters > 0 and is_whole(total_iters)

    def curve(t: float) -> list[float]:
        if not ends or t < total_iters:
            return [base_lr * factor for base_lr in base_lrs]
        undone = factor * (1.0 / factor)  # torch's way back, which fails for factor 0
        return [base_lr * undone for base_lr in base_lrs]

    return curve


def _linear(
    base_lrs: Sequence[float], start_factor: float, end_factor: float, total_iters: float
) -> Curve:
    """Return `b * (start + (end - start) * min(t, total_iters) / total_iters)`."""
    last = _last_ramp_step(total_iters)

    def curve(t: float) -> list[float]:
        rise = (end_factor - start_factor) * min(t, last) / total_iters if last > 0 else 0.0
        factor = start_factor + rise
        return [base_lr * factor for base_lr in base_lrs]

    return curve


def _polynomial(base_lrs: Sequence[float], total_iters: float, power: float) -> Curve:
    """Return `b * (1 - min(t, total_iters) / total_iters) ** power`."""
    last = _last_ramp_step(total_iters)

    def curve(t: float) -> list[float]:
        left = 1.0 - min(t, last) / total_iters if last > 0 else 1.0
        return [base_lr * left**power for base_lr in base_lrs]

    return curve


def _check_total_iters(total_iters: object, never: str) -> Iterator[Problem]:
    """Report a `total_iters` that is not the number of any step; `never` says the consequence."""
    if not is_number(total_iters):
        return
    if total_iters <= 0:
        yield Problem("total_iters", f"total_iters={total_iters!r}: {never}")
    elif not is_whole(total_iters):
        yield Problem(
            "total_iters",
            f"total_iters={total_iters!r} is not a whole number of steps: {never}",
        )


def _end(total_iters: object) -> int | None:
    """Return the step whose number is `total_iters`, if any."""
    if is_number(total_iters) and total_iters > 0 and is_whole(total_iters):
        return int(total_iters)
    return None


def _out_of_range(parameter: str, value: object, low_allowed: bool = True) -> Iterator[Problem]:
    if is_number(value) and (value > 1.0 or value < 0 or (value == 0 and not low_allowed)):
        interval = "[0, 1]" if low_allowed else "(0, 1]"
        yield refused(parameter, f"{parameter}={value!r} is outside {interval}")


def _check_constant(factor: object, total_iters: object) -> Iterator[Problem]:
    yield from _out_of_range("factor", factor)
    yield from _check_total_iters(total_iters, "the LR is never restored")
    end = _end(total_iters)
    if is_number(factor) and factor == 0 and end is not None:
        yield Problem(
            "factor",
            f"factor=0: step {end} divides by it to restore the LR",
            raises="ZeroDivisionError",
            at=end,
        )


def _check_linear(
    start_factor: object, end_factor: object, total_iters: object
) -> Iterator[Problem]:
    yield from _out_of_range("start_factor", start_factor, low_allowed=False)
    yield from _out_of_range("end_factor", end_factor)
    yield from _check_total_iters(total_iters, "the LR never reaches end_factor")


def _check_polynomial(total_iters: object, power: object) -> Iterator[Problem]:
    yield from _check_total_iters(total_iters, "the LR never decays to 0")
    end = _end(total_iters)
    if is_number(power) and power < 0 and end is not None:
        yield Problem(
            "power",
            f"power={power!r}: the LR grows, and step {end} divides by zero",
            raises="ZeroDivisionError",
            at=end,
        )


def _law(
    replay: type[Replay],
    closed_form: Callable[..., Curve],
    check: Callable[..., Iterator[Problem]],
    *,
    writes_at_construction: bool,
) -> Law:
    name = replay.__name__
    return Law(
        name=name,
        source=f"torch.optim.lr_scheduler.{name}",
        parameters=parameters_of(replay),
        replay=replay,
        closed_form=closed_form,
        check=check,
        horizon=("total_iters",),
        durations=("total_iters",),
        past_horizon=PastHorizon.HOLDS,
        chainable=True,
        writes_at_construction=writes_at_construction,
        removed=frozenset({"verbose"}),
    )


LAWS = (
    _law(ConstantLR, _constant, _check_constant, writes_at_construction=True),
    _law(LinearLR, _linear, _check_linear, writes_at_construction=True),
    _law(PolynomialLR, _polynomial, _check_polynomial, writes_at_construction=False),
)
