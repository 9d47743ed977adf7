"""Random schedulers: hypothesis strategies for the arguments of every class."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

lrs = st.tuples(st.floats(1e-5, 2.0), st.floats(1e-5, 2.0))
"""Two param groups."""

_length = st.integers(1, 12)
_factor = st.floats(0.0, 1.0)
_decay = st.one_of(st.just(0.1), st.just(0.5), st.floats(0.05, 1.2))
_momentum = st.floats(0.5, 0.99)


def _one_or_two(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return one value for all groups, or one for each of the two."""
    return st.one_of(values, st.lists(values, min_size=2, max_size=2))


def _hyperbola(t: float) -> float:
    return 1.0 / (1.0 + t)


def _wave(t: float) -> float:
    return 0.6 + 0.4 * math.cos(t)


def _absolute(t: float) -> float:
    return 1e-3 if t < 3 else 1


def _warmup(t: float) -> float:
    return min(t, 8) / 8


functions: st.SearchStrategy[Callable[[float], float]] = st.sampled_from(
    [_hyperbola, _wave, _absolute, _warmup]
)
_scale_functions = st.sampled_from([_hyperbola, _wave])


def _optional(**parameters: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return any subset of the arguments: the rest are left at their defaults."""
    return st.fixed_dictionaries({}, optional=parameters)


def _with(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


_cyclic = _with(
    {
        "base_lr": _one_or_two(st.floats(0.0, 0.5)),
        "max_lr": _one_or_two(st.floats(0.1, 2.0)),
        "step_size_up": _length,
    },
    step_size_down=st.one_of(st.none(), st.integers(0, 9)),
    mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
    gamma=st.floats(0.8, 1.0),
    scale_fn=st.one_of(st.none(), _scale_functions),
    scale_mode=st.sampled_from(["cycle", "iterations"]),
    cycle_momentum=st.booleans(),
    base_momentum=_one_or_two(_momentum),
    max_momentum=_one_or_two(_momentum),
)
_one_cycle_shape = {
    "pct_start": st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0.0, 1.0)),
    "anneal_strategy": st.sampled_from(["cos", "linear"]),
    "cycle_momentum": st.booleans(),
    "base_momentum": _one_or_two(_momentum),
    "max_momentum": _one_or_two(_momentum),
    "div_factor": st.floats(1.0, 50.0),
    "final_div_factor": st.floats(1.0, 1e5),
    "three_phase": st.booleans(),
}
_one_cycle = st.one_of(
    _with(
        {"max_lr": _one_or_two(st.floats(0.01, 2.0)), "total_steps": st.integers(1, 30)},
        **_one_cycle_shape,
    ),
    _with(
        {
            "max_lr": st.floats(0.01, 2.0),
            "epochs": st.integers(1, 5),
            "steps_per_epoch": st.integers(1, 7),
        },
        **_one_cycle_shape,
    ),
)

ARGUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "LambdaLR": _with({"lr_lambda": _one_or_two(functions)}),
    "MultiplicativeLR": _with({"lr_lambda": _one_or_two(functions)}),
    "StepLR": _with({"step_size": _length}, gamma=_decay),
    "MultiStepLR": _with({"milestones": st.lists(st.integers(0, 30), max_size=5)}, gamma=_decay),
    "ConstantLR": _optional(factor=st.floats(0.01, 1.0), total_iters=_length),
    "LinearLR": _optional(
        start_factor=st.floats(0.01, 1.0), end_factor=_factor, total_iters=_length
    ),
    "ExponentialLR": _with({"gamma": _decay}),
    "PolynomialLR": _optional(total_iters=_length, power=st.floats(0.0, 4.0)),
    "CosineAnnealingLR": _with({"T_max": _length}, eta_min=st.floats(0.0, 0.1)),
    "CosineAnnealingWarmRestarts": _with(
        {"T_0": _length}, T_mult=st.integers(1, 3), eta_min=st.floats(0.0, 0.1)
    ),
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SWALR": _with(
        {"swa_lr": _one_or_two(st.floats(0.0, 1.0))},
        anneal_epochs=st.integers(0, 12),
        anneal_strategy=st.sampled_from(["cos", "linear"]),
    ),
}
"""Arguments that are not degenerate, of the classes that a plain `step()` drives."""

PLATEAU = _optional(
    mode=st.sampled_from(["min", "max"]),
    factor=st.floats(0.0, 0.99),
    patience=st.integers(0, 4),
    threshold=st.floats(0.0, 0.5),
    threshold_mode=st.sampled_from(["rel", "abs"]),
    cooldown=st.integers(0, 3),
    min_lr=_one_or_two(st.floats(0.0, 0.01)),
    eps=st.floats(0.0, 1e-3),
)

_steps = st.integers(0, 20)
_totals = st.integers(1, 40)
_cycles = st.floats(0.25, 3.0)


def _minimum() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.fixed_dictionaries({"min_lr": st.floats(0.0, 0.1)}),
        st.fixed_dictionaries({"min_lr_rate": st.floats(0.0, 1.0)}),
    )


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda each: {k: v for part in each for k, v in part.items()})


_warmed = st.fixed_dictionaries({"num_warmup_steps": _steps, "num_training_steps": _totals})
TRANSFORMERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "get_constant_schedule": st.just({}),
    "get_constant_schedule_with_warmup": _with({"num_warmup_steps": _steps}),
    "get_linear_schedule_with_warmup": _warmed,
    "get_cosine_schedule_with_warmup": _merged(_warmed, _optional(num_cycles=_cycles)),
    "get_cosine_with_hard_restarts_schedule_with_warmup": _merged(
        _warmed, _optional(num_cycles=st.integers(1, 4))
    ),
    "get_polynomial_decay_schedule_with_warmup": _merged(
        _warmed, _optional(lr_end=st.floats(0.0, 0.01), power=st.floats(0.0, 3.0))
    ),
    "get_inverse_sqrt_schedule": _with({"num_warmup_steps": _steps}, timescale=st.integers(1, 50)),
    "get_cosine_with_min_lr_schedule_with_warmup": _merged(
        _warmed, _minimum(), _optional(num_cycles=_cycles)
    ),
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": _merged(
        _warmed, _minimum(), _optional(num_cycles=_cycles, warmup_lr_rate=_factor)
    ),
    "get_wsd_schedule": _merged(
        _with({"num_warmup_steps": _steps, "num_decay_steps": _steps}),
        st.one_of(
            st.fixed_dictionaries({"num_training_steps": _totals}),
            st.fixed_dictionaries({"num_stable_steps": _steps}),
        ),
        _optional(
            warmup_type=st.sampled_from(["linear", "cosine", "1-sqrt"]),
            decay_type=st.sampled_from(["linear", "cosine", "1-sqrt"]),
            min_lr_ratio=st.floats(0.0, 1.0),
            num_cycles=_cycles,
        ),
    ),
}

WRITES_ALWAYS = ("CyclicLR", "OneCycleLR")


@st.composite
def specs(draw: st.DrawFn, names: tuple[str, ...] = tuple(ARGUMENTS)) -> Any:
    """Return one scheduler of a random class."""
    name = draw(st.sampled_from(names))
    return name, draw(ARGUMENTS[name])


@st.composite
def compositions(draw: st.DrawFn, depth: int = 1) -> Any:
    """Return a SequentialLR or ChainedScheduler of random members, `depth` levels deep at most."""
    member = specs() if depth == 1 else st.one_of(specs(), compositions(depth=depth - 1))
    members = draw(st.lists(member, min_size=1, max_size=3))
    if draw(st.booleans()):
        return "ChainedScheduler", {"schedulers": members}
    count = len(members) - 1
    milestones = sorted(draw(st.lists(st.integers(0, 15), min_size=count, max_size=count)))
    return "SequentialLR", {"schedulers": members, "milestones": milestones}
