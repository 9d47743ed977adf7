"""`Law.lr` is the LR of torch after t plain steps, and that of its closed forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lrlint.formulas import LAWS, NoClosedForm

from .strategies import ARGUMENTS, TRANSFORMERS, compositions, lrs, specs
from .twin import Spec, build_torch, optimizer_with, outcome, torch_lrs

FROM_SCRATCH = [name for name in ARGUMENTS if not LAWS[name].chainable]
RECURSIVE = [name for name in ARGUMENTS if LAWS[name].chainable]


def assert_close(
    ours: Sequence[float], theirs: Sequence[float], scale: float, tolerance: float, t: int
) -> None:
    for mine, real in zip(ours, theirs, strict=True):
        assert math.isclose(mine, real, rel_tol=1e-9, abs_tol=tolerance * scale), (
            f"t={t}: {mine!r} is not {real!r}"
        )


def compare(spec: Spec, initial: Sequence[float], steps: int, tolerance: float) -> None:
    name, arguments = spec
    curve = LAWS[name].curve(initial, default_lr=initial[0], **arguments)
    real = torch_lrs(spec, initial, steps)
    scale = max(abs(lr) for lrs in real for lr in lrs)
    for t, expected in enumerate(real):
        assert_close(curve(t), expected, scale, tolerance, t)


def last_step(name: str, arguments: dict[str, Any], most: int = 40) -> int:
    """OneCycleLR cannot be stepped further than its total."""
    if name != "OneCycleLR":
        return most
    total: int = arguments.get("total_steps") or arguments["epochs"] * arguments["steps_per_epoch"]
    if arguments.get("pct_start", 0.3) == 1.0:
        return total - 1
    return total


@pytest.mark.parametrize("name", FROM_SCRATCH)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), initial=lrs)
def test_from_scratch_classes_agree_exactly(name: str, data: Any, initial: Any) -> None:
    arguments = data.draw(ARGUMENTS[name])
    assume(not LAWS[name].problems(**arguments))
    curve = LAWS[name].curve(initial, **arguments)
    for t, real in enumerate(torch_lrs((name, arguments), initial, last_step(name, arguments))):
        assert curve(t) == real


@pytest.mark.parametrize("name", RECURSIVE)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), initial=lrs)
def test_recursive_classes_agree_within_their_rounding(name: str, data: Any, initial: Any) -> None:
    """40 steps, far past every horizon; the rounding residue that a cosine at its minimum leaves
    is blown up by its way back (SEMANTICS 1.3)."""
    arguments = data.draw(ARGUMENTS[name])
    tolerance = 1e-10 if arguments.get("eta_min") else 1e-12
    compare((name, arguments), initial, 40, tolerance)


@pytest.mark.parametrize("name", TRANSFORMERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), initial=lrs)
def test_transformers_schedules_agree_exactly(name: str, data: Any, initial: Any) -> None:
    arguments = data.draw(TRANSFORMERS[name])
    law = LAWS[name]
    assume(not any(p.raises for p in law.problems(default_lr=initial[0], **arguments)))
    curve = law.curve(initial, default_lr=initial[0], **arguments)
    for t, real in enumerate(torch_lrs((name, arguments), initial, 50)):
        assert curve(t) == real


OWN_CLOSED_FORM = [
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "PolynomialLR",
    "CosineAnnealingLR",
]


@pytest.mark.parametrize("name", OWN_CLOSED_FORM)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), initial=lrs, jumps=st.lists(st.integers(0, 2000), max_size=20))
def test_closed_form_of_torch(name: str, data: Any, initial: Any, jumps: list[int]) -> None:
    arguments = data.draw(ARGUMENTS[name])
    scheduler = build_torch(optimizer_with(initial), (name, arguments))
    for t in jumps:
        scheduler.last_epoch = t
        theirs, error = outcome(scheduler._get_closed_form_lr)
        if error is OverflowError:  # gamma ** t, where the recursion reaches inf
            continue
        assert_close(LAWS[name].lr(t, initial, **arguments), theirs, max(initial), 1e-12, t)


@settings(max_examples=150, deadline=None)
@given(
    T_0=st.integers(1, 9),
    T_mult=st.integers(1, 4),
    eta_min=st.floats(0.0, 0.1),
    initial=lrs,
    t=st.floats(0.0, 300.0),
)
def test_fractional_warm_restarts(
    T_0: int, T_mult: int, eta_min: float, initial: Any, t: float
) -> None:
    arguments = {"T_0": T_0, "T_mult": T_mult, "eta_min": eta_min}
    optimizer = optimizer_with(initial)
    scheduler = build_torch(optimizer, ("CosineAnnealingWarmRestarts", arguments))
    scheduler.step(t)
    assume(scheduler.T_cur < scheduler.T_i * (1 - 1e-9) and scheduler.T_cur > 1e-9)
    ours = LAWS["CosineAnnealingWarmRestarts"].lr(t, initial, **arguments)
    assert_close(ours, [group["lr"] for group in optimizer.param_groups], 2.1, 1e-12, int(t))


def test_a_restart_belongs_to_the_new_cycle() -> None:
    """torch's `step(121)` computes log(243, 3) as 4.999…, and so the end of the old cycle; its
    plain steps, and the closed form, restart there."""
    arguments = {"T_0": 1, "T_mult": 3}
    spec = ("CosineAnnealingWarmRestarts", arguments)
    assert torch_lrs(spec, [0.1], 121)[121] == [0.1]
    assert LAWS[spec[0]].lr(121, [0.1], **arguments) == [0.1]
    optimizer = optimizer_with([0.1])
    build_torch(optimizer, spec).step(121)
    assert optimizer.param_groups[0]["lr"] == 0.0


@settings(max_examples=300, deadline=None)
@given(initial=lrs, spec=compositions())
def test_compositions(initial: Any, spec: Any) -> None:
    """Where a composition has a closed form, it is right, also past its members' horizons."""
    name, arguments = spec
    _, refused = outcome(lambda: build_torch(optimizer_with(initial), spec))
    curve, error = outcome(lambda: LAWS[name].curve(initial, **arguments))
    if error is NoClosedForm:
        return
    assert error is refused
    if error is not None:
        return
    optimizer = optimizer_with(initial)
    scheduler = build_torch(optimizer, spec)
    scale = max(initial)
    for t in range(30):
        real = [group["lr"] for group in optimizer.param_groups]
        scale = max(scale, *map(abs, real))
        ours, error = outcome(partial(curve, t))
        if error is NoClosedForm:
            return
        assert error is None
        assert_close(ours, real, scale, 1e-10, t)
        _, raised = outcome(scheduler.step)
        if raised is not None:
            _, error = outcome(partial(curve, t + 1))
            assert error in (raised, NoClosedForm)
            return


