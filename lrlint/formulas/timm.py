"""The schedulers of timm (1.0): the LR at a number of epochs or updates that the script passes.

``step(epoch)`` acts where `t_in_epochs` holds and ``step_update(num_updates)`` where it does not;
the other call does nothing. The last number counts, however often it is passed. The constructor
writes the base LR, or `warmup_lr_init` where there is a warm-up.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from lrlint.formulas.arguments import REQUIRED, Parameter
from lrlint.formulas.law import Curve, Law, NoClosedForm, PastHorizon
from lrlint.formulas.replay import Group, Replay, values_of, write

Values = Callable[..., Curve]
"""Returns the LRs as a function of the time after the warm-up, given base LRs and arguments."""

_CYCLES = (
    Parameter("cycle_mul", 1.0),
    Parameter("cycle_decay", 1.0),
    Parameter("cycle_limit", 1),
)
_NOISE = (
    Parameter("noise_range_t", None),
    Parameter("noise_pct", 0.67),
    Parameter("noise_std", 1.0),
    Parameter("noise_seed", 42),
)
_K_DECAY = Parameter("k_decay", 1.0)
_INITIALIZE = Parameter("initialize", True)


def _timed(prefix: bool) -> tuple[Parameter, ...]:
    return (
        Parameter("warmup_t", 0),
        Parameter("warmup_lr_init", 0.0),
        Parameter("warmup_prefix", prefix),
        Parameter("t_in_epochs", True),
        *_NOISE,
    )


class Positioned(Replay):
    """A scheduler whose ``step()`` takes its position."""

    def __init__(self, groups: list[Group], values: Values, **arguments: Any) -> None:
        self.groups = groups
        for group in groups:
            if arguments["initialize"]:
                group.setdefault("initial_lr", group["lr"])
        self.base_lrs = values_of(groups, "initial_lr")
        self.last_epoch = 0
        self._at = _at(values, self.base_lrs, **arguments)
        self.write_lrs(_built(self.base_lrs, **arguments))

    def step(self, value: Any = None) -> None:
        if value is None:
            raise TypeError("step() missing 1 required positional argument")
        self.last_epoch = value
        self.write_lrs(self._at(value))

    def write_lrs(self, lrs: list[Any]) -> None:
        """Write one LR per group; groups that were added since construction keep theirs."""
        for group, lr in zip(self.groups, lrs, strict=False):
            write(group, "lr", lr * group["lr_scale"] if "lr_scale" in group else lr)


def _built(
    base_lrs: Sequence[float], warmup_t: float, warmup_lr_init: float, **_: object
) -> list[float]:
    """Return the LRs that the constructor writes."""
    return [warmup_lr_init] * len(base_lrs) if warmup_t else list(base_lrs)


def _at(
    values: Values,
    base_lrs: Sequence[float],
    warmup_t: float,
    warmup_lr_init: float,
    warmup_prefix: bool = False,
    warms_up_to_curve: bool = False,
    **arguments: Any,
) -> Curve:
    """Return the LRs that ``step(t)`` writes."""
    if arguments["noise_range_t"] is not None:
        raise NoClosedForm("noise is added to the LR")
    curve = values(base_lrs, **arguments)
    peaks = list(base_lrs)
    if warmup_t and warms_up_to_curve and not warmup_prefix:
        peaks = curve(warmup_t)

    def at(t: float) -> list[float]:
        if t < warmup_t:
            slopes = [(peak - warmup_lr_init) / warmup_t for peak in peaks]
            return [warmup_lr_init + t * slope for slope in slopes]
        return curve(t - warmup_t if warmup_prefix else t)

    return at


def _cycle(t: float, t_initial: float, cycle_mul: float) -> tuple[int, float, float]:
    """Return the number of the cycle that `t` lies in, how far into it, and its length."""
    if cycle_mul != 1:
        i = math.floor(math.log(1 - t / t_initial * (1 - cycle_mul), cycle_mul))
        start = (1 - cycle_mul**i) / (1 - cycle_mul) * t_initial
        return i, t - start, cycle_mul**i * t_initial
    i = int(t // t_initial)
    return i, t - t_initial * i, t_initial


def _cyclic(share: Callable[[float, float, dict[str, Any]], float]) -> Values:
    """Return cycles from the base LR to `lr_min`; `share` is what is left of the difference."""

    def values(
        base_lrs: Sequence[float],
        t_initial: float,
        lr_min: float,
        cycle_mul: float,
        cycle_decay: float,
        cycle_limit: int,
        **arguments: Any,
    ) -> Curve:
        assert t_initial > 0, "t_initial must be above 0"
        assert lr_min >= 0, "lr_min must not be negative"

        def curve(t: float) -> list[float]:
            i, into, length = _cycle(t, t_initial, cycle_mul)
            if i >= cycle_limit:
                return [lr_min for _ in base_lrs]
            left = share(into, length, arguments)
            return [lr_min + (base_lr * cycle_decay**i - lr_min) * left for base_lr in base_lrs]

        return curve

    return values


def _cosine(t: float, length: float, arguments: dict[str, Any]) -> float:
    k = arguments["k_decay"]
    return 0.5 * (1 + math.cos(math.pi * t**k / length**k))


def _poly(t: float, length: float, arguments: dict[str, Any]) -> float:
    k = arguments["k_decay"]
    left: float = (1 - t**k / length**k) ** arguments["power"]
    return left


def _tanh(t: float, length: float, arguments: dict[str, Any]) -> float:
    done = t / length
    return 0.5 * (1 - math.tanh(arguments["lb"] * (1.0 - done) + arguments["ub"] * done))


def _step(base_lrs: Sequence[float], decay_t: float, decay_rate: float, **_: object) -> Curve:
    return lambda t: [base_lr * decay_rate ** (t // decay_t) for base_lr in base_lrs]


def _multistep(
    base_lrs: Sequence[float], decay_t: Sequence[float], decay_rate: float, **_: object
) -> Curve:
    """Return the base LR after the drops so far; each comes one earlier than torch's."""
    return lambda t: [base_lr * decay_rate ** bisect_right(decay_t, t + 1) for base_lr in base_lrs]


