"""The `get_*_schedule*` functions of transformers (5.23): a LambdaLR with a factor each.

Every function here takes `optimizer.defaults["lr"]` instead of the optimizer, refuses what the
library refuses, and returns the factor by which LambdaLR multiplies a group's initial LR. W is
`num_warmup_steps`, N is `num_training_steps`; both count calls of the scheduler's `step()`, which
are optimizer steps under the Trainer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lrlint.formulas.arguments import parameters_of
from lrlint.formulas.lambdas import Factor, LambdaLR, scaled
from lrlint.formulas.law import Curve, Law, PastHorizon
from lrlint.formulas.replay import Group, Replay
from lrlint.formulas.transformers_checks import CHECKS, WSD_TYPES


def _ramp(t: float, num_warmup_steps: float) -> float:
    """Return the share of the warm-up that is over: 0 at the start, 1 at its end."""
    return float(t) / float(max(1, num_warmup_steps))


def _after_ramp(num_warmup_steps: float, factor: Factor) -> Factor:
    """Return the ramp of the warm-up, followed by `factor`."""
    return lambda t: _ramp(t, num_warmup_steps) if t < num_warmup_steps else factor(t)


def _after_warmup(t: float, warmup: float, total: float, more: float = 0.0) -> float:
    """Return the share of the steps after the warm-up that is over, above 1 past the end."""
    return (float(t - warmup) + more) / float(max(1, total - warmup))


def _cosine(progress: float, num_cycles: float, floor: float = 0.0) -> float:
    """Return `num_cycles` waves of a cosine from 1 to `floor`; it goes on after progress 1."""
    factor = 0.5 * (1.0 + math.cos(math.pi * float(num_cycles) * 2.0 * progress))
    return max(0.0, factor * (1 - floor) + floor)


def get_constant_schedule(default_lr: float, last_epoch: int = -1) -> Factor:
    """Return 1."""
    return lambda t: 1


def get_constant_schedule_with_warmup(
    default_lr: float, num_warmup_steps: int, last_epoch: int = -1
) -> Factor:
    """Return `t / W`, then 1."""
    return _after_ramp(num_warmup_steps, lambda t: 1.0)


def get_linear_schedule_with_warmup(
    default_lr: float, num_warmup_steps: int, num_training_steps: int, last_epoch: int = -1
) -> Factor:
    """Return `t / W`, then `(N - t) / (N - W)` down to 0."""

    def decay(t: float) -> float:
        left = float(num_training_steps - t)
        return max(0.0, left / float(max(1, num_training_steps - num_warmup_steps)))

    return _after_ramp(num_warmup_steps, decay)


def get_cosine_schedule_with_warmup(
    default_lr: float,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Factor:
    """Return `t / W`, then a cosine to 0, which rises again after N."""
    return _warmup_cosine(num_warmup_steps, num_training_steps, num_cycles, 0.0)


def _warmup_cosine(warmup: int, total: int, num_cycles: float, floor: float) -> Factor:
    return _after_ramp(
        warmup, lambda t: _cosine(_after_warmup(t, warmup, total), num_cycles, floor)
    )


def get_cosine_with_hard_restarts_schedule_with_warmup(
    default_lr: float,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: int = 1,
    last_epoch: int = -1,
) -> Factor:
    """Return `t / W`, then `num_cycles` half cosines, then 0."""

    def restarts(t: float) -> float:
        progress = _after_warmup(t, num_warmup_steps, num_training_steps)
        if progress >= 1.0:
            return 0.0
        return _cosine((float(num_cycles) * progress) % 1.0, 0.5)

    return _after_ramp(num_warmup_steps, restarts)


def get_polynomial_decay_schedule_with_warmup(
    default_lr: float,
    num_warmup_steps: int,
    num_training_steps: int,
    lr_end: float = 1e-7,
    power: float = 1.0,
    last_epoch: int = -1,
) -> Factor:
    """Return `t / W`, then `(1 - (t - W) / (N - W)) ** power`, scaled to end at `lr_end`."""
    if not (default_lr > lr_end):
        raise ValueError(f"lr_end={lr_end} is not below the optimizer's lr={default_lr}")

    def decay(t: float) -> float:
        if t > num_training_steps:
            return lr_end / default_lr
        left = 1 - (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
        lr: float = (default_lr - lr_end) * left**power + lr_end
        return lr / default_lr

    return _after_ramp(num_warmup_steps, decay)


def get_inverse_sqrt_schedule(
    default_lr: float, num_warmup_steps: int, timescale: int | None = None, last_epoch: int = -1
) -> Factor:
    """Return `t / W`, then `sqrt(timescale / (t - W + timescale))`."""
    scale = (num_warmup_steps or 10_000) if timescale is None else timescale
    return _after_ramp(
        num_warmup_steps, lambda t: 1.0 / math.sqrt((t + (scale - num_warmup_steps)) / scale)
    )


def _min_lr_rate(default_lr: float, min_lr: float | None, min_lr_rate: float | None) -> float:
    if (min_lr is None) == (min_lr_rate is None):
        raise ValueError("exactly one of min_lr and min_lr_rate must be given")
    if min_lr_rate is not None:
        return min_lr_rate
    assert min_lr is not None
    return min_lr / default_lr


def get_cosine_with_min_lr_schedule_with_warmup(
    default_lr: float,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
) -> Factor:
    """Return `t / W`, then a cosine to `min_lr`, which rises again after N."""
    rate = _min_lr_rate(default_lr, min_lr, min_lr_rate)
    return _warmup_cosine(num_warmup_steps, num_training_steps, num_cycles, rate)


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    default_lr: float,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
) -> Factor:
    """Return the same one step ahead: the warm-up starts above 0, the cosine ends at N - 1."""
    rate = _min_lr_rate(default_lr, min_lr, min_lr_rate)
    warmup, total = float(num_warmup_steps), float(num_training_steps)

    def factor(t: float) -> float:
        if t < warmup:
            if warmup_lr_rate is None:
                return (float(t) + 1.0) / max(1.0, warmup)
            first = float(warmup_lr_rate)
            return first + (1.0 - first) * float(t) / max(1, warmup - 1)
        return _cosine(_after_warmup(t, warmup, total, more=1.0), num_cycles, rate)

    return factor


def _wsd_ramp(kind: str, progress: float) -> float:
    if kind == "linear":
        return progress
    if kind == "cosine":
        return 0.5 * (1.0 - math.cos(math.pi * progress))
    return 1.0 - math.sqrt(1.0 - progress)


def _wsd_decay(kind: str, progress: float, num_cycles: float) -> float:
    if kind == "linear":
        return 1.0 - progress
    if kind == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * float(num_cycles) * 2.0 * progress))
    return 1.0 - math.sqrt(progress)


def get_wsd_schedule(
    default_lr: float,
    num_warmup_steps: int,
    num_decay_steps: int,
    num_training_steps: int | None = None,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Factor:
    """Return a warm-up, a stable phase at 1 and a decay; `min_lr_ratio` before and after."""
    for kind in (warmup_type, decay_type):
        if kind not in WSD_TYPES:
            raise ValueError(f"{kind!r} is not 'linear', 'cosine' or '1-sqrt'")
    if num_stable_steps is None:
        if num_training_steps is None:
            raise ValueError("neither num_training_steps nor num_stable_steps is given")
        num_stable_steps = num_training_steps - num_warmup_steps - num_decay_steps
    decay_starts = num_warmup_steps + num_stable_steps

    def factor(t: float) -> float:
        if t < num_warmup_steps:
            share = _wsd_ramp(warmup_type, _ramp(t, num_warmup_steps))
        elif t < decay_starts:
            return 1.0
        elif t < decay_starts + num_decay_steps:
            progress = float(t - num_warmup_steps - num_stable_steps)
            share = _wsd_decay(decay_type, progress / float(max(1, num_decay_steps)), num_cycles)
        else:
            return min_lr_ratio
        return max(0.0, share * (1.0 - min_lr_ratio) + min_lr_ratio)

    return factor


def _law(
    factor_of: Callable[..., Factor],
    horizon: Sequence[str] = (),
    past_horizon: PastHorizon = PastHorizon.NONE,
    durations: Sequence[str] = (),
) -> Law:
    def replay(groups: list[Group], default_lr: float, last_epoch: int, **arguments: Any) -> Replay:
        return LambdaLR(groups, factor_of(default_lr, **arguments), last_epoch)

    def closed_form(base_lrs: Sequence[float], default_lr: float, **arguments: Any) -> Curve:
        return scaled(base_lrs, factor_of(default_lr, **arguments))

    name = factor_of.__name__
    return Law(
        name=name,
        source=f"transformers.optimization.{name}",
        parameters=parameters_of(factor_of),
        replay=replay,
        closed_form=closed_form,
        check=CHECKS[name],
        horizon=tuple(horizon),
        durations=tuple(durations) or tuple(horizon),
        past_horizon=past_horizon,
        writes_at_construction=True,
        is_class=False,
        reads_default_lr=True,
    )


_WARMUP, _TOTAL = "num_warmup_steps", "num_training_steps"
_BOTH = (_WARMUP, _TOTAL)
_WSD = (_TOTAL, _WARMUP, "num_stable_steps", "num_decay_steps")

LAWS = (
    _law(get_constant_schedule),
    _law(get_constant_schedule_with_warmup, [_WARMUP], PastHorizon.HOLDS),
    _law(get_linear_schedule_with_warmup, [_TOTAL], PastHorizon.HOLDS, _BOTH),
    _law(get_cosine_schedule_with_warmup, [_TOTAL], PastHorizon.RISES, _BOTH),
    _law(get_cosine_with_hard_restarts_schedule_with_warmup, [_TOTAL], PastHorizon.HOLDS, _BOTH),
    _law(get_polynomial_decay_schedule_with_warmup, [_TOTAL], PastHorizon.HOLDS, _BOTH),
    _law(get_inverse_sqrt_schedule, durations=[_WARMUP, "timescale"]),
    _law(get_cosine_with_min_lr_schedule_with_warmup, [_TOTAL], PastHorizon.RISES, _BOTH),
    _law(get_cosine_with_min_lr_schedule_with_warmup_lr_rate, [_TOTAL], PastHorizon.RISES, _BOTH),
    _law(get_wsd_schedule, [_TOTAL], PastHorizon.HOLDS, _WSD),
)