has_closed_form = [name for name in ARGUMENTS if name not in ("OneCycleLR", "CyclicLR")]


@settings(max_examples=200, deadline=None)
@given(
    initial=lrs,
    members=st.lists(specs(tuple(has_closed_form)), min_size=1, max_size=4),
    gaps=st.lists(st.integers(1, 12), min_size=3, max_size=3),
)
def test_every_plain_sequence_has_a_closed_form(initial: Any, members: Any, gaps: Any) -> None:
    assume([name for name, _ in members].count("SWALR") < 2)
    milestones = [sum(gaps[: i + 1]) for i in range(len(members) - 1)]
    compare(("SequentialLR", {"schedulers": members, "milestones": milestones}), initial, 45, 1e-10)


factors = ("MultiplicativeLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")


@settings(max_examples=100, deadline=None)
@given(initial=lrs, members=st.lists(specs((*factors, "PolynomialLR")), min_size=1, max_size=4))
def test_every_chain_of_factors_has_a_closed_form(initial: Any, members: Any) -> None:
    compare(("ChainedScheduler", {"schedulers": members}), initial, 40, 1e-12)


@settings(max_examples=50, deadline=None)
@given(initial=lrs, member=specs(factors), T_max=st.integers(1, 30), first=st.booleans())
def test_a_warmup_chained_with_a_cosine(initial: Any, member: Any, T_max: int, first: bool) -> None:
    cosine = ("CosineAnnealingLR", {"T_max": T_max})
    spec = ("ChainedScheduler", {"schedulers": [cosine, member] if first else [member, cosine]})
    compare(spec, initial, T_max, 1e-12)
    with pytest.raises(NoClosedForm):
        LAWS["ChainedScheduler"].lr(T_max + 1, initial, **spec[1])


