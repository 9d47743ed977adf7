"""What a scheduler that was built before the watch tells of itself."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.optim import SGD
from torch.optim import lr_scheduler as lrs

import lrlint
from lrlint.runtime.session import Mode, Session

from .schedules import BUILD
from .trainings import parameters


@pytest.mark.parametrize("steps", [0, 7])
@pytest.mark.parametrize("name", BUILD)
def test_a_scheduler_built_before_is_known(name: str, steps: int) -> None:
    optimizer = SGD(parameters(), lr=0.1, momentum=0.9)
    with lrlint.watch(mode="record") as watch:
        scheduler = BUILD[name](optimizer, 40)
        (bound,) = [r for r in watch._session.recorder.schedulers if r.ref() is scheduler]
    for _ in range(steps):
        optimizer.step()
        scheduler.step(*([1.0] if name == "ReduceLROnPlateau" else []))
    session = Session(Mode.RECORD)
    session.start()
    session.recorder.scheduler_listener.adopt(scheduler)
    (known,) = [r for r in session.recorder.schedulers if r.ref() is scheduler]
    session.stop()
    assert session.hooks.failure is None
    assert known.law is not None
    left_out = {"last_epoch", "epochs", "steps_per_epoch", "scale_mode"}
    for argument, value in bound.arguments.items():
        if argument not in left_out:
            assert same(known.arguments[argument], value), argument
    if name not in ("CyclicLR", "OneCycleLR", "ReduceLROnPlateau"):  # what they replace is lost
        assert known.base_lrs == pytest.approx(bound.base_lrs)


def same(known: Any, bound: Any) -> bool:
    """Equal, where a list for all groups is as good as one value."""
    if isinstance(known, (list, tuple)) and not isinstance(bound, (list, tuple)):
        return all(same(one, bound) for one in known)
    if isinstance(known, (list, tuple)):
        return all(same(one, two) for one, two in zip(known, bound, strict=True))
    if callable(known) or isinstance(known, lrs.LRScheduler):
        return known is bound
    if bound is None and known is not None:
        return True  # torch fills it in: step_size_down, max_momentum
    return bool(known == bound or known == pytest.approx(bound))


def test_a_composition_built_before_is_verified() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = BUILD["SequentialLR"](optimizer, 40)
    with lrlint.watch(scheduler, mode="record") as watch:
        for step in range(40):
            if step >= 10:
                optimizer.param_groups[0]["lr"] = 0.7
            optimizer.step()
            scheduler.step()
    assert [one.code for one in watch.findings if one.code == "LR901"] == ["LR901"]
    (track,) = watch.recording.schedules
    assert track.first_divergence is not None
    assert track.first_divergence.step == 10


def restored(optimizer: SGD, *, first_lr: float | None = None) -> lrs.LambdaLR:
    """A scheduler that is at its start, of an optimizer that has trained elsewhere."""
    other = SGD(parameters(), lr=0.1, momentum=0.9)
    theirs = lrs.LambdaLR(other, lambda count: 1 / (1 + count))
    for weight in other.param_groups[0]["params"]:
        weight.grad = torch.ones_like(weight)  # from which the momentum comes
    for _ in range(5):
        other.step()
        theirs.step()
    mine = lrs.LambdaLR(optimizer, lambda count: 1 / (1 + count))
    optimizer.load_state_dict(other.state_dict())
    if first_lr is not None:
        optimizer.param_groups[0]["lr"] = first_lr
    return mine


@pytest.mark.parametrize(("first_lr", "codes"), [(None, {"LR901"}), (0.1, set())])
def test_a_state_loaded_into_the_optimizer_alone(first_lr: float | None, codes: set[str]) -> None:
    optimizer = SGD(parameters(), lr=0.1, momentum=0.9)
    scheduler = restored(optimizer, first_lr=first_lr)
    with lrlint.watch(scheduler, mode="record") as watch:
        for _ in range(6):
            optimizer.step()
            scheduler.step()
    assert {one.code for one in watch.findings} == codes


def test_a_warm_up_by_hand_of_a_second_training_is_no_resume() -> None:
    optimizer = SGD(parameters(), lr=0.1, momentum=0.9)
    scheduler = restored(optimizer, first_lr=0.1)
    with lrlint.watch(scheduler, mode="record") as watch:
        for epoch in range(6):
            for batch in range(3):
                if epoch == 0:
                    optimizer.param_groups[0]["lr"] = 0.1 * (batch + 1) / 3
                optimizer.step()
            scheduler.step()
    assert {one.code for one in watch.findings} == set()
