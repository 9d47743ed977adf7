"""A replay equals torch to the last bit, for all arguments and all acts of the script."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlint.formulas import LAWS

from .strategies import ARGUMENTS, PLATEAU, TRANSFORMERS, compositions, lrs, specs
from .twin import Spec, Twins, build_replay, build_torch, groups_of, optimizer_with, outcome

EVERY = {**ARGUMENTS, **TRANSFORMERS}
kinds = st.sampled_from(["SGD", "AdamW", "RMSprop", "Adagrad"])
steps = st.integers(1, 45)


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), initial=lrs, count=steps, kind=kinds)
def test_plain_steps(name: str, data: Any, initial: Any, count: int, kind: str) -> None:
    twins = Twins(initial, kind)
    if not twins.build((name, data.draw(EVERY[name]))):
        for _ in range(count):
            twins.step()


events = st.one_of(
    st.just(("step",)),
    st.just(("step",)),
    st.tuples(st.just("step"), st.integers(0, 40)),
    st.tuples(st.just("write"), lrs),
    st.tuples(st.just("last_epoch"), st.integers(-1, 20)),
)


@pytest.mark.parametrize("name", ARGUMENTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), initial=lrs, stream=st.lists(events, max_size=25))
def test_jumps_and_manual_writes(name: str, data: Any, initial: Any, stream: Any) -> None:
    twins = Twins(initial)
    if twins.build((name, data.draw(ARGUMENTS[name]))):
        return
    for kind, *value in stream:
        if kind == "step":
            twins.step(0, *value)
        elif kind == "write":
            twins.write(*value)
        else:
            for scheduler in twins.pairs[0]:
                scheduler.last_epoch = value[0]


@settings(max_examples=150, deadline=None)
@given(
    T_0=st.integers(1, 8),
    T_mult=st.integers(1, 4),
    eta_min=st.floats(0.0, 0.2),
    initial=lrs,
    epochs=st.lists(st.one_of(st.none(), st.integers(0, 200), st.floats(-1.0, 100.0)), max_size=25),
)
def test_fractional_restarts(
    T_0: int, T_mult: int, eta_min: float, initial: Any, epochs: list[float | None]
) -> None:
    twins = Twins(initial)
    twins.build(("CosineAnnealingWarmRestarts", {"T_0": T_0, "T_mult": T_mult, "eta_min": eta_min}))
    for epoch in epochs:
        twins.step(0, epoch)


@settings(max_examples=150, deadline=None)
@given(
    initial=lrs,
    schedulers=st.lists(st.one_of(specs(), compositions()), min_size=2, max_size=3),
    kind=st.sampled_from(["SGD", "AdamW"]),
    turns=st.lists(st.integers(0, 2), max_size=40),
)
def test_several_schedulers_on_one_optimizer(
    initial: Any, schedulers: Any, kind: str, turns: list[int]
) -> None:
    twins = Twins(initial, kind)
    for spec in schedulers:
        twins.build(spec)
    for turn in turns:
        if turn < len(twins.pairs):
            twins.step(turn)


@settings(max_examples=300, deadline=None)
@given(initial=lrs, spec=compositions(depth=2), kind=st.sampled_from(["SGD", "AdamW"]))
def test_compositions(initial: Any, spec: Any, kind: str) -> None:
    twins = Twins(initial, kind)
    if not twins.build(spec):
        for _ in range(25):
            twins.step()


@pytest.mark.parametrize("name", [*EVERY, "SequentialLR"])
@pytest.mark.parametrize("resumed", [False, True])
@settings(max_examples=10, deadline=None)
@given(data=st.data(), initial=lrs, last_epoch=st.integers(0, 20))
def test_last_epoch(name: str, resumed: bool, data: Any, initial: Any, last_epoch: int) -> None:
    """KeyError on a fresh optimizer; after another scheduler left its `initial_lr`, a resume."""
    twins = Twins(initial)
    if resumed:
        twins.build(("OneCycleLR", {"max_lr": 0.3, "total_steps": 50}))
        twins.step()
    if name == "SequentialLR":
        arguments = dict(data.draw(compositions().filter(lambda spec: spec[0] == name))[1])
    else:
        arguments = dict(data.draw(EVERY[name]))
    if not twins.build((name, {**arguments, "last_epoch": last_epoch})):
        for _ in range(10):
            twins.step(-1)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@settings(max_examples=10, deadline=None)
@given(data=st.data(), initial=lrs)
def test_tensor_lrs(name: str, dtype: torch.dtype, data: Any, initial: Any) -> None:
    """In the tensor's own dtype, and in place, as torch writes them."""
    twins = Twins(initial, dtype=dtype)
    tensors = [group["lr"] for group in twins.groups]
    if not twins.build((name, data.draw(EVERY[name]))):
        for _ in range(20):
            twins.step()
    assert all(group["lr"] is tensor for group, tensor in zip(twins.groups, tensors, strict=True))


metrics = st.one_of(st.floats(-2.0, 2.0), st.sampled_from([0.5, math.inf, -math.inf, math.nan]))


