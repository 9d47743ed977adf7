"""DeepSpeed's own schedulers (0.19): a warm-up and what follows it, one cycle, a range test.

Their counter starts at -1, so that the first `step()` sets the LR of iteration 0: the LR at which a
warm-up starts is used twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import REQUIRED, Parameter
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of

LIBRARY = "deepspeed."
"""What the names of these laws begin with: many projects have a class `WarmupLR`."""

Values = Callable[..., Curve]
"""Returns the LRs by iteration, -1 before the first step, given base LRs and arguments."""


class Iterated(Replay):
    """A scheduler that sets the LR of one iteration after the other."""

    def __init__(
        self, groups: list[Group], values: Values, last_batch_iteration: int, **arguments: Any
    ) -> None:
        self._resumed = last_batch_iteration
        self._at = values([group["lr"] for group in groups], **arguments)
        super().__init__(groups)

    def next_lrs(self) -> list[Any]:
        if self.last_epoch == 0 and self._resumed != -1:
            return values_of(self.groups, "lr")
        return list(self._at(self.last_epoch + self._resumed))


def _ramp(iteration: float, warmup_num_steps: int, warmup_type: str) -> float:
    if warmup_type == "linear":
        return iteration / warmup_num_steps
    return 1.0 / math.log(warmup_num_steps) * math.log(iteration + 1)


def _warmup(
    base_lrs: Sequence[float],
    warmup_min_lr: float | Sequence[float],
    warmup_max_lr: float | Sequence[float] | None,
    warmup_num_steps: int,
    warmup_type: str,
    total_num_steps: int | None = None,
) -> Curve:
    """Return the LRs of a ramp from low to high, then constant, or down to low with a total."""
    count = len(base_lrs)
    lows = _each(warmup_min_lr, count)
    highs = base_lrs if warmup_max_lr is None else _each(warmup_max_lr, count)
    length = max(2, warmup_num_steps)

    def curve(iteration: float) -> list[float]:
        if iteration < 0:
            return list(lows)
        share = 1.0
        if iteration < length:
            share = _ramp(iteration, length, warmup_type)
        elif total_num_steps is not None:
            left = float(total_num_steps - iteration)
            share = max(0.0, left / float(max(1.0, total_num_steps - length)))
        return [low + (high - low) * share for low, high in zip(lows, highs, strict=True)]

    return curve


def _each(value: float | Sequence[float], count: int) -> list[float]:
    if isinstance(value, (list, tuple)):
        if len(value) != count:
            raise ValueError(f"expected {count} values, got {len(value)}")
        return list(value)
    return [value] * count  # type: ignore[list-item]


def _cosine(
    base_lrs: Sequence[float],
    total_num_steps: int,
    warmup_min_ratio: float,
    warmup_num_steps: int,
    cos_min_ratio: float,
    warmup_type: str,
) -> Curve:
    length = max(2, warmup_num_steps)

    def curve(iteration: float) -> list[float]:
        if iteration < 0:
            return [0.0] * len(base_lrs)
        if iteration < length:
            share = _ramp(iteration, length, warmup_type)
            ratio = warmup_min_ratio + share * (1.0 - warmup_min_ratio)
        else:
            done = min(1.0, (iteration - length + 1) / max(1, total_num_steps - length))
            cosine = (1 + math.cos(math.pi * done)) / 2
            ratio = max(0.0, cos_min_ratio + (1.0 - cos_min_ratio) * cosine)
        return [base_lr * ratio for base_lr in base_lrs]

    return curve


def _range_test(
    base_lrs: Sequence[float],
    lr_range_test_min_lr: float | Sequence[float],
    lr_range_test_step_size: int,
    lr_range_test_step_rate: float,
    lr_range_test_staircase: bool,
) -> Curve:
    lows = _each(lr_range_test_min_lr, len(base_lrs))
    if not isinstance(lr_range_test_step_size, int) or lr_range_test_step_size <= 0:
        raise ValueError("lr_range_test_step_size must be a positive integer")

    def curve(iteration: float) -> list[float]:
        done = float(iteration + 1) / lr_range_test_step_size
        steps = math.floor(done) if lr_range_test_staircase else done
        return [low * (1 + lr_range_test_step_rate * steps) for low in lows]

    return curve


def _one_cycle(
    base_lrs: Sequence[float],
    cycle_min_lr: float | Sequence[float],
    cycle_max_lr: float | Sequence[float],
    decay_lr_rate: float,
    cycle_first_step_size: float,
    cycle_second_step_size: float | None,
    cycle_first_stair_count: int,
    cycle_second_stair_count: int | None,
    decay_step_size: float,
    **_momentum: object,
) -> Curve:
    """Return a rise, a fall and a decay after it; stairs take the place of a slope."""
    lows, highs = (_each(value, len(base_lrs)) for value in (cycle_min_lr, cycle_max_lr))
    rise = float(cycle_first_step_size)
    fall = rise if cycle_second_step_size is None else float(cycle_second_step_size)
    if rise <= 0 or fall < 0:
        raise ValueError("cycle_first_step_size must be positive")
    whole, turn = rise + fall, rise / (rise + fall)
    stairs = cycle_first_stair_count
    second = stairs if cycle_second_stair_count is None else cycle_second_stair_count
    flat = math.isclose(decay_step_size, 0) or math.isclose(decay_lr_rate, 0)

    def height(done: float) -> float:
        into = 1.0 + done / whole - math.floor(1 + done / whole)
        rises = into <= turn
        count = stairs if rises else second
        if count <= 0:
            return into / turn if rises else (into - 1) / (turn - 1)
        at = done % whole
        position = at * count / rise if at <= rise else (whole - at) * count / fall
        return math.floor(position) / count

    def curve(iteration: float) -> list[float]:
        if iteration < 0:
            return list(lows)
        if iteration < whole:
            share = height(iteration + 1)
            return [low + (high - low) * share for low, high in zip(lows, highs, strict=True)]
        if flat:
            return list(lows)
        divisor = 1 + decay_lr_rate * ((iteration - whole + 1) / decay_step_size)
        return [low / divisor for low in lows]

    return curve


def _check(warmup_num_steps: object = 1, **_: object) -> Iterator[Problem]:
    if isinstance(warmup_num_steps, (int, float)) and (
        not isinstance(warmup_num_steps, int) or warmup_num_steps <= 0
    ):
        yield refused("warmup_num_steps", "warmup_num_steps must be a positive whole number")


def _law(
    name: str, values: Values, *parameters: Parameter, total: bool, steps: str = "warmup_num_steps"
) -> Law:
    def replay(groups: list[Group], **arguments: Any) -> Replay:
        for problem in _check(**arguments):
            raise ValueError(problem.message)
        return Iterated(groups, values, **arguments)

    def closed_form(base_lrs: Sequence[float], **arguments: Any) -> Curve:
        at = values(base_lrs, **arguments)
        return lambda t: at(t - 1)

    horizon = ("total_num_steps",) if total else ()
    return Law(
        name=LIBRARY + name,
        source=f"deepspeed.runtime.lr_schedules.{name}",
        parameters=(*parameters, Parameter("last_batch_iteration", -1)),
        replay=replay,
        closed_form=closed_form,
        check=_check,
        horizon=horizon,
        durations=(*horizon, steps),
        past_horizon=PastHorizon.HOLDS if total else PastHorizon.NONE,
        writes_at_construction=True,
        takes_epoch=True,
    )


_TOTAL = Parameter("total_num_steps", REQUIRED)
_STEPS, _TYPE = Parameter("warmup_num_steps", 1000), Parameter("warmup_type", "log")
_LOW = Parameter("warmup_min_lr", 0.0)

_CYCLE = (
    *(Parameter("cycle_min_lr", REQUIRED), Parameter("cycle_max_lr", REQUIRED)),
    *(Parameter("decay_lr_rate", 0.0), Parameter("cycle_first_step_size", 2000)),
    *(Parameter("cycle_second_step_size", None), Parameter("cycle_first_stair_count", 0)),
    *(Parameter("cycle_second_stair_count", None), Parameter("decay_step_size", 0)),
    *(Parameter("cycle_momentum", True), Parameter("cycle_min_mom", 0.8)),
    *(Parameter("cycle_max_mom", 0.9), Parameter("decay_mom_rate", 0.0)),
)
_RANGE = (
    *(Parameter("lr_range_test_min_lr", 1e-3), Parameter("lr_range_test_step_size", 2000)),
    *(Parameter("lr_range_test_step_rate", 1.0), Parameter("lr_range_test_staircase", False)),
)

LAWS = (
    _law("OneCycle", _one_cycle, *_CYCLE, total=False, steps="cycle_first_step_size"),
    _law("LRRangeTest", _range_test, *_RANGE, total=False, steps="lr_range_test_step_size"),
    _law("WarmupLR", _warmup, _LOW, Parameter("warmup_max_lr", None), _STEPS, _TYPE, total=False),
    _law(
        "WarmupDecayLR",
        _warmup,
        *(_TOTAL, _LOW, Parameter("warmup_max_lr", 0.001), _STEPS, _TYPE),
        total=True,
    ),
    _law(
        "WarmupCosineLR",
        _cosine,
        *(_TOTAL, Parameter("warmup_min_ratio", 0.0), _STEPS),
        *(Parameter("cos_min_ratio", 0.0001), _TYPE),
        total=True,
    ),
)