@pytest.mark.parametrize(
    "spec",
    [
        ("ReduceLROnPlateau", {}),
        ("GreedyLR", {}),
        ("get_reduce_on_plateau_schedule", {}),
        ("get_scheduler", {"name": "greedy"}),
        (
            "ChainedScheduler",
            {"schedulers": [("StepLR", {"step_size": 3}), ("GreedyLR", {})]},
        ),
        (
            "ChainedScheduler",
            {"schedulers": [("StepLR", {"step_size": 3}), ("LambdaLR", {"lr_lambda": float})]},
        ),
        (
            "SequentialLR",
            {
                "schedulers": [
                    ("StepLR", {"step_size": 3}),
                    ("ChainedScheduler", {"schedulers": [("StepLR", {"step_size": 3})]}),
                ],
                "milestones": [4],
            },
        ),
    ],
)
def test_no_closed_form(spec: Spec) -> None:
    name, arguments = spec
    with pytest.raises(NoClosedForm):
        LAWS[name].lr(1, [0.1], **arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "t", "error"),
    [
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 10}, 11, ValueError),
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 10.0}, 0, ValueError),
        ("OneCycleLR", {"max_lr": [1.0, 2.0], "total_steps": 10}, 0, ValueError),
        ("CosineAnnealingLR", {"T_max": 0}, 1, ZeroDivisionError),
        ("CosineAnnealingWarmRestarts", {"T_0": 0}, 0, ValueError),
        ("StepLR", {"step_size": 0}, 1, ZeroDivisionError),
        ("ConstantLR", {"factor": 0.0}, 5, ZeroDivisionError),
        ("LinearLR", {"start_factor": 0.0}, 0, ValueError),
        ("PolynomialLR", {"power": -1.0}, 5, ZeroDivisionError),
        ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 0}, 0, ZeroDivisionError),
        ("LambdaLR", {"lr_lambda": 0.5}, 0, TypeError),
        ("StepLR", {}, 0, TypeError),
        ("StepLR", {"step_size": 3, "verbose": True}, 0, TypeError),
        ("get_scheduler", {"name": "cosine", "num_warmup_steps": 3}, 0, ValueError),
        (
            "get_polynomial_decay_schedule_with_warmup",
            {"num_warmup_steps": 0, "num_training_steps": 10, "lr_end": 0.1},
            0,
            ValueError,
        ),
    ],
)
def test_raises_where_torch_does(
    name: str, arguments: dict[str, Any], t: int, error: type[Exception]
) -> None:
    """… and only from the step on at which torch does."""
    with pytest.raises(error):
        LAWS[name].lr(t, [0.1], **arguments)
    if t > 0:
        LAWS[name].lr(t - 1, [0.1], **arguments)
    if name in ARGUMENTS:
        assert outcome(lambda: torch_lrs((name, arguments), [0.1], t))[1] is error
        assert outcome(lambda: torch_lrs((name, arguments), [0.1], max(0, t - 1)))[1] in (
            {None} if t > 0 else {error}
        )


def test_degenerate_lengths_follow_the_steps() -> None:
    """Where torch's recursion and its `_get_closed_form_lr` disagree, the LR that training uses is
    the recursion's."""
    for name, arguments in (
        ("ConstantLR", {"total_iters": 0}),
        ("ConstantLR", {"total_iters": 2.5}),
        ("LinearLR", {"total_iters": 0}),
        ("LinearLR", {"total_iters": 4.5}),
        ("PolynomialLR", {"total_iters": 0}),
        ("PolynomialLR", {"total_iters": 4.5, "power": 2.0}),
        ("StepLR", {"step_size": 2.5}),
        ("StepLR", {"step_size": 0.1}),
        ("StepLR", {"step_size": -3}),
        ("MultiStepLR", {"milestones": [7, 2.5, -1, 3.0, 3]}),
        ("CosineAnnealingLR", {"T_max": -4}),
        ("CosineAnnealingLR", {"T_max": 4.5}),
        ("CosineAnnealingLR", {"T_max": 0.5}),
    ):
        compare((name, arguments), [0.1, 0.3], 20, 1e-12)


@pytest.mark.parametrize("gamma", [1e200, -1e200])
def test_an_overflow_is_infinite(gamma: float) -> None:
    """As in torch's repeated product; its own closed form raises OverflowError."""
    for name, arguments in (
        ("ExponentialLR", {"gamma": gamma}),
        ("StepLR", {"step_size": 1, "gamma": gamma}),
        ("MultiStepLR", {"milestones": [1, 2, 3, 4], "gamma": gamma}),
    ):
        real = torch_lrs((name, arguments), [1.0], 4)
        assert [LAWS[name].lr(t, [1.0], **arguments) for t in range(5)] == real
        assert real[3:] == ([[math.inf]] * 2 if gamma > 0 else [[-math.inf], [math.inf]])


def test_a_member_that_replaces_the_initial_lr() -> None:
    """OneCycleLR does, and so moves the members before it that multiply the group's LR."""
    one_cycle = ("OneCycleLR", {"max_lr": 1.0, "total_steps": 30})
    spec = ("SequentialLR", {"schedulers": [("LinearLR", {}), one_cycle], "milestones": [8]})
    compare(spec, [0.1, 0.2], 30, 1e-12)
    assert LAWS["SequentialLR"].lr(0, [0.1], **spec[1])[0] == pytest.approx(1.0 / 25 / 3)
    cosine = {"schedulers": [("CosineAnnealingLR", {"T_max": 5}), one_cycle], "milestones": [8]}
    with pytest.raises(NoClosedForm, match="starts away from its initial LR"):
        LAWS["SequentialLR"].lr(0, [0.1], **cosine)


def test_a_curve_can_be_read_in_any_order() -> None:
    """MultiplicativeLR has to go through all the steps before."""
    curve = LAWS["MultiplicativeLR"].curve([1.0], lr_lambda=lambda t: 1 / (t + 1))
    assert [curve(t)[0] for t in (3, 1, 0, 2)] == pytest.approx([1 / 24, 1 / 2, 1.0, 1 / 6])