@settings(max_examples=200, deadline=None)
@given(
    arguments=PLATEAU,
    initial=lrs,
    stream=st.lists(st.one_of(st.tuples(metrics), st.tuples(metrics, st.integers(0, 50)))),
)
def test_plateau(arguments: Any, initial: Any, stream: Any) -> None:
    twins = Twins(initial)
    twins.build(("ReduceLROnPlateau", arguments))
    for value in stream:
        twins.step(0, *value)


@settings(max_examples=100, deadline=None)
@given(initial=lrs, spec=specs(), arguments=PLATEAU, stream=st.lists(metrics, max_size=30))
def test_plateau_beside_another(initial: Any, spec: Any, arguments: Any, stream: Any) -> None:
    twins = Twins(initial)
    twins.build(("ReduceLROnPlateau", arguments))
    twins.build(spec)
    for metric in stream:
        twins.step(0, metric)
        if len(twins.pairs) > 1:
            twins.step(1)


@settings(max_examples=150, deadline=None)
@given(
    initial=lrs,
    stream=st.lists(st.floats(0.0, 1.0), max_size=60),
    arguments=st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["min", "max"]),
            "factor": st.floats(0.3, 0.99),
            "patience": st.integers(0, 2),
            "threshold_mode": st.sampled_from(["rel", "abs"]),
            "cooldown": st.integers(0, 4),
            "warmup": st.integers(0, 4),
            "min_lr": st.floats(1e-3, 1.0),
            "max_lr": st.floats(0.5, 3.0),
            "smooth": st.booleans(),
            "window_size": st.integers(1, 5),
            "reset_start": st.integers(0, 3),
        },
    ),
)
def test_greedy(initial: Any, stream: Any, arguments: Any) -> None:
    twins = Twins(initial)
    twins.build(("GreedyLR", arguments))
    for metric in stream:
        twins.step(0, metric)


def test_a_metric_is_required() -> None:
    for name in ("ReduceLROnPlateau", "GreedyLR"):
        twins = Twins([0.1])
        twins.build((name, {}))
        assert twins.step(0) is TypeError


def test_compositions_take_no_epoch() -> None:
    for name in ("SequentialLR", "ChainedScheduler"):
        twins = Twins([0.1])
        extra: dict[str, Any] = {"milestones": []} if name == "SequentialLR" else {}
        twins.build((name, {"schedulers": [("ExponentialLR", {"gamma": 0.5})], **extra}))
        assert twins.step(0, 3) is TypeError
        assert twins.step(0) is None


def test_members_must_share_the_optimizer() -> None:
    """Equal groups are not the same groups."""
    mine, other = [{"lr": 0.1}], [{"lr": 0.1}]
    member = LAWS["StepLR"].start(other, step_size=3)
    with pytest.raises(ValueError, match="another optimizer"):
        LAWS["SequentialLR"].start(mine, schedulers=[member], milestones=[])
    with pytest.raises(ValueError, match="another optimizer"):
        LAWS["ChainedScheduler"].start(mine, schedulers=[member])


@pytest.mark.parametrize("name", [*ARGUMENTS, "ReduceLROnPlateau", "SequentialLR"])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), initial=lrs, before=st.integers(0, 15))
def test_continues_from_a_state_dict(name: str, data: Any, initial: Any, before: int) -> None:
    """`load_state_dict` with torch's own state, on the groups of the checkpoint."""
    arguments = {**ARGUMENTS, "ReduceLROnPlateau": PLATEAU}
    spec = (
        data.draw(compositions().filter(lambda spec: spec[0] == name))
        if name == "SequentialLR"
        else (name, data.draw(arguments[name]))
    )
    metric = [1.0] if name == "ReduceLROnPlateau" else []
    twins = Twins(initial)
    if twins.build(spec):
        return
    for _ in range(before):
        twins.step(0, *metric)
    real = twins.pairs[0][0]
    fresh = build_replay(groups_of(optimizer_with(initial)), spec)
    fresh.load_state_dict(real.state_dict())
    for group, saved in zip(fresh.groups, groups_of(twins.optimizer), strict=True):
        group.update(saved)
    twins.groups, twins.pairs = fresh.groups, [(real, fresh)]
    for _ in range(15):
        twins.step(0, *metric)


def test_an_added_param_group() -> None:
    """The classes that notice raise ValueError; the others go on (SEMANTICS 1.5)."""
    noticed = set()
    specs: list[Spec] = [
        ("LambdaLR", {"lr_lambda": float}),
        ("StepLR", {"step_size": 2}),
        ("LinearLR", {}),
        ("CosineAnnealingLR", {"T_max": 5}),
        ("CosineAnnealingWarmRestarts", {"T_0": 5}),
    ]
    for spec in specs:
        optimizer = optimizer_with([0.1])
        groups = groups_of(optimizer)
        real = build_torch(optimizer, spec)
        replay = build_replay(groups, spec)
        optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 0.5})
        groups.append({"lr": 0.5})
        for _ in range(8):
            errors = {outcome(scheduler.step)[1] for scheduler in (real, replay)}
            assert len(errors) == 1
            if errors == {ValueError}:
                noticed.add(spec[0])
        assert [g["lr"] for g in groups] == [g["lr"] for g in optimizer.param_groups]
    assert noticed == {"LambdaLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts"}