def _plateau(base_lrs: Sequence[float], **_: object) -> Curve:
    def curve(t: float) -> list[float]:
        raise NoClosedForm("the LR of PlateauLRScheduler follows a metric")

    return curve


def _law(name: str, values: Values, parameters: tuple[Parameter, ...], horizon: str | None) -> Law:
    warms_up_to_curve = name == "TanhLRScheduler"

    def replay(groups: list[Group], **arguments: Any) -> Replay:
        return Positioned(groups, values, warms_up_to_curve=warms_up_to_curve, **arguments)

    def closed_form(base_lrs: Sequence[float], **arguments: Any) -> Curve:
        at = _at(values, base_lrs, warms_up_to_curve=warms_up_to_curve, **arguments)
        return lambda t: at(t) if t else _built(base_lrs, **arguments)

    def writes(warmup_t: object, **_: object) -> bool:
        return warmup_t != 0

    return Law(
        name=name,
        source=f"timm.scheduler.{name}",
        parameters=parameters,
        replay=replay,
        closed_form=None if horizon is None else closed_form,
        horizon=() if horizon is None else (horizon,),
        durations=("warmup_t",) if horizon is None else (horizon, "warmup_t"),
        past_horizon=PastHorizon.HOLDS,
        writes_at_construction=True,
        writes=writes,
        takes_metric=horizon is None,
        takes_epoch=True,
        positioned=True,
        random="noise_range_t",
    )


LAWS = (
    _law(
        "CosineLRScheduler",
        _cyclic(_cosine),
        (
            *(Parameter("t_initial", REQUIRED), Parameter("lr_min", 0.0), *_CYCLES),
            *(*_timed(False), _K_DECAY, _INITIALIZE),
        ),
        "t_initial",
    ),
    _law(
        "PolyLRScheduler",
        _cyclic(_poly),
        (
            *(Parameter("t_initial", REQUIRED), Parameter("power", 0.5), Parameter("lr_min", 0.0)),
            *(*_CYCLES, *_timed(False), _K_DECAY, _INITIALIZE),
        ),
        "t_initial",
    ),
    _law(
        "TanhLRScheduler",
        _cyclic(_tanh),
        (
            *(Parameter("t_initial", REQUIRED), Parameter("lb", -7.0), Parameter("ub", 3.0)),
            *(Parameter("lr_min", 0.0), *_CYCLES, *_timed(False), _INITIALIZE),
        ),
        "t_initial",
    ),
    _law(
        "StepLRScheduler",
        _step,
        (
            *(Parameter("decay_t", REQUIRED), Parameter("decay_rate", 1.0)),
            *(*_timed(True), _INITIALIZE),
        ),
        "decay_t",
    ),
    _law(
        "MultiStepLRScheduler",
        _multistep,
        (
            *(Parameter("decay_t", REQUIRED), Parameter("decay_rate", 1.0)),
            *(*_timed(True), _INITIALIZE),
        ),
        "decay_t",
    ),
    _law(
        "PlateauLRScheduler",
        _plateau,
        (
            *(Parameter("decay_rate", 0.1), Parameter("patience_t", 10)),
            *(Parameter("threshold", 1e-4), Parameter("cooldown_t", 0)),
            *(Parameter("warmup_t", 0), Parameter("warmup_lr_init", 0.0)),
            *(Parameter("lr_min", 0.0), Parameter("mode", "max")),
            *(Parameter("noise_range_t", None), Parameter("noise_type", "normal")),
            *(Parameter("noise_pct", 0.67), Parameter("noise_std", 1.0)),
            *(Parameter("noise_seed", None), _INITIALIZE),
        ),
        None,
    ),
)
