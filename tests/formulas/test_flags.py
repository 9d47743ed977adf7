"""The flags of a law hold for the trajectories of torch."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlint.formulas import LAWS, NoClosedForm, PastHorizon

from .strategies import ARGUMENTS, PLATEAU, TRANSFORMERS
from .twin import PLAIN, Spec, build_torch, optimizer_with, outcome, torch_lrs

HORIZON = 12
WARMED = {"num_warmup_steps": 3, "num_training_steps": HORIZON}
TYPICAL: dict[str, dict[str, Any]] = {
    "LambdaLR": {"lr_lambda": lambda t: 0.9**t},
    "MultiplicativeLR": {"lr_lambda": lambda t: 0.9},
    "StepLR": {"step_size": HORIZON},
    "MultiStepLR": {"milestones": [5, HORIZON]},
    "ConstantLR": {"total_iters": HORIZON},
    "LinearLR": {"total_iters": HORIZON},
    "ExponentialLR": {"gamma": 0.9},
    "PolynomialLR": {"total_iters": HORIZON},
    "CosineAnnealingLR": {"T_max": HORIZON},
    "CosineAnnealingWarmRestarts": {"T_0": HORIZON},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": HORIZON // 2},
    "OneCycleLR": {"max_lr": 0.1, "total_steps": HORIZON},
    "SWALR": {"swa_lr": 0.05, "anneal_epochs": HORIZON},
    "get_constant_schedule": {},
    "get_constant_schedule_with_warmup": {"num_warmup_steps": HORIZON},
    "get_linear_schedule_with_warmup": WARMED,
    "get_cosine_schedule_with_warmup": WARMED,
    "get_cosine_with_hard_restarts_schedule_with_warmup": WARMED,
    "get_polynomial_decay_schedule_with_warmup": WARMED,
    "get_inverse_sqrt_schedule": {"num_warmup_steps": 3},
    "get_cosine_with_min_lr_schedule_with_warmup": {**WARMED, "min_lr_rate": 0.1},
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": {**WARMED, "min_lr_rate": 0.1},
    "get_wsd_schedule": {**WARMED, "num_decay_steps": 4},
}
STEPPED = {**ARGUMENTS, **TRANSFORMERS}
COMPOSED: dict[str, Spec] = {
    "SequentialLR": (
        "SequentialLR",
        {
            "schedulers": [("LinearLR", {}), ("ExponentialLR", {"gamma": 0.9})],
            "milestones": [4],
        },
    ),
    "ChainedScheduler": ("ChainedScheduler", {"schedulers": [("StepLR", {"step_size": 3})]}),
}


def test_every_stepped_law_is_covered() -> None:
    metric_driven = {name for name, law in PLAIN.items() if law.takes_metric}
    assert set(TYPICAL) == set(STEPPED)
    assert set(PLAIN) == {*TYPICAL, *COMPOSED, *metric_driven, "get_scheduler"}


def trajectory(name: str, steps: int) -> list[float]:
    return [lr for (lr,) in torch_lrs((name, TYPICAL[name]), [0.1], steps)]


@pytest.mark.parametrize("name", TYPICAL)
def test_past_the_horizon(name: str) -> None:
    law = LAWS[name]
    if not law.horizon:
        assert law.past_horizon is PastHorizon.NONE
        return
    if law.past_horizon is PastHorizon.RAISES:
        assert outcome(lambda: trajectory(name, HORIZON))[1] is None
        assert outcome(lambda: trajectory(name, HORIZON + 1))[1] is ValueError
        return
    lrs = trajectory(name, 3 * HORIZON)
    before, end, after = lrs[:HORIZON], lrs[HORIZON], lrs[HORIZON:]
    again = [b / a if a else 1.0 for a, b in zip(before, after[:HORIZON], strict=True)]
    signs = {
        PastHorizon.HOLDS: max(after) - min(after) < 1e-15,
        PastHorizon.RESTARTS: after[:HORIZON] == before and before[-1] < 0.1 * end,
        PastHorizon.PERIODIC: again == pytest.approx([again[0]] * HORIZON),
        PastHorizon.RISES: max(after) > 5 * end,
    }
    assert next(flag for flag, seen in signs.items() if seen) is law.past_horizon


def test_a_straight_onecycle_turns_negative_one_step_past_its_end() -> None:
    arguments = {"max_lr": 0.1, "total_steps": HORIZON, "anneal_strategy": "linear"}
    assert torch_lrs(("OneCycleLR", arguments), [0.1], HORIZON)[-1][0] < -0.01
    assert LAWS["OneCycleLR"].lr(HORIZON, [0.1], **arguments)[0] < -0.01


@pytest.mark.parametrize("name", TYPICAL)
def test_chainable_laws_go_on_from_a_manual_write(name: str) -> None:
    def after(written: float | None) -> float:
        optimizer = optimizer_with([0.1])
        scheduler = build_torch(optimizer, (name, TYPICAL[name]))
        for _ in range(3):
            scheduler.step()
        group = optimizer.param_groups[0]
        group["lr"] = written or group["lr"]
        scheduler.step()
        lr: float = group["lr"]
        return lr

    assert (outcome(lambda: after(0.7))[0] != outcome(lambda: after(None))[0]) == (
        LAWS[name].chainable
    )


def writes(spec: Spec) -> bool:
    """Whether torch's construction changes an LR that is not the initial one (on a resume)."""
    optimizer = optimizer_with([0.03, 0.007])
    for group in optimizer.param_groups:
        group["initial_lr"] = 10 * group["lr"]
    build_torch(optimizer, spec)
    return [group["lr"] for group in optimizer.param_groups] != [0.03, 0.007]


@pytest.mark.parametrize("name", TYPICAL)
def test_writing_at_construction(name: str) -> None:
    assert writes((name, TYPICAL[name])) == LAWS[name].writes_when_built(**TYPICAL[name])


@pytest.mark.parametrize("name", STEPPED)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_writes_at_construction_says_so(name: str, data: Any) -> None:
    arguments = data.draw(STEPPED[name])
    changed, error = outcome(lambda: writes((name, arguments)))
    if error is None and changed:
        assert LAWS[name].writes_when_built(**arguments)
    if LAWS[name].writes_when_built(**arguments):
        assert LAWS[name].writes_at_construction


@pytest.mark.parametrize("name", COMPOSED)
def test_compositions_and_construction(name: str) -> None:
    """SequentialLR writes itself; ChainedScheduler leaves that to its members."""
    assert writes(COMPOSED[name]) == LAWS[name].writes_at_construction


@settings(max_examples=20, deadline=None)
@given(arguments=PLATEAU)
def test_a_plateau_writes_nothing_at_construction(arguments: dict[str, Any]) -> None:
    assert not writes(("ReduceLROnPlateau", arguments))
    assert not LAWS["ReduceLROnPlateau"].writes_at_construction


@pytest.mark.parametrize("name", PLAIN)
def test_metric_laws_are_those_without_a_closed_form(name: str) -> None:
    law = LAWS[name]
    if law.takes_metric:
        with pytest.raises(NoClosedForm):
            law.lr(0, [0.1])
    elif name != "get_scheduler":
        assert law.closed_form is not None


def test_only_warm_restarts_take_an_epoch() -> None:
    """torch warns of `step(epoch)` everywhere else."""
    for name in TYPICAL:
        scheduler = build_torch(optimizer_with([0.1]), (name, TYPICAL[name]))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scheduler.step(2)
        deprecated = any("epoch parameter" in str(w.message) for w in caught)
        assert deprecated != LAWS[name].takes_epoch
