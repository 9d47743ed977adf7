"""The schedulers of composer (0.32), which are functions of the time that has passed.

composer makes a `LambdaLR` of each, and steps it before the time moves on: the first value is used
twice. The times are numbers of batches here, and `duration` is how many of them `max_duration` is,
which no script passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from lrlint.formulas.arguments import REQUIRED, Parameter
from lrlint.formulas.lambdas import LambdaLR, scaled
from lrlint.formulas.law import Curve, Law, PastHorizon
from lrlint.formulas.replay import Group, Replay

LIBRARY = "composer."
"""What the names of these laws begin with."""
TIMES: Final = ("t_warmup", "t_max", "t_0", "step_size", "decay_period", "milestones")
"""The parameters that are times."""
_DURATION = "duration"

Factor = Callable[[float], float]
Shape = Callable[..., Factor]
"""Returns the factor of the base LR by the number of batches, given the arguments."""


def _anneal(done: float, low: float) -> float:
    done = min(max(done, 0.0), 1.0)
    return low + (1.0 - low) * (1 + math.cos(done * math.pi)) / 2


def _step(step_size: float, gamma: float) -> Factor:
    return lambda t: gamma ** int(t / step_size)


def _multistep(milestones: Sequence[float], gamma: float) -> Factor:
    def factor(t: float) -> float:
        product = 1.0
        for milestone in milestones:
            if t >= milestone:
                product *= gamma
        return product

    return factor


def _constant(alpha: float, t_max: float) -> Factor:
    return lambda t: alpha if t < t_max else 1.0


def _linear(alpha_i: float, alpha_f: float, t_max: float) -> Factor:
    return lambda t: alpha_i + min(1.0, t / t_max) * (alpha_f - alpha_i)


def _exponential(gamma: float, decay_period: float) -> Factor:
    return lambda t: gamma ** (t / decay_period)


def _cosine(t_max: float, alpha_f: float) -> Factor:
    return lambda t: _anneal(t / t_max, alpha_f)


def _restarts(t_0: float, t_mult: float, alpha_f: float) -> Factor:
    def factor(t: float) -> float:
        length = end = t_0
        while end <= t:
            if length == 0:
                raise ValueError("the interval between restarts has decayed to 0")
            length = int(t_mult * length)
            end += length
        return _anneal((t - (end - length)) / length, alpha_f)

    return factor


def _polynomial(power: float, t_max: float, alpha_f: float) -> Factor:
    return lambda t: float(alpha_f + (1 - min(1.0, t / t_max)) ** power * (1.0 - alpha_f))


def _warmed(t_warmup: float, peak: float, after: Factor) -> Factor:
    """Return a line from 0 to the peak, and what comes after it."""
    return lambda t: 0.0 + min(1.0, t / t_warmup) * peak if t < t_warmup else after(t)


def _done(t: float, t_warmup: float, t_max: float) -> float:
    """Return the share of the time between the warm-up and the end that has passed."""
    return min(1.0, (t - t_warmup) / (t_max - t_warmup)) if t_max > t_warmup else 0.0


def _covers(t_max: float, duration: float | None) -> None:
    if duration is not None and t_max < duration:
        raise ValueError(f"t_max {t_max}ba must be greater than or equal to max_duration")


def _warm_multistep(t_warmup: float, milestones: Sequence[float], gamma: float) -> Factor:
    return _warmed(t_warmup, 1.0, _multistep(milestones, gamma))


def _warm_linear(
    t_warmup: float, alpha_i: float, alpha_f: float, t_max: float, duration: float | None
) -> Factor:
    _covers(t_max, duration)

    def after(t: float) -> float:
        return alpha_i + _done(t, t_warmup, t_max) * (alpha_f - alpha_i)

    return _warmed(t_warmup, alpha_i, after)


def _warm_constant(t_warmup: float, alpha: float, t_max: float, duration: float | None) -> Factor:
    return _warm_linear(t_warmup, alpha, alpha, t_max, duration)


def _warm_cosine(t_warmup: float, t_max: float, alpha_f: float, duration: float | None) -> Factor:
    _covers(t_max, duration)
    return _warmed(t_warmup, 1.0, lambda t: _anneal(_done(t, t_warmup, t_max), alpha_f))


def _warm_polynomial(
    t_warmup: float, power: float, t_max: float, alpha_f: float, duration: float | None
) -> Factor:
    _covers(t_max, duration)

    def after(t: float) -> float:
        return float(alpha_f + (1 - _done(t, t_warmup, t_max)) ** power * (1.0 - alpha_f))

    return _warmed(t_warmup, 1.0, after)


_WHOLE: Final = "1dur"
_END = Parameter("t_max", _WHOLE)
_WARMUP, _LOW = Parameter("t_warmup", REQUIRED), Parameter("alpha_f", 0.0)
_GAMMA, _MILESTONES = Parameter("gamma", 0.1), Parameter("milestones", REQUIRED)
_HIGH, _ALPHA = Parameter("alpha_i", 1.0), Parameter("alpha", 1.0)
_POWER, _SCALED = Parameter("power", REQUIRED), Parameter("scale_warmup", False)
_SHAPES: Final[dict[str, tuple[Shape, tuple[Parameter, ...]]]] = {
    "StepScheduler": (_step, (Parameter("step_size", REQUIRED), _GAMMA)),
    "MultiStepScheduler": (_multistep, (_MILESTONES, _GAMMA)),
    "ConstantScheduler": (_constant, (_ALPHA, _END)),
    "LinearScheduler": (_linear, (_HIGH, _LOW, _END)),
    "ExponentialScheduler": (
        _exponential,
        (Parameter("gamma", REQUIRED), Parameter("decay_period", "1ep")),
    ),
    "CosineAnnealingScheduler": (_cosine, (_END, _LOW)),
    "CosineAnnealingWarmRestartsScheduler": (
        _restarts,
        (Parameter("t_0", REQUIRED), Parameter("t_mult", 1.0), _LOW),
    ),
    "PolynomialScheduler": (_polynomial, (_POWER, _END, _LOW)),
    "MultiStepWithWarmupScheduler": (_warm_multistep, (_WARMUP, _MILESTONES, _GAMMA, _SCALED)),
    "ConstantWithWarmupScheduler": (_warm_constant, (_WARMUP, _ALPHA, _END, _SCALED)),
    "LinearWithWarmupScheduler": (_warm_linear, (_WARMUP, _HIGH, _LOW, _END, _SCALED)),
    "CosineAnnealingWithWarmupScheduler": (_warm_cosine, (_WARMUP, _END, _LOW, _SCALED)),
    "PolynomialWithWarmupScheduler": (_warm_polynomial, (_WARMUP, _POWER, _END, _LOW, _SCALED)),
}
NAMES: Final = tuple(_SHAPES)
_FLAT: Final = ("ConstantScheduler", "ConstantWithWarmupScheduler")


def _law(name: str, shape: Shape, parameters: tuple[Parameter, ...]) -> Law:
    names = [parameter.name for parameter in parameters]
    has_end, warms_up = "t_max" in names, "t_warmup" in names
    is_covered = has_end and warms_up

    def factor(scale_warmup: bool = False, **arguments: Any) -> Factor:
        if not is_covered:
            arguments.pop(_DURATION, None)
        at = shape(**arguments)
        return lambda t: at(max(0, t - 1))

    def replay(groups: list[Group], **arguments: Any) -> Replay:
        return LambdaLR(groups, factor(**arguments))

    def closed_form(base_lrs: Sequence[float], **arguments: Any) -> Curve:
        return scaled(base_lrs, factor(**{**arguments, _DURATION: None}))

    past = PastHorizon.HOLDS if has_end or "milestones" in names else PastHorizon.NONE
    return Law(
        name=LIBRARY + name,
        source=f"composer.optim.scheduler.{name}",
        parameters=(*parameters, Parameter(_DURATION, None)),
        replay=replay,
        closed_form=closed_form,
        horizon=("t_max",) if has_end and name not in _FLAT else (),
        durations=tuple(one for one in names if one in TIMES),
        past_horizon=PastHorizon.RAISES if is_covered else past,
        writes_at_construction=True,
    )


LAWS = tuple(_law(name, *shape) for name, shape in _SHAPES.items())
ENDS: Final = {law.name: "t_max" for law in LAWS if law.horizon}
"""The laws that end at a time, and the parameter that says when."""
WARMUPS: Final = {LIBRARY + name: ("t_warmup", "t_max") for name in NAMES if "Warmup" in name}
"""The parameters that are the length of the warm-up, and of the whole training."""
WITH_MILESTONES: Final = {law.name: "milestones" for law in LAWS if "milestones" in law.durations}
"""The laws that drop at milestones, and the parameter that has them."""
