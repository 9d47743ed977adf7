"""`problems()` reports exactly what torch does with a degenerate argument."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlint.formulas import LAWS, Problem

from .strategies import ARGUMENTS, PLATEAU, TRANSFORMERS, lrs
from .twin import Spec, Twins, build_torch, optimizer_with, outcome

STEPS = 40
"""How far torch is driven; within it every degenerate argument below shows itself."""

odd = st.sampled_from([0, -1, -3, 1, 2, 7, 0.0, 1.0, 3.0, 2.5, -2.5, 0.1, 0.5, 1 / 3, 10 / 3, True])
fraction = st.sampled_from([0.0, 1.0, -0.1, 1.5, 0.5, 0, 1, 2])
odd_list = st.lists(st.sampled_from([0, 3, 7, 20, -1, 2.5, 4.0, 1e9]), max_size=4)

DEGENERATE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "LambdaLR": {"lr_lambda": st.sampled_from([0.5, None, "cos", float, [float, float], [0.1, 1]])},
    "MultiplicativeLR": {"lr_lambda": st.sampled_from([0.5, None, "cos", float, [0.1, float]])},
    "StepLR": {"step_size": odd, "gamma": fraction},
    "MultiStepLR": {"milestones": st.one_of(odd_list, odd), "gamma": fraction},
    "ConstantLR": {"factor": fraction, "total_iters": odd},
    "LinearLR": {"start_factor": fraction, "end_factor": fraction, "total_iters": odd},
    "ExponentialLR": {"gamma": fraction},
    "PolynomialLR": {"total_iters": odd, "power": st.sampled_from([-1, -0.5, 0, 1.0, 2.5])},
    "CosineAnnealingLR": {"T_max": odd, "eta_min": st.sampled_from([0.0, 0.05, [0.0, 0.1]])},
    "CosineAnnealingWarmRestarts": {
        "T_0": odd,
        "T_mult": odd,
        "eta_min": st.sampled_from([0.0, 1, None, "0", [0.0, 0.1]]),
    },
    "CyclicLR": {
        "base_lr": st.just(0.1),
        "max_lr": st.just(0.5),
        "step_size_up": odd,
        "step_size_down": st.one_of(st.none(), odd),
        "mode": st.sampled_from(["triangular", "exp_range", "sawtooth"]),
        "scale_fn": st.sampled_from([None, None, float]),
    },
    "OneCycleLR": {
        "max_lr": st.just(0.5),
        "total_steps": st.sampled_from([None, None, 0, -2, 45, 60.0, 2.5, 50]),
        "epochs": st.sampled_from([None, 0, 10, 2.0]),
        "steps_per_epoch": st.sampled_from([None, -3, 5, 7.5]),
        "pct_start": st.sampled_from([0.3, 0, 1, -0.1, 1.1, 0.02, 1.0, 0.0]),
        "anneal_strategy": st.sampled_from(["cos", "linear", "cosine"]),
        "div_factor": st.sampled_from([25.0, 0]),
        "final_div_factor": st.sampled_from([1e4, 0.0]),
        "three_phase": st.booleans(),
    },
    "SWALR": {
        "swa_lr": st.just(0.05),
        "anneal_epochs": odd,
        "anneal_strategy": st.sampled_from(["cos", "linear", "exp"]),
    },
    "ReduceLROnPlateau": {
        "mode": st.sampled_from(["min", "max", "auto"]),
        "factor": fraction,
        "patience": odd,
        "threshold_mode": st.sampled_from(["rel", "abs", "both"]),
    },
    "GreedyLR": {
        "mode": st.sampled_from(["min", "max", "auto"]),
        "factor": st.sampled_from([0.5, 1.0, 2, -0.1]),
        "patience": odd,
        "threshold_mode": st.sampled_from(["rel", "abs", "both"]),
    },
}
_warmup = st.sampled_from([0, 5, 20, -1])
_total = st.sampled_from([0, 5, 20, -3, 12])
_warmed = {"num_warmup_steps": _warmup, "num_training_steps": _total}
_minimum = {
    "min_lr": st.sampled_from([None, 0.0, 0.01]),
    "min_lr_rate": st.sampled_from([None, 0.0, 0.1]),
}
_kind = st.sampled_from(["linear", "cosine", "1-sqrt", "sqrt"])
DEGENERATE |= {
    "get_constant_schedule_with_warmup": {"num_warmup_steps": _warmup},
    "get_linear_schedule_with_warmup": _warmed,
    "get_cosine_schedule_with_warmup": _warmed,
    "get_cosine_with_hard_restarts_schedule_with_warmup": _warmed,
    "get_polynomial_decay_schedule_with_warmup": {
        **_warmed,
        "lr_end": st.sampled_from([0.0, 1e-7, 0.1, 3.0]),
        "power": st.sampled_from([1.0, 0.0, 2.0, -1.0]),
    },
    "get_inverse_sqrt_schedule": {
        "num_warmup_steps": st.sampled_from([0, 5, 20]),
        "timescale": st.sampled_from([None, 0, 7]),
    },
    "get_cosine_with_min_lr_schedule_with_warmup": {**_warmed, **_minimum},
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": {**_warmed, **_minimum},
    "get_wsd_schedule": {
        "num_warmup_steps": st.sampled_from([0, 5]),
        "num_decay_steps": st.sampled_from([0, 5]),
        "num_training_steps": st.sampled_from([None, 20, 7]),
        "num_stable_steps": st.sampled_from([None, 0, 5]),
        "warmup_type": _kind,
        "decay_type": _kind,
    },
}


def what_torch_does(spec: Spec, initial: list[float]) -> tuple[str, str, int | None] | None:
    """Return `(exception, "construction" or "step", which step)`, None where nothing is raised.

    On the way, the replay must do the same.
    """
    twins = Twins(initial)
    error = twins.build(spec)
    if error is not None:
        return error.__name__, "construction", None
    metric = [1.0] if LAWS[spec[0]].takes_metric else []
    for t in range(1, STEPS + 1):
        error = twins.step(0, *metric)
        if error is not None:
            return error.__name__, "step", t
    return None


def first(problems: list[Problem]) -> tuple[str, str, int | None] | None:
    """Return the first problem that torch meets; of several at construction, any."""
    raising = [p for p in problems if p.raises and (p.at or 0) <= STEPS]
    raising.sort(key=lambda p: (p.when == "step", p.at or 0))
    if not raising:
        return None
    assert raising[0].raises is not None
    return raising[0].raises, raising[0].when, raising[0].at


@pytest.mark.parametrize("name", DEGENERATE)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_raises_what_torch_raises_when_torch_does(name: str, data: Any) -> None:
    arguments = data.draw(st.fixed_dictionaries(DEGENERATE[name]))
    problems = LAWS[name].problems(default_lr=0.1, **arguments)
    real = what_torch_does((name, arguments), [0.1, 0.3])
    found = first(problems)
    assert (found is None) == (real is None), f"{arguments}: torch {real}, {problems}"
    if real is not None and found is not None:
        at_construction = {p.raises for p in problems if p.when == "construction" and p.raises}
        if len(at_construction) > 1:  # torch reports one of them
            assert real[0] in at_construction
        else:
            assert found == real
    for problem in problems:
        assert problem.parameter in {p.name for p in LAWS[name].parameters}
        assert (problem.at is not None) == (problem.raises is not None and problem.when == "step")


SOUND = {**ARGUMENTS, **TRANSFORMERS, "ReduceLROnPlateau": PLATEAU}


@pytest.mark.parametrize("name", SOUND)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), initial=lrs)
def test_sound_arguments_have_none(name: str, data: Any, initial: Any) -> None:
    """… unless torch itself stumbles over them."""
    arguments = data.draw(SOUND[name])
    problems = LAWS[name].problems(default_lr=initial[0], **arguments)
    if name in TRANSFORMERS:  # more warm-up than training is drawn, too
        problems = [p for p in problems if p.raises]
    if problems:
        assert what_torch_does((name, arguments), list(initial)) is not None


ONE_CYCLE_LENGTHS: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({}, "total_steps", "ValueError"),
    ({"epochs": 5}, "total_steps", "ValueError"),
    ({"steps_per_epoch": 10}, "total_steps", "ValueError"),
    ({"epochs": 5, "steps_per_epoch": 10}, None, None),
    ({"epochs": 5.0, "steps_per_epoch": 10}, "epochs", "ValueError"),
    ({"epochs": 5, "steps_per_epoch": 0}, "steps_per_epoch", "ValueError"),
    ({"epochs": 0.5, "steps_per_epoch": 10, "total_steps": 50}, None, None),
    ({"total_steps": 50, "pct_start": 0.02}, "pct_start", "ZeroDivisionError"),
    ({"epochs": 5, "steps_per_epoch": 10, "pct_start": 0.02}, "pct_start", "ZeroDivisionError"),
    ({"total_steps": 50.0}, "total_steps", "ValueError"),
]


@pytest.mark.parametrize(("lengths", "parameter", "error"), ONE_CYCLE_LENGTHS)
def test_the_lengths_of_a_one_cycle(
    lengths: dict[str, Any], parameter: str | None, error: str | None
) -> None:
    arguments = {"max_lr": 0.5, **lengths}
    problems = LAWS["OneCycleLR"].problems(**arguments)
    assert [(p.parameter, p.raises) for p in problems] == ([(parameter, error)] if error else [])
    assert first(problems) == what_torch_does(("OneCycleLR", arguments), [0.1, 0.3])


class Symbol:
    """A value that is not known yet."""


@pytest.mark.parametrize("name", LAWS)
def test_unknown_arguments_are_not_judged(name: str) -> None:
    law = LAWS[name]
    symbols = {parameter.name: Symbol() for parameter in law.parameters}
    assert law.problems(**symbols) == []
    assert law.problems(default_lr=0.1, **symbols) == []
    for parameter in law.parameters:
        others = {k: v for k, v in symbols.items() if k != parameter.name}
        assert [p for p in law.problems(**others) if p.parameter != parameter.name] == []


SILENT: list[tuple[str, dict[str, Any], str]] = [
    ("StepLR", {"step_size": 2.5}, "only every 5 steps"),
    ("StepLR", {"step_size": 0.1}, "never"),
    ("StepLR", {"step_size": math.inf}, "never"),
    ("StepLR", {"step_size": -3}, "acts as 3"),
    ("MultiStepLR", {"milestones": [2.5, 10]}, "milestone 2.5: not a whole number"),
    ("MultiStepLR", {"milestones": (7.5, 2.5)}, "milestones 2.5, 7.5: not a whole number"),
    ("MultiStepLR", {"milestones": [-1, 5]}, "milestone -1: before the start"),
    ("ConstantLR", {"total_iters": 0}, "never restored"),
    ("ConstantLR", {"total_iters": 2.5}, "not a whole number of steps: the LR is never restored"),
    ("LinearLR", {"total_iters": 0}, "never reaches end_factor"),
    ("LinearLR", {"total_iters": 4.5}, "never reaches end_factor"),
    ("PolynomialLR", {"total_iters": 0}, "never decays to 0"),
    ("CosineAnnealingLR", {"T_max": 4.5}, "no step is its minimum"),
    ("CosineAnnealingLR", {"T_max": -5}, "acts as 5"),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": -5}, "negative"),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_down": -5}, "negative"),
    ("ReduceLROnPlateau", {"patience": -1}, "at every step"),
    (
        "get_linear_schedule_with_warmup",
        {"num_warmup_steps": 20, "num_training_steps": 20},
        "leaves nothing of num_training_steps=20",
    ),
    (
        "get_linear_schedule_with_warmup",
        {"num_warmup_steps": 0, "num_training_steps": 0},
        "num_training_steps=0 is not positive",
    ),
    (
        "get_wsd_schedule",
        {"num_warmup_steps": 10, "num_decay_steps": 10, "num_training_steps": 15},
        "less than the warm-up of 10 and the decay of 10",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "words"), SILENT)
def test_silent_ones(name: str, arguments: dict[str, Any], words: str) -> None:
    (problem,) = LAWS[name].problems(**arguments)
    assert words in problem.message
    assert problem.raises is None
    assert what_torch_does((name, arguments), [0.1, 0.3]) is None


def decays_at(spec: Spec, steps: int) -> Iterator[int]:
    optimizer = optimizer_with([0.1])
    scheduler = build_torch(optimizer, spec)
    for t in range(1, steps + 1):
        before = optimizer.param_groups[0]["lr"]
        outcome(scheduler.step)
        if optimizer.param_groups[0]["lr"] != before:
            yield t


@pytest.mark.parametrize("step_size", [2.5, 0.5, 1.5, 3.0, 7.25, -2.5, 0.1])
def test_fractional_step_sizes_decay_when_the_message_says(step_size: float) -> None:
    period = abs(Fraction(step_size).numerator)
    assert list(decays_at(("StepLR", {"step_size": step_size}), 60)) == list(
        range(period, 61, period)
    )


def test_fractional_milestones_never_match() -> None:
    arguments = {"milestones": [2.5, 4.0, 7.0001, -1]}
    assert list(decays_at(("MultiStepLR", arguments), 20)) == [4]


STEP: Spec = ("StepLR", {"step_size": 3})
CHAIN: Spec = ("ChainedScheduler", {"schedulers": [STEP]})
SEQUENCE: Spec = ("SequentialLR", {"schedulers": [STEP, STEP], "milestones": [3]})
PLATEAUED: Spec = ("ReduceLROnPlateau", {})


@pytest.mark.parametrize(
    "spec",
    [
        ("SequentialLR", {"schedulers": [], "milestones": []}),
        ("SequentialLR", {"schedulers": [STEP, STEP], "milestones": []}),
        ("SequentialLR", {"schedulers": [STEP, PLATEAUED], "milestones": [3]}),
        ("SequentialLR", {"schedulers": [STEP, CHAIN], "milestones": [6]}),
        ("SequentialLR", {"schedulers": [STEP, SEQUENCE], "milestones": [6]}),
        ("SequentialLR", {"schedulers": [CHAIN, STEP], "milestones": [6]}),
        ("SequentialLR", {"schedulers": [STEP, CHAIN, STEP], "milestones": [6, 6]}),
        ("SequentialLR", {"schedulers": [STEP, CHAIN], "milestones": [0]}),
        ("SequentialLR", {"schedulers": [STEP, STEP], "milestones": [6]}),
        ("SequentialLR", {"schedulers": [STEP, STEP], "milestones": [6.5]}),
        ("SequentialLR", {"schedulers": [STEP, STEP, STEP], "milestones": [9, 6]}),
        ("ChainedScheduler", {"schedulers": []}),
        ("ChainedScheduler", {"schedulers": [STEP, PLATEAUED]}),
        ("ChainedScheduler", {"schedulers": [STEP, SEQUENCE]}),
    ],
    ids=str,
)
def test_compositions(spec: Spec) -> None:
    name, arguments = spec
    assert first(LAWS[name].problems(**arguments)) == what_torch_does(spec, [0.1, 0.3])


def test_a_sequence_with_unusable_milestones_is_reported() -> None:
    problems = LAWS["SequentialLR"].problems
    for milestones, words in (([6.5, 9], "6.5 is not a whole"), ([9, 6], "not in rising order")):
        (problem,) = problems(schedulers=[STEP, STEP, STEP], milestones=milestones)
        assert words in problem.message
        assert problem.raises is None
